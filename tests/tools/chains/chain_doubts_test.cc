// Chains that are legal and hardly meant.

#include "tools/chains/chain_doubts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "sampler/presets.h"
#include "sampler/stages/registry.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

std::string Text(const std::string& stages) {
  return absl::StrCat(R"({"version": 1, "stages": [)", stages,
                      R"(, {"type": "categorical"}]})");
}

// "pointer: message" of every doubt.
std::vector<std::string> Doubts(const std::string& stages,
                                std::optional<std::int64_t> size = {}) {
  const auto config = ParseConfig(Text(stages), size);
  EXPECT_TRUE(config.ok()) << config.status();
  std::vector<std::string> doubts;
  for (const Problem& doubt : DoubtsOf(*config, size)) {
    doubts.push_back(absl::StrCat(doubt.pointer, ": ", doubt.message));
  }
  return doubts;
}

using Lines = std::vector<std::string>;

TEST(ChainDoubtsTest, ChainsThatLeaveNoToken) {
  const Lines empty = {
      "/stages/1: \"suppress_tokens\" and the stages before it leave no token: "
      "every row gets the status no_candidate"};
  EXPECT_EQ(Doubts(R"({"type": "allow_tokens", "ids": [3]},
                      {"type": "suppress_tokens", "ids": [3]})"),
            empty);
  EXPECT_EQ(Doubts(R"({"type": "suppress_tokens", "ids": [3]},
                      {"type": "allow_tokens", "ids": [3]})")
                .size(),
            1u);
  EXPECT_EQ(Doubts(R"({"type": "allow_tokens", "ids": [1, 2]},
                      {"type": "top_k", "k": 5},
                      {"type": "allow_tokens", "ids": [3, 4]})")
                .size(),
            1u);
  EXPECT_EQ(Doubts(R"({"type": "allow_tokens", "ids": [1, 2]},
                      {"type": "logit_bias", "bias": {"1": false}},
                      {"type": "bad_words", "sequences": [[2]]})")
                .size(),
            1u);
  EXPECT_EQ(
      Doubts(R"({"type": "suppress_tokens", "ids": [0, 1, 2]})", 3).size(), 1u);
  // These leave one.
  EXPECT_EQ(Doubts(R"({"type": "suppress_tokens", "ids": [0, 1, 2]})", 4),
            Lines{});
  EXPECT_EQ(Doubts(R"({"type": "allow_tokens", "ids": [1, 2]},
                      {"type": "bad_words", "sequences": [[2], [0, 1]]})"),
            Lines{});
  EXPECT_EQ(Doubts(R"({"type": "allow_tokens", "ids": [3]},
                      {"type": "suppress_tokens", "ids": [3],
                       "when": "begin"})"),
            Lines{});
}

TEST(ChainDoubtsTest, NumbersFarOutsideUse) {
  EXPECT_EQ(Doubts(R"({"type": "repetition_penalty", "penalty": 51})"),
            (Lines{"/stages/0/penalty: 51 is far outside what is in use, [0.2, "
                   "5]: one occurrence decides all"}));
  for (const UsualRange& usual : UsualRanges()) {
    const StageType* const type = StageRegistry::BuiltIn().Find(usual.stage);
    ASSERT_NE(type, nullptr) << usual.stage;
    bool found = false;
    for (const Parameter& line : type->parameters) {
      found |= line.name() == usual.parameter;
    }
    EXPECT_TRUE(found) << usual.stage << " " << usual.parameter;
    EXPECT_LT(usual.low, usual.high);
  }
  EXPECT_EQ(Doubts(R"({"type": "repetition_penalty", "penalty": 1.3},
                      {"type": "temperature", "temperature": 2})"),
            Lines{});
}

TEST(ChainDoubtsTest, NoPresetIsDoubted) {
  for (const Preset& preset : Presets()) {
    EXPECT_TRUE(DoubtsOf(ParseConfig(preset.json).value()).empty())
        << preset.name;
  }
}

TEST(ChainDoubtsTest, ValidateAndReplaySayThem) {
  const std::string config = WriteTemporary(
      "doubt.json", Text(R"({"type": "repetition_penalty", "penalty": 51})"));
  const ToolResult text = RunTool({"validate", config});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_TRUE(Says(text.out, "warning: /stages/0/penalty: 51 is far outside"));
  const auto json = nlohmann::json::parse(
      RunTool({"validate", config, "--json"}).out, nullptr, false);
  EXPECT_EQ(json["configs"][0]["warnings"][0]["pointer"], "/stages/0/penalty");
  EXPECT_EQ(json["configs"][0]["ok"], true);
  EXPECT_TRUE(
      Says(RunTool({"replay", MakeLog({{1, 2}}, {0}, {1}), "-c", config}).err,
           "warning: /stages/0/penalty: 51 is far outside"));
}

}  // namespace
}  // namespace sampler::tools
