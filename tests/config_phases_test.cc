// "phases" and "when" of a config: what is right is read and written back, and
// what is wrong is said with its place.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/config/fingerprint.h"
#include "sampler/config/phases.h"
#include "sampler/pipeline.h"
#include "sampler/stage_lookup.h"

namespace sampler::config_phases_test {
namespace {

constexpr char kPhases[] =
    R"("phases": {"thinking": {"begin": [[7]], "end": [[8]]},
                  "tool": {"begin": [[5, 6]], "end": [[6, 5], [4]],
                           "scope": "output"},
                  "all": {"initially": true}}, )";

std::string Config(const std::string& phases, const std::string& stages) {
  return absl::StrCat(R"({"version": 1, )", phases, R"("stages": [)", stages,
                      R"(, {"type": "categorical"}]})");
}

std::string Temperature(const std::string& when) {
  return absl::StrCat(R"({"type": "temperature", "temperature": 0.7, "when": )",
                      when, "}");
}

const std::vector<std::string>& GoodStages() {
  static const auto& stages = *new std::vector<std::string>{
      Temperature(R"({"phase": "thinking"})"),
      Temperature(R"({"not": {"phase": "tool"}})"),
      Temperature(R"({"position": [0, 5]})"),
      Temperature(R"({"phase": "all", "phase_position": [3, null]})"),
      Temperature(R"({"any": [{"position": [0, 1]}, {"phase": "tool"}]})"),
      R"({"type": "suppress_tokens", "ids": [1], "when": "begin"})",
      R"({"type": "suppress_tokens", "ids": [1], "when": {"phase": "tool"}})",
      R"({"type": "presence_penalty", "penalty": 1, "scope": "phase"})",
      R"({"type": "temperature", "schedule": {"from": 1, "to": 0.5, "steps": 3,
          "clock": "phase"}})",
      R"({"type": "thinking_budget", "phase": "thinking", "tokens": 3,
          "close": [9, 8, 9]})",
  };
  return stages;
}

TEST(ConfigPhases, AreReadAndWrittenBack) {
  std::vector<std::uint64_t> fingerprints;
  for (const std::string& stage : GoodStages()) {
    const auto config = ParseConfig(Config(kPhases, stage), 10);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_TRUE(Pipeline::Create(*config, 10).ok());
    EXPECT_EQ(ParseConfig(ToJson(*config)).value(), *config) << stage;
    for (const std::uint64_t other : fingerprints) {
      EXPECT_NE(ConfigFingerprint(*config), other) << stage;
    }
    fingerprints.push_back(ConfigFingerprint(*config));
  }
}

TEST(ConfigPhases, AreCompiledInTheOrderOfTheirNames) {
  const auto config = ParseConfig(Config(kPhases, GoodStages()[0]));
  const auto rules = CompilePhases(*config);
  ASSERT_EQ(rules->phases.size(), 3u);
  EXPECT_EQ(rules->phases[0], (PhaseRule{.name = "all", .initially = true}));
  EXPECT_EQ(rules->phases[1],
            (PhaseRule{.name = "thinking", .begin = {{7}}, .end = {{8}}}));
  EXPECT_EQ(rules->phases[2], (PhaseRule{.name = "tool",
                                         .begin = {{5, 6}},
                                         .end = {{6, 5}, {4}},
                                         .prompt_counts = false}));
}

TEST(ConfigPhases, StandInTheFingerprint) {
  const std::string stage = R"({"type": "top_k", "k": 2})";
  const auto fingerprint = [&](const std::string& phases) {
    return ConfigFingerprint(ParseConfig(Config(phases, stage)).value());
  };
  const std::uint64_t none = fingerprint("");
  const std::uint64_t one =
      fingerprint(R"("phases": {"a": {"begin": [[1]], "end": [[2]]}}, )");
  const std::uint64_t other =
      fingerprint(R"("phases": {"a": {"begin": [[1]], "end": [[3]]}}, )");
  EXPECT_NE(none, one);
  EXPECT_NE(one, other);
}

