// What the parity mode refuses: parameters that float32 cannot hold, and stages
// without what they need.

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/stages/registry.h"
#include "tests/parity/chains.h"

namespace sampler::llama_cpp_limits_test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::string Errors(const std::string& stages) {
  const std::string json =
      R"({"version": 1, "rng": "llama_cpp", "stages": [)" + stages + "]}";
  return std::string(ParseConfig(json, kSize).status().message());
}

// What a stage needs to be told, for stages that llama.cpp knows.
struct Sample {
  std::string type;
  std::vector<std::pair<std::string, std::string>> parameters;
};

const std::vector<Sample>& Samples() {
  static const auto* const samples = new std::vector<Sample>{
      {"logit_bias", {{"bias", R"({"3": 1.5})"}}},
      {"repetition_penalty", {{"penalty", "1.2"}}},
      {"frequency_penalty", {{"penalty", "0.2"}, {"scope", R"("both")"}}},
      {"presence_penalty", {{"penalty", "0.2"}, {"scope", R"("both")"}}},
      {"dry", {{"multiplier", "0.8"}, {"base", "1.75"}}},
      {"temperature", {{"temperature", "0.8"}}},
      {"dynamic_temperature",
       {{"low", "0.5"},
        {"high", "1.5"},
        {"exponent", "1.5"},
        {"count", R"("all")"}}},
      {"top_n_sigma", {{"n", "1.5"}}},
      {"top_k", {{"k", "40"}}},
      {"typical_p", {{"p", "0.9"}, {"equality", R"("continue")"}}},
      {"top_p", {{"p", "0.9"}}},
      {"min_p", {{"p", "0.1"}}},
      {"xtc",
       {{"probability", "0.5"}, {"threshold", "0.1"}, {"fire", R"("le")"}}},
      {"mirostat", {{"tau", "5"}, {"eta", "0.1"}}},
      {"adaptive_p", {{"target", "0.3"}, {"decay", "0.9"}}},
  };
  return *samples;
}

// The stage of `sample` and a draw, with `value` in the place of parameter
// `changed`, which is left out where `value` is empty.
std::string StagesWith(const Sample& sample, const std::string& changed,
                       const std::string& value) {
  std::string json = absl::StrCat(R"({"type": ")", sample.type, R"(")");
  for (const auto& [name, usual] : sample.parameters) {
    const std::string& given = name == changed ? value : usual;
    if (!given.empty()) absl::StrAppend(&json, ", \"", name, "\": ", given);
  }
  return json + R"(}, {"type": "categorical"})";
}

// Creates a pipeline where the config is good, and draws from it: neither may
// crash, whatever the config lacks.
void Try(const std::string& stages) {
  SCOPED_TRACE(stages);
  if (!Errors(stages).empty()) return;
  const Pipeline pipeline = MakePipeline(stages);
  Workspace workspace;
  std::vector<float> row(kSize, 1.0F);
  row[4] = -kInfinity;
  const Token token = pipeline.Sample(
      row, pipeline.NewSequence({.seed = 1, .prompt = {1, 2, 1, 2}}).value(),
      workspace);
  EXPECT_NE(token.id, 4);
  for (const double number : token.state.values) {
    EXPECT_TRUE(std::isfinite(number));
  }
}

TEST(LlamaCppLimits, NoParameterMayBeMissingOrNullUnseen) {
  for (const Sample& sample : Samples()) {
    EXPECT_EQ(Errors(StagesWith(sample, "", "")), "");
    Try(StagesWith(sample, "", ""));
    for (const auto& [name, usual] : sample.parameters) {
      Try(StagesWith(sample, name, ""));
      Try(StagesWith(sample, name, "null"));
    }
  }
}

TEST(LlamaCppLimits, ATemperatureWantsATemperature) {
  const std::string stages =
      R"({"type": "temperature"}, {"type": "categorical", "order": "rank"})";
  EXPECT_EQ(Errors(stages),
            "1:47: /stages/0: want either \"temperature\" or \"schedule\"");
  PipelineConfig config;
  config.rng = Rng::kLlamaCpp;
  config.stages = {{"temperature"}, {"categorical"}};
  EXPECT_EQ(Pipeline::Create(config, kSize).status().message(),
            "/stages/0: want either \"temperature\" or \"schedule\"");
}

