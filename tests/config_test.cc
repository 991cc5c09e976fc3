// Every kind of error of a config, with its exact message. Values of parameters
// are in config_values_test.cc, round trips and hostile texts in
// config_round_trip_test.cc.

#include "sampler/config.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sampler/parameters/value.h"
#include "tests/config_errors.h"

namespace sampler {
namespace {

// ---- Not JSON ---------------------------------------------------------------

// What is wrong there is said in the words of the JSON library.
TEST(ParseConfig, SaysWhereATextStopsBeingJson) {
  const auto expect_place = [](absl::string_view error,
                               absl::string_view place) {
    EXPECT_TRUE(absl::StartsWith(error, absl::StrCat(place, ": not JSON: ")))
        << error;
    EXPECT_GT(error.size(), place.size() + 20) << error;
  };
  expect_place(Error(""), "1:1");
  EXPECT_EQ(Error(absl::string_view()), Error(""));
  expect_place(Error("{"), "1:2");
  expect_place(
      Error("{\"version\": 1,\n \"stages\": [{\"type\": \"greedy\"},]}"),
      "2:32: /stages/1");
  expect_place(Error("{\"version\": 1, }"), "1:16: /version");
  expect_place(StageError(R"({"type": "top_p", "p": NaN})"),
               "2:26: /stages/0/p");
  expect_place(StageError(R"({"type": "top_p", "p": 1e999})"),
               "2:30: /stages/0/p");
  for (const absl::string_view text :
       {"nul", "// comment\n{}", "{'version': 1}", "{\"version\": 01}",
        "{\"version\": +1}", "{\"version\": .5}", "{\"version\": Infinity}",
        "{\"version\": 1} {}", "{\"version\" 1}", "\xff", "{\"a\": \"\xff\"}",
        "{\"a\": \"\xed\xa0\x80\"}", "{\"a\": \"\x01\"}", "[1, 2"}) {
    EXPECT_TRUE(absl::StrContains(Error(text), ": not JSON: ")) << text;
  }
  EXPECT_NE(Error(absl::string_view("{\"version\": 1\0}", 15)), "ok");
}

TEST(ParseConfig, RefusesDeepNesting) {
  EXPECT_EQ(Error(std::string(100, '[')),
            "1:66: nested more than 64 levels deep");
  EXPECT_EQ(Error(std::string(1000000, '[')),
            "1:66: nested more than 64 levels deep");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_TRUE(
      absl::EndsWith(Error(objects), "nested more than 64 levels deep"));
}

// ---- Structure --------------------------------------------------------------

TEST(ParseConfig, WantsAnObjectWithAVersionAndStages) {
  EXPECT_EQ(Error("[]"),
            "1:1: got [], want an object with \"version\" and \"stages\"");
  EXPECT_EQ(Error("3"),
            "1:1: got 3, want an object with \"version\" and \"stages\"");
  EXPECT_EQ(Error("{}"),
            "1:1: /version: missing, want 1\n"
            "1:1: /stages: missing, want a list of stages");
  EXPECT_EQ(Error(R"({"version": 1, "stages": {}})"),
            "1:16: /stages: got {}, want a list of stages");
  EXPECT_EQ(Error(R"({"version": 1, "stages": []})"),
            "1:16: /stages: no draw at the end, want \"categorical\", "
            "\"greedy\" or another draw as the last stage");
}

TEST(ParseConfig, KnowsOneVersion) {
  const auto version = [](absl::string_view text) {
    return Error(absl::StrCat(R"({"stages": [{"type": "greedy"}],
 "version": )",
                              text, "}"));
  };
  EXPECT_EQ(version("1"), "ok");
  EXPECT_EQ(version("2"), "2:2: /version: got 2, want 1");
  EXPECT_EQ(version("0"), "2:2: /version: got 0, want 1");
  EXPECT_EQ(version("1.0"), "2:2: /version: got 1.0, want 1");
  EXPECT_EQ(version("\"1\""), "2:2: /version: got \"1\", want 1");
  EXPECT_EQ(version("null"), "2:2: /version: got null, want 1");
  EXPECT_EQ(version("true"), "2:2: /version: got true, want 1");
}

TEST(ParseConfig, NamesUnknownKeysAndTheNearestKnownOne) {
  EXPECT_EQ(Error(R"({"version": 1, "stage": [],
                      "stages": [{"type": "greedy"}]})"),
            "1:16: /stage: unknown key \"stage\", did you mean \"stages\"?");
  EXPECT_EQ(Error(R"({"version": 1, "zzz": [],
                      "stages": [{"type": "greedy"}]})"),
            "1:16: /zzz: unknown key \"zzz\", want one of \"$schema\", "
            "\"version\", \"description\", \"seed\", \"rng\", \"phases\", "
            "\"stages\"");
  EXPECT_EQ(StageError(R"({"type": "top-p", "p": 0.5})"),
            "2:4: /stages/0/type: unknown stage \"top-p\", did you mean "
            "\"top_p\"?");
  EXPECT_EQ(StageError(R"({"type": "top_k", "K": 4, "k": 4})"),
            "2:21: /stages/0/K: unknown parameter \"K\", did you mean \"k\"?");
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": 4, "a/b~c": 0})"),
            "2:29: /stages/0/a~1b~0c: unknown parameter \"a/b~c\", want one "
            "of \"k\", \"ties\"");
}

