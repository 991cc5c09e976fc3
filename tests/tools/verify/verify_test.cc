// `sampler verify` as users run it: honest logs pass, altered ones do not, and
// every number is there in every format.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/rows.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"
#include "tests/tools/verify/honest_run.h"

namespace sampler::tools::verify_test {
namespace {

using Json = nlohmann::json;

constexpr char kChain[] = R"({"version": 1, "stages": [
    {"type": "temperature", "temperature": 0.8}, {"type": "top_k", "k": 12},
    {"type": "top_p", "p": 0.9}, {"type": "categorical"}]})";

std::string ChainFile(const std::string& chain = kChain) {
  return WriteTemporary("chain.json", chain);
}

ToolResult Verify(const HonestRun& run, std::vector<std::string> more,
                  const std::string& chain = kChain) {
  std::vector<std::string> arguments = {"verify", run.path, "--config",
                                        ChainFile(chain), "-q"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunInProcess(arguments);
}

Json VerifyJson(const HonestRun& run, std::vector<std::string> more,
                const std::string& chain = kChain) {
  more.push_back("--json");
  const ToolResult result = Verify(run, more, chain);
  const Json json = Json::parse(result.out, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << result.out << result.err;
  EXPECT_EQ(result.exit_code, json["verdict"]["refuted"] == true ? 1 : 0);
  return json;
}

TEST(Verify, AnHonestLogPasses) {
  const HonestRun run = MakeRun("honest", kChain);
  const Json json = VerifyJson(run, {"--seed", "42"});
  EXPECT_EQ(json["verdict"]["word"], "not refuted");
  EXPECT_EQ(json["summary"]["total_tokens"], 40);
  EXPECT_EQ(json["summary"]["exact_match_rate"], 1.0);
  EXPECT_EQ(json["summary"]["avg_margin"], 0.0);
  EXPECT_EQ(json["summary"]["first_mismatch"], nullptr);
  EXPECT_EQ(json["draw_rule"], "inverse_cdf");
  EXPECT_EQ(json["suspects"], nullptr);
  EXPECT_EQ(json["teacher_forced"], true);
}

// As the logger tells it: no option is needed.
TEST(Verify, ALogThatTellsItsSettingsNeedsNoOptions) {
  const HonestRun run = MakeRun("told", kChain, {.describe = true});
  EXPECT_EQ(RunInProcess({"verify", run.path, "-q"}).exit_code, 0);
  const HonestRun forged =
      MakeRun("forged", kChain, {.altered = 33, .describe = true});
  const ToolResult result = RunInProcess({"verify", forged.path, "-q"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.out, "refuted at row 33 (sequence 1, position 13)"));
}

// The shipped log of a run, its logged settings and none other.
TEST(Verify, TheShippedRunPasses) {
  const std::string log = DataFile("lighthouse.safetensors");
  const Json json =
      Json::parse(RunInProcess({"verify", log, "--json", "-q"}).out);
  EXPECT_EQ(json["verdict"]["word"], "not refuted");
  EXPECT_EQ(json["summary"]["total_tokens"], 120);
  EXPECT_EQ(json["summary"]["exact_match_rate"], 1.0);
  EXPECT_EQ(RunInProcess({"replay", log, "--verify", "-q"}).exit_code, 0);
  const ToolResult other = RunInProcess({"verify", log, "--seed", "43", "-q"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_TRUE(Says(other.out, "the tokens agree best with seed 42: 100.0 %"));
}

TEST(Verify, OneAlteredTokenIsFound) {
  const HonestRun run = MakeRun("altered", kChain, {.altered = 11});
  const Json json = VerifyJson(run, {"--seed", "42"});
  EXPECT_EQ(json["verdict"]["refuted_at"]["row"], 11);
  EXPECT_EQ(json["verdict"]["tokens_to_refute"], 12);
  EXPECT_EQ(json["verdict"]["log10_e_value"], "infinite");
  EXPECT_EQ(json["summary"]["first_mismatch"]["row"], 11);
  ASSERT_EQ(json["mismatches"].size(), 1u);
  EXPECT_EQ(json["mismatches"][0]["claimed"], run.tokens[11]);
  EXPECT_EQ(VerifyJson(
                run, {"--seed", "42", "--rows", "12:40"})["verdict"]["refuted"],
            false);
}

TEST(Verify, AnImpossibleTokenIsExplained) {
  // The token of rank 30 of row 5.
  const std::vector<float> row = MakeRow(RowKind::kGaussian, kHonestSize, 5);
  std::vector<TokenId> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](TokenId a, TokenId b) {
    return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)];
  });
  const HonestRun run =
      MakeRun("impossible", kChain, {.altered = 5, .by = order[29]});
  const Json json = VerifyJson(run, {"--seed", "42"});
  EXPECT_EQ(json["summary"]["impossible_count"], 1);
  EXPECT_TRUE(Says(json["first_impossible"]["removed_by"].get<std::string>(),
                   "top_k: rank 30 > 12"));
  EXPECT_TRUE(Says(json["first_impossible"]["nearest_chain"].get<std::string>(),
                   "top_k(30)"));
  EXPECT_EQ(json["mismatches"][0]["margin"], nullptr);
  EXPECT_EQ(json["mismatches"][0]["removed"], true);
}

