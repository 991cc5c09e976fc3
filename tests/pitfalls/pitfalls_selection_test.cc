// Selection at production sizes, on the rows where other samplers were found to
// lose, double or invent tokens (PITFALLS.md, "Selection"). The expectation is
// a sort of the ids.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using Row = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Around the sizes of vocabularies, and no multiple of any lane or block.
constexpr std::size_t kSizes[] = {1'032, 32'000, 32'019, 128'256, 262'144};

// The first k ids of the total order, ascending.
std::vector<TokenId> FirstIds(const Row& row, std::size_t k) {
  std::vector<TokenId> ids(row.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::erase_if(ids, [&](TokenId id) {
    return row[static_cast<std::size_t>(id)] == -kInfinity;
  });
  std::stable_sort(ids.begin(), ids.end(), [&](TokenId a, TokenId b) {
    return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)];
  });
  ids.resize(std::min(k, ids.size()));
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<TokenId> KeptIds(const Row& row, const std::string& stages) {
  const auto size = static_cast<std::int64_t>(row.size());
  Workspace workspace;
  const Distribution d =
      MakePipeline(stages, size)
          .Process(absl::MakeConstSpan(row), MakeSequence(size), workspace);
  EXPECT_EQ(d.status(), RowStatus::kOk);
  std::vector<TokenId> ids;
  if (d.status() == RowStatus::kOk) {
    d.ForEach([&](TokenId id, double) {
      EXPECT_LT(static_cast<std::size_t>(id), row.size());
      ids.push_back(id);
    });
  }
  return ids;
}

void ExpectTopK(const Row& row, std::initializer_list<std::size_t> ks,
                const std::string& what) {
  for (const std::size_t k : ks) {
    EXPECT_EQ(KeptIds(row, absl::StrCat(R"({"type": "top_k", "k": )", k, "}")),
              FirstIds(row, k))
        << what << ", " << row.size() << " tokens, k " << k;
  }
}

// Lanes that passed an old threshold must meet the raised one, and the last,
// partial vector holds the head.
TEST(Selection, FindsARisingRowAndAClusterInTheLastLanes) {
  for (const std::size_t size : kSizes) {
    Row rising(size);
    std::iota(rising.begin(), rising.end(), -1000.0f);
    ExpectTopK(rising, {40, 256}, "rising");
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      Row cluster = MakeRow(RowKind::kGaussian, size, seed);
      for (std::size_t i = 0; i < 32; ++i) {
        cluster[size - 1 - i] = 10.0f + 0.25f * static_cast<float>(i * 7 % 32);
      }
      ExpectTopK(cluster, {1, 31, 32, 40, 256}, "cluster");
    }
  }
}

