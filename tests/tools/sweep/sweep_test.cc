// `sampler sweep` as its users run it.

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

json Sweep(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"sweep", StoryLog()});
  arguments.insert(arguments.end(), {"--json", "-q"});
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

// A setting's numbers are those of compare.
TEST(Sweep, AgreesWithCompare) {
  const json report = Sweep({"--param", "temp=0.5,1.5", "--param",
                             "top_p=0.9,0.95", "--base", "balanced"});
  ASSERT_EQ(report["rows"].size(), 4u);
  const json& row = report["rows"][1];
  EXPECT_EQ(row["setting"]["temp"], "0.5");
  EXPECT_EQ(row["setting"]["top_p"], "0.95");
  const json compared =
      json::parse(RunTool({"compare", StoryLog(), "--a", "balanced", "--b",
                           "temp=0.5;top_p=0.95", "--json", "-q"})
                      .out);
  for (const char* metric :
       {"coverage", "kept", "kept_p50", "kept_p90", "kept_mass", "entropy",
        "effective_size", "eps_ppl", "sparsemax_score", "risk"}) {
    EXPECT_EQ(row["metrics"][metric], compared["metrics"][metric]["b"])
        << metric;
  }
  EXPECT_EQ(row["metrics"]["agreement"],
            compared["pair"]["agreement"]["value"]);
}

TEST(Sweep, MarksWhatNoOtherBeats) {
  const json report = Sweep({"--param", "top_k=1,2,5,20,100"});
  EXPECT_EQ(report["best_by"]["more"], "coverage");
  for (const json& a : report["rows"]) {
    bool beaten = false;
    for (const json& b : report["rows"]) {
      const double more = b["metrics"]["coverage"].get<double>() -
                          a["metrics"]["coverage"].get<double>();
      const double less = a["metrics"]["risk"].get<double>() -
                          b["metrics"]["risk"].get<double>();
      beaten |= more >= 0 && less >= 0 && more + less > 0;
    }
    EXPECT_EQ(a["best"].get<bool>(), !beaten) << a;
  }
}

TEST(Sweep, BringsFamiliesToOneBudget) {
  const json report =
      Sweep({"--match", "entropy=1.5", "--family", "top_p", "--family", "min_p",
             "--family", "temp", "--limit", "6"});
  ASSERT_EQ(report["rows"].size(), 3u);
  for (const json& row : report["rows"]) {
    EXPECT_NEAR(row["metrics"]["entropy"].get<double>(), 1.5, 0.05) << row;
  }
  const json whole =
      Sweep({"--match", "kept=7", "--family", "top_k", "--limit", "6"});
  EXPECT_EQ(whole["rows"][0]["setting"]["value"], "7");
}

TEST(Sweep, SetsParametersInAChain) {
  const json report =
      Sweep({"--on", "llama.cpp", "--param", "temp=0.5,1", "--limit", "2"});
  EXPECT_TRUE(
      Says(report["rows"][0]["chain"].get<std::string>(), "temperature(0.5)"));
}

