// The numbers and the detectors of marks that engines write, as their own code
// says (tests/data/make_engine_marks.py).

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "sampler/watermark/gumbel_mark.h"
#include "sampler/watermark/sglang_mark.h"
#include "sampler/watermark/vllm_mark.h"
#include "tests/watermark/engine_golden.h"

namespace sampler {
namespace {

using nlohmann::json;

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

}  // namespace
}  // namespace sampler
