// tail_free by heads of the order against the whole sort, which is the
// oracle's: z is put on the places where the running sum turns, so that bounds
// must not settle what they do not know.

#include "sampler/stages/truncations/tail_free.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/pipeline.h"
#include "tests/support/library_adapter.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using nlohmann::json;

// Running sums of the second differences of a row's weights.
std::vector<double> RunningSums(const std::vector<double>& row) {
  const std::vector<oracle::Candidate> sorted =
      oracle::RunStages(row, json::array()).candidates;
  std::vector<double> sums;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 2 < sorted.size(); ++i) {
    sum += static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(
        sorted[i].weight - 2 * sorted[i + 1].weight + sorted[i + 2].weight)));
    sums.push_back(static_cast<double>(sum));
  }
  return sums;
}

void ExpectLikeTheOracle(const std::vector<double>& row, double z,
                         std::mt19937_64& random, const std::string& what) {
  const json stages = json::array(
      {json{{"type", "tail_free"},
            {"z", z},
            {"offset", static_cast<int>(random() % 2)},
            {"min_keep",
             random() % 4 == 0 ? static_cast<int>(random() % 3000) : 1}}});
  const oracle::Result want = oracle::RunStages(row, stages);
  const oracle::Result got = RunLibraryOnDoubles(row, stages, {});
  ASSERT_EQ(got.candidates.size(), want.candidates.size())
      << what << " " << stages.dump();
  ASSERT_EQ(got.total, want.total) << what << " " << stages.dump();
}

void ExpectLikeTheOracleAtItsPlaces(const std::vector<double>& row,
                                    std::mt19937_64& random,
                                    const std::string& what) {
  const std::vector<double> sums = RunningSums(row);
  ExpectLikeTheOracle(row, 0.95, random, what);
  if (sums.empty() || sums.back() == 0.0) return;
  for (int i = 0; i < 2; ++i) {
    // Places near the head as often as anywhere.
    const std::size_t end = random() % sums.size() + 1;
    const double z = std::min(sums[random() % end] / sums.back(), 1.0);
    for (const double at :
         {std::nextafter(z, 0.0), z, std::nextafter(z, 1.0)}) {
      ExpectLikeTheOracle(row, at, random, what);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(TailFreeByHeads, EqualsTheWholeSortOnEveryShape) {
  std::mt19937_64 random(1);
  const std::size_t sizes[] = {32'000, 151'936, 262'144};
  for (const RowKind kind : kAllRowKinds) {
    for (int i = 0; i < std::max(Share(100) / 33, 1); ++i) {
      const std::vector<float> row = MakeRow(kind, sizes[i % 3], random());
      ExpectLikeTheOracleAtItsPlaces({row.begin(), row.end()}, random,
                                     RowKindName(kind));
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(TailFreeByHeads, EqualsTheWholeSortOnFewDistinctLogits) {
  // Long runs of ties, at depths around those of its looks and of weight 0.
  std::mt19937_64 random(2);
  for (int round = 0; round < Share(60); ++round) {
    std::vector<double> values(1 + random() % 6);
    const double range = std::pow(2.0, static_cast<double>(random() % 20) - 12);
    for (double& v : values) {
      v = -range * static_cast<double>(random() % 1000) / 1000.0;
    }
    std::vector<double> row(3 + random() % 40'000);
    const std::size_t head =
        1 + random() % std::min<std::size_t>(row.size(), 200);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = values[random() % values.size()];
      if (i < head) row[i] += 0.1 * static_cast<double>(random() % 50);
      if (random() % 9 == 0) row[i] = -std::numeric_limits<double>::infinity();
    }
    row.back() = 0.0;
    ExpectLikeTheOracleAtItsPlaces(row, random, "few distinct");
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(TailFreeByHeads, TellsFlatRowsFromNearlyFlatOnes) {
  // The sum of differences around 1e-6 of the total, which the first look
  // cannot place.
  std::mt19937_64 random(3);
  for (int round = 0; round < Share(60); ++round) {
    std::vector<double> row(1000 + random() % 40'000);
    const double step = std::pow(2.0, -static_cast<double>(random() % 30));
    for (double& v : row) {
      v = step * static_cast<double>(random() % 3) / 3.0;
    }
    if (random() % 2 == 0) row[0] = 1e-6 * static_cast<double>(row.size());
    ExpectLikeTheOracleAtItsPlaces(row, random, "nearly flat");
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace sampler
