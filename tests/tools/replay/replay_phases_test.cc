// `sampler replay` of a config with phases: the phase of every row, and the
// metrics of each phase.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sampler/history/history.h"
#include "sampler/history/phases.h"
#include "tests/tools/tool.h"
#include "tools/chains/phase_words.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// Token 1 opens `a` and token 2 closes it; token 3 opens and closes `b`.
constexpr char kConfig[] = R"({"version": 1,
    "phases": {"a": {"begin": [[1]], "end": [[2]]},
               "b": {"begin": [[3]], "end": [[3]], "scope": "output"}},
    "stages": [{"type": "top_k", "k": 1, "when": {"phase": "a"}},
               {"type": "categorical"}]})";

// The prompt opens `a`. What is drawn is the logged token wherever one is left.
std::string PhasedLog() {
  const std::vector<TokenId> tokens = {0, 2, 0, 3, 1, 4, 3, 2};
  std::vector<std::vector<float>> rows;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    rows.push_back({0.5F, 0.25F, 0, 0.125F, 0.75F});
  }
  return MakeLog(rows, tokens, {3, 1});
}

std::string ConfigFile() { return WriteTemporary("phases.json", kConfig); }

const std::vector<std::string>& Expected() {
  static const auto& phases =
      *new std::vector<std::string>{"a", "a", "", "", "b", "a+b", "a+b", "a"};
  return phases;
}

TEST(ReplayPhasesTest, EveryRowTellsThePhasesItsTokenIsDrawnIn) {
  for (const std::string threads : {"1", "3"}) {
    const ToolResult result =
        RunTool({"replay", PhasedLog(), "-c", ConfigFile(), "--jsonl",
                 "--threads", threads});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    std::vector<std::string> phases;
    for (const json& row : Events(result.out, "row")) {
      phases.push_back(
          row["phase"].is_null() ? "" : row["phase"].get<std::string>());
      const bool alone = row["kept"] == 1;
      EXPECT_EQ(alone, absl::StrContains(phases.back(), "a")) << row;
    }
    EXPECT_EQ(phases, Expected());
  }
}

TEST(ReplayPhasesTest, TheSummariesOfThePhasesAreThoseOfTheirRows) {
  const ToolResult result = RunTool(
      {"replay", PhasedLog(), "-c", ConfigFile(), "--jsonl", "-s", "7"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, std::vector<json>> rows;
  for (const json& row : Events(result.out, "row")) {
    rows[row["phase"].dump()].push_back(row);
  }
  const json summary = Events(result.out, "summary").at(0);
  ASSERT_EQ(summary["by_phase"].size(), rows.size());
  std::int64_t counted = 0;
  for (const json& part : summary["by_phase"]) {
    const std::vector<json>& own = rows[part["phase"].dump()];
    ASSERT_EQ(part["rows"], own.size());
    double kept = 0;
    double raw = 0;
    std::int64_t covered = 0;
    std::int64_t same = 0;
    for (const json& row : own) {
      kept += row["kept"].get<double>() / static_cast<double>(own.size());
      raw -= row["target_raw_logprob"].get<double>() /
             static_cast<double>(own.size());
      if (!row["target_logprob"].is_null()) ++covered;
      if (row["same"] == true) ++same;
    }
    EXPECT_DOUBLE_EQ(part["kept"]["mean"].get<double>(), kept);
    EXPECT_DOUBLE_EQ(part["nll_raw"].get<double>(), raw);
    EXPECT_EQ(part["covered"], covered);
    EXPECT_DOUBLE_EQ(
        part["same"].get<double>(),
        static_cast<double>(same) / static_cast<double>(own.size()));
    counted += part["rows"].get<std::int64_t>();
  }
  EXPECT_EQ(counted, summary["rows"]);
  EXPECT_EQ(summary["by_phase"][0]["phase"], "a");
}

TEST(ReplayPhasesTest, TheTableHasAColumnAndALineForEachPhase) {
  const ToolResult result =
      RunTool({"replay", PhasedLog(), "-c", ConfigFile()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "row   phase  "));
  EXPECT_TRUE(Says(result.out, "  5   a+b    "));
  EXPECT_TRUE(Says(result.out, "\nphase            rows coverage"));
  EXPECT_TRUE(Says(result.out, "\na+b                 2"));
  EXPECT_TRUE(Says(result.out, "\n(none)              2"));
}

TEST(ReplayPhasesTest, CsvHasTheColumn) {
  const ToolResult result =
      RunTool({"replay", PhasedLog(), "-c", ConfigFile(), "--csv"});
  const std::vector<std::string> lines = Lines(result.out);
  ASSERT_EQ(lines.size(), 9U);
  EXPECT_TRUE(absl::EndsWith(lines[0], ",basis,phase"));
  for (std::size_t row = 0; row < Expected().size(); ++row) {
    const std::vector<std::string> fields = absl::StrSplit(lines[row + 1], ',');
    EXPECT_EQ(fields.back(), Expected()[row]);
  }
}

TEST(ReplayPhasesTest, WithoutPhasesNothingSpeaksOfThem) {
  const ToolResult result =
      RunTool({"replay", PhasedLog(), "--top-k", "2", "--jsonl"});
  EXPECT_FALSE(Events(result.out, "row").at(0).contains("phase"));
  EXPECT_FALSE(Events(result.out, "summary").at(0).contains("by_phase"));
}

TEST(ReplayPhasesTest, OpenPhasesAreNamedInTheOrderOfTheRules) {
  History history({1});
  EXPECT_EQ(OpenPhases(history.phases()), "");
  history.FollowPhases(std::make_shared<const PhaseRules>(
      PhaseRules{{{.name = "x", .begin = {{2}}, .end = {{3}}},
                  {.name = "y", .begin = {{1}}, .end = {{3}}}}}));
  EXPECT_EQ(OpenPhases(history.phases()), "y");
  history.Accept(2);
  EXPECT_EQ(OpenPhases(history.phases()), "x+y");
}

}  // namespace
}  // namespace sampler::tools