TEST(ParseConfig, RefusesDuplicateKeysEverywhere) {
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": 40, "k": 40})"),
            "2:30: /stages/0/k: key \"k\" stands twice in one object");
  EXPECT_EQ(Error(R"({"version": 1, "version": 1,
                      "stages": [{"type": "greedy"}]})"),
            "1:16: /version: key \"version\" stands twice in one object");
  EXPECT_EQ(StageError(R"({"type": "logit_bias",
    "bias": {"7": 1, "8": 2, "7": 1}})"),
            "3:30: /stages/0/bias/7: key \"7\" stands twice in one object");
  // The same key by another spelling of its text.
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": 40, "\u006b": 40})"),
            "2:30: /stages/0/k: key \"k\" stands twice in one object");
}

TEST(ParseConfig, WantsOneDrawAtTheEnd) {
  EXPECT_EQ(Error(R"({"version": 1, "stages": [{"type": "top_k", "k": 1}]})"),
            "1:16: /stages: no draw at the end, want \"categorical\", "
            "\"greedy\" or another draw as the last stage");
  EXPECT_EQ(StageError(R"({"type": "categorical"})"),
            "2:3: /stages/0: \"categorical\" is a draw, want it as the last "
            "stage");
}

TEST(ParseConfig, WantsStagesThatAreObjectsWithAType) {
  EXPECT_EQ(Error(R"({"version": 1, "stages": [{"p": 1}, 3, {"type": 7}, null,
                      {"type": "greedy"}]})"),
            "1:27: /stages/0/type: missing, want the name of a stage\n"
            "1:37: /stages/1: got 3, want an object {\"type\": ..., "
            "parameters...}\n"
            "1:41: /stages/2/type: got 7, want the name of a stage\n"
            "1:53: /stages/3: got null, want an object {\"type\": ..., "
            "parameters...}");
}

// ---- Reports ----------------------------------------------------------------

TEST(ParseConfig, ReportsEveryProblemInTheOrderOfTheText) {
  std::vector<JsonProblem> problems;
  const absl::StatusOr<PipelineConfig> config = ParseConfig(R"({
  "version": 3,
  "stages": [
    {"type": "top_p", "p": 2, "tie": 1},
    {"type": "greedy"},
    {"type": "tempereture", "temperature": 1},
    {"type": "min_p"}
  ],
  "sede": 4
})",
                                                            {}, &problems);
  EXPECT_EQ(
      std::string(config.status().message()),
      "2:3: /version: got 3, want 1\n"
      "3:3: /stages: no draw at the end, want \"categorical\", \"greedy\" "
      "or another draw as the last stage\n"
      "4:23: /stages/0/p: got 2, want a finite number in [0, 1]\n"
      "4:31: /stages/0/tie: unknown parameter \"tie\", did you mean \"ties\"?\n"
      "5:5: /stages/1: \"greedy\" is a draw, want it as the last stage\n"
      "6:6: /stages/2/type: unknown stage \"tempereture\", did you mean "
      "\"temperature\"?\n"
      "7:5: /stages/3/p: missing, want a finite number in [0, 1] (least "
      "ratio to the maximum; 0 keeps all)\n"
      "9:3: /sede: unknown key \"sede\", did you mean \"seed\"?");
  ASSERT_EQ(problems.size(), 8u);
  EXPECT_EQ(problems[2].line, 4);
  EXPECT_EQ(problems[2].column, 23);
  EXPECT_EQ(problems[2].problem.pointer, "/stages/0/p");
  EXPECT_EQ(problems[2].problem.message,
            "got 2, want a finite number in [0, 1]");
  EXPECT_TRUE(ParseConfig(R"({"version": 1, "stages": [{"type": "greedy"}]})",
                          {}, &problems)
                  .ok());
  EXPECT_TRUE(problems.empty());
}

