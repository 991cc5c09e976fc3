// Edges of Candidates that random rows do not reach.

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"

namespace sampler {
namespace {

TEST(Candidates, ReportBadRowsOfEveryType) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::pair<std::vector<float>, RowStatus> rows[] = {
      {{1.0f, nan}, RowStatus::kNan},
      {{nan, inf}, RowStatus::kNan},
      {{inf, nan}, RowStatus::kNan},
      {{inf, 1.0f}, RowStatus::kInfinite},
      {{-inf, -inf}, RowStatus::kNoCandidate},
      {{-inf, 0.0f}, RowStatus::kOk}};
  for (const auto& [row, status] : rows) {
    Candidates c;
    c.Begin(absl::Span<const float>(row));
    EXPECT_EQ(c.status(), status);
    c.RemoveAllBut({0, 1});
    EXPECT_EQ(c.status(), status);
  }
}

TEST(Candidates, StartOverAfterARejection) {
  Candidates c;
  c.Reject(RowStatus::kWrongSize);
  EXPECT_EQ(c.status(), RowStatus::kWrongSize);
  EXPECT_EQ(c.Count(), 0);
  const std::vector<float> row = {1.0f, 2.0f};
  c.Begin(absl::Span<const float>(row));
  EXPECT_EQ(c.status(), RowStatus::kOk);
  EXPECT_EQ(c.Likeliest().id, 1);
}

// ---- The caller's row -------------------------------------------------------

TEST(Candidates, NeverWriteTheCallersRow) {
  // A page that only can be read: a write would end the process.
  constexpr std::size_t kSize = 4096 / sizeof(float);
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  std::mt19937_64 random(5);
  auto* values = static_cast<float*>(page);
  for (std::size_t i = 0; i < kSize; ++i) {
    values[i] = static_cast<float>(random() % 1000) / 100.0f;
  }
  const std::vector<float> copy(values, values + kSize);
  ASSERT_EQ(mprotect(page, 4096, PROT_READ), 0);
  const Logits row(page, DType::kF32, kSize);
  Candidates c;
  for (int round = 0; round < 3; ++round) {
    c.Begin(row);
    c.Edit(3, [](double v) { return v + 1.0; });
    c.Remove(4);
    c.Scale(1.5);
    c.Normalize();
    if (round == 0) c.RemoveAllBut({1, 3, 5, 700});
    c.KeepTypical(0.9);
    c.KeepMass(0.9);
    c.KeepAbove(c.Max() - 1.0);
    c.KeepTop(2);
    c.Entropy();
  }
  EXPECT_EQ(std::memcmp(copy.data(), page, 4096), 0);
  munmap(page, 4096);
}

// ---- Ties -------------------------------------------------------------------

TEST(Candidates, BreakTiesByTheLowestIdAlsoAcrossBlocks) {
  std::vector<float> row(1000, -50.0f);
  for (const std::size_t id : {900u, 63u, 64u, 65u, 500u}) row[id] = 2.0f;
  Candidates c;
  const auto ids = [&] {
    std::vector<TokenId> result;
    c.ForEach([&](TokenId id, double) { result.push_back(id); });
    return result;
  };
  c.Begin(absl::Span<const float>(row));
  EXPECT_EQ(c.Likeliest().id, 63);
  c.KeepTop(3);
  EXPECT_EQ(ids(), (std::vector<TokenId>{63, 64, 65}));
  c.KeepTop(2);
  EXPECT_EQ(ids(), (std::vector<TokenId>{63, 64}));
  c.Begin(absl::Span<const float>(row));
  c.KeepTop(3, Ties::kKeepAll);
  EXPECT_EQ(ids(), (std::vector<TokenId>{63, 64, 65, 500, 900}));
  c.Begin(absl::Span<const float>(row));
  c.KeepMass(0.5, {.tie_order = TieOrder::kHighId});
  EXPECT_EQ(ids(), (std::vector<TokenId>{65, 500, 900}));
}

TEST(Candidates, TakeMinusZeroForZero) {
  const std::vector<float> row = {-1.0f, 0.0f, -0.0f, 0.0f};
  Candidates c;
  c.Begin(absl::Span<const float>(row));
  EXPECT_EQ(c.Likeliest().id, 1);
  EXPECT_EQ(c.Rank(2), 2);
  EXPECT_EQ(c.WeightOf(2), kLikeliestWeight);
  c.KeepAbove(0.0);
  EXPECT_EQ(c.Count(), 3);
  c.KeepTop(2);
  EXPECT_TRUE(c.Logit(2).has_value());
  EXPECT_FALSE(c.Logit(3).has_value());
}

}  // namespace
}  // namespace sampler
