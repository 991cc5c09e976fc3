// `sampler compare` as its users run it.

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

json Compare(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  arguments.insert(arguments.end(), {"--json", "-q"});
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

// What compare says of a chain is what replay says of it.
TEST(Compare, AgreesWithReplay) {
  const json report = Compare({StoryLog(), "--a", "top_p=0.9", "--b",
                               "min_p=0.1;temp=1.5", "--seed", "7"});
  const std::vector<std::vector<std::string>> flags = {
      {"--top-p", "0.9"}, {"--min-p", "0.1", "--temp", "1.5"}};
  for (std::size_t s = 0; s < 2; ++s) {
    std::vector<std::string> arguments = {"replay", StoryLog(), "--json",
                                          "-q",     "--seed",   "7"};
    arguments.insert(arguments.end(), flags[s].begin(), flags[s].end());
    const json summary = json::parse(RunTool(arguments).out)["summary"];
    const char* side = s == 0 ? "a" : "b";
    const json& metrics = report["metrics"];
    const auto near = [&](const char* metric, const json& value) {
      EXPECT_NEAR(metrics[metric][side].get<double>(), value.get<double>(),
                  1e-9)
          << metric;
    };
    near("kept", summary["kept"]["mean"]);
    near("kept_p90", summary["kept"]["p90"]);
    near("kept_mass", summary["kept_mass"]);
    near("entropy", summary["entropy"]);
    near("entropy_raw", summary["entropy_raw"]);
    near("coverage", summary["coverage"]);
    near("ppl_raw", summary["ppl_raw"]);
    near("same", summary["same"]);
  }
}

TEST(Compare, AChainBesideTheRowsIsATruncation) {
  const json report = Compare({StoryLog(), "--b", "top_k=5"});
  const json& metrics = report["metrics"];
  const double mass = metrics["kept_mass"]["b"];
  EXPECT_NEAR(metrics["tv_to_raw"]["b"].get<double>(), 1 - mass, 1e-9);
  EXPECT_NEAR(report["pair"]["agreement"]["value"].get<double>(), mass, 1e-9);
  EXPECT_NEAR(metrics["kept_mass"]["a"].get<double>(), 1, 1e-9);
  EXPECT_EQ(metrics["kl_to_raw"]["a"], 0);
  // What is cut has no finite divergence: no mean over the rest.
  EXPECT_EQ(report["pair"]["kl_ab"]["value"], nullptr);
  EXPECT_EQ(report["pair"]["kl_ab"]["infinite"], 24);
  EXPECT_TRUE(
      Says(report["pair"]["kl_ab"]["absent"].get<std::string>(), "infinite"));
  EXPECT_GT(report["pair"]["kl_ba"]["value"], 0);
}

TEST(Compare, DoesNotDependOnThreads) {
  const std::vector<std::string> arguments = {
      StoryLog(), "--a", "top_p=0.9", "--b", "mirostat=2", "--threads"};
  const auto with = [&](const char* threads) {
    std::vector<std::string> all = arguments;
    all.emplace_back(threads);
    return Compare(all).dump();
  };
  EXPECT_EQ(with("1"), with("3"));
}

TEST(Compare, NamesTheRowsThatDifferMostAndHowToLookAtThem) {
  const json report = Compare({StoryLog(), "--a", "greedy", "--b", "temp=2",
                               "--worst", "3", "--seed", "5"});
  ASSERT_EQ(report["worst"].size(), 3u);
  double before = 2;
  for (const json& worst : report["worst"]) {
    EXPECT_LE(worst["tv"].get<double>(), before);
    before = worst["tv"];
    for (std::size_t s = 0; s < 2; ++s) {
      const std::string command = worst["explain"][s];
      EXPECT_TRUE(Says(command, absl::StrCat(" --row ", worst["row"].dump())));
      // A greedy chain has no use for a seed.
      EXPECT_EQ(absl::StrContains(command, " --seed 5"), s == 1) << command;
      std::vector<std::string> words = absl::StrSplit(command, ' ');
      words.erase(words.begin());
      words.insert(words.end(), {"--json"});
      const ToolResult explained = RunTool(words);
      ASSERT_EQ(explained.exit_code, 0) << explained.err;
      EXPECT_EQ(json::parse(explained.out)["row"], worst["row"]);
    }
  }
}

TEST(Compare, TakesTwoLogs) {
  const std::string a = MakeLog({{1, 2, 3}, {3, 2, 1}}, {2, 0});
  const std::string copy = WriteTemporary("second.safetensors", ReadAll(a));
  const std::string b = MakeLog({{1, 2, 3}, {1, 2, 3}}, {2, 0});
  const json report = Compare({copy, b});
  // KL of {3, 2, 1} from {1, 2, 3}, in the second row alone.
  const double sum = std::exp(1) + std::exp(2) + std::exp(3);
  const double kl = 2 * (std::exp(3) - std::exp(1)) / sum;
  EXPECT_NEAR(report["kl"]["mean_kld"]["value"].get<double>(), kl / 2, 1e-12);
  EXPECT_EQ(report["kl"]["tokens"], 2);
  EXPECT_EQ(report["worst"][0]["row"], 1);
  EXPECT_EQ(report["worst_by"], "kld");
  EXPECT_NEAR(report["pair"]["kl_ab"]["value"].get<double>(), kl / 2, 1e-12);
}

TEST(Compare, RefusesLogsOfTwoTexts) {
  const std::string base =
      WriteTemporary("base.safetensors", ReadAll(MakeLog({{1, 2}}, {0})));
  for (const auto& [other, says] :
       {std::pair{MakeLog({{1, 2, 3}}, {0}), "rows have 2 in the first"},
        std::pair{MakeLog({{1, 2}, {1, 2}}, {0, 1}), "rows: 1 in the first"},
        std::pair{MakeLog({{1, 2}}, {1}), "the token of row 0"}}) {
    const std::string second =
        WriteTemporary("other.safetensors", ReadAll(other));
    ToolResult result = RunTool({"compare", base, second});
    if (result.exit_code == 0) continue;  // MakeLog reuses its file.
    EXPECT_EQ(result.exit_code, 2);
  }
  const std::string second =
      WriteTemporary("other.safetensors", ReadAll(MakeLog({{1, 2}}, {1})));
  const ToolResult result = RunTool({"compare", base, second});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "the token of row 0: 0 in the first and 1"));
}

