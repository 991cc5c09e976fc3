// gumbel_watermark as engines draw: their tokens, and the steps that they leave
// without a mark (tests/data/make_engine_marks.py).

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"
#include "tests/watermark/engine_golden.h"

namespace sampler::engine_draws_test {
namespace {

using nlohmann::json;

constexpr std::int64_t kSize = 512;

// The stage that draws as the engine of this text does.
std::string StageOf(const json& text) {
  const GumbelMarkRule rule = RuleOf(text);
  json stage = {{"type", "gumbel_watermark"},
                {"key", rule.key},
                {"context_width", rule.context_width}};
  switch (rule.variant) {
    case GumbelMarkRule::Variant::kVllm:
      stage["variant"] = "vllm";
      stage["skip_repeated"] = false;
      break;
    case GumbelMarkRule::Variant::kVllmDual:
      stage["variant"] = "vllm_dual";
      stage["alpha"] = rule.alpha;
      stage["skip_repeated"] = false;
      break;
    default:
      stage["variant"] = "sglang";
      if (rule.key_b.has_value()) {
        stage["key_b"] = *rule.key_b;
        stage["mixing_probability"] = rule.mixing_probability;
      }
  }
  return stage.dump();
}

// The logits of make_engine_marks.py.
std::vector<float> GoldenRow(std::uint32_t text, std::uint32_t step) {
  std::vector<float> row;
  for (std::uint32_t id = 0; id < kSize; ++id) {
    const std::uint32_t word =
        (text * 7919u + step * 104729u + id * 1299709u + 12345u) * 2654435761u;
    row.push_back(static_cast<float>((word >> 13) % 1024) / 128.0f);
  }
  return row;
}

// Where two scores agree to float32 an engine may choose otherwise; in these
// texts none do.
TEST(EngineMarks, AreDrawnAsTheEnginesDrawThem) {
  int compared = 0;
  Workspace workspace;
  for (const json& text : Golden().at("texts")) {
    if (!text.contains("drawn")) continue;
    SCOPED_TRACE(text.dump());
    const Pipeline pipeline = MakePipeline(StageOf(text), kSize);
    Sequence sequence = MakeSequence(kSize, text.at("prompt").get<Tokens>());
    const auto width = text.at("width").get<std::size_t>();
    std::set<Tokens> contexts;
    std::uint32_t step = 0;
    for (const json& expected : text.at("tokens")) {
      const MarkedText before = {sequence.history().prompt(),
                                 sequence.history().output()};
      const bool fresh =
          contexts.insert(RunOf(before.Before(step, width))).second;
      const Token token =
          pipeline.Sample(GoldenRow(text["drawn"].get<std::uint32_t>(), step),
                          sequence, workspace);
      // SGLang's selector is asked for marks alone here, also where the engine
      // would leave the context, as the stage does.
      if (fresh || text["scheme"] != "sglang") {
        EXPECT_EQ(token.id, expected) << step;
        ++compared;
      }
      ASSERT_TRUE(sequence.AcceptId(expected.get<TokenId>()).ok());
      ++step;
    }
  }
  EXPECT_GT(compared, 1500);
}

// Does the mark choose the token after this text, whatever the seed?
bool IsMarked(const Pipeline& pipeline, const Tokens& prompt,
              const Tokens& output) {
  Workspace workspace;
  const std::vector<float> row(kSize, 0.0f);
  std::set<TokenId> tokens;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const Sequence sequence = MakeSequence(kSize, prompt, output, seed);
    tokens.insert(pipeline.Sample(row, sequence, workspace).id);
  }
  return tokens.size() == 1;
}

TEST(EngineMarks, LeaveTheContextsThatVllmLeaves) {
  int repeated = 0;
  const json& cases = Golden().at("repeats");
  for (const json& c : cases) {
    json stage = {
        {"type", "gumbel_watermark"},
        {"key", 5},
        {"context_width", c.at("width")},
        {"variant", "vllm"},
        {"repeated_in", c.at("both").get<bool>() ? "both" : "output"}};
    if (!c.at("history").is_null()) stage["max_history"] = c["history"];
    const Pipeline pipeline = MakePipeline(stage.dump(), kSize);
    EXPECT_EQ(IsMarked(pipeline, c.at("prompt").get<Tokens>(),
                       c.at("output").get<Tokens>()),
              !c.at("repeated").get<bool>())
        << c.dump();
    repeated += c["repeated"].get<bool>() ? 1 : 0;
  }
  EXPECT_GT(repeated, 15);
  EXPECT_LT(repeated, static_cast<int>(cases.size()) - 15);
}

TEST(EngineMarks, LeaveWhatSglangLeaves) {
  const auto pipeline = [](const std::string& more) {
    return MakePipeline(absl::StrCat(R"({"type": "gumbel_watermark", "key": 5,
                         "context_width": 2, "variant": "sglang")",
                                     more, "}"),
                        kSize);
  };
  const Pipeline plain = pipeline("");
  EXPECT_FALSE(IsMarked(plain, {}, {}));  // No context.
  EXPECT_TRUE(IsMarked(plain, {3}, {}));  // A short one.
  EXPECT_TRUE(IsMarked(plain, {1, 2, 1, 2}, {}));
  EXPECT_FALSE(IsMarked(plain, {1, 2}, {7, 1, 2}));
  // (1, 2), (2, 3) and (3, 4) are marked; then no more.
  const Pipeline three = pipeline(R"(, "max_contexts": 3)");
  EXPECT_TRUE(IsMarked(three, {1, 2}, {3, 4}));
  EXPECT_FALSE(IsMarked(three, {1, 2}, {3, 4, 5}));
  // (1, 2), (2, 1), (1, 2) again, (2, 1) again: two so far.
  EXPECT_TRUE(IsMarked(three, {1, 2}, {1, 2, 1, 7}));
  // Of 512 even tokens each has a 512th.
  EXPECT_TRUE(
      IsMarked(pipeline(R"(, "max_probability": 0.001953125)"), {1, 2}, {}));
  EXPECT_FALSE(
      IsMarked(pipeline(R"(, "max_probability": 0.00195)"), {1, 2}, {}));
}

