// What the parity mode refuses: parameters that float32 cannot hold, stages
// without what they need, and states that no run of the chain leaves.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/stages/registry.h"
#include "tests/parity/chains.h"

namespace sampler {
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

// mu stays a number, however fast it learns.
TEST(LlamaCppLimits, AStateStaysFinite) {
  for (const char* version : {"1", "2"}) {
    const Pipeline pipeline =
        MakePipeline(absl::StrCat(R"({"type": "mirostat", "tau": 1e38, "eta": 3,
                         "version": )",
                                  version, R"(}, {"type": "categorical"})"));
    Sequence sequence = pipeline.NewSequence({.seed = 1}).value();
    Workspace workspace;
    std::vector<float> row(kSize, 1.0F);
    for (int step = 0; step < 20; ++step) {
      const Token token = pipeline.Sample(row, sequence, workspace);
      ASSERT_EQ(token.status, RowStatus::kOk);
      ASSERT_TRUE(sequence.Accept(token).ok());
      const auto restored = Sequence::Restore(sequence.Snapshot());
      ASSERT_TRUE(restored.ok()) << restored.status();
      ASSERT_EQ(*restored, sequence);
    }
  }
}

TEST(LlamaCppLimits, RefusesStatesThatNoRunLeaves) {
  std::vector<float> row(kSize, 1.0F);
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain);
    if (!pipeline.has_state()) continue;
    Sequence sequence = pipeline.NewSequence({.seed = 7}).value();
    Workspace workspace;
    for (int step = 0; step < 3; ++step) {
      const Token token = pipeline.Sample(row, sequence, workspace);
      ASSERT_TRUE(sequence.Accept(token).ok());
    }
    EXPECT_EQ(pipeline.RestoreSequence(sequence.Snapshot()).value(), sequence);
    const std::vector<double> good(sequence.state().begin(),
                                   sequence.state().end());
    const auto status_of = [&](const std::vector<double>& numbers) {
      Sequence other = sequence;
      EXPECT_TRUE(other.Rollback(1).ok());
      Token token = {.id = 1, .status = RowStatus::kOk};
      token.state.values.assign(numbers.begin(), numbers.end());
      token.state.owner = sequence.state_owner();
      EXPECT_TRUE(other.Accept(token).ok());
      const RowStatus status = pipeline.Sample(row, other, workspace).status;
      EXPECT_EQ(pipeline.RestoreSequence(other.Snapshot()).ok(),
                status == RowStatus::kOk)
          << pipeline.RestoreSequence(other.Snapshot()).status();
      return status;
    };
    EXPECT_EQ(status_of(good), RowStatus::kOk) << chain;
    for (std::size_t i = 0; i < good.size(); ++i) {
      int refused = 0;
      for (const double wrong : {1e19, 1e10, -5.0, 7.0, 0.5, 1e300, -1e300}) {
        std::vector<double> numbers = good;
        numbers[i] = wrong;
        refused += status_of(numbers) == RowStatus::kWrongState ? 1 : 0;
      }
      // A surprise may be any float32, the others are bounded.
      EXPECT_GE(refused, 2) << chain << i;
    }
  }
  // Two words a token at most.
  const Pipeline plain = MakePipeline(R"({"type": "categorical"})");
  Sequence sequence = plain.NewSequence({.seed = 7}).value();
  Workspace workspace;
  ASSERT_TRUE(sequence.Accept(plain.Sample(row, sequence, workspace)).ok());
  std::string snapshot = sequence.Snapshot();
  const std::size_t at = snapshot.find("[[2.0]]");
  ASSERT_NE(at, std::string::npos);
  for (const char* wrong : {"1e19", "-5", "1e10", "3", "1.5", "4"}) {
    std::string text = snapshot;
    text.replace(at, 7, absl::StrCat("[[", wrong, "]]"));
    const auto restored = plain.RestoreSequence(text);
    ASSERT_FALSE(restored.ok()) << wrong;
    EXPECT_TRUE(
        absl::StrContains(restored.status().message(),
                          "/stages/0: words that its engine has given: got "))
        << restored.status();
    const auto unchecked = Sequence::Restore(text);
    ASSERT_TRUE(unchecked.ok()) << unchecked.status();
    EXPECT_EQ(plain.Sample(row, *unchecked, workspace).status,
              RowStatus::kWrongState);
  }
}