TEST(Verify, AnotherSeedIsFoundAndTheNearestIsNamed) {
  const HonestRun run = MakeRun("seed", kChain, {.seed = 45});
  const Json json = VerifyJson(run, {"--seed", "42"});
  EXPECT_EQ(json["verdict"]["refuted"], true);
  EXPECT_EQ(json["suspects"]["best_seed_offset"], 3);
  EXPECT_EQ(json["suspects"]["best_seed_rate"], 1.0);
  EXPECT_TRUE(Says(Verify(run, {"--seed", "42"}).out,
                   "the tokens agree best with seed 45: 100.0 %"));
  EXPECT_EQ(json["suspects"]["shared_noise_suspected"], false);
}

TEST(Verify, OneSeedForABatchIsSuspected) {
  const HonestRun run = MakeRun("shared", kChain, {.stream_step = 0});
  const Json json = VerifyJson(run, {"--seed", "42"});
  EXPECT_EQ(json["verdict"]["refuted"], true);
  EXPECT_EQ(json["suspects"]["shared_noise_suspected"], true);
  EXPECT_EQ(json["suspects"]["shared_rate"], 1.0);
}

TEST(Verify, TheLawNeedsNoSeed) {
  const HonestRun run = MakeRun("law", kChain, {.seed = 99});
  EXPECT_EQ(Verify(run, {"--claim", "law"}).exit_code, 0);
  // Without a seed the claim is not one.
  const ToolResult none = Verify(run, {});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_TRUE(Says(none.err, "no seed"));
  EXPECT_TRUE(Says(none.err, "--claim law"));
}

TEST(Verify, TolerancesAreWhatTheySay) {
  const HonestRun run = MakeRun("tolerated", kChain, {.altered = 11});
  const Json json = VerifyJson(run, {"--seed", "42"});
  const auto check = json["mismatches"][0];
  if (check["removed"] == false) {
    const double margin = check["margin"].get<double>();
    const auto with = [&](double tolerance) {
      return Verify(run,
                    {"--seed", "42", "--margin-tol", absl::StrCat(tolerance)})
          .exit_code;
    };
    EXPECT_EQ(with(margin * 1.01), 0);
    EXPECT_EQ(with(margin * 0.99), 1);
  }
  EXPECT_EQ(Verify(run, {"--seed", "42", "--min-match", "0.9"}).exit_code, 0);
  EXPECT_EQ(Verify(run, {"--seed", "42", "--min-match", "0"}).exit_code, 2);
  EXPECT_EQ(Verify(run, {"--seed", "42", "--alpha", "1"}).exit_code, 2);
}