TEST(ParseConfig, WritesOnePrintableLinePerProblem) {
  const std::string error =
      Error(R"({"version": "a\nb", "\u001b[31m": 1, "stages": [
                {"type": "x\ny"}, {"type": "top_p", "p": "\r\u007f"}]})");
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(error, '\n')).size(), 5u)
      << error;
  EXPECT_TRUE(absl::StrContains(error, R"(got "a\nb", want 1)"));
  EXPECT_TRUE(absl::StrContains(error, R"(/\u001b[31m: unknown key)"));
  EXPECT_TRUE(absl::StrContains(error, R"(got "\u000d\u007f", want)"));
  for (const char c : error) {
    EXPECT_TRUE(c == '\n' || (c >= 0x20 && c != 0x7f));
  }
}

TEST(ParseConfig, ShortensLongValuesBetweenCharacters) {
  std::string text = "x";
  for (int i = 0; i < 100; ++i) text += "\xc3\xa4";
  EXPECT_EQ(
      StageError(absl::StrCat(R"({"type": "top_p", "p": ")", text, "\"}")),
      absl::StrCat("2:21: /stages/0/p: got \"", text.substr(0, 59),
                   "..., want a finite number in [0, 1]"));
}

TEST(ParseConfig, ReportsManyProblemsInLinearTime) {
  // A list made for another vocabulary: quadratic work would take minutes.
  std::string ids;
  for (int i = 0; i < 100000; ++i) absl::StrAppend(&ids, i > 0 ? "," : "", i);
  const std::string error = StageError(
      absl::StrCat(R"({"type": "suppress_tokens", "ids": [)", ids, "]}"), 10);
  EXPECT_TRUE(absl::StrContains(error, "got 109, want"));
  EXPECT_FALSE(absl::StrContains(error, "got 110, want"));
  EXPECT_TRUE(absl::EndsWith(
      error, "there are more problems: these are the first 100"));
  std::string stages;
  for (int i = 0; i < 20000; ++i) stages += "{\"typo\": 1},\n";
  EXPECT_TRUE(
      absl::StrContains(StageError(stages + "3"), "/stages/99/type: missing"));
}

// ---- Configs made in C++ ----------------------------------------------------

TEST(CheckConfig, ChecksWhatTheParserChecks) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const PipelineConfig config{
      .stages = {{"top_p", {{"p", nan}}},
                 {"temperature", {{"temperature", inf}}},
                 {"logit_bias", {{"bias", Value::Object{{"3", -inf}}}}},
                 {"top_k", {{"k", 1}, {"type", "top_k"}}},
                 {"", {}},
                 {"greedy", {}}}};
  const std::vector<Problem> problems = CheckConfig(config);
  ASSERT_EQ(problems.size(), 5u);
  EXPECT_EQ(problems[0].message, "got NaN, want a finite number in [0, 1]");
  EXPECT_EQ(problems[1].message, "got Infinity, want a finite number >= 0");
  EXPECT_EQ(problems[2].message,
            "got -Infinity, want a finite number, or false to ban");
  EXPECT_EQ(problems[3].pointer, "/stages/3/type");
  EXPECT_EQ(problems[4].pointer, "/stages/4/type");
  EXPECT_TRUE(CheckConfig({.stages = {{"greedy"}}}).empty());
}

}  // namespace
}  // namespace sampler
