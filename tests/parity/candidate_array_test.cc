// The array of candidates: order, ties, float32 sums.

#include "sampler/parity/candidate_array.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/parity/float32_math.h"
#include "sampler/parity/llama_cpp_stages.h"
#include "tests/support/test_share.h"

namespace sampler::parity::candidate_array_test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Logits in steps of 1/8, as bf16 has them: many exact ties.
std::vector<float> TiedRow(std::size_t n, std::mt19937_64& random) {
  std::vector<float> row(n);
  const auto spread = static_cast<double>(40 + random() % 400);
  for (float& logit : row) {
    logit = static_cast<float>(
        static_cast<double>(static_cast<std::int64_t>(random() % 256) - 128) *
        spread / 4096.0);
    logit = static_cast<float>(static_cast<int>(logit * 8.0F)) / 8.0F;
    if (random() % 50 == 0) logit = -kInfinity;
  }
  row[random() % n] = 1.0F;
  return row;
}

std::vector<TokenId> Ids(absl::Span<const Entry> entries) {
  std::vector<TokenId> ids;
  for (const Entry& entry : entries) ids.push_back(entry.id);
  return ids;
}

#ifdef __GLIBCXX__

// The same in the words of the standard library: a heap up to 128, beyond it
// buckets of 1 / 6.4, highest first, each sorted, the last one partially.
std::vector<TokenId> WantedTop(const std::vector<float>& row, std::size_t k) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < row.size(); ++i) {
    entries.push_back({static_cast<TokenId>(i), row[i], 0.0F});
  }
  const auto higher = [](const Entry& a, const Entry& b) {
    return a.logit > b.logit;
  };
  const auto partial_sort = [&](std::vector<Entry>& of, std::size_t first) {
    std::partial_sort(of.begin(),
                      of.begin() + static_cast<std::ptrdiff_t>(first), of.end(),
                      higher);
    of.resize(first);
  };
  if (k <= 128) {
    partial_sort(entries, k);
    return Ids(entries);
  }
  std::map<int, std::vector<Entry>, std::greater<>> buckets;
  for (const Entry& entry : entries) {
    const float place = std::clamp(entry.logit * 6.4F + 64.0F, 0.0F, 127.0F);
    buckets[static_cast<int>(place)].push_back(entry);
  }
  std::vector<Entry> top;
  for (auto& [place, bucket] : buckets) {
    const std::size_t left = k - top.size();
    if (bucket.size() < left) {
      std::sort(bucket.begin(), bucket.end(), higher);
    } else {
      partial_sort(bucket, left);
    }
    top.insert(top.end(), bucket.begin(), bucket.end());
    if (top.size() == k) break;
  }
  return Ids(top);
}