TEST(ConfigPhases, AreSaidInTheChainsLine) {
  const auto config = ParseConfig(
      Config(kPhases, absl::StrCat(GoodStages()[0], ",", GoodStages()[4])));
  EXPECT_EQ(ChainText(*config),
            "temperature(0.7) if thinking -> temperature(0.7) if (position in "
            "[0, 1) or tool) -> categorical");
}

// The facts of a stage that may not run promise less.
TEST(ConfigPhases, MakeFactsCareful) {
  const auto facts = [](const std::string& stage) {
    return FactsOf(ParseConfig(Config(kPhases, stage)).value().stages[0]);
  };
  const StageFacts heat = facts(Temperature(R"({"phase": "tool"})"));
  EXPECT_EQ(heat.temperature->low, 0.7);
  EXPECT_EQ(heat.temperature->high, 1.0);
  EXPECT_TRUE(heat.reads_phases);
  const std::string when = R"("when": {"phase": "tool"}})";
  EXPECT_TRUE(
      facts(R"({"type": "suppress_tokens", "ids": [1], )" + when).bans.empty());
  EXPECT_FALSE(facts(R"({"type": "allow_tokens", "ids": [1], )" + when)
                   .allows.has_value());
  EXPECT_FALSE(facts(R"({"type": "top_k", "k": 1, )" + when).head.has_value());
}

struct Mistake {
  std::string phases;
  std::string stage;
  std::string message;  // Of the one problem.
};

std::vector<Mistake> Mistakes() {
  const auto when = [](const std::string& condition,
                       const std::string& message) {
    return Mistake{kPhases, Temperature(condition), message};
  };
  const auto phases = [](const std::string& text, const std::string& message) {
    return Mistake{absl::StrCat(R"("phases": )", text, ", "),
                   R"({"type": "top_k", "k": 1})", message};
  };
  return {
      when("3", "/stages/0/when: got 3, want a condition: an object with"),
      when("{}", "/stages/0/when: got {}, want a condition"),
      when(R"({"phase": "thinkin"})",
           R"(/stages/0/when/phase: unknown phase "thinkin", did you mean)"),
      when(R"({"phase": 3})",
           "/stages/0/when/phase: got 3, want the name of a phase"),
      when(R"({"phases": "tool"})",
           R"(/stages/0/when/phases: unknown key "phases", did you mean)"),
      when(R"({"position": [3, 3]})",
           "/stages/0/when/position: got [3, 3], want [a, b] with integers"),
      when(R"({"position": [-1, 3]})", "/stages/0/when/position: got [-1, 3]"),
      when(R"({"position": 3})", "/stages/0/when/position: got 3"),
      when(R"({"not": []})", "/stages/0/when/not: got [], want a condition"),
      when(R"({"any": []})", "/stages/0/when/any: got [], want a non-empty"),
      when(R"({"all": [{"phase": "x"}]})",
           "/stages/0/when/all/0/phase: unknown phase \"x\""),
      {"", Temperature(R"({"phase": "thinking"})"),
       "/stages/0/when/phase: got \"thinking\", want a config with \"phases\""},
      {"", Temperature(R"({"phase_position": [0, 2]})"),
       "/stages/0/when/phase_position: got [0, 2], want a config with"},
      {"", GoodStages()[7],
       "/stages/0: \"presence_penalty\" looks at a phase, want \"phases\""},
      {"", GoodStages()[8], "/stages/0: \"temperature\" looks at a phase"},
      {"", GoodStages()[9], "/stages/0: \"thinking_budget\" looks at a phase"},
      {kPhases, R"({"type": "thinking_budget", "phase": "tol", "close": [8]})",
       "/stages/0/phase: unknown phase \"tol\", did you mean \"tool\"?"},
      {kPhases,
       R"({"type": "thinking_budget", "phase": "thinking", "close": [7]})",
       "/stages/0/close: these tokens do not end the phase \"thinking\""},
      {kPhases,
       R"({"type": "thinking_budget", "phase": "thinking", "close": []})",
       "/stages/0/close: got [], want a non-empty list of token ids"},
      {kPhases, R"({"type": "thinking_budget", "phase": "", "close": [8]})",
       "/stages/0/phase: got \"\", want a name"},
      {kPhases,
       R"({"type": "thinking_budget", "phase": "thinking", "close": [8],
           "at": "newline"})",
       "/stages/0: \"at\": \"newline\" wants the tokens \"newlines\""},
      {kPhases,
       R"({"type": "thinking_budget", "phase": "thinking", "close": [8],
           "grace": 2})",
       "/stages/0: \"newlines\" and \"grace\" want \"at\": \"newline\""},
      phases("3", "/phases: got 3, want an object {\"name\": {...}} of phases"),
      phases(R"({"a": 3})", "/phases/a: got 3, want an object"),
      phases(R"({"a": {"end": [[1]]}})", "/phases/a: the phase never begins"),
      phases(R"({"": {"initially": true}})", "/phases/: got \"\", want a name"),
      phases(R"({"a": {"begin": [[99]]}})",
             "/phases/a/begin/0/0: got 99, want a token id in [0, 10)"),
      phases(R"({"a": {"begin": [[]]}})", "/phases/a/begin/0: got []"),
      phases(R"({"a": {"begun": [[1]], "initially": true}})",
             "/phases/a/begun: unknown parameter \"begun\", did you mean"),
  };
}