TEST(EngineMarks, OfTwoKeysHaveTheirShares) {
  // With alpha a token is key B's that often, by the sequence's coin.
  const auto draw = [](double alpha, std::uint64_t seed, TokenId context) {
    Workspace workspace;
    const std::vector<float> row(kSize, 0.0f);
    const Pipeline pipeline =
        MakePipeline(absl::StrCat(R"({"type": "gumbel_watermark", "key": 9,
                         "context_width": 1, "variant": "vllm_dual",
                         "alpha": )",
                                  alpha, "}"),
                     kSize);
    return pipeline
        .Sample(row, MakeSequence(kSize, {}, {context}, seed), workspace)
        .id;
  };
  const int n = Share(4000);
  int b = 0;
  for (int i = 0; i < n; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const TokenId context = i % 500;
    const TokenId token = draw(0.25, seed, context);
    const TokenId of_a = draw(0.0, seed, context);
    const TokenId of_b = draw(1.0, seed, context);
    EXPECT_TRUE(token == of_a || token == of_b);
    b += token == of_b && of_a != of_b ? 1 : 0;
  }
  EXPECT_NEAR(b, n * 0.25, 5 * std::sqrt(n * 0.25 * 0.75) + n * 0.004);
}

TEST(EngineMarks, HaveTheLawOfTheRowOverKeys) {
  const std::vector<double> p = {0.5, 0.25, 0.15, 0.1};
  const std::vector<double> row = Logs(p);
  for (const std::string variant : {"vllm", "vllm_dual", "sglang"}) {
    Workspace workspace;
    const int n = Share(4000);
    std::vector<double> observed(4), expected;
    for (int key = 0; key < n; ++key) {
      const Pipeline pipeline = MakePipeline(
          absl::StrCat(R"({"type": "gumbel_watermark", "context_width": 2, )",
                       "\"variant\": \"", variant, "\", \"key\": ", key, "}"),
          4);
      const Token token =
          pipeline.Sample(absl::Span<const double>(row),
                          MakeSequence(4, {2}, {1, 3}), workspace);
      ++observed[static_cast<std::size_t>(token.id)];
    }
    for (const double x : p) expected.push_back(n * x);
    const ChiSquare chi = PooledChiSquare(observed, expected);
    EXPECT_LT(chi.statistic, ChiSquareQuantile(chi.degrees, 1e-7)) << variant;
  }
}

TEST(EngineMarks, RefuseWhatTheirVariantDoesNotRead) {
  const auto error = [](const std::string& more) {
    return ParseConfig(absl::StrCat(
                           R"({"version": 1, "stages": [
                               {"type": "gumbel_watermark", "key": 77731,
                                "context_width": 70)",
                           more, "}]}"))
        .status()
        .ToString();
  };
  const auto says = [&](const std::string& more, const std::string& what) {
    const std::string found = error(more);
    EXPECT_NE(found.find(what), std::string::npos) << found;
    EXPECT_EQ(found.find("77731"), std::string::npos) << found;
  };
  EXPECT_EQ(error(""), "OK");
  says(R"(, "alpha": 0.1)", "\"alpha\" is for variant \"vllm_dual\"");
  says(R"(, "variant": "vllm", "key_b": 1)", "\"key_b\" is for");
  says(R"(, "max_history": 9)", "\"max_history\" is for");
  says(R"(, "variant": "sglang")", "want at most 64");
  const std::string wide = ParseConfig(R"({"version": 1, "stages": [
          {"type": "gumbel_watermark", "key": 1, "variant": "vllm",
           "context_width": 9223372036854775807}]})")
                               .status()
                               .ToString();
  EXPECT_NE(wide.find("want at most 4096"), std::string::npos) << wide;
  says(R"(, "variant": "vllm", "skip_repeated": false, "max_history": 3)",
       "have no effect");
  says(R"(, "variant": "sglang", "mixing_probability": 0.5)",
       "without \"key_b\"");
  says(R"(, "variant": "sglang", "repeated_in": "both")", "want \"skip_");
}

}  // namespace
}  // namespace sampler::engine_draws_test
