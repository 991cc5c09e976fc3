// Cuts by mass at production sizes, on the rows where other samplers were found
// to keep too many or too few tokens (PITFALLS.md, "Nucleus"). The expectation
// is a full sort with running sums in long double, which the rows stay clear
// of by more than its error.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"

namespace sampler {
namespace {

using Row = std::vector<double>;

std::vector<TokenId> KeptIds(Logits row, const std::string& stages) {
  const auto size = static_cast<std::int64_t>(row.size());
  Workspace workspace;
  const Distribution d =
      MakePipeline(stages, size).Process(row, MakeSequence(size), workspace);
  EXPECT_EQ(d.status(), RowStatus::kOk);
  std::vector<TokenId> ids;
  d.ForEach([&](TokenId id, double) { ids.push_back(id); });
  return ids;
}

std::vector<TokenId> Nucleus(Logits row, double p) {
  return KeptIds(row, absl::StrFormat(R"({"type": "top_p", "p": %.17g})", p));
}

// The shortest prefix of the total order that holds p, ascending.
std::vector<TokenId> SlowNucleus(const Row& row, double p) {
  std::vector<TokenId> ids(row.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto logit = [&](TokenId id) {
    return row[static_cast<std::size_t>(id)];
  };
  std::stable_sort(ids.begin(), ids.end(),
                   [&](TokenId a, TokenId b) { return logit(a) > logit(b); });
  const auto weight = [&](TokenId id) {
    return std::exp(static_cast<long double>(logit(id)) - logit(ids[0]));
  };
  long double total = 0;
  for (const TokenId id : ids) total += weight(id);
  long double mass = 0;
  std::size_t kept = 0;
  while (kept < ids.size() && mass < static_cast<long double>(p) * total) {
    mass += weight(ids[kept++]);
  }
  ids.resize(std::max<std::size_t>(kept, 1));
  std::sort(ids.begin(), ids.end());
  return ids;
}

Row Zipf(std::size_t size, double exponent) {
  Row row(size);
  for (std::size_t i = 0; i < size; ++i) {
    // In an order that is no order.
    row[i * 7919 % size] = -exponent * Log(static_cast<double>(i + 1));
  }
  return row;
}

// A rule that bounds the tail by its length keeps 304, 5,553 and 2,378 here.
TEST(Nucleus, HoldsNoMoreThanItMust) {
  constexpr std::size_t kSize = 151'936;
  const Row steep = Zipf(kSize, 2.0);
  EXPECT_EQ(Nucleus(absl::MakeConstSpan(steep), 0.5).size(), 1u);
  const Row shallow = Zipf(kSize, 1.2);
  EXPECT_EQ(Nucleus(absl::MakeConstSpan(shallow), 0.5).size(), 12u);
  Row spikes(kSize);
  const std::vector<float> noise = MakeRow(RowKind::kGaussian, kSize, 1);
  for (std::size_t i = 0; i < kSize; ++i) {  // N(0, 2^2).
    spikes[i] = (noise[i] + 20.0) * 2.0 / 3.0;
  }
  for (const std::size_t at : {5u, 77'777u, 151'935u}) spikes[at] = 20.0;
  EXPECT_EQ(Nucleus(absl::MakeConstSpan(spikes), 0.9),
            (std::vector<TokenId>{5, 77'777, 151'935}));
}

TEST(Nucleus, IsTheShortestPrefixAtEverySizeAndShape) {
  for (const std::size_t size : {21u, 64u, 65u, 32'000u, 151'936u, 262'144u}) {
    for (const double exponent : {0.3, 1.05, 1.2, 2.0}) {
      const Row row = Zipf(size, exponent);
      for (const double p : {0.1, 0.5, 0.9, 0.95, 0.999}) {
        EXPECT_EQ(Nucleus(absl::MakeConstSpan(row), p), SlowNucleus(row, p))
            << size << " tokens, exponent " << exponent << ", p " << p;
      }
    }
  }
}

// One token that holds most of the mass, over a tail of a whole vocabulary.
TEST(Nucleus, FollowsTheTailUnderOneLargeToken) {
  constexpr std::size_t kSize = 128'256;
  const std::vector<float> noise = MakeRow(RowKind::kGaussian, kSize, 2);
  for (const double head : {0.3, 0.5, 0.9, 0.999999}) {
    Row row(noise.begin(), noise.end());
    long double tail = 0;
    for (const double logit : row) tail += std::exp(logit);
    row[4'321] = Log(static_cast<double>(tail) * head / (1 - head));
    const double place[] = {head / 2, head - 1e-7, head + (1 - head) / 7,
                            head + (1 - head) / 2, 1 - (1 - head) / 100};
    for (const double p : place) {
      EXPECT_EQ(Nucleus(absl::MakeConstSpan(row), p), SlowNucleus(row, p))
          << head << " " << p;
    }
  }
}

// Flat rows: p below 1/V still keeps a token, and every p what it asks for.
TEST(Nucleus, IsNeverEmpty) {
  for (const std::size_t size : {1u, 3u, 1'000u, 32'000u}) {
    const Row flat(size, -2.5);
    Row peaked(size, -9.0);
    peaked.back() = 9.0;
    for (const double p :
         {0.0, 5e-324, 1e-300, 1e-9, 1.0 / 40'000, 0.25, 1 - 0x1p-53, 1.0}) {
      const auto n = static_cast<double>(size);
      const auto ids = Nucleus(absl::MakeConstSpan(flat), p);
      EXPECT_EQ(ids.size(), std::max<std::size_t>(
                                1, static_cast<std::size_t>(std::ceil(p * n))))
          << size << " " << p;
      EXPECT_EQ(ids[0], 0);
      EXPECT_GE(Nucleus(absl::MakeConstSpan(peaked), p).size(), 1u);
    }
  }
}

// Boundaries between neighbouring doubles: a logit an ulp above another one is
// before it, and the cut between them is found.
TEST(Nucleus, CutsBetweenNeighbours) {
  constexpr std::size_t kSize = 32'003;
  Row row(kSize, 1.0);
  const double above = std::nextafter(1.0, 2.0);
  for (std::size_t i = 2; i < kSize; i += 3) row[i] = above;
  const auto ids = Nucleus(absl::MakeConstSpan(row), 0.25);
  EXPECT_EQ(ids.size(), (kSize + 3) / 4);
  for (const TokenId id : ids) EXPECT_EQ(id % 3, 2);
  // One token more than the upper level holds.
  const auto upper = static_cast<double>((kSize - 2 + 2) / 3);
  const auto more = Nucleus(absl::MakeConstSpan(row),
                            (upper + 0.5) / static_cast<double>(kSize));
  EXPECT_EQ(more.size(), static_cast<std::size_t>(upper) + 1);
  EXPECT_EQ(more[0], 0);
}

// What is kept keeps its ratios: .5/.4 of .9, not the head's share of p.
TEST(Nucleus, LeavesTheRatiosOfWhatItKeeps) {
  const Row row = Logs({0.5, 0.4, 0.1});
  const Pipeline pipeline = MakePipeline(R"({"type": "top_p", "p": 0.8})", 3);
  Workspace workspace;
  const Distribution d =
      pipeline.Process(absl::MakeConstSpan(row), MakeSequence(3), workspace);
  EXPECT_NEAR(d.Probability(0), 5.0 / 9.0, 1e-15);
  EXPECT_NEAR(d.Probability(1), 4.0 / 9.0, 1e-15);
  // The coin just above and below the head's share.
  EXPECT_EQ(d.Draw(static_cast<std::uint64_t>(0.5555 * 0x1p64)), 0);
  EXPECT_EQ(d.Draw(static_cast<std::uint64_t>(0.5556 * 0x1p64)), 1);
}

TEST(Nucleus, OfABf16RowIsThatOfItsValues) {
  constexpr std::size_t kSize = 131'072;
  const std::vector<float> values = MakeRow(RowKind::kTied, kSize, 3);
  std::vector<std::uint16_t> bf16(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    bf16[i] = static_cast<std::uint16_t>(
        std::bit_cast<std::uint32_t>(values[i]) >> 16);
  }
  const Row row(values.begin(), values.end());
  for (const double p : {0.5, 0.9, 0.99}) {
    const auto ids = Nucleus(Logits(bf16.data(), DType::kBF16, kSize), p);
    EXPECT_EQ(ids, Nucleus(absl::MakeConstSpan(values), p));
    EXPECT_EQ(ids, SlowNucleus(row, p));
  }
}

// Weights that vanish must not make the entropy a NaN and the least likely the
// most typical.
TEST(Typical, IsNotMisledByTokensWithoutWeight) {
  Row row = {6, 5, 0, 4};
  const std::string stages = R"({"type": "typical_p", "p": 0.5})";
  const auto kept = KeptIds(absl::MakeConstSpan(row), stages);
  for (const double far :
       {-200.0, -1e30, -std::numeric_limits<double>::infinity()}) {
    Row longer = row;
    longer.resize(52, far);
    EXPECT_EQ(KeptIds(absl::MakeConstSpan(longer), stages), kept);
    std::rotate(longer.begin(), longer.begin() + 4, longer.end());
    std::vector<TokenId> moved = kept;
    for (TokenId& id : moved) id += 48;
    EXPECT_EQ(KeptIds(absl::MakeConstSpan(longer), stages), moved);
  }
}

TEST(Temperature, GivesTheProbabilitiesOfItsDefinition) {
  const Row row = {2, 1, 0};
  const auto expect = [&](double temperature, const Row& expected) {
    Workspace workspace;
    const Distribution d =
        MakePipeline(absl::StrCat(R"({"type": "temperature", "temperature": )",
                                  temperature, "}"),
                     3)
            .Process(absl::MakeConstSpan(row), MakeSequence(3), workspace);
    for (TokenId id = 0; id < 3; ++id) {
      EXPECT_NEAR(d.Probability(id), expected[static_cast<std::size_t>(id)],
                  5e-4);
    }
  };
  expect(1.0, {0.665, 0.245, 0.090});
  expect(0.5, {0.867, 0.117, 0.016});
}

}  // namespace
}  // namespace sampler
