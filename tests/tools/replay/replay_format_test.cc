// The formats of `sampler replay`: names, order, what goes where.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

constexpr char kFields[] =
    "row,seq,pos,token,text,logprob,raw_logprob,raw_rank,u,kept,kept_mass,"
    "entropy_raw,entropy,target,target_text,target_logprob,"
    "target_raw_logprob,target_rank,target_kept,same,status,basis";

ToolResult Replay(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"replay",   StoryLog(), "-c",
                                        "balanced", "-s",       "42"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunTool(arguments);
}

TEST(ReplayFormatTest, JsonLinesAreEvents) {
  const ToolResult result = Replay({"--jsonl"});
  const std::vector<std::string> lines = Lines(result.out);
  ASSERT_EQ(lines.size(), 26u);
  const auto first = nlohmann::ordered_json::parse(lines[1]);
  std::vector<std::string> names;
  for (const auto& [name, value] : first.items()) names.push_back(name);
  EXPECT_EQ(absl::StrJoin(names, ","), absl::StrCat("type,", kFields));
  EXPECT_EQ(Events(result.out, "begin").size(), 1u);
  EXPECT_EQ(Events(result.out, "row").size(), 24u);
  EXPECT_EQ(json::parse(lines.back())["type"], "summary");
}

TEST(ReplayFormatTest, TopLogprobsAreOfBothDistributions) {
  const std::vector<json> rows =
      Events(Replay({"--jsonl", "--top-logprobs", "3"}).out, "row");
  ASSERT_EQ(rows.size(), 24u);
  for (const json& row : rows) {
    ASSERT_EQ(row["raw_top"].size(), 3u);
    ASSERT_EQ(row["top"].size(), std::min(3, row["kept"].get<int>()));
    double above = 0;
    for (const json& token : row["raw_top"]) {
      EXPECT_LE(token["logprob"], above);
      above = token["logprob"].get<double>();
    }
    for (const json& token : row["top"]) {
      if (token["id"] == row["token"]) {
        EXPECT_EQ(token["logprob"], row["logprob"]);
      }
    }
    if (row["raw_rank"] == 1) {
      EXPECT_EQ(row["raw_top"][0]["id"], row["token"]);
    }
  }
  const ToolResult wrong = Replay({"--csv", "--top-logprobs", "3"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_TRUE(absl::StrContains(
      wrong.err, "--top-logprobs: want --json or --jsonl beside it"));
}

TEST(ReplayFormatTest, CsvHasAFixedHeaderAndTheSameNumbers) {
  const ToolResult csv = Replay({"--csv"});
  const std::vector<std::string> lines = Lines(csv.out);
  ASSERT_EQ(lines.size(), 25u);
  EXPECT_EQ(lines[0], kFields);
  const std::vector<std::string> names = absl::StrSplit(kFields, ',');
  const std::vector<json> rows = Events(Replay({"--jsonl"}).out, "row");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i + 1], ',');
    ASSERT_EQ(fields.size(), names.size());
    for (std::size_t j = 0; j < names.size(); ++j) {
      const json& value = rows[i][names[j]];
      if (value.is_null()) {
        EXPECT_EQ(fields[j], "");
      } else if (value.is_number_float()) {
        EXPECT_EQ(std::stod(fields[j]), value.get<double>());
      } else {
        EXPECT_EQ(fields[j],
                  value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
  }
}

TEST(ReplayFormatTest, JsonIsOneDocument) {
  const json document = json::parse(Replay({"--json"}).out);
  EXPECT_EQ(document["schema"], "sampler.replay/1");
  EXPECT_EQ(document["rows"].size(), 24u);
  EXPECT_EQ(document["teacher_forced"], true);
  EXPECT_EQ(document["selection"], json::parse("[0, 24]"));
  std::vector<json> rows = Events(Replay({"--jsonl"}).out, "row");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].erase("type");
    EXPECT_EQ(document["rows"][i], rows[i]);
  }
  json summary = Events(Replay({"--jsonl"}).out, "summary")[0];
  summary.erase("type");
  EXPECT_EQ(document["summary"], summary);
}

