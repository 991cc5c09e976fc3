// What a config may give a parameter, a seed and the other top-level keys, and
// the exact message where it gives something else.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "tests/config_errors.h"

namespace sampler {
namespace {

TEST(ParseConfig, ChecksRanges) {
  EXPECT_EQ(StageError(R"({"type": "top_p", "p": 1.2})"),
            "2:21: /stages/0/p: got 1.2, want a finite number in [0, 1]");
  EXPECT_EQ(StageError(R"({"type": "top_p", "p": -4.9e-324})"),
            "2:21: /stages/0/p: got -5e-324, want a finite number in [0, 1]");
  EXPECT_EQ(StageError(R"({"type": "typical_p", "p": 0})"),
            "2:25: /stages/0/p: got 0, want a finite number in (0, 1]");
  EXPECT_EQ(StageError(R"({"type": "typical_p", "p": -0.0})"),
            "2:25: /stages/0/p: got -0.0, want a finite number in (0, 1]");
  EXPECT_EQ(StageError(R"({"type": "repetition_penalty", "penalty": 0})"),
            "2:34: /stages/0/penalty: got 0, want a finite number > 0");
  EXPECT_EQ(StageError(R"({"type": "temperature", "temperature": -1})"),
            "2:27: /stages/0/temperature: got -1, want a finite number >= 0");
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": -1})"),
            "2:21: /stages/0/k: got -1, want an integer >= 0");
  for (const absl::string_view window : {"0", "-1", "1.5", "\"all\""}) {
    EXPECT_EQ(StageError(absl::StrCat(
                  R"({"type": "presence_penalty", "penalty": 1, "window": )",
                  window, "}")),
              absl::StrCat("2:46: /stages/0/window: got ", window,
                           ", want an integer >= 1, or null"));
  }
  EXPECT_EQ(StageError(R"({"type": "presence_penalty", "penalty": 1,
                           "window": null})"),
            "ok");
}

TEST(ParseConfig, ChecksTypes) {
  EXPECT_EQ(StageError(R"({"type": "top_p", "p": "0.9"})"),
            "2:21: /stages/0/p: got \"0.9\", want a finite number in [0, 1]");
  EXPECT_EQ(StageError(R"({"type": "top_p", "p": null})"),
            "2:21: /stages/0/p: got null, want a finite number in [0, 1]");
  EXPECT_EQ(StageError(R"({"type": "top_p", "p": true})"),
            "2:21: /stages/0/p: got true, want a finite number in [0, 1]");
  EXPECT_EQ(StageError(R"({"type": "top_p", "p": 1})"), "ok");
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": 40.0})"),
            "2:21: /stages/0/k: got 40.0, want an integer >= 0");
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": 1, "ties": "keepall"})"),
            "2:29: /stages/0/ties: got \"keepall\", want one of \"exact\", "
            "\"keep_all\", did you mean \"keep_all\"?");
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": 1, "ties": false})"),
            "2:29: /stages/0/ties: got false, want one of \"exact\", "
            "\"keep_all\"");
  EXPECT_EQ(StageError(R"({"type": "repetition_penalty", "penalty": 2,
    "normalize": 1})"),
            "3:5: /stages/0/normalize: got 1, want true or false");
  EXPECT_EQ(StageError(R"({"type": "top_k", "k": {"a": [1, {}], "b": []}})"),
            "2:21: /stages/0/k: got {\"a\": [1, {}], \"b\": []}, want an "
            "integer >= 0");
}

TEST(ParseConfig, NamesMissingParameters) {
  EXPECT_EQ(StageError(R"({"type": "top_p"})"),
            "2:3: /stages/0/p: missing, want a finite number in [0, 1] "
            "(probability to keep; 1 keeps all)");
  EXPECT_EQ(StageError(R"({"type": "temperature"})"),
            "2:3: /stages/0: want either \"temperature\" or \"schedule\"");
  EXPECT_EQ(StageError(R"({"type": "temperature", "temperature": 1,
    "schedule": {"from": 1, "to": 2, "steps": 3}})"),
            "2:3: /stages/0: want either \"temperature\" or \"schedule\"");
  EXPECT_EQ(StageError(R"({"type": "temperature",
    "schedule": {"from": 1, "to": 2, "stps": 3}})"),
            "3:5: /stages/0/schedule/steps: missing, want an integer >= 1 "
            "(clock ticks from start to end)\n"
            "3:38: /stages/0/schedule/stps: unknown parameter \"stps\", did "
            "you mean \"steps\"?");
}