TEST(CandidateArray, KeepsTheTopInTheOrderOfLlamaCpp) {
  std::mt19937_64 random(1);
  CandidateArray array;
  for (int i = 0; i < Share(600); ++i) {
    const std::size_t n = 1 + random() % (i % 3 == 0 ? 150 : 3'000);
    const std::vector<float> row = TiedRow(n, random);
    std::size_t k = 1 + random() % n;
    if (i % 5 == 0) k = n;
    array.Begin(row);
    array.KeepTop(k);
    ASSERT_TRUE(array.sorted());
    ASSERT_EQ(Ids(array.entries()), WantedTop(row, k)) << n << " " << k;
    // Sorted once, it is only cut.
    const std::size_t fewer = 1 + random() % k;
    const std::vector<TokenId> before = Ids(array.entries());
    array.KeepTop(fewer);
    ASSERT_EQ(Ids(array.entries()),
              std::vector<TokenId>(
                  before.begin(),
                  before.begin() + static_cast<std::ptrdiff_t>(fewer)));
  }
}

#endif  // __GLIBCXX__

// llama.cpp's cast to int puts logits above 3e8 into the lowest bucket.
TEST(CandidateArray, SortsLogitsFarOutsideTheBuckets) {
  std::vector<float> row(2'000, -50.0F);
  row[7] = 3e38F;
  row[8] = 1e9F;
  row[9] = -3e38F;
  row[10] = 20.0F;
  row[11] = 30.0F;
  CandidateArray array;
  array.Begin(row);
  array.Sort();
  EXPECT_EQ(array.size(), row.size());
  EXPECT_EQ(Ids(array.entries().first(4)),
            (std::vector<TokenId>{7, 8, 11, 10}));
  EXPECT_EQ(array[row.size() - 1].id, 9);
}

TEST(CandidateArray, AddsInFloat32AlongTheArray) {
  std::mt19937_64 random(2);
  std::vector<float> row = TiedRow(30'000, random);
  CandidateArray array;
  array.Begin(row);
  array.Softmax();
  const float max = *std::max_element(row.begin(), row.end());
  float sum = 0.0F;
  double exact = 0.0;
  for (const float logit : row) {
    sum += Exp32(logit - max);
    exact += static_cast<double>(Exp32(logit - max));
  }
  EXPECT_NE(static_cast<double>(sum), exact);
  for (std::size_t i = 0; i < row.size(); ++i) {
    ASSERT_EQ(array[i].p, Exp32(row[i] - max) / sum);
  }
  EXPECT_EQ(array.ExpOfGaps(), exact);
}

TEST(CandidateArray, RoundsRowsOfOtherTypes) {
  const std::vector<double> row = {0.1, 1e300, -1e300, 1e-320};
  CandidateArray array;
  array.Begin(row);
  EXPECT_EQ(array[0].logit, 0.1F);
  EXPECT_EQ(array[1].logit, kInfinity);
  EXPECT_EQ(array[2].logit, -kInfinity);
  EXPECT_EQ(array[3].logit, 0.0F);
  EXPECT_EQ(array.status(), RowStatus::kInfinite);
}

// One hot row through every order that a stage may leave.
TEST(CandidateArray, StagesLeaveTheOrderThatTheirHeaderNames) {
  std::mt19937_64 random(3);
  ScoredEntries scored;
  for (int i = 0; i < Share(200); ++i) {
    std::vector<float> row(1 + random() % 2'000);
    for (float& logit : row) {
      logit = static_cast<float>(random() % 4096) / 400.0F;
    }
    const auto descends = [](const CandidateArray& array) {
      return std::is_sorted(
          array.entries().begin(), array.entries().end(),
          [](const Entry& a, const Entry& b) { return a.logit > b.logit; });
    };
    const auto by_id = [](const CandidateArray& array) {
      return std::is_sorted(
          array.entries().begin(), array.entries().end(),
          [](const Entry& a, const Entry& b) { return a.id < b.id; });
    };
    CandidateArray array;
    array.Begin(row);
    Temperature(array, 0.7F);
    TopNSigma(array, 2.0F);
    EXPECT_TRUE(by_id(array));
    array.Begin(row);
    MinP(array, 0.05F, 1);
    EXPECT_TRUE(by_id(array));
    EXPECT_FALSE(array.sorted());
    TopP(array, 0.9F, 1);
    EXPECT_TRUE(descends(array) && array.sorted());
    TypicalP(array, 0.8F, 1, scored);
    EXPECT_FALSE(array.sorted());
    array.Begin(row);
    DynamicTemperature(array, 0.5F, 1.5F, 1.0F);
    EXPECT_TRUE(descends(array));
    EXPECT_EQ(array.sorted(), row.size() > 1);
  }
}

TEST(Temperature, OfZeroKeepsTheFirstOfTheMaxima) {
  CandidateArray array;
  array.Begin(std::vector<float>{1, 3, 2, 3});
  Temperature(array, 0.0F);
  EXPECT_EQ(array.size(), 4u);
  EXPECT_EQ(array[1].logit, 3.0F);
  for (const std::size_t i : {0u, 2u, 3u}) {
    EXPECT_EQ(array[i].logit, -kInfinity);
  }
}

TEST(MinP, KeepsMoreThanPassWhereMinKeepSaysSo) {
  CandidateArray array;
  array.Begin(std::vector<float>{1, 30, 2, 3});
  MinP(array, 0.5F, 3);
  EXPECT_EQ(Ids(array.entries()), (std::vector<TokenId>{1, 3, 2}));
}

// llama.cpp's entropy is NaN once a probability is 0: every score is, and the
// sort of equals decides.
TEST(TypicalP, SurvivesProbabilitiesOfZero) {
  CandidateArray array;
  array.Begin(std::vector<float>{1, -kInfinity, 3, 2, -500});
  ScoredEntries scored;
  TypicalP(array, 0.5F, 1, scored);
  EXPECT_EQ(Ids(array.entries()), (std::vector<TokenId>{2}));
}

}  // namespace
}  // namespace sampler::parity::candidate_array_test