// An edit behind a stage that sorts leaves no order behind.
TEST(LlamaCppLimits, DrawsNoBannedTokenWhateverWasSortedBefore) {
  const std::vector<std::string> sorting = {
      R"({"type": "top_k", "k": 3})",
      R"({"type": "top_p", "p": 0.999})",
      R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.5,
          "count": "all"})",
      R"({"type": "top_k", "k": 3}, {"type": "temperature",
          "temperature": 0.5})",
      R"({"type": "top_k", "k": 3}, {"type": "top_n_sigma", "n": 9})",
      R"({"type": "xtc", "probability": 1, "threshold": 0.5, "fire": "le"})"};
  const std::vector<std::string> draws = {
      R"({"type": "categorical", "order": "rank"})",
      R"({"type": "greedy"})",
      R"({"type": "temperature", "temperature": 0}, {"type": "categorical"})",
      R"({"type": "mirostat"}, {"type": "categorical"})",
      R"({"type": "mirostat", "version": 1}, {"type": "categorical"})",
      R"({"type": "adaptive_p", "target": 0.3}, {"type": "categorical"})",
      R"({"type": "top_p", "p": 0.5}, {"type": "categorical"})",
      R"({"type": "min_p", "p": 0.5}, {"type": "categorical"})",
      R"({"type": "top_k", "k": 1}, {"type": "categorical"})",
      R"({"type": "typical_p", "p": 0.5, "equality": "continue"},
         {"type": "categorical"})",
      R"({"type": "xtc", "probability": 1, "threshold": 0.1, "fire": "le"},
         {"type": "categorical"})"};
  const std::vector<std::string> edits = {
      R"({"type": "logit_bias", "bias": {"0": false, "2": false}})",
      R"({"type": "suppress_tokens", "ids": [0, 2]})"};
  for (const std::string& sort : sorting) {
    for (const std::string& edit : edits) {
      for (const std::string& draw : draws) {
        const std::string stages = absl::StrCat(sort, ", ", edit, ", ", draw);
        SCOPED_TRACE(stages);
        const auto config = ParseConfig(
            R"({"version": 1, "rng": "llama_cpp", "stages": [)" + stages + "]}",
            3);
        ASSERT_TRUE(config.ok()) << config.status();
        const Pipeline pipeline = Pipeline::Create(*config, 3).value();
        Workspace workspace;
        const std::vector<float> row = {5, 4, 3};
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
          const Token token = pipeline.Sample(
              row, pipeline.NewSequence({.seed = seed}).value(), workspace);
          ASSERT_EQ(token.status, RowStatus::kOk);
          ASSERT_EQ(token.id, 1);
        }
      }
    }
  }
}

TEST(LlamaCppLimits, TheLikeliestTokenIsTheOneAfterTheEdit) {
  for (const char* bias : {R"({"1": 5})", R"({"0": -5, "2": -5})"}) {
    const auto config = ParseConfig(
        absl::StrCat(R"({"version": 1, "rng": "llama_cpp", "stages": [
            {"type": "top_k", "k": 3}, {"type": "logit_bias", "bias": )",
                     bias, R"(},
            {"type": "temperature", "temperature": 0},
            {"type": "categorical"}]})"),
        3);
    const Pipeline pipeline = Pipeline::Create(*config, 3).value();
    Workspace workspace;
    EXPECT_EQ(pipeline
                  .Sample(std::vector<float>{5, 4, 3},
                          pipeline.NewSequence({.seed = 1}).value(), workspace)
                  .id,
              1);
  }
}

TEST(LlamaCppLimits, ARowWithoutAnythingLeftIsAStatus) {
  const auto config = ParseConfig(
      R"({"version": 1, "rng": "llama_cpp", "stages": [
          {"type": "top_k", "k": 2},
          {"type": "suppress_tokens", "ids": [0, 1]},
          {"type": "categorical"}]})",
      3);
  const Pipeline pipeline = Pipeline::Create(*config, 3).value();
  Workspace workspace;
  const Token token =
      pipeline.Sample(std::vector<float>{5, 4, 3},
                      pipeline.NewSequence({.seed = 1}).value(), workspace);
  EXPECT_EQ(token.status, RowStatus::kNoCandidate);
  EXPECT_EQ(token.id, -1);
}

}  // namespace
}  // namespace sampler
