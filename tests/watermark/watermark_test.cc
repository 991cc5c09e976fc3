// Watermarks: keyed numbers, marks, and the detectors that find them.
//
// Keys and seeds are fixed. A detector's z on plain text is about N(0, 1); the
// bounds below are 5 sigmas (3e-7) each.

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/random/random.h"
#include "sampler/watermark/green_list.h"
#include "sampler/watermark/gumbel_mark.h"
#include "tests/support/chi_square.h"
#include "tests/support/gaussian_text.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::watermark_test {
namespace {

using Row = std::vector<double>;

constexpr std::int64_t kSize = 500;

const std::string kGumbel =
    R"({"type": "gumbel_watermark", "key": 77, "context_width": 2})";
const std::vector<std::int32_t> kPrompt = {3, 14, 15, 9};

// A text of `length` tokens after kPrompt (which it includes), drawn from
// Gaussian rows.
std::vector<TokenId> Write(const std::string& stages, int length) {
  std::vector<TokenId> text = kPrompt;
  const std::vector<TokenId> told =
      GaussianText(stages, kSize, kPrompt, length);
  text.insert(text.end(), told.begin(), told.end());
  return text;
}

TEST(GreenList, HoldsItsShareOfIdsAndContexts) {
  for (const double gamma : {0.25, 0.5, 0.9}) {
    for (const auto scheme :
         {GreenListRule::Scheme::kLeftHash, GreenListRule::Scheme::kSelfHash}) {
      const GreenListRule rule = {
          .gamma = gamma, .key = 5, .context_width = 2, .scheme = scheme};
      int green = 0;
      int of_token_seven = 0;
      for (std::int32_t c = 0; c < 200; ++c) {
        const std::int32_t context[] = {c, c * 31 % 97};
        const GreenList list(rule, {context, {}});
        for (std::int32_t id = 0; id < 200; ++id) green += list.Contains(id);
        of_token_seven += list.Contains(7);
      }
      const double variance = gamma * (1 - gamma);
      EXPECT_NEAR(green, 40000 * gamma, 5 * std::sqrt(40000 * variance));
      EXPECT_NEAR(of_token_seven, 200 * gamma, 5 * std::sqrt(200 * variance));
    }
  }
}

TEST(GreenList, DependsOnKeyOrderAndScheme) {
  const auto pattern = [](std::int64_t key, GreenListRule::Scheme scheme,
                          std::vector<std::int32_t> context) {
    const GreenList list({.key = key, .context_width = 2, .scheme = scheme},
                         {context, {}});
    std::string bits;
    for (std::int32_t id = 0; id < 64; ++id)
      bits += list.Contains(id) ? '1' : '0';
    return bits;
  };
  constexpr auto kLeft = GreenListRule::Scheme::kLeftHash;
  constexpr auto kSelf = GreenListRule::Scheme::kSelfHash;
  EXPECT_NE(pattern(1, kLeft, {4, 5}), pattern(2, kLeft, {4, 5}));
  EXPECT_NE(pattern(1, kLeft, {4, 5}), pattern(1, kLeft, {5, 4}));
  EXPECT_NE(pattern(1, kLeft, {4, 5}), pattern(1, kSelf, {4, 5}));
  EXPECT_EQ(pattern(-1, kLeft, {4, 5}), pattern(-1, kLeft, {4, 5}));
}

TEST(KgwWatermark, IsFoundInMarkedTextAndNotInPlainText) {
  for (const std::string scheme : {"lefthash", "selfhash"}) {
    const std::string stage =
        R"({"type": "kgw_watermark", "key": 77, "scheme": ")" + scheme + "\"}";
    const GreenListRule rule = {
        .key = 77,
        .scheme = scheme == "selfhash" ? GreenListRule::Scheme::kSelfHash
                                       : GreenListRule::Scheme::kLeftHash};
    const GreenCount marked = CountGreen(rule, Write(stage, 200), 4);
    EXPECT_GT(marked.tokens, 150);
    EXPECT_GT(marked.z, 4.0);
    EXPECT_LT(std::fabs(CountGreen(rule, Write("", 200), 4).z), 4.0);
    GreenListRule other = rule;
    other.key = 78;
    EXPECT_LT(std::fabs(CountGreen(other, Write(stage, 200), 4).z), 4.0);
  }
}

TEST(KgwWatermark, RaisesGreenTokensByDeltaAndNoOthers) {
  const Row row = {1, 2, 3, 4, 5, 6, 7, 8};
  const GreenListRule rule = {.gamma = 0.5};
  const std::int32_t context[] = {3};
  const GreenList list(rule, {context, {}});
  const Outcome outcome =
      RunStages(row, R"({"type": "kgw_watermark", "gamma": 0.5})",
                MakeSequence(8, {5, 3}));
  int green = 0;
  for (std::int32_t id = 0; id < 8; ++id) {
    const auto i = static_cast<std::size_t>(id);
    green += list.Contains(id);
    EXPECT_EQ(outcome.logits[i], row[i] + (list.Contains(id) ? 2.0 : 0.0));
  }
  EXPECT_GT(green, 0);
  EXPECT_LT(green, 8);
}

TEST(KgwWatermark, LeavesAStepWithAShortHistoryAlone) {
  const Row row = {1, 2, 3};
  const std::string stage =
      R"({"type": "kgw_watermark", "gamma": 0.99, "context_width": 3})";
  EXPECT_EQ(RunStages(row, stage, MakeSequence(3, {0}, {1})).logits, row);
  EXPECT_NE(RunStages(row, stage, MakeSequence(3, {0, 2}, {1})).logits, row);
}

