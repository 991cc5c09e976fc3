// The statistics of SynthID-Text: the mark does not distort, tokens are drawn
// with the marked probabilities, and the detector finds marked texts alone.
//
// Keys and seeds are fixed. Bounds are 5 sigmas (3e-7), or 1e-7 of a
// chi-square's tail, each.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/random/random.h"
#include "sampler/watermark/synthid_mark.h"
#include "tests/oracle/pipeline.h"
#include "tests/support/chi_square.h"
#include "tests/support/gaussian_text.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::synthid_laws_test {
namespace {

using nlohmann::json;
using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;

std::vector<std::int64_t> Keys(int layers, int first = 1) {
  std::vector<std::int64_t> keys;
  for (int d = 0; d < layers; ++d) keys.push_back(first * 1000 + d * 77);
  return keys;
}

json Stage(const std::vector<std::int64_t>& keys, int ngram_len = 5) {
  return {{"type", "synthid"}, {"keys", keys}, {"ngram_len", ngram_len}};
}

// The bits of a table as transformers has it.
std::vector<std::int64_t> Table() {
  std::vector<std::int64_t> table;
  for (std::uint32_t i = 0; i < 65536; ++i) {
    table.push_back(
        static_cast<std::int64_t>(Coins(1, 2, i).Bits(Purpose::kCaller) & 1));
  }
  return table;
}

void ExpectLaw(const Row& observed, const Row& expected) {
  const ChiSquare chi = PooledChiSquare(observed, expected);
  EXPECT_GT(chi.degrees, 2.0);
  EXPECT_LT(chi.statistic, ChiSquareQuantile(chi.degrees, 1e-7));
}

// ---- The draw ---------------------------------------------------------------

TEST(SynthIdLaw, IsThatOfTheRowOverKeys) {
  const Row p = {0.5, 0.25, 0.15, 0.1};
  const Row row = Logs(p);
  Workspace workspace;
  const int n = Share(4000);
  Row observed(4), expected, sum(4);
  for (int key = 0; key < n; ++key) {
    const Pipeline pipeline = MakePipeline(Stage(Keys(3, key)).dump(), 4);
    const Sequence sequence =
        MakeSequence(4, {}, {2}, static_cast<std::uint64_t>(key));
    const Step step =
        pipeline.Process(absl::MakeConstSpan(row), sequence, workspace);
    for (TokenId id = 0; id < 4; ++id) {
      sum[static_cast<std::size_t>(id)] += step.distribution().Probability(id);
    }
    ++observed[static_cast<std::size_t>(step.Draw().id)];
  }
  for (std::size_t i = 0; i < 4; ++i) {
    expected.push_back(n * p[i]);
    // The variance of a probability is below p (1 - p).
    EXPECT_NEAR(sum[i] / n, p[i], 5 * std::sqrt(p[i] * (1 - p[i]) / n));
  }
  ExpectLaw(observed, expected);
}

TEST(SynthIdLaw, IsThatOfTheRowOverKeysAtThirtyTwoThousandTokens) {
  constexpr std::int64_t kSize = 32000;
  const std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 3);
  Workspace workspace;
  const Pipeline plain = MakePipeline("", kSize);
  const Distribution d = plain.Process(row, MakeSequence(kSize), workspace);
  const int n = Share(2000);
  Row observed(kSize), expected;
  for (TokenId id = 0; id < kSize; ++id) {
    expected.push_back(n * d.Probability(id));
  }
  for (int key = 0; key < n; ++key) {
    const Pipeline pipeline = MakePipeline(Stage(Keys(2, key)).dump(), kSize);
    const Token token = pipeline.Sample(
        row, MakeSequence(kSize, {}, {}, static_cast<std::uint64_t>(key)),
        workspace);
    ++observed[static_cast<std::size_t>(token.id)];
  }
  ExpectLaw(observed, expected);
}

// The marked law by the oracle, the draws by the library.
TEST(SynthIdLaw, OfOneContextIsTheTournamentsAtThirtyTwoThousandTokens) {
  constexpr std::int64_t kSize = 32000;
  const std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 4);
  const json stage = Stage(Keys(30));
  const oracle::Result result =
      oracle::RunStages({row.begin(), row.end()}, json::array({stage}),
                        {.prompt = {}, .output = {5, 6, 7}});
  const int n = Share(200'000);
  Row observed(kSize), expected(kSize);
  for (const oracle::Candidate& c : result.candidates) {
    expected[static_cast<std::size_t>(c.id)] = n * result.Probability(c.id);
  }
  const Pipeline pipeline = MakePipeline(stage.dump(), kSize);
  const Sequence sequence = MakeSequence(kSize, {}, {5, 6, 7});
  Workspace workspace;
  const Step step = pipeline.Process(row, sequence, workspace);
  for (int i = 0; i < n; ++i) {
    const Sequence other = sequence.Fork(static_cast<std::uint32_t>(i));
    ++observed[static_cast<std::size_t>(step.DrawFor(other).id)];
  }
  ExpectLaw(observed, expected);
}

