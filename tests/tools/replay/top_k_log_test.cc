// Top-k logs in the tool: which answers are exact, and what is said where they
// are not.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "sampler/logs/logger.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// Two rows of eight tokens, of which four are listed. The second has a tie that
// reaches into what is not listed, and drew a token from there.
std::string TopKLog() {
  const std::string path = WriteTemporary("top.safetensors", "");
  std::filesystem::remove(path);
  auto logger = logs::Logger::Create(path, {.vocabulary_size = 8, .top_k = 4});
  EXPECT_TRUE(logger.ok()) << logger.status();
  EXPECT_TRUE(
      logger->Append(0, std::vector<float>{5, 4, 3, 2, 1, 0, 0, 0}, 1).ok());
  EXPECT_TRUE(
      logger->Append(0, std::vector<float>{5, 4, 3, 3, 3, 3, 0, 0}, 7).ok());
  EXPECT_TRUE(logger->Finish().ok());
  return path;
}

// The basis of both rows under these flags.
std::vector<std::string> Bases(const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {"replay", TopKLog(), "--jsonl"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.err, "a top-k log"));
  std::vector<std::string> bases;
  for (const json& row : Events(result.out, "row")) {
    bases.push_back(row["basis"]);
  }
  return bases;
}

using Two = std::vector<std::string>;

TEST(TopKLog, IsExactWhereTheChainCutsWithinTheList) {
  EXPECT_EQ(Bases({"--top-k", "2"}), (Two{"exact", "exact"}));
  EXPECT_EQ(Bases({"--temp", "2", "--top-k", "2", "--top-p", "0.5"}),
            (Two{"exact", "exact"}));
  // The tie at 3 may go on beyond the list.
  EXPECT_EQ(Bases({"--top-k", "3"}), (Two{"exact", "bounded"}));
  EXPECT_EQ(Bases({"--top-k", "4"}), (Two{"bounded", "bounded"}));
  // What has no effect hides nothing, wherever it stands.
  EXPECT_EQ(Bases({"--top-p", "1", "--presence-penalty", "0", "--top-k", "2"}),
            (Two{"exact", "exact"}));
  EXPECT_EQ(Bases({"--min-p", "0.3"}), (Two{"exact", "exact"}));
  EXPECT_EQ(Bases({"--min-p", "0.1"}), (Two{"exact", "no"}));
  EXPECT_EQ(Bases({"--min-p", "0.01"}), (Two{"no", "no"}));
  // Heat brings the tail above the threshold.
  EXPECT_EQ(Bases({"--temp", "4", "--min-p", "0.3"}), (Two{"no", "no"}));
  EXPECT_EQ(Bases({"--top-k", "5"}), (Two{"no", "no"}));
}

TEST(TopKLog, IsBoundedWhereTheTailTakesPart) {
  EXPECT_EQ(Bases({"--top-p", "0.99"}), (Two{"bounded", "bounded"}));
  EXPECT_EQ(Bases({"--temp", "0.7"}), (Two{"bounded", "bounded"}));
  // The entropy of the whole row is not known.
  EXPECT_EQ(Bases({"--typical", "0.5"}), (Two{"no", "no"}));
}

// The log tells how much the rest weighs.
TEST(TopKLog, IsExactWhereTheNucleusEndsWithinTheList) {
  EXPECT_EQ(Bases({"--top-p", "0.5"}), (Two{"exact", "exact"}));
  // The third token of the second row has the bound of the list.
  EXPECT_EQ(Bases({"--top-p", "0.9"}), (Two{"exact", "bounded"}));
  // The second row lists a drawn token too: is it one of the six?
  EXPECT_EQ(Bases({"--top-k", "6", "--top-p", "0.5"}), (Two{"exact", "no"}));
  EXPECT_EQ(Bases({"--top-k", "3", "--top-p", "0.5"}), (Two{"exact", "exact"}));
  EXPECT_EQ(Bases({"--repeat-penalty", "1.2", "--top-k", "2"}),
            (Two{"exact", "exact"}));
}