TEST(ParseConfig, ChecksTokenIds) {
  const std::string ids = R"({"type": "suppress_tokens", "ids": [7, 7, -1, 2.5,
    "a", 9, 99999999999, 9223372036854775808]})";
  EXPECT_EQ(StageError(ids),
            "2:42: /stages/0/ids/1: token id 7 is listed twice\n"
            "2:45: /stages/0/ids/2: got -1, want a token id >= 0\n"
            "2:49: /stages/0/ids/3: got 2.5, want a token id >= 0\n"
            "3:5: /stages/0/ids/4: got \"a\", want a token id >= 0\n"
            "3:13: /stages/0/ids/6: got 99999999999, want a token id >= 0\n"
            "3:26: /stages/0/ids/7: got 9.223372036854776e+18, want a token "
            "id >= 0");
  EXPECT_TRUE(absl::StrContains(
      StageError(ids, 9),
      "3:10: /stages/0/ids/5: got 9, want a token id in [0, 9)"));
  EXPECT_EQ(StageError(R"({"type": "allow_tokens", "ids": []})"),
            "2:3: /stages/0: want \"ids\" or \"ranges\" (tokens that stay)");
  EXPECT_EQ(StageError(R"({"type": "suppress_tokens", "ids": []})"), "ok");
}

TEST(ParseConfig, ChecksBiases) {
  EXPECT_EQ(
      StageError(R"({"type": "logit_bias", "bias": {"1": 1, "01": 1,
    "-0": 2, "x": 3, "5": true, "6": null, "7": "a", " 8": 1, "9": false,
    "": 1, "99999999999999999999": 1}})"),
      "2:43: /stages/0/bias/01: got the key \"01\", want a token id >= 0\n"
      "3:5: /stages/0/bias/-0: got the key \"-0\", want a token id >= 0\n"
      "3:14: /stages/0/bias/x: got the key \"x\", want a token id >= 0\n"
      "3:22: /stages/0/bias/5: got true, want a finite number, or false to "
      "ban\n"
      "3:33: /stages/0/bias/6: got null, want a finite number, or false to "
      "ban\n"
      "3:44: /stages/0/bias/7: got \"a\", want a finite number, or false to "
      "ban\n"
      "3:54: /stages/0/bias/ 8: got the key \" 8\", want a token id >= 0\n"
      "4:5: /stages/0/bias/: got the key \"\", want a token id >= 0\n"
      "4:12: /stages/0/bias/99999999999999999999: got the key "
      "\"99999999999999999999\", want a token id >= 0");
  EXPECT_EQ(StageError(R"({"type": "logit_bias", "bias": {"5": 1}})", 5),
            "2:35: /stages/0/bias/5: got the key \"5\", want a token id in "
            "[0, 5)");
}

TEST(ParseConfig, ChecksTokenSequences) {
  EXPECT_EQ(StageError(R"({"type": "bad_words", "sequences": [[1, 1], [], 3,
    [2, -1, 2.5, true]]})"),
            "2:47: /stages/0/sequences/1: got [], want a non-empty list of "
            "token ids\n"
            "2:51: /stages/0/sequences/2: got 3, want a non-empty list of "
            "token ids\n"
            "3:9: /stages/0/sequences/3/1: got -1, want a token id >= 0\n"
            "3:13: /stages/0/sequences/3/2: got 2.5, want a token id >= 0\n"
            "3:18: /stages/0/sequences/3/3: got true, want a token id >= 0");
  EXPECT_EQ(StageError(R"({"type": "bad_words", "sequences": [[1, 9]]})", 9),
            "2:43: /stages/0/sequences/0/1: got 9, want a token id in [0, 9)");
  EXPECT_EQ(StageError(R"({"type": "bad_words", "sequences": {}})"),
            "2:25: /stages/0/sequences: got {}, want a list of non-empty lists "
            "of token ids");
  EXPECT_EQ(StageError(R"({"type": "bad_words", "sequences": []})"), "ok");
  // 0 is a token like any other (Hugging Face refuses it in its list form).
  EXPECT_EQ(StageError(R"({"type": "bad_words", "sequences": [[0]]})"), "ok");
}