TEST(ReplayFormatTest, EveryFormatSaysChainAndSeed) {
  const std::string chain =
      "temperature(0.8) -> top_k(40) -> top_p(0.95) -> min_p(0.05) -> "
      "categorical";
  for (const std::string format : {"--json", "--jsonl"}) {
    EXPECT_TRUE(Says(Replay({format}).out, chain));
    EXPECT_TRUE(Says(Replay({format}).out, "\"seed\""));
    EXPECT_TRUE(Says(Replay({format}).out, "\"teacher_forced\""));
  }
  const ToolResult table = Replay({});
  EXPECT_TRUE(Says(table.out, chain));
  EXPECT_TRUE(Says(table.out, "seed     42"));
  EXPECT_TRUE(Says(table.out, "conditioned on the logged tokens"));
  const ToolResult csv = Replay({"--csv"});
  EXPECT_TRUE(Says(csv.err, chain));
  EXPECT_FALSE(Says(csv.out, "->"));
}

TEST(ReplayFormatTest, TheTableFitsAHundredColumns) {
  const ToolResult result =
      Replay({"--vocab-file", DataFile("tokenizer.json")});
  EXPECT_TRUE(Says(result.out, "\" glow\""));
  int rows = 0;
  for (const std::string& line : Lines(result.out)) {
    if (absl::StartsWith(line, "log ")) continue;  // The path is what it is.
    EXPECT_LE(line.size(), 100u) << line;
    rows += absl::StartsWith(line, "      ") ? 1 : 0;
  }
  EXPECT_EQ(rows, 25);
}

TEST(ReplayFormatTest, TextIsThatOfTheVocabularyFile) {
  const std::vector<json> rows = Events(
      Replay({"--jsonl", "--vocab-file", DataFile("tokenizer.json")}).out,
      "row");
  EXPECT_EQ(rows[3]["target_text"], " glow");
  EXPECT_EQ(rows[3]["text"], " glow");
}

TEST(ReplayFormatTest, LongLogsShowTheirFirstRows) {
  const std::string log =
      MakeLog(std::vector<std::vector<float>>(50, {1, 2, 3}));
  const ToolResult result = RunTool({"replay", log, "--greedy"});
  EXPECT_TRUE(Says(result.out, "10 rows more"));
  EXPECT_TRUE(Says(result.out, "rows        50, all ok"));
}

TEST(ReplayFormatTest, ColorIsAskedForOrNotThere) {
  EXPECT_FALSE(Says(Replay({}).out, "\x1b"));
  EXPECT_TRUE(Says(Replay({"--color", "always"}).out, "\x1b["));
  EXPECT_FALSE(Says(Replay({"--json", "--color", "always"}).out, "\x1b"));
}

TEST(ReplayFormatTest, QuietSaysNothingOnStderr) {
  EXPECT_EQ(Replay({"--quiet"}).err, "");
  EXPECT_EQ(Replay({"--quiet", "--csv"}).err, "");
  EXPECT_EQ(Replay({"--jsonl"}).err, "");
  EXPECT_TRUE(Says(Replay({}).err, "rows per second"));
}

TEST(ReplayFormatTest, NothingIsNotANumber) {
  const std::string log = MakeLog({{1, NAN}, {0, -INFINITY}}, {0, 1});
  for (const std::string format : {"--json", "--jsonl", "--csv"}) {
    const ToolResult result = RunTool({"replay", log, "--temp", "1", format});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_FALSE(absl::StrContains(result.out, "inf,") ||
                 absl::StrContains(result.out, "nan,\n"))
        << result.out;
    if (format == "--json") {
      const json summary = json::parse(result.out)["summary"];
      EXPECT_TRUE(summary["nll_raw"].is_null());
      EXPECT_TRUE(
          Says(summary["absent"]["nll_raw"].get<std::string>(), "infinite"));
    }
  }
}

}  // namespace
}  // namespace sampler::tools