TEST(Verify, EveryEnginesNoiseVerifiesItsOwnLogs) {
  const std::string stages =
      R"({"version": 1, STAGES {"type": "temperature", "temperature": 0.8},
          {"type": "top_k", "k": 12}, DRAW]})";
  const auto chain = [&](const std::string& rng, const std::string& draw) {
    return absl::StrReplaceAll(
        stages,
        {{"STAGES", absl::StrCat(rng, R"("stages": [)")}, {"DRAW", draw}});
  };
  const std::string plain = chain("", R"({"type": "categorical"})");
  struct Case {
    std::string noise;
    std::string chain;
    std::string rule;
  };
  for (const Case& c :
       {Case{"vllm", chain("", R"({"type": "gumbel_max", "noise": "vllm_v2"})"),
             "gumbel"},
        Case{"sglang",
             chain("", R"({"type": "gumbel_max", "noise": "sglang"})"),
             "gumbel"},
        Case{"llama.cpp",
             chain(R"("rng": "llama_cpp", )", R"({"type": "categorical"})"),
             "inverse_cdf"}}) {
    SCOPED_TRACE(c.noise);
    const HonestRun run = MakeRun("engine", c.chain);
    const Json json =
        VerifyJson(run, {"--seed", "42", "--noise", c.noise}, plain);
    EXPECT_EQ(json["verdict"]["refuted"], false);
    EXPECT_EQ(json["summary"]["exact_match_rate"], 1.0);
    EXPECT_EQ(json["draw_rule"], c.rule);
    EXPECT_EQ(VerifyJson(run, {"--seed", "42"}, plain)["verdict"]["refuted"],
              true);
  }
}

TEST(Verify, EveryFormatHasEveryRow) {
  const HonestRun run = MakeRun("formats", kChain, {.altered = 11});
  const auto rows = Events(Verify(run, {"--seed", "42", "--jsonl"}).out, "row");
  ASSERT_EQ(rows.size(), 40u);
  EXPECT_EQ(rows[11]["exact_match"], false);
  EXPECT_EQ(rows[10]["exact_match"], true);
  EXPECT_EQ(rows[10]["basis"]["prob"], "exact");
  const auto csv = Lines(Verify(run, {"--seed", "42", "--csv"}).out);
  ASSERT_EQ(csv.size(), 41u);
  EXPECT_EQ(csv[0].rfind("row,seq,pos,claimed,replayed,exact_match", 0), 0u);
  // The same numbers, and whatever the number of threads.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(Says(csv[i + 1], absl::StrCat(i, ",", i / 20, ",", i % 20, ",",
                                              run.tokens[i], ",")));
  }
  EXPECT_EQ(Verify(run, {"--seed", "42", "--jsonl", "--threads", "1"}).out,
            Verify(run, {"--seed", "42", "--jsonl", "--threads", "3"}).out);
  const ToolResult text = Verify(run, {"--seed", "42"});
  EXPECT_TRUE(Says(text.out, "verdict         refuted at row 11"));
  EXPECT_TRUE(Says(text.out, "exact match     97.5 %; 1 differ"));
}

// The shipped log was drawn by llama.cpp with a chain and a seed of its own:
// the law of another chain is refuted.
TEST(Verify, TheStoryIsNoGreedyText) {
  const ToolResult result =
      RunInProcess({"verify", StoryLog(), "--config", "greedy", "-q"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.out, "draw            seed 0, stream 0, greedy"));
}

TEST(Verify, TwoLogsOfOnePromptAreTracked) {
  const HonestRun run = MakeRun("lt", kChain);
  const Json json = VerifyJson(run, {"--seed", "42", "--reference", run.path});
  EXPECT_EQ(json["lt"]["before"], 2);
  EXPECT_EQ(json["lt"]["statistic"], 0.0);
  EXPECT_EQ(json["lt"]["p_value"], 1.0);
}

TEST(Verify, WhatCannotBeCheckedIsAnError) {
  const std::string log = MakeLog({{1.0F, 2.0F}});
  const ToolResult result =
      RunInProcess({"verify", log, "--config", "balanced", "--seed", "1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "the log has no tokens"));
  const std::string masked = MakeLog({{1.0F, 2.0F}, {1.0F, 2.0F}}, {-100, 1});
  const ToolResult nothing =
      RunInProcess({"verify", masked, "--config", "balanced", "--seed", "1",
                    "--rows", "0:1"});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_TRUE(Says(nothing.out, "nothing to check"));
  // An engine's noise would take the place of a draw without any.
  const ToolResult greedy =
      RunInProcess({"verify", StoryLog(), "--greedy", "--noise", "vllm"});
  EXPECT_EQ(greedy.exit_code, 2);
  EXPECT_TRUE(Says(greedy.err, "want none beside a greedy draw"));
}

}  // namespace
}  // namespace sampler::tools::verify_test