TEST(ConfigPhases, ThatAreWrongAreSaidWithTheirPlace) {
  for (const Mistake& mistake : Mistakes()) {
    std::vector<JsonProblem> problems;
    EXPECT_FALSE(
        ParseConfig(Config(mistake.phases, mistake.stage), 10, &problems).ok())
        << mistake.message;
    ASSERT_EQ(problems.size(), 1u) << mistake.message;
    const Problem& problem = problems[0].problem;
    EXPECT_TRUE(absl::StartsWith(
        absl::StrCat(problem.pointer, ": ", problem.message), mistake.message))
        << problem.pointer << ": " << problem.message << "\nwant "
        << mistake.message;
  }
}

TEST(ConfigPhases, AreNotForDrawsOrOtherRuntimes) {
  const auto said = [](const std::string& json) {
    return std::string(ParseConfig(json).status().message());
  };
  EXPECT_TRUE(absl::StrContains(
      said(R"({"version": 1, "stages": [
              {"type": "greedy", "when": {"position": [0, 1]}}]})"),
      "/stages/0/when: \"greedy\" is a draw, which always runs"));
  EXPECT_TRUE(absl::StrContains(
      said(Config(absl::StrCat(R"("rng": "llama_cpp", )", kPhases),
                  R"({"type": "top_k", "k": 1})")),
      "/phases: llama.cpp's samplers know no phases"));
  EXPECT_TRUE(absl::StrContains(
      said(Config(R"("rng": "llama_cpp", )",
                  Temperature(R"({"position": [0, 1]})"))),
      "/stages/0/when: with \"rng\": \"llama_cpp\" every stage runs"));
  // Made in code: JSON has one key for both.
  PipelineConfig both = {
      .stages = {{"suppress_tokens",
                  {{"ids", Value::List{1}}, {"when", "begin"}},
                  Value(Value::Object{{"position", Value::List{0, 1}}})},
                 {"greedy"}}};
  const auto problems = CheckConfig(both, 10);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].pointer, "/stages/0/when");
}

TEST(ConfigPhases, TellWhyAStageDoesNotRun) {
  const auto config = ParseConfig(
      Config(kPhases, absl::StrCat(GoodStages()[0], ",", GoodStages()[7])));
  History history({7});
  EXPECT_EQ(WhyNotRun(*config, 0, history), "");
  history.Accept(8);
  EXPECT_EQ(WhyNotRun(*config, 0, history), "not in phase thinking");
  EXPECT_EQ(WhyNotRun(*config, 1, history), "");
}

}  // namespace
}  // namespace sampler::config_phases_test