TEST(GumbelWatermark, IsFoundInMarkedTextAndNotInPlainText) {
  const GumbelMarkRule rule = {.key = 77, .context_width = 2};
  const GumbelScore marked = ScoreGumbelMark(rule, Write(kGumbel, 200), 4);
  EXPECT_GT(marked.tokens, 190);
  EXPECT_GT(marked.z, 5.0);
  const GumbelScore plain = ScoreGumbelMark(rule, Write("", 200), 4);
  EXPECT_LT(std::fabs(plain.z), 5.0);
  EXPECT_LT(std::fabs(ScoreGumbelMark({.key = 78, .context_width = 2},
                                      Write(kGumbel, 200), 4)
                          .z),
            5.0);
}

TEST(GumbelWatermark, DetectorHasMeanOneAndVarianceOneOnPlainText) {
  std::vector<std::int32_t> text;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    text.push_back(static_cast<std::int32_t>(
        Coins(3, 0, i).Bits(Purpose::kTokenDraw) % 50000));
  }
  const GumbelScore s = ScoreGumbelMark({.key = 1, .context_width = 1}, text);
  EXPECT_LT(std::fabs(s.z), 5.0);
  EXPECT_GT(s.tokens, 19990);
}

TEST(GumbelWatermark, HasTheLawOfTheRowOverKeys) {
  const Row p = {0.5, 0.25, 0.15, 0.1};
  const Row row = Logs(p);
  Workspace workspace;
  const int n = Share(4000);
  Row observed(4), expected;
  for (int key = 0; key < n; ++key) {
    const Pipeline pipeline = MakePipeline(
        absl::StrCat(R"({"type": "gumbel_watermark", "context_width": 1, )",
                     "\"key\": ", key, "}"),
        4);
    ++observed[static_cast<std::size_t>(
        pipeline
            .Sample(absl::Span<const double>(row), MakeSequence(4, {2}),
                    workspace)
            .id)];
  }
  for (const double x : p) expected.push_back(n * x);
  const ChiSquare chi = PooledChiSquare(observed, expected);
  EXPECT_LT(chi.statistic, ChiSquareQuantile(chi.degrees, 1e-7));
}

TEST(GumbelWatermark, FallsBackToTheSeedWhereAContextIsShortOrRepeated) {
  const std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 1);
  const Pipeline marked = MakePipeline(kGumbel, kSize);
  const Pipeline always = MakePipeline(
      R"({"type": "gumbel_watermark", "key": 77, "context_width": 2,
          "skip_repeated": false})",
      kSize);
  const Pipeline plain = MakePipeline(R"({"type": "gumbel_max"})", kSize);
  Workspace workspace;
  const auto draw = [&](const Pipeline& pipeline, std::uint64_t seed,
                        const std::vector<std::int32_t>& prompt,
                        const std::vector<std::int32_t>& output) {
    return pipeline
        .Sample(row, MakeSequence(kSize, prompt, output, seed), workspace)
        .id;
  };
  // Short.
  EXPECT_EQ(draw(marked, 1, {8}, {}), draw(plain, 1, {8}, {}));
  EXPECT_EQ(draw(always, 1, {8}, {}), draw(plain, 1, {8}, {}));
  // (4, 5) preceded the output token 6, and precedes now.
  const std::vector<std::int32_t> output = {6, 4, 5};
  int differ = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(draw(marked, seed, {4, 5}, output),
              draw(plain, seed, {4, 5}, output));
    EXPECT_EQ(draw(always, seed, {4, 5}, output), draw(always, 0, {4, 5}, {}));
    // In the prompt alone it does not count.
    EXPECT_EQ(draw(marked, seed, {4, 5, 6, 4, 5}, {}),
              draw(always, 0, {4, 5}, {}));
    differ += draw(plain, seed, {4, 5}, output) != draw(always, 0, {4, 5}, {});
  }
  EXPECT_GT(differ, 0);
}

TEST(GumbelWatermark, IsExactUnderRollback) {
  const Pipeline pipeline = MakePipeline(
      R"({"type": "top_k", "k": 2},
         {"type": "gumbel_watermark", "key": 1, "context_width": 1})",
      kSize);
  const std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 2);
  Workspace workspace;
  Sequence sequence = MakeSequence(kSize, kPrompt);
  std::vector<std::int32_t> first;
  for (int t = 0; t < 30; ++t) {
    const Token token = pipeline.Sample(row, sequence, workspace);
    first.push_back(token.id);
    ASSERT_TRUE(sequence.Accept(token).ok());
  }
  ASSERT_TRUE(sequence.Rollback(20).ok());
  for (std::size_t t = 10; t < 30; ++t) {
    const Token token = pipeline.Sample(row, sequence, workspace);
    EXPECT_EQ(token.id, first[t]);
    ASSERT_TRUE(sequence.Accept(token).ok());
  }
}

TEST(Detectors, CountARepeatedGramOnce) {
  const std::vector<std::int32_t> loop(100, 7);
  EXPECT_EQ(CountGreen({}, loop).tokens, 1);
  EXPECT_EQ(ScoreGumbelMark({}, loop).tokens, 1);
  EXPECT_EQ(CountGreen({}, {}).z, 0.0);
  EXPECT_EQ(ScoreGumbelMark({}, {}).z, 0.0);
}

}  // namespace
}  // namespace sampler::watermark_test