TEST(Sweep, WritesEveryFormatAndDraws) {
  const std::string plot = WriteTemporary("sweep.svg", "");
  const std::vector<std::string> sweep = {"sweep", StoryLog(), "--param",
                                          "min_p=0.05:0.2:0.05", "-q"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = sweep;
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  EXPECT_TRUE(Says(with({"--csv"}), "min_p,coverage,kept,"));
  EXPECT_EQ(Lines(with({"--csv"})).size(), 5u);
  EXPECT_TRUE(Says(with({"--markdown"}), "| min_p | coverage |"));
  EXPECT_TRUE(Says(with({"--plot", plot}), "one-step answers"));
  const std::string svg = ReadAll(plot);
  EXPECT_TRUE(absl::StartsWith(svg, "<svg class='sw' xmlns="));
  EXPECT_TRUE(Says(svg, ">entropy</text>"));
  EXPECT_TRUE(absl::EndsWith(svg, "</svg>\n"));
  EXPECT_FALSE(absl::StrContains(svg, "<script"));
  EXPECT_FALSE(absl::StrContains(svg, "nan"));
}

// Numbers that a log of the likeliest tokens does not decide are shown by both
// ends, those of compare, in every form.
TEST(Sweep, ShowsRangesAsCompareDoes) {
  const std::string log = WriteTemporary("short.safetensors", "");
  ASSERT_EQ(RunTool({"convert", StoryLog(), log, "--top-k", "50", "--force"})
                .exit_code,
            0);
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"sweep", log, "--param",
                                          "temp=0.5,1.5", "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  const json report = json::parse(run({"--json"}));
  const json& bounds = report["rows"][1]["bounds"];
  const json compared = json::parse(
      RunTool({"compare", log, "--b", "temp=1.5", "--json", "-q"}).out);
  for (const char* metric :
       {"kept", "kept_p50", "entropy", "effective_size", "eps_ppl", "risk"}) {
    EXPECT_EQ(bounds[metric], compared["metrics"][metric]["bounds"]["b"])
        << metric;
    EXPECT_TRUE(report["rows"][1]["metrics"][metric].is_null()) << metric;
  }
  EXPECT_EQ(bounds["agreement"],
            compared["pair"]["agreement"]["bounds"]["value"]);
  EXPECT_FALSE(bounds.contains("kept_mass"));

  const std::string text = run({});
  EXPECT_TRUE(Says(text, "\n      at most"));
  EXPECT_TRUE(Says(text, "3.5233"));
  EXPECT_TRUE(Says(text, "8.2591"));
  const std::vector<std::string> csv = Lines(run({"--csv"}));
  EXPECT_TRUE(Says(csv[0], ",best,kept.least,kept.most,"));
  EXPECT_TRUE(Says(csv[0], ",entropy.least,entropy.most,"));
  EXPECT_TRUE(Says(csv[2], absl::StrCat(",", bounds["entropy"][0].dump(), ",",
                                        bounds["entropy"][1].dump(), ",")));
  EXPECT_TRUE(Says(run({"--markdown"}), "| 3.5233 to 8.2591 |"));
  const std::string plot = WriteTemporary("sweep.svg", "");
  const std::string page = WriteTemporary("sweep.html", "");
  run({"--plot", plot, "--html", page});
  EXPECT_TRUE(Says(ReadAll(plot), "<line class='range'"));
  EXPECT_TRUE(Says(ReadAll(page), "3.5233</span> to "));
}

// A setting under which the log does not decide every row is a mean over other
// rows than the rest: it says so, and is not held against them.
TEST(Sweep, SaysWhichRowsAreLeftOut) {
  const std::string log = WriteTemporary("listed.safetensors", "");
  ASSERT_EQ(RunTool({"convert", StoryLog(), log, "--top-k", "50", "--force"})
                .exit_code,
            0);
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"sweep", log, "--param",
                                          "top_p=0.3,0.98", "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunTool(arguments).out;
  };
  const json report = json::parse(run({"--json"}));
  const json& decided = report["rows"][0];
  const json& other = report["rows"][1];
  EXPECT_EQ(decided["left_out"], 0);
  EXPECT_TRUE(decided["best"].get<bool>());
  const json compared = json::parse(
      RunTool({"compare", log, "--b", "top_p=0.98", "--json", "-q"}).out);
  EXPECT_EQ(other["left_out"], compared["b"]["undecided"]);
  EXPECT_GT(other["left_out"].get<int>(), 0);
  EXPECT_LT(other["left_out"].get<int>(), 24);
  EXPECT_FALSE(other["best"].get<bool>());

  const std::string said = absl::StrCat("without ", other["left_out"].dump(),
                                        " rows that the log does not decide");
  EXPECT_TRUE(Says(run({}), said));
  EXPECT_TRUE(Says(run({"--markdown"}), said));
  EXPECT_TRUE(Says(run({}), "; of the settings under which all rows count"));
  const std::vector<std::string> csv = Lines(run({"--csv"}));
  EXPECT_TRUE(absl::EndsWith(csv[0], ",left_out"));
  EXPECT_TRUE(absl::EndsWith(csv[1], ",0"));
  EXPECT_TRUE(
      absl::EndsWith(csv[2], absl::StrCat(",", other["left_out"].get<int>())));
}

TEST(Sweep, RefusesWhatIsNoQuestion) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"--param", "top_p"},
      {"--param", "no_such=1"},
      {"--param", "top_p=0.5", "--match", "kept=3", "--family", "top_p"},
      {"--match", "kept=3"},
      {"--family", "top_p"},
      {"--match", "kepd=3", "--family", "top_p"},
      {"--match", "kept=3", "--family", "top_q"},
      {"--match", "entropy=100", "--family", "top_p"},
      {"--match", "kept=0x2", "--family", "top_p"},
      {"--match", "kept= 2", "--family", "top_p"},
      {"--match", "kept=2", "--family", "top_p", "--family", "top_p"},
      {"--param", "top_p=0.5", "--param", "top_p=0.6,0.7"},
      {"--param", "top_k=5", "--param", "top-k=6"},
      {"--param", "temp=0.5", "--param", "temperature=0.6"},
      {"--param", "top_p=0x0.8"},
      {"--param", "top_p= 0.5"},
      {"--param", "top_p=+0.5"}};
  for (const std::vector<std::string>& more : wrong) {
    std::vector<std::string> arguments = {"sweep", StoryLog(), "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(RunTool(arguments).exit_code, 2)
        << (more.empty() ? "" : more.back());
  }
}

}  // namespace
}  // namespace sampler::tools