// Keys are checked like other integers, and not shown.
TEST(ParseConfig, ChecksIntegers) {
  const auto error = [](absl::string_view parameters) {
    return Error(absl::StrCat(
        "{\"version\": 1, \"stages\": [\n  {\"type\": \"synthid\", ",
        parameters, "}]}"));
  };
  const std::string got = "got a secret (it is not shown), want ";
  EXPECT_EQ(error(R"("keys": [-9223372036854775808, 9223372036854775807, 0],
    "table": [0, 1, 1])"),
            "ok");
  EXPECT_EQ(error(R"("keys": [1, 2.5, true, "a", 9223372036854775808, null],
    "table": [0, 2, -1, 0.0])"),
            absl::StrCat(
                "2:35: /stages/0/keys/1: ", got, "an integer\n",
                "2:40: /stages/0/keys/2: ", got, "an integer\n",
                "2:46: /stages/0/keys/3: ", got, "an integer\n",
                "2:51: /stages/0/keys/4: ", got, "an integer\n",
                "2:72: /stages/0/keys/5: ", got, "an integer\n",
                "3:18: /stages/0/table/1: got 2, want an integer in [0, 1]\n"
                "3:21: /stages/0/table/2: got -1, want an integer in [0, 1]\n"
                "3:25: /stages/0/table/3: got 0.0, want an integer in [0, 1]"));
  EXPECT_EQ(error(R"("keys": [])"),
            absl::StrCat("2:23: /stages/0/keys: ", got,
                         "a non-empty list of integers"));
  EXPECT_EQ(
      error(R"("keys": 5, "table": {})"),
      absl::StrCat("2:23: /stages/0/keys: ", got,
                   "a non-empty list of integers\n"
                   "2:34: /stages/0/table: got {}, want a non-empty list of "
                   "integers in [0, 1]"));
}

TEST(ParseConfig, ChecksSequenceBiases) {
  EXPECT_EQ(
      StageError(R"({"type": "sequence_bias", "entries": [[[0], 1], [[1], 0.5],
    [[1, 1], false], [[1], true], [[], "a"], [1, 2], [[1]], {}]})"),
      "3:28: /stages/0/entries/3/1: got true, want a finite number, or false "
      "to ban\n"
      "3:36: /stages/0/entries/4/0: got [], want a non-empty list of token "
      "ids\n"
      "3:40: /stages/0/entries/4/1: got \"a\", want a finite number, or false "
      "to ban\n"
      "3:47: /stages/0/entries/5/0: got 1, want a non-empty list of token "
      "ids\n"
      "3:54: /stages/0/entries/6: got [[1]], want [[token ids], number or "
      "false]\n"
      "3:61: /stages/0/entries/7: got {}, want [[token ids], number or false]");
  EXPECT_EQ(StageError(R"({"type": "sequence_bias", "entries": 1})"),
            "2:29: /stages/0/entries: got 1, want a list of [[token ids], "
            "number or false]");
  const PipelineConfig infinite{
      .stages = {
          {"sequence_bias",
           {{"entries",
             Value::List{Value(Value::List{
                 Value::List{1}, std::numeric_limits<double>::infinity()})}}}},
          {"greedy"}}};
  const std::vector<Problem> problems = CheckConfig(infinite);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].pointer, "/stages/0/entries/0/1");
}