// No shortcut from how a row begins.
TEST(Selection, IsNotFooledByTheBeginningOfARow) {
  for (const std::size_t size : kSizes) {
    for (const float prefix : {-kInfinity, -1.0f}) {
      Row row = MakeRow(RowKind::kGaussian, size, 4);
      std::fill_n(row.begin(), 1'024, prefix);
      ExpectTopK(row, {8, 40}, "prefix");
      std::fill(row.begin(), row.end() - 1, prefix);
      row.back() = 5.0f;
      ExpectTopK(row, {1, 2, 40}, "peak at the end");
    }
  }
}

TEST(Selection, IsExactAtEveryCount) {
  constexpr std::size_t kSize = 32'003;
  for (const RowKind kind :
       {RowKind::kGaussian, RowKind::kTied, RowKind::kEqual}) {
    const Row row = MakeRow(kind, kSize, 5);
    std::vector<std::size_t> counts = {1, 2, 3, kSize - 1, kSize, kSize + 1};
    for (std::size_t limit = 16; limit < kSize; limit *= 2) {
      counts.insert(counts.end(), {limit - 1, limit, limit + 1});
    }
    for (const std::size_t k : counts) {
      ExpectTopK(row, {k}, RowKindName(kind));
    }
  }
}

// No range of logits is special: moved or stretched rows keep the same tokens.
TEST(Selection, DoesNotCareWhereTheLogitsLie) {
  std::mt19937_64 random(6);
  for (const std::size_t size : {1'032u, 128'256u}) {
    Row row(size);
    for (float& logit : row) {  // Multiples of 1/8, exact wherever they go.
      logit = static_cast<float>(random() % 256) / 8.0f - 16.0f;
    }
    for (const std::string stages :
         {R"({"type": "top_k", "k": 200})", R"({"type": "top_p", "p": 0.5})",
          R"({"type": "min_p", "p": 0.05})",
          R"({"type": "typical_p", "p": 0.5})"}) {
      const std::vector<TokenId> kept = KeptIds(row, stages);
      for (const float shift : {-4096.0f, -100.0f, 100.0f, 65536.0f}) {
        Row moved = row;
        for (float& logit : moved) logit += shift;
        EXPECT_EQ(KeptIds(moved, stages), kept) << stages << shift;
      }
    }
    Row stretched = row;
    for (float& logit : stretched) logit *= 20.0f;
    ExpectTopK(stretched, {1, 40, 200, 5'000}, "stretched");
  }
}

TEST(Selection, TakesExactlyKOfATieTheLowestIds) {
  for (const std::size_t size : {1'000u, 151'936u}) {
    const Row row(size, 3.5f);
    for (const std::size_t k : {1u, 100u, 200u, 999u}) {
      std::vector<TokenId> first(k);
      std::iota(first.begin(), first.end(), 0);
      EXPECT_EQ(
          KeptIds(row, absl::StrCat(R"({"type": "top_k", "k": )", k, "}")),
          first);
    }
  }
  // A few that tie, far apart.
  for (const std::size_t size : {1'000u, 151'936u}) {
    Row row(size, -1.0f);
    for (std::size_t i = 0; i < 90; ++i) row[size - 1 - i * 11] = 3.5f;
    ExpectTopK(row, {1, 7, 50, 89}, "a few that tie");
  }
  // Two and three values: ties at every cut.
  std::mt19937_64 random(7);
  for (const unsigned values : {2u, 3u}) {
    Row row(128'257);
    for (float& logit : row) logit = static_cast<float>(random() % values);
    ExpectTopK(row, {1, 50, 30'000, 64'128, 100'000}, "few values");
  }
}

TEST(Selection, OfOneIsGreedyOnBf16Rows) {
  for (const std::size_t size : kSizes) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const Row row = MakeRow(RowKind::kTied, size, seed);
      const std::vector<TokenId> head = FirstIds(row, 1);
      EXPECT_EQ(KeptIds(row, R"({"type": "greedy"})"), head);
      EXPECT_EQ(KeptIds(row, R"({"type": "top_k", "k": 1})"), head);
      EXPECT_EQ(KeptIds(row, R"({"type": "top_p", "p": 0})"), head);
    }
  }
}

// Of equal maxima the lowest id wins, in whatever lane or block it lies.
TEST(Selection, TakesTheFirstOfEqualMaximaInEveryPlace) {
  for (std::size_t size = 1; size <= 200; ++size) {
    for (std::size_t first = 0; first < size; ++first) {
      Row row(size, -1.0f);
      row[first] = 2.0f;
      for (std::size_t i = first; i < size; i += 1 + (i + first) % 13) {
        row[i] = 2.0f;
      }
      ASSERT_EQ(KeptIds(row, R"({"type": "greedy"})"),
                std::vector<TokenId>{static_cast<TokenId>(first)})
          << size;
    }
  }
}

// Neighbouring floats are told apart, also subnormal ones and huge ones.
TEST(Selection, TellsNeighbouringFloatsApart) {
  std::mt19937_64 random(8);
  for (const float from : {0.0f, 1.0f, -24.0f, 1e-40f, 3e38f}) {
    Row row(32'003);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(from) +
                                    static_cast<std::uint32_t>(i % 20'000));
    }
    std::shuffle(row.begin(), row.end(), random);
    ExpectTopK(row, {1, 40, 1'000, 20'001}, absl::StrCat(from));
  }
}

TEST(Selection, OfFewerThanKCandidatesKeepsThemAll) {
  for (const std::size_t size : {65u, 32'003u}) {
    for (const std::size_t left : {1u, 2u, 39u, 40u, 41u}) {
      Row row(size, -kInfinity);
      for (std::size_t i = 0; i < left; ++i) {
        row[size - 1 - i * (size / 41)] = static_cast<float>(i % 5);
      }
      ExpectTopK(row, {40}, absl::StrCat(left, " left"));
    }
    Workspace workspace;
    const auto n = static_cast<std::int64_t>(size);
    const Row none(size, -kInfinity);
    const Token token =
        MakePipeline(R"({"type": "top_k", "k": 40})", n)
            .Sample(absl::MakeConstSpan(none), MakeSequence(n), workspace);
    EXPECT_EQ(token.status, RowStatus::kNoCandidate);
    EXPECT_EQ(token.id, -1);
  }
}

}  // namespace
}  // namespace sampler
