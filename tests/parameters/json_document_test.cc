// JSON texts as they may come: what the parser would take silently is an error,
// and time and memory stay linear in the text.

#include "sampler/parameters/json_document.h"

#include <sys/resource.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/value.h"

namespace sampler {
namespace {

using std::string;

string Error(absl::string_view json) {
  const auto config = ParseConfig(json);
  return config.ok() ? "ok" : string(config.status().message());
}

// A config whose only stage has this parameter list behind its type.
string WithStage(absl::string_view stage) {
  return absl::StrCat(R"({"version": 1, "stages": [{"type": )", stage,
                      R"(}, {"type": "categorical"}]})");
}

// Kilobytes that the process has ever held.
std::int64_t PeakMemory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(JsonDocument, RefusesNumbersThatADoubleCannotHold) {
  for (const absl::string_view tiny :
       {"1e-400", "-1e-400", "0.1e-330", "1E-99999999999", "0.000001e-320"}) {
    EXPECT_TRUE(absl::StrContains(
        Error(
            WithStage(absl::StrCat(R"("temperature", "temperature": )", tiny))),
        absl::StrCat("/stages/0/temperature: got ", tiny, ", want 0 or a ")))
        << tiny;
  }
  for (const absl::string_view zero : {"0.0", "0e-999", "0", "0.0e5"}) {
    EXPECT_EQ(Error(WithStage(
                  absl::StrCat(R"("temperature", "temperature": )", zero))),
              "ok")
        << zero;
  }
  EXPECT_EQ(Error(WithStage(R"("temperature", "temperature": 5e-324)")), "ok");
  EXPECT_TRUE(absl::StrContains(
      Error(WithStage(R"("temperature", "temperature": 1e400)")), "overflow"));
  // An integer that is none after all.
  EXPECT_TRUE(absl::StrContains(Error(WithStage(R"("top_k", "k": 1e-400)")),
                                "/stages/0/k: got 1e-400"));
}

TEST(JsonDocument, RefusesTextBehindANulByte) {
  const string good = WithStage(R"("top_k", "k": 3)");
  for (const absl::string_view behind : {"", "}", "{}", "\n", "x"}) {
    string text = good;
    text += '\0';
    absl::StrAppend(&text, behind);
    EXPECT_TRUE(
        absl::StrContains(Error(text), "not JSON: a NUL byte in the text"))
        << behind;
  }
  string inside = good;
  inside.insert(11, 1, '\0');
  EXPECT_TRUE(absl::StrContains(Error(inside), "a NUL byte"));
  EXPECT_TRUE(absl::StrContains(Error(absl::string_view("\0", 1)),
                                "1:1: not JSON: a NUL byte"));
  EXPECT_EQ(Error(good), "ok");
}

TEST(JsonDocument, FindsThePlaceOfEveryPointer) {
  std::vector<JsonProblem> problems;
  const auto document = ReadJson(
      "{\"a/b\": [1,\n  {\"~\": 2}],\n \"c\": 18446744073709551615}", problems);
  ASSERT_TRUE(document.has_value());
  const auto place = [&](const string& pointer) {
    const JsonProblem at = At(*document, {pointer, ""});
    return absl::StrCat(at.line, ":", at.column);
  };
  EXPECT_EQ(place(""), "1:1");
  EXPECT_EQ(place("/a~1b"), "1:2");
  EXPECT_EQ(place("/a~1b/0"), "1:10");
  EXPECT_EQ(place("/a~1b/1"), "2:3");
  EXPECT_EQ(place("/a~1b/1/~0"), "2:4");
  EXPECT_EQ(place("/c"), "3:2");
  // What is not there: its nearest parent.
  EXPECT_EQ(place("/a~1b/2"), "1:2");
  EXPECT_EQ(place("/a~1b/1/x/y"), "2:3");
  EXPECT_EQ(place("/d"), "1:1");
  EXPECT_EQ(document->place.members.at("c").big, 18446744073709551615u);
}

// ---- Size -------------------------------------------------------------------

string Repeated(absl::string_view text, std::size_t times) {
  string all;
  for (std::size_t i = 0; i < times; ++i) absl::StrAppend(&all, text);
  return all;
}

string ListOf(absl::string_view item, std::size_t times) {
  return absl::StrCat("[", Repeated(absl::StrCat(item, ", "), times - 1), item,
                      "]");
}

TEST(LargeTexts, TakeMemoryInTheirOwnSize) {
  const string key(100'000, 'k');
  const std::vector<string> texts = {
      // A long key above many values.
      absl::StrCat("{\"", key, "\": ", ListOf("0", 50'000), "}"),
      absl::StrCat("{\"", key, "\": ", ListOf("18446744073709551615", 20'000),
                   "}"),
      absl::StrCat("{\"", key, "\": ", ListOf("1e-400", 50'000), "}"),
      absl::StrCat("{\"", key, "\": {", Repeated("\"a\": 1, ", 100'000),
                   "\"a\": 1}}"),
      // Long names of everything.
      absl::StrCat("{\"version\": 1, \"stages\": [{\"type\": \"",
                   string(2'000'000, 's'), "\"}]}"),
      WithStage(absl::StrCat("\"top_k\", \"", string(2'000'000, 'p'), "\": 3")),
      WithStage(
          absl::StrCat("\"top_k\", \"k\": \"", string(2'000'000, 'v'), "\"")),
      WithStage(absl::StrCat("\"top_k\", \"k\": 1, \"ties\": \"",
                             string(2'000'000, 'w'), "\"")),
      WithStage(absl::StrCat("\"logit_bias\", \"bias\": {\"",
                             string(2'000'000, 'i'), "\": 1}")),
      WithStage(absl::StrCat("\"top_k\", \"k\": ", string(2'000'000, '1'))),
      absl::StrCat("\"", string(2'000'000, 'u')),
      // Many problems.
      absl::StrCat("{\"version\": 1, \"stages\": ",
                   ListOf("{\"type\": \"nope\"}", 100'000), "}"),
      absl::StrCat("{\"version\": 1, \"stages\": ", ListOf("7", 100'000), "}"),
      WithStage(absl::StrCat("\"suppress_tokens\", \"ids\": ",
                             ListOf("-1", 100'000))),
      WithStage(
          absl::StrCat("\"suppress_tokens\", \"ids\": ", ListOf("1", 100'000))),
      WithStage(absl::StrCat("\"bad_words\", \"sequences\": ",
                             ListOf("[]", 100'000))),
      absl::StrCat("{\"version\": 1, \"stages\": [], ",
                   Repeated("\"version\": 1, ", 50'000), "\"seed\": 1}"),
      // Nesting, and a large value of the wrong kind.
      Repeated("[", 1'000'000),
      Repeated("{\"a\":", 1'000'000),
      WithStage(absl::StrCat("\"top_k\", \"k\": ", ListOf("[1]", 100'000))),
  };
  for (const string& text : texts) {
    const std::int64_t before = PeakMemory();
    const string error = Error(text);
    EXPECT_NE(error, "ok");
    EXPECT_LT(error.size(), 80'000u) << text.substr(0, 60);
    // Values are larger than their digits, but not by more than this.
    const auto most =
        static_cast<std::int64_t>(400 * text.size() / 1024 + 16 * 1024);
    EXPECT_LT(PeakMemory() - before, most) << text.substr(0, 60);
  }
}

TEST(LargeTexts, AreReportedByTheirFirstProblems) {
  std::vector<JsonProblem> problems;
  EXPECT_FALSE(
      ParseConfig(absl::StrCat("{\"version\": 1, \"stages\": ",
                               ListOf("{\"type\": \"nope\"}", 5000), "}"),
                  std::nullopt, &problems)
          .ok());
  ASSERT_EQ(problems.size(), kMostProblems + 1);
  EXPECT_EQ(problems[0].problem.pointer, "/stages/0/type");
  EXPECT_EQ(problems[99].problem.pointer, "/stages/99/type");
  EXPECT_EQ(problems[100].problem.message, kMoreProblems);
  // As many as a report holds are no more.
  EXPECT_FALSE(
      ParseConfig(WithStage(absl::StrCat("\"suppress_tokens\", \"ids\": ",
                                         ListOf("-1", kMostProblems))),
                  std::nullopt, &problems)
          .ok());
  EXPECT_EQ(problems.size(), kMostProblems);
  // The same for configs that no text was read for.
  const PipelineConfig config = {
      .stages = std::vector<StageConfig>(5000, StageConfig{"nope"})};
  const std::vector<Problem> found = CheckConfig(config);
  ASSERT_EQ(found.size(), kMostProblems + 1);
  EXPECT_EQ(found.back().message, kMoreProblems);
}

TEST(LargeTexts, LongNamesAreCutInMessages) {
  const string name(1000, 'x');
  EXPECT_TRUE(absl::StrContains(
      Error(WithStage(absl::StrCat("\"", name, "\""))),
      absl::StrCat("unknown stage \"", string(60, 'x'), "...\"")));
  EXPECT_TRUE(absl::StrContains(
      Error(WithStage(absl::StrCat("\"top_k\", \"k\": 1, \"", name, "\": 1"))),
      absl::StrCat("/stages/0/", string(60, 'x'), "...: unknown parameter")));
  // Still near enough to have been meant.
  EXPECT_TRUE(absl::StrContains(Error(WithStage("\"top_kk\", \"k\": 1")),
                                "did you mean \"top_k\"?"));
}

}  // namespace
}  // namespace sampler
