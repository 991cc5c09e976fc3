// Configs of the parity mode: what llama.cpp cannot run is reported.

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/parity/chains.h"

namespace sampler {
namespace {

TEST(LlamaCppConfig, ReportsWhatLlamaCppCannotRun) {
  const auto config = ParseConfig(
      R"({"version": 1, "seed": 4294967295,
"rng": "llama_cpp", "stages": [
{"type": "repetition_penalty", "penalty": 1.2, "scope": "output"},
{"type": "allow_tokens", "ids": [1]},
{"type": "typical_p", "p": 0.5},
{"type": "top_p", "p": 0.5, "ties": "keep_all", "mass": "original"},
{"type": "temperature", "schedule": {"from": 1, "to": 2, "steps": 3}},
{"type": "mirostat"},
{"type": "min_p", "p": 3},
{"type": "greedy"}]})",
      kSize);
  const std::string here = " with \"rng\": \"llama_cpp\"\n";
  const std::string want = absl::StrCat(
      "1:16: /seed: got 4294967295, want an integer in [0, 4294967295)", here,
      "3:48: /stages/0/scope: got \"output\", want \"both\"", here,
      "4:2: /stages/1/type: \"allow_tokens\" cannot run", here,
      "5:1: /stages/2/equality: got \"stop\", want \"continue\"", here,
      "6:29: /stages/3/ties: got \"keep_all\", want \"exact\"", here,
      "6:49: /stages/3/mass: got \"original\", want \"surviving\"", here,
      "7:25: /stages/4/schedule: got {\"from\": 1, \"steps\": 3, \"to\": 2}, "
      "want null",
      here,
      "8:1: /stages/5: \"mirostat\" must stand directly before a last "
      "\"categorical\"",
      here, "9:19: /stages/6/p: got 3, want a finite number in [0, 1]");
  EXPECT_EQ(std::string(config.status().message()), want);
}

TEST(LlamaCppConfig, RoundTrips) {
  for (const std::string& chain : Chains()) {
    const PipelineConfig config = MakeConfig(chain);
    EXPECT_EQ(config.rng, Rng::kLlamaCpp);
    EXPECT_EQ(*ParseConfig(ToJson(config), kSize), config);
  }
}

}  // namespace
}  // namespace sampler