TEST(ParseConfig, ChecksPositionedTokens) {
  EXPECT_EQ(
      StageError(R"({"type": "forced_tokens", "at": [[0, 1], [0, [1]],
    [-1, 1], [1, []], [2, [1, 1]], [3, -1], [4], [5.0, 1], 6]})"),
      "2:45: /stages/0/at/1/0: position 0 is listed twice\n"
      "3:6: /stages/0/at/2/0: got -1, want a position >= 0\n"
      "3:18: /stages/0/at/3/1: got [], want a token id >= 0, or a non-empty "
      "list of them\n"
      "3:31: /stages/0/at/4/1/1: token id 1 is listed twice\n"
      "3:40: /stages/0/at/5/1: got -1, want a token id >= 0\n"
      "3:45: /stages/0/at/6: got [4], want [position, token id or list of "
      "them]\n"
      "3:51: /stages/0/at/7/0: got 5.0, want a position >= 0\n"
      "3:60: /stages/0/at/8: got 6, want [position, token id or list of them]");
  EXPECT_EQ(StageError(R"({"type": "forced_tokens", "at": "x"})"),
            "2:29: /stages/0/at: got \"x\", want a list of [position, token id "
            "or list of them]");
}

TEST(ParseConfig, WantsStopIdsForAMinimumLength) {
  EXPECT_EQ(StageError(R"({"type": "min_tokens", "n": 1})"),
            "2:3: /stages/0: want \"stop_ids\", as \"n\" > 0");
  EXPECT_EQ(StageError(R"({"type": "min_tokens", "n": 1, "stop_ids": [2]})"),
            "ok");
  EXPECT_EQ(StageError(R"({"type": "min_tokens", "n": 0})"), "ok");
}

TEST(ParseConfig, TakesSeedsOf64Bits) {
  const auto seed = [](absl::string_view text) {
    return ParseConfig(absl::StrCat(R"({"version": 1, "seed": )", text,
                                    R"(, "stages": [{"type": "greedy"}]})"));
  };
  EXPECT_EQ(seed("0")->seed, 0u);
  EXPECT_EQ(seed("4294967297")->seed, 4294967297u);
  EXPECT_EQ(seed("9223372036854775807")->seed, 9223372036854775807u);
  EXPECT_EQ(seed("9223372036854775808")->seed, 9223372036854775808u);
  EXPECT_EQ(seed("18446744073709551615")->seed, ~std::uint64_t{0});
  EXPECT_FALSE(ParseConfig(R"({"version": 1, "stages": [{"type": "greedy"}]})")
                   ->seed.has_value());
  for (const auto& [text, shown] :
       {std::pair("-1", "-1"), std::pair("1.5", "1.5"),
        std::pair("1e3", "1000.0"), std::pair("null", "null"),
        std::pair("\"7\"", "\"7\""),
        std::pair("18446744073709551616", "1.8446744073709552e+19"),
        std::pair("-9223372036854775809", "-9.223372036854776e+18")}) {
    EXPECT_EQ(seed(text).status().message(),
              absl::StrCat("1:16: /seed: got ", shown,
                           ", want an integer in [0, 2^64)"));
  }
}

TEST(ParseConfig, ChecksTheOtherTopLevelKeys) {
  EXPECT_EQ(Error(R"({"version": 1, "rng": "mt19937", "$schema": 1,
 "description": [], "stages": [{"type": "greedy"}]})"),
            "1:16: /rng: got \"mt19937\", want \"house\" or \"llama_cpp\"\n"
            "1:34: /$schema: got 1, want text\n"
            "2:2: /description: got [], want text");
  const PipelineConfig config =
      *ParseConfig(R"({"version": 1, "rng": "house", "$schema": "s",
                       "description": "d", "stages": [{"type": "greedy"}]})");
  EXPECT_EQ(config.schema, "s");
  EXPECT_EQ(config.description, "d");
  EXPECT_EQ(config.rng, Rng::kHouse);
}

}  // namespace
}  // namespace sampler