// 0.859 of row 0 are two tokens: of what is listed alone they would be 0.881.
TEST(TopKLog, TheNucleusIsOfTheWholeRow) {
  const auto kept = [](const char* p) {
    const ToolResult result =
        RunTool({"replay", TopKLog(), "--top-p", p, "--jsonl"});
    return Events(result.out, "row")[0]["kept"].get<int>();
  };
  EXPECT_EQ(kept("0.855"), 2);
  EXPECT_EQ(kept("0.87"), 3);
  const json explained = json::parse(
      RunTool({"explain", TopKLog(), "--row", "0", "--top-p", "0.87", "--json"})
          .out);
  EXPECT_EQ(explained["basis"], "exact");
  EXPECT_EQ(explained["raw_entropy"], nullptr);
  EXPECT_EQ(explained["raw_candidates"], 8);
  EXPECT_EQ(explained["shared_evenly"], true);
  EXPECT_EQ(explained["tokens"].size(), 4u);
  EXPECT_EQ(explained["stages"][0]["kept"], 3);
  // e^5 / (e^5 + e^4 + e^3 + e^2 + e + 3).
  EXPECT_NEAR(explained["tokens"][0]["raw_prob"].get<double>(), 0.628323, 1e-5);
}

TEST(TopKLog, ListsRawLogprobsOfTheWholeRow) {
  const ToolResult result = RunTool(
      {"replay", TopKLog(), "--top-k", "2", "--top-logprobs", "2", "--jsonl"});
  const json row = Events(result.out, "row")[0];
  EXPECT_NEAR(row["raw_top"][0]["logprob"].get<double>(), -0.464697, 1e-5);
}

TEST(TopKLog, IsExactForGreedy) {
  EXPECT_EQ(Bases({"--config", "greedy"}), (Two{"exact", "exact"}));
  EXPECT_EQ(Bases({"--temp", "0"}), (Two{"exact", "exact"}));
}

TEST(TopKLog, MeasuresRawNumbersInTheFullRow) {
  const ToolResult result =
      RunTool({"replay", TopKLog(), "--top-k", "2", "--jsonl"});
  const std::vector<json> rows = Events(result.out, "row");
  ASSERT_EQ(rows.size(), 2u);
  // ln p of tokens 1 and 7 in rows of eight.
  EXPECT_NEAR(rows[0]["target_raw_logprob"].get<double>(), -1.464697, 1e-5);
  EXPECT_EQ(rows[0]["target_rank"], 2);
  EXPECT_NEAR(rows[1]["target_raw_logprob"].get<double>(), -5.653729, 1e-5);
  EXPECT_EQ(rows[1]["target_rank"], nullptr);  // Somewhere below the list.
  EXPECT_EQ(rows[0]["entropy_raw"], nullptr);
}

TEST(TopKLog, IsInspectedForWhatItIs) {
  const ToolResult result = RunTool({"inspect", TopKLog()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(Says(result.out, "4.5 tokens of a row are listed (mean)"));
  EXPECT_TRUE(Says(result.out, "raw_logits"));
  EXPECT_FALSE(absl::StrContains(result.out, "look processed"));
  const json report =
      json::parse(RunTool({"inspect", TopKLog(), "--json"}).out);
  EXPECT_EQ(report["tail"]["mean_listed"], 4.5);
  EXPECT_EQ(report["values"]["negative_infinity"]["count"], 0);
}

TEST(TopKLog, IsExplainedAsBounded) {
  EXPECT_TRUE(
      Says(RunTool({"explain", TopKLog(), "--row", "0", "--top-p", "0.99"}).out,
           "bounded"));
  EXPECT_FALSE(absl::StrContains(
      RunTool({"explain", TopKLog(), "--row", "0", "--top-k", "2"}).out,
      "bounded"));
}

}  // namespace
}  // namespace sampler::tools
