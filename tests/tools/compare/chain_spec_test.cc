#include "tools/compare/chain_spec.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

absl::StatusOr<ChainSpec> Resolve(const std::string& given) {
  return ResolveChain("--a", given, 100, TokenText());
}

std::string ChainOf(const std::string& given) {
  const auto spec = Resolve(given);
  return spec.ok() ? std::string(ChainText(spec->config))
                   : std::string(spec.status().message());
}

TEST(ChainSpec, IsFlagsInTheirOrder) {
  EXPECT_EQ(ChainOf("top_p=0.95"), "top_p(0.95) -> categorical");
  EXPECT_EQ(ChainOf("min_p=0.05;temp=1.5"),
            "min_p(0.05) -> temperature(1.5) -> categorical");
  EXPECT_EQ(ChainOf(" --top-k = 4 ; top-p=0.5 "),
            "top_k(4) -> top_p(0.5) -> categorical");
  EXPECT_EQ(ChainOf("typical_p=0.9"), ChainOf("typical=0.9"));
  EXPECT_EQ(ChainOf("raw"), "categorical");
}

TEST(ChainSpec, IsAPresetWithFlagsOnTop) {
  EXPECT_TRUE(
      absl::StrContains(ChainOf("llama.cpp;temp=1.25"), "temperature(1.25)"));
  const std::string file = WriteTemporary(
      "a;b=c.json",
      R"({"version":1,"stages":[{"type":"top_k","k":3},{"type":"greedy"}]})");
  EXPECT_EQ(ChainOf(file), "top_k(3) -> greedy");
}

TEST(ChainSpec, TellsHowToGiveItToExplain) {
  EXPECT_EQ(Resolve("raw")->arguments, "--config neutral");
  EXPECT_EQ(Resolve("min_p=0.05;temp=1.5")->arguments,
            "--min-p 0.05 --temp 1.5");
  EXPECT_EQ(Resolve("vllm;top_p=0.5")->arguments, "--config vllm --top-p 0.5");
}

TEST(ChainSpec, RefusesWhatItDoesNotKnow) {
  for (const auto& [given, says] :
       {std::pair{"topp=0.9", "did you mean \"top-p\"?"},
        std::pair{"", "got nothing"}, std::pair{";;", "got nothing"},
        std::pair{"top_p=0.9;vllm", "behind other parts"},
        std::pair{"top_p=2", "--a: "},
        std::pair{"no-such-preset", "neither a preset nor a file"}}) {
    const auto spec = Resolve(given);
    ASSERT_FALSE(spec.ok()) << given;
    EXPECT_TRUE(Says(spec.status().message(), says)) << given;
  }
}

TEST(ChainSpec, QuotesWordsForAShell) {
  EXPECT_EQ(ShellWord("run-1.safetensors"), "run-1.safetensors");
  EXPECT_EQ(ShellWord("a b"), "'a b'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("$(x)"), "'$(x)'");
}

}  // namespace
}  // namespace sampler::tools
