// Marks that engines write: their numbers, their tokens, their detectors, as
// their own code says (tests/data/make_engine_marks.py).

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config/printed.h"
#include "sampler/watermark/gumbel_mark.h"
#include "sampler/watermark/sglang_mark.h"
#include "sampler/watermark/vllm_mark.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using nlohmann::json;
using Tokens = std::vector<TokenId>;

constexpr std::int64_t kSize = 512;

const json& Golden() {
  static const json* const golden = new json(
      json::parse(std::ifstream(SAMPLER_TEST_DATA "/engine_marks.json")));
  return *golden;
}

std::int64_t KeyOf(const json& value) {
  if (value.is_string()) {
    return static_cast<std::int64_t>(
        std::stoull(value.get<std::string>(), nullptr, 16));
  }
  return static_cast<std::int64_t>(value.get<std::uint64_t>());
}

GumbelMarkRule RuleOf(const json& text) {
  const auto scheme = text.at("scheme").get<std::string>();
  GumbelMarkRule rule = {
      .key = KeyOf(text.at("key")),
      .context_width = text.at("width").get<std::int64_t>(),
      .variant = scheme == "vllm"        ? GumbelMarkRule::Variant::kVllm
                 : scheme == "vllm-dual" ? GumbelMarkRule::Variant::kVllmDual
                                         : GumbelMarkRule::Variant::kSglang};
  rule.alpha = text.value("alpha", rule.alpha);
  if (text.contains("key_b")) {
    rule.key_b = KeyOf(text["key_b"]);
    rule.mixing_probability = text.at("share").get<double>();
  }
  return rule;
}

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

double RelativeError(double found, double expected) {
  return std::fabs(found - expected) / std::max(std::fabs(expected), 1e-300);
}

TEST(VllmMark, HasTheEnginesNumbers) {
  const VllmMarkRandom random(0x0123456789abcdef, 4, {1, 2, 3, 4});
  const json& golden = Golden().at("uniforms");
  ASSERT_EQ(golden.size(), 6u);
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const double u = std::stod(golden[i].get<std::string>());
    EXPECT_EQ(static_cast<double>(random.Uniform(id)), u);
    EXPECT_EQ(static_cast<double>(random.Bits(id)), std::ldexp(u, 64));
  }
}

// vLLM's GPU kernel makes u another way: the float below (m + 1) 2^-24.
TEST(VllmMark, TheTwoWaysToAUniformAreOne) {
  for (std::uint32_t m = 0; m < 1u << 24; ++m) {
    const auto by_division =
        static_cast<float>((static_cast<double>(m) + 1.0) / 16777217.0);
    const float below =
        std::nextafterf(static_cast<float>(m + 1) * 0x1p-24f, 0.0f);
    ASSERT_EQ(by_division, below) << m;
  }
}

TEST(SglangMark, HasTheEnginesHash) {
  const TokenId context[] = {1, 2, 3, 4};
  const SglangMarkRandom random({.a = 1}, {context, {}});
  EXPECT_EQ(random.context_hash(), 1145416960u);
  EXPECT_EQ(random.context_hash(), Golden().at("context_hash"));
}

TEST(EngineDetectors, AgreeWithTheEnginesOnEveryText) {
  int texts = 0;
  int marked = 0;
  for (const json& text : Golden().at("texts")) {
    const auto prompt = text.at("prompt").get<Tokens>();
    const auto tokens = text.at("tokens").get<Tokens>();
    const MarkEvidence found = FindGumbelMark(RuleOf(text), {prompt, tokens});
    const double p = found.engine_p_value.value_or(found.p_value);
    SCOPED_TRACE(text.dump());
    EXPECT_EQ(found.tokens, text.at("counted"));
    EXPECT_LT(RelativeError(found.score, text.at("score")), 1e-12);
    // Of shapes that are no whole numbers torch's gammaincc knows 8 digits.
    EXPECT_LT(RelativeError(p, text.at("p")),
              found.engine_p_value.has_value() ? 1e-8 : 1e-9);
    if (text.contains("z")) {
      EXPECT_NEAR(found.z, text["z"].get<double>(), 1e-9);
      EXPECT_NEAR(found.log_p_value, text["log_p"].get<double>(), 1e-9);
    }
    EXPECT_EQ(found.tokens + found.repeated + found.left_out,
              static_cast<std::int64_t>(tokens.size()));
    EXPECT_EQ(found.each.size(), static_cast<std::size_t>(found.tokens));
    ++texts;
    if (p < 1e-6) ++marked;
  }
  EXPECT_GE(texts, 100);
  EXPECT_GE(marked, 30);
}

TEST(EngineDetectors, GiveTheNumbersThatTheirAuthorsPublish) {
  Tokens tokens;
  for (TokenId i = 1000; i < 1050; ++i) tokens.push_back(i);
  const MarkEvidence vllm =
      FindGumbelMark({.key = 42,
                      .context_width = 4,
                      .variant = GumbelMarkRule::Variant::kVllm},
                     {{}, tokens});
  EXPECT_NEAR(vllm.score, 54.94362105804163, 1e-11);
  EXPECT_NEAR(vllm.p_value, .23449522531707143, 1e-12);

  tokens.clear();
  for (TokenId i = 100; i < 160; ++i) tokens.push_back(i);
  const Tokens prompt = {1, 2, 3, 4, 5};
  const MarkEvidence sglang =
      FindGumbelMark({.key = 0x0123456789abcdef,
                      .context_width = 4,
                      .variant = GumbelMarkRule::Variant::kSglang},
                     {prompt, tokens});
  EXPECT_NEAR(sglang.score, 65.8406964442485, 1e-11);
  EXPECT_NEAR(sglang.z, .754, 1e-3);
  EXPECT_NEAR(sglang.p_value, .2196, 1e-4);
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
  says(R"(, "variant": "vllm", "skip_repeated": false, "max_history": 3)",
       "have no effect");
  says(R"(, "variant": "sglang", "mixing_probability": 0.5)",
       "without \"key_b\"");
  says(R"(, "variant": "sglang", "repeated_in": "both")", "want \"skip_");
}

TEST(Secrets, AreInNoErrorChainOrPrintedConfig) {
  const std::string stages =
      R"("stages": [{"type": "kgw_watermark", "key": 77731},
                    {"type": "synthid", "keys": [77731, 77732]}]})";
  const absl::StatusOr<PipelineConfig> config =
      ParseConfig(absl::StrCat(R"({"version": 1, )", stages));
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string printed = ToPrintedJson(*config);
  for (const std::string& text : {ChainText(*config), printed}) {
    EXPECT_EQ(text.find("7773"), std::string::npos) << text;
    EXPECT_NE(text.find("secret"), std::string::npos) << text;
  }
  EXPECT_NE(ToJson(*config).find("77731"), std::string::npos);
  // A printed config says what it lacks.
  const std::string again = ParseConfig(printed).status().ToString();
  EXPECT_NE(again.find("/stages/0/key: got \"secret\", as in a copy"),
            std::string::npos)
      << again;
  for (const char* wrong : {"77731.5", "\"77731\"", "[77731]"}) {
    const std::string error =
        ParseConfig(absl::StrCat(R"({"version": 1, "stages": [
                        {"type": "gumbel_watermark", "context_width": 1,
                         "key": )",
                                 wrong, "}]}"))
            .status()
            .ToString();
    EXPECT_NE(error.find("/stages/0/key: got a secret"), std::string::npos);
    EXPECT_EQ(error.find("77731"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace sampler
