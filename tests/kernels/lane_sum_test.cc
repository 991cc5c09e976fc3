#include "sampler/kernels/lane_sum.h"

#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace sampler::lane_sum_test {
namespace {

std::uint64_t Bits(double x) { return std::bit_cast<std::uint64_t>(x); }

// The definition, written out: every id has a term, absent ones 0.
double ByDefinition(const std::vector<double>& terms) {
  double total = 0.0;
  for (std::size_t block = 0; block * 1024 < terms.size(); ++block) {
    double lane[16] = {};
    for (std::size_t id = block * 1024;
         id < terms.size() && id < (block + 1) * 1024; ++id) {
      lane[id % 16] += terms[id];
    }
    double eight[8], four[4], two[2];
    for (int i = 0; i < 8; ++i) eight[i] = lane[i] + lane[i + 8];
    for (int i = 0; i < 4; ++i) four[i] = eight[i] + eight[i + 4];
    for (int i = 0; i < 2; ++i) two[i] = four[i] + four[i + 2];
    total += two[0] + two[1];
  }
  return total;
}

double Sum(const std::vector<double>& terms, bool skip_zeros) {
  LaneSum sum;
  for (std::size_t id = 0; id < terms.size(); ++id) {
    if (skip_zeros && terms[id] == 0.0) continue;
    sum.Add(static_cast<std::int32_t>(id), terms[id]);
  }
  return sum.Total();
}

TEST(LaneSum, AddsInTheOrderOfItsDefinition) {
  std::mt19937_64 random(1);
  for (const std::size_t size :
       {0u, 1u, 15u, 16u, 17u, 1023u, 1024u, 1025u, 5000u}) {
    std::vector<double> terms(size);
    for (double& term : terms) {
      term = static_cast<double>(static_cast<std::int64_t>(random())) * 0x1p-50;
    }
    EXPECT_EQ(Bits(Sum(terms, false)), Bits(ByDefinition(terms))) << size;
  }
}

TEST(LaneSum, DoesNotSeeAbsentIds) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> terms(1 + random() % 5000);
    const std::uint64_t kept = 1 + random() % 300;
    for (double& term : terms) {
      if (random() % kept == 0) {
        term = static_cast<double>(static_cast<std::int64_t>(random()));
      }
    }
    EXPECT_EQ(Bits(Sum(terms, true)), Bits(ByDefinition(terms)));
    EXPECT_EQ(Bits(Sum(terms, false)), Bits(ByDefinition(terms)));
  }
}

TEST(LaneSum, MayBeginInALateBlockAndSkipBlocks) {
  std::vector<double> terms(20000);
  terms[5000] = 0.1;
  terms[5016] = 0.2;
  terms[19999] = 0.3;
  EXPECT_EQ(Bits(Sum(terms, true)), Bits(ByDefinition(terms)));
}

TEST(LaneSum, OfNothingIsZero) { EXPECT_EQ(Bits(LaneSum().Total()), 0u); }

TEST(LaneSum, TellsOrdersApart) {
  // A plain running sum gives other bits: the order is no accident.
  std::vector<double> terms(64, 0.1);
  double plain = 0.0;
  for (const double term : terms) plain += term;
  EXPECT_NE(Bits(plain), Bits(Sum(terms, false)));
}

}  // namespace
}  // namespace sampler::lane_sum_test