// ---- The detector -----------------------------------------------------------

TEST(ScoreSynthIdMark, FindsMarkedTextsAndNoOthers) {
  const Tokens plain = GaussianText("", 500, {3, 14}, 200);
  for (const bool hf : {false, true}) {
    SynthIdRule rule = {.keys = Keys(20)};
    json stage = Stage(rule.keys);
    if (hf) {
      rule.hash = SynthIdRule::Hash::kHuggingFace;
      rule.table = Table();
      stage["hash"] = "hf";
      stage["table"] = rule.table;
    }
    const Tokens text = GaussianText(stage.dump(), 500, {3, 14}, 200);
    const SynthIdScore marked = ScoreSynthIdMark(rule, text);
    EXPECT_EQ(marked.tokens, 196);
    EXPECT_GT(marked.mean, 0.5);
    EXPECT_GT(marked.weighted_mean, marked.mean);
    EXPECT_GT(marked.z, 5.0);
    EXPECT_LT(std::fabs(ScoreSynthIdMark(rule, plain).z), 5.0);
    // A part of the text is enough; another key finds nothing.
    EXPECT_GT(ScoreSynthIdMark(rule, absl::MakeConstSpan(text).subspan(60)).z,
              5.0);
    rule.keys = Keys(20, 2);
    EXPECT_LT(std::fabs(ScoreSynthIdMark(rule, text).z), 5.0);
  }
}

TEST(ScoreSynthIdMark, HasMeanZeroAndVarianceOneOnPlainText) {
  double squares = 0.0;
  double sum = 0.0;
  const int n = 400;
  for (int i = 0; i < n; ++i) {
    Tokens text;
    for (std::uint32_t t = 0; t < 60; ++t) {
      text.push_back(static_cast<std::int32_t>(
          Coins(3, static_cast<std::uint32_t>(i), t).Bits(Purpose::kTokenDraw) %
          50000));
    }
    const double z = ScoreSynthIdMark({.keys = Keys(7)}, text).z;
    sum += z;
    squares += z * z;
  }
  EXPECT_LT(std::fabs(sum / std::sqrt(n)), 5.0);
  // The variance of z^2 is about 2.
  EXPECT_LT(std::fabs(squares / n - 1.0), 5.0 * std::sqrt(2.0 / n));
}

// Corollary 27 of the paper: over V equal candidates a layer lifts the mean bit
// from 1/2 to 1/2 + (1 - 1 / V) / 4.
TEST(ScoreSynthIdMark, MeetsTheExpectedMeanOfFlatRows) {
  constexpr std::int64_t kSize = 200;
  const std::vector<float> row(kSize, 1.0f);
  const SynthIdRule rule = {.keys = {17}, .ngram_len = 3};
  const Pipeline pipeline = MakePipeline(Stage(rule.keys, 3).dump(), kSize);
  Workspace workspace;
  Sequence sequence = MakeSequence(kSize);
  for (int t = 0; t < 3000; ++t) {
    ASSERT_TRUE(
        sequence.Accept(pipeline.Sample(row, sequence, workspace)).ok());
  }
  const SynthIdScore score =
      ScoreSynthIdMark(rule, sequence.history().output());
  EXPECT_GT(score.tokens, 2500);
  const double mean = 0.5 + 0.25 * (1.0 - 1.0 / kSize);
  EXPECT_NEAR(
      score.mean, mean,
      5.0 * std::sqrt(mean * (1 - mean) / static_cast<double>(score.tokens)));
}

TEST(ScoreSynthIdMark, CountsARepeatedContextOnce) {
  const SynthIdRule rule = {.keys = Keys(3)};
  EXPECT_EQ(ScoreSynthIdMark(rule, Tokens(100, 7)).tokens, 1);
  EXPECT_EQ(ScoreSynthIdMark(rule, Tokens(4, 7)).tokens, 0);
  EXPECT_EQ(ScoreSynthIdMark(rule, {}).z, 0.0);
  // A table of ones says nothing.
  EXPECT_EQ(ScoreSynthIdMark({.keys = Keys(3),
                              .hash = SynthIdRule::Hash::kHuggingFace,
                              .table = {1}},
                             Tokens(100, 7))
                .z,
            0.0);
}

}  // namespace
}  // namespace sampler::synthid_laws_test
