// The same bits give the same token: in every type of row, on every thread, and
// whatever else its workspace was used for.

#include <bit>
#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/support/everyday_chain.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

TEST(Sample, GivesOneTokenForOneRowInEveryType) {
  const Pipeline pipeline = MakePipeline(kEverydayChain, 777);
  Workspace workspace;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    // Values with 8 significant bits within the range of f16: exact in all.
    std::vector<float> f32(777);
    std::vector<double> f64(777);
    std::vector<std::uint16_t> f16(777), bf16(777);
    const std::vector<float> source = MakeRow(RowKind::kTied, 777, seed);
    for (std::size_t i = 0; i < 777; ++i) {
      const float v = std::round(source[i] * 8.0f) / 8.0f;
      f32[i] = v;
      f64[i] = v;
      bf16[i] =
          static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(v) >> 16);
      std::uint16_t half = 0;
      while (F16ToDouble(half) != v && half != 0xffff) ++half;
      ASSERT_EQ(F16ToDouble(half), v);
      ASSERT_EQ(BF16ToDouble(bf16[i]), v);
      f16[i] = half;
    }
    const Sequence sequence = MakeSequence(777, {5, 6}, {7}, seed);
    const Logits rows[] = {absl::Span<const float>(f32),
                           absl::Span<const double>(f64),
                           Logits(f16.data(), DType::kF16, 777),
                           Logits(bf16.data(), DType::kBF16, 777)};
    const Token first = pipeline.Sample(rows[0], sequence, workspace);
    ASSERT_EQ(first.status, RowStatus::kOk);
    for (const Logits& row : rows) {
      const Token token = pipeline.Sample(row, sequence, workspace);
      ASSERT_EQ(token.id, first.id);
      ASSERT_EQ(token.bits, first.bits);
    }
  }
}

TEST(Sample, IsTheSameOnEveryThread) {
  constexpr std::int64_t kSize = 2000;
  const Pipeline pipeline = MakePipeline(kEverydayChain, kSize);
  const int rows = Share(100);
  std::vector<std::vector<float>> logits;
  std::vector<Token> expected;
  Workspace workspace;
  for (int i = 0; i < rows; ++i) {
    logits.push_back(
        MakeRow(kAllRowKinds[i % 8], kSize, static_cast<std::uint64_t>(i)));
    expected.push_back(pipeline.Sample(
        absl::Span<const float>(logits.back()),
        MakeSequence(kSize, {1, 2}, {i % 7}, 5, static_cast<std::uint32_t>(i)),
        workspace));
  }
  std::vector<int> wrong(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Workspace own;
      for (int n = 0; n < rows; ++n) {
        // Each thread in an order of its own.
        const int i = (n * 37 + static_cast<int>(t) * 11) % rows;
        const auto at = static_cast<std::size_t>(i);
        const Token token =
            pipeline.Sample(absl::Span<const float>(logits[at]),
                            MakeSequence(kSize, {1, 2}, {i % 7}, 5,
                                         static_cast<std::uint32_t>(i)),
                            own);
        wrong[t] += token.id != expected[at].id ||
                    token.bits != expected[at].bits ||
                    token.status != expected[at].status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8));
}

TEST(Sample, DoesNotMindOtherPipelinesRowsAndSizesInItsWorkspace) {
  const Pipeline a = MakePipeline(kEverydayChain, 1000);
  const Pipeline b = MakePipeline(R"({"type": "repetition_penalty",
                                      "penalty": 2, "normalize": true},
                                     {"type": "top_p", "p": 0.3})",
                                  70);
  Workspace shared;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> row_a = MakeRow(RowKind::kGaussian, 1000, seed);
    const std::vector<float> row_b = MakeRow(RowKind::kMasked, 70, seed);
    const Sequence sa = MakeSequence(1000, {1, 1, 999}, {}, seed);
    const Sequence sb = MakeSequence(70, {1, 69}, {5}, seed);
    Workspace own_a, own_b;
    const auto sample = [](const Pipeline& p, const std::vector<float>& row,
                           const Sequence& s, Workspace& w) {
      return p.Sample(absl::Span<const float>(row), s, w).id;
    };
    ASSERT_EQ(sample(a, row_a, sa, shared), sample(a, row_a, sa, own_a));
    ASSERT_EQ(sample(b, row_b, sb, shared), sample(b, row_b, sb, own_b));
    ASSERT_EQ(sample(a, row_a, sa, shared), sample(a, row_a, sa, own_a));
  }
}

TEST(Sample, DependsOnSeedStreamAndPosition) {
  const std::vector<float> row(1000, 0.0f);
  const Pipeline pipeline = MakePipeline("", 1000);
  Workspace workspace;
  const auto id = [&](const Sequence& s) {
    return pipeline.Sample(absl::Span<const float>(row), s, workspace).id;
  };
  const std::int32_t base = id(MakeSequence(1000, {}, {}, 1, 1));
  EXPECT_EQ(base, id(MakeSequence(1000, {}, {}, 1, 1)));
  EXPECT_EQ(base, id(MakeSequence(1000, {1, 2, 3}, {}, 1, 1)));
  EXPECT_NE(base, id(MakeSequence(1000, {}, {}, 2, 1)));
  EXPECT_NE(base, id(MakeSequence(1000, {}, {}, 1, 2)));
  EXPECT_NE(base, id(MakeSequence(1000, {}, {0}, 1, 1)));
  EXPECT_NE(base,
            id(MakeSequence(1000, {}, {}, (std::uint64_t{1} << 32) + 1, 1)));
}

}  // namespace
}  // namespace sampler