TEST(Compare, FailsByItsGates) {
  const std::vector<std::string> compare = {"compare", StoryLog(), "--b",
                                            "top_k=5", "-q",       "--fail-if"};
  const auto run = [&](const std::string& gate) {
    std::vector<std::string> arguments = compare;
    arguments.push_back(gate);
    return RunTool(arguments);
  };
  EXPECT_EQ(run("agreement<0.01").exit_code, 0);
  const ToolResult failed = run("agreement<0.999");
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_TRUE(Says(failed.err, "failed: agreement<0.999: agreement is 0."));
  EXPECT_EQ(run("kl_ab>1").exit_code, 2);  // Infinite: it has no value.
  EXPECT_EQ(run("agrement<1").exit_code, 2);
  EXPECT_TRUE(Says(run("agrement<1").err, "did you mean \"agreement\""));
}

TEST(Compare, LeavesOutWhatAListDoesNotDecide) {
  const std::string answer = DataFile("server/llama-completion.json");
  const std::vector<std::string> log = {answer, "--vocab-size", "49152"};
  const auto with = [&](const char* a, const char* b) {
    std::vector<std::string> arguments = log;
    arguments.insert(arguments.end(), {"--a", a, "--b", b});
    return Compare(arguments);
  };
  const json decided = with("top_k=3", "top_k=2;temp=2");
  EXPECT_EQ(decided["compared"], 12);
  EXPECT_EQ(decided["metrics"]["kept"]["a"], 3);
  EXPECT_EQ(decided["metrics"]["entropy_raw"]["a"], nullptr);
  EXPECT_LT(decided["metrics"]["kept_mass"]["b"], 1);
  const json open = with("top_k=3", "typical=0.9");
  EXPECT_EQ(open["compared"], 0);
  EXPECT_EQ(open["b"]["undecided"], 12);
  EXPECT_EQ(open["metrics"]["kept"]["a"], nullptr);
}

TEST(Compare, WritesEveryFormat) {
  const std::string csv = WriteTemporary("compare.csv", "");
  const std::string markdown = WriteTemporary("compare.md", "");
  const std::string both = WriteTemporary("compare.json", "");
  const ToolResult result =
      RunTool({"compare", StoryLog(), "--b", "balanced", "-q", "--export-csv",
               csv, "--export-markdown", markdown, "--export-json", both});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "one-step answers"));
  EXPECT_TRUE(Says(result.out, "no intervals: 1 sequence is too few"));
  EXPECT_TRUE(Says(ReadAll(csv), "metric,a,b,diff,low,high,rows\n"));
  EXPECT_TRUE(Says(ReadAll(markdown), "| metric | A | B | A - B |"));
  const json report = json::parse(ReadAll(both));
  EXPECT_EQ(report["schema"], "sampler.compare/1");
  EXPECT_EQ(report["teacher_forced"], true);
  // The same numbers everywhere.
  const std::string line =
      absl::StrCat("\nkept,", report["metrics"]["kept"]["a"].get<double>());
  EXPECT_TRUE(Says(ReadAll(csv), line));
  const ToolResult lines =
      RunTool({"compare", StoryLog(), "--b", "balanced", "-q", "--jsonl"});
  EXPECT_EQ(Events(lines.out, "row").size(), 24u);
  EXPECT_EQ(Events(lines.out, "summary")[0]["metrics"], report["metrics"]);
  EXPECT_TRUE(absl::StartsWith(
      RunTool({"compare", StoryLog(), "--b", "balanced", "-q", "--markdown"})
          .out,
      "### sampler compare\n"));
}

TEST(Compare, TakesSomeRows) {
  const json report = Compare({StoryLog(), "--b", "top_k=5", "--rows", "3:20",
                               "--every", "4", "--limit", "3"});
  EXPECT_EQ(report["rows"], 3);
  const ToolResult lines =
      RunTool({"compare", StoryLog(), "--b", "top_k=5", "--rows", "3:20",
               "--every", "4", "--limit", "3", "--jsonl", "-q"});
  std::vector<int> rows;
  for (const json& row : Events(lines.out, "row")) rows.push_back(row["row"]);
  EXPECT_EQ(rows, (std::vector<int>{3, 7, 11}));
}

TEST(Compare, RefusesWhatMakesNoSense) {
  EXPECT_EQ(RunTool({"compare", StoryLog()}).exit_code, 2);
  EXPECT_TRUE(Says(RunTool({"compare", StoryLog()}).err, "nothing to compare"));
  EXPECT_EQ(
      RunTool({"compare", StoryLog(), "--b", "greedy", "--markdown", "--json"})
          .exit_code,
      2);
  EXPECT_EQ(
      RunTool({"compare", StoryLog(), "--b", "greedy", "--eps", "0"}).exit_code,
      2);
}

}  // namespace
}  // namespace sampler::tools
