// The doors of the tool: its commands, in each of their formats.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/stage_chains.h"
#include "tests/tools/c_door.h"
#include "tests/tools/door_rows.h"
#include "tests/tools/doors.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

std::string HistoryName(bool logged) { return logged ? "logged" : "replayed"; }

}  // namespace

// Every door has the library's words for what is wrong.
void Doors::ExpectRefused(const std::string& text, const std::string& why) {
  const ToolResult human = RunInProcess(
      {"validate", config_, "--vocab-size", absl::StrCat(kChainVocabulary)});
  EXPECT_EQ(human.exit_code, 1) << human.err;
  const ToolResult json_result =
      RunInProcess({"validate", config_, "--vocab-size",
                    absl::StrCat(kChainVocabulary), "--json"});
  EXPECT_EQ(json_result.exit_code, 1);
  const json verdict = json::parse(json_result.out);
  EXPECT_EQ(verdict.at("ok"), false);
  const std::vector<std::string> problems = Lines(why);
  EXPECT_EQ(verdict.at("configs").at(0).at("problems").size(), problems.size());
  for (const std::string& problem : problems) {
    EXPECT_TRUE(Says(human.out, problem));
    ExpectNoRun(problem);
  }
  EXPECT_EQ(CError(text), why);
}

// Neither replay nor explain runs, for this reason.
void Doors::ExpectNoRun(const std::string& why) {
  for (const std::string command : {"replay", "explain"}) {
    std::vector<std::string> arguments = {command, log_, "-c", config_};
    if (command == "explain") {
      arguments.insert(arguments.end(), {"--row", "1"});
    }
    const ToolResult result = RunInProcess(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(Says(result.err, why));
  }
}

void Doors::ExpectValid(const PipelineConfig& config) {
  const ToolResult human = RunInProcess(
      {"validate", config_, "--vocab-size", absl::StrCat(kChainVocabulary)});
  EXPECT_EQ(human.exit_code, 0) << human.err << human.out;
  EXPECT_TRUE(Says(human.out, ChainText(config)));
  const ToolResult result = RunInProcess({"validate", config_, "--json"});
  EXPECT_EQ(result.exit_code, 0);
  const json verdict = json::parse(result.out);
  EXPECT_EQ(verdict.at("ok"), true);
  EXPECT_EQ(verdict.at("configs").at(0).at("chain"), ChainText(config));
}

void Doors::ExpectReplays(const std::vector<WalkedRow>& walked, bool logged,
                          const std::string& format) const {
  std::vector<std::string> arguments = {
      "replay",    log_, "-c", config_, "--history", HistoryName(logged),
      "--threads", "2"};
  arguments.insert(arguments.end(), seed_.begin(), seed_.end());
  if (!format.empty()) arguments.push_back(format);
  if (absl::StartsWith(format, "--json")) {
    arguments.insert(arguments.end(), {"--top-logprobs", "3"});
  }
  if (format.empty()) arguments.insert(arguments.end(), {"--html", page_});
  const ToolResult result = RunInProcess(arguments);
  SCOPED_TRACE(absl::StrCat(format, " ", HistoryName(logged)));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  if (format == "--csv") return ExpectCsv(result.out, walked);
  if (format.empty()) {
    const bool has_nan = std::any_of(
        walked.begin(), walked.end(),
        [](const WalkedRow& w) { return w.status == RowStatus::kNan; });
    EXPECT_TRUE(has_nan || !HasWord(result.out, "nan")) << result.out;
    EXPECT_TRUE(seed_.empty() ||
                Says(result.out, absl::StrCat("seed     ", kSeed)));
    return ExpectPage(walked);
  }
  const std::vector<json> rows =
      format == "--json"
          ? json::parse(result.out).at("rows").get<std::vector<json>>()
          : Events(result.out, "row");
  ASSERT_EQ(rows.size(), walked.size());
  for (std::size_t i = 0; i < rows.size(); ++i) ExpectRow(rows[i], walked[i]);
}

void Doors::ExpectPage(const std::vector<WalkedRow>& walked) const {
  const std::string page = ReadAll(page_);
  EXPECT_TRUE(absl::StrContains(page, "</html>"));
  for (const WalkedRow& row : walked) {
    EXPECT_TRUE(absl::StrContains(page, absl::StrCat("id=\"s", row.row, "\"")));
  }
}

void Doors::ExpectExplains(const WalkedRow& walked, bool logged,
                           bool as_json) const {
  std::vector<std::string> arguments = {
      "explain", log_,    "--row",     absl::StrCat(walked.row),
      "-c",      config_, "--history", HistoryName(logged)};
  arguments.insert(arguments.end(), seed_.begin(), seed_.end());
  if (as_json) {
    arguments.push_back("--json");
  } else {
    arguments.insert(arguments.end(), {"--html", page_});
  }
  const ToolResult result = RunInProcess(arguments);
  SCOPED_TRACE(absl::StrCat("explain ", walked.row, " ", HistoryName(logged)));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  if (!as_json) {
    EXPECT_TRUE(walked.status == RowStatus::kNan || !HasWord(result.out, "nan"))
        << result.out;
    EXPECT_FALSE(result.out.empty());
    EXPECT_TRUE(absl::StrContains(ReadAll(page_), "</html>"));
    return;
  }
  const json answer = json::parse(result.out);
  EXPECT_EQ(answer.at("status"), std::string(RowStatusName(walked.status)));
  if (walked.status != RowStatus::kOk) {
    EXPECT_TRUE(answer.at("token").is_null());
    return;
  }
  EXPECT_EQ(answer.at("token"), walked.token);
  double total = 0;
  for (const json& survivor : answer.at("survivors")) {
    total += survivor.at("prob").get<double>();
  }
  EXPECT_NEAR(total, 1, 1e-9);
}

}  // namespace sampler::tools