// A program may call a stage of its own by the name of one of ours.
TEST(LlamaCppLimits, AForeignStageOfAKnownNameCannotRun) {
  StageRegistry registry;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    if (type.name != "top_k") {
      ASSERT_TRUE(registry.Add(type).ok());
    }
  }
  StageType mine = *StageRegistry::BuiltIn().Find("top_p");
  mine.name = "top_k";
  mine.parameters = {};
  mine.facts = nullptr;
  mine.check = nullptr;
  mine.create = [](const Parameters&) -> std::unique_ptr<const Stage> {
    return nullptr;
  };
  ASSERT_TRUE(registry.Add(mine).ok());
  const PipelineConfig config = {.rng = Rng::kLlamaCpp,
                                 .stages = {{"top_k"}, {"categorical"}}};
  EXPECT_EQ(Pipeline::Create(config, kSize, registry).status().message(),
            "/stages/0/type: \"top_k\" cannot run with \"rng\": "
            "\"llama_cpp\"");
}

TEST(LlamaCppLimits, NumbersThatFloat32CannotHoldAreErrors) {
  for (const Sample& sample : Samples()) {
    for (const auto& [name, usual] : sample.parameters) {
      if (usual.front() == '"' || usual.front() == '{') continue;
      for (const std::string value :
           {"1e300", "3.5e38", "-1e300", "1e-60", "1e38", "1.1754944e-38"}) {
        const std::string stages = StagesWith(sample, name, value);
        SCOPED_TRACE(stages);
        const bool held = value == "1e38" || value == "1.1754944e-38";
        if (!held) {
          // Of low and high the order is wrong as well.
          const std::string found = Errors(stages);
          EXPECT_TRUE(absl::StrContains(
                          found, absl::StrCat("/stages/0/", name, ": got ")) ||
                      absl::StrContains(found, "want \"low\" <= \"high\""))
              << found;
        }
        Try(stages);
      }
    }
  }
  EXPECT_EQ(
      Errors(R"({"type": "mirostat", "eta": 1e300}, {"type": "categorical"})"),
      "1:68: /stages/0/eta: got 1e+300, want a number within float32's range "
      "(to 3.4e38) with \"rng\": \"llama_cpp\"");
  EXPECT_EQ(
      Errors(
          R"({"type": "temperature", "temperature": 1e-60}, {"type": "greedy"})"),
      "1:71: /stages/0/temperature: got 1e-60, want 0 or a number within "
      "float32's range (from 1.4e-45) with \"rng\": \"llama_cpp\"");
  for (const char* bias : {"1e300", "-1e39"}) {
    EXPECT_TRUE(absl::StrContains(
        Errors(absl::StrCat(R"({"type": "logit_bias", "bias": {"3": )", bias,
                            R"(}}, {"type": "categorical"})")),
        "/stages/0/bias/3: got "))
        << bias;
  }
}

TEST(LlamaCppLimits, NumbersThatOverflowWhenTheyMeetAreErrors) {
  const auto mirostat = [](const char* tau, const char* eta) {
    return absl::StrCat(R"({"type": "mirostat", "tau": )", tau, R"(, "eta": )",
                        eta, R"(}, {"type": "categorical"})");
  };
  EXPECT_EQ(Errors(mirostat("1e38", "1")), "");
  EXPECT_TRUE(absl::StrContains(Errors(mirostat("3e38", "0.1")),
                                "/stages/0: 2 \"tau\" and \"eta\" times "
                                "(\"tau\" + 150) must stay within float32's "
                                "range"));
  EXPECT_NE(Errors(mirostat("1e20", "1e20")), "");
  EXPECT_NE(Errors(mirostat("5", "3e38")), "");
}

}  // namespace
}  // namespace sampler::llama_cpp_limits_test
