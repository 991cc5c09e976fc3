// Trainer metrics as `compare --trainer` prints them.

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using Json = nlohmann::json;

TEST(TrainerCommand, ComparesARolloutWithItsTrainer) {
  const std::vector<std::string> base = {
      "compare", StoryLog(), "--a", "temp=0.7;top_p=0.9",
      "--b",     "temp=0.7", "-q",  "--trainer"};
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunInProcess(arguments);
  };
  const ToolResult jsonl = run({"--jsonl"});
  ASSERT_EQ(jsonl.exit_code, 0) << jsonl.err;
  double sum = 0;
  int tokens = 0;
  for (const Json& event : Events(jsonl.out, "row")) {
    const Json& row = event["trainer"];
    if (row["rollout"].is_null()) continue;  // The rollout cannot draw it.
    ++tokens;
    sum -= row["log_ratio"].get<double>();
    // The trainer keeps all: what differs is the rollout's mask.
    EXPECT_NEAR(row["causes"]["mask"].get<double>() +
                    row["causes"]["ties"].get<double>(),
                row["log_ratio"].get<double>(), 1e-12);
    EXPECT_NEAR(row["causes"]["edits"].get<double>(), 0.0, 1e-12);
  }
  const Json summary = Events(jsonl.out, "summary")[0]["trainer"];
  EXPECT_EQ(summary["tokens"], tokens);
  EXPECT_NEAR(summary["off_policy"]["kl"].get<double>(), sum / tokens, 1e-12);
  EXPECT_GT(summary["off_policy"]["kl"].get<double>(), 0.01);
  const ToolResult text = run({});
  EXPECT_TRUE(Says(text.out, "A is the rollout, B the trainer"));
  EXPECT_TRUE(Says(text.out, "sampling_logp_difference/mean"));
  EXPECT_TRUE(Says(run({"--markdown"}).out, "rollout_is_eff_sample_size"));
  EXPECT_TRUE(Says(run({"--csv"}).out, "trainer.k3_kl,,,"));
  EXPECT_EQ(run({"--fail-if", "trainer.kl>0.01"}).exit_code, 1);
  EXPECT_EQ(run({"--fail-if", "trainer.kl<0.01"}).exit_code, 0);
  EXPECT_EQ(
      RunInProcess({"compare", StoryLog(), "--b", "temp=0.7", "--is-clip", "4"})
          .exit_code,
      2);
}

// verl's own code on the same numbers, where it and torch are installed.
TEST(TrainerCommand, AgreesWithVerlItself) {
  const char* const python = std::getenv("SAMPLER_VERL_PYTHON");
  const std::string interpreter = python == nullptr ? "python3" : python;
  if (std::system(
          absl::StrCat(interpreter, " -c 'import torch, verl' >/dev/null 2>&1")
              .c_str()) != 0) {
    GTEST_SKIP() << "no Python with torch and verl (SAMPLER_VERL_PYTHON)";
  }
  const ToolResult result =
      RunInProcess({"compare", StoryLog(), "--a", "temp=0.7;top_k=40", "--b",
                    "temp=0.9", "-q", "--trainer", "--jsonl"});
  const std::string file = WriteTemporary("trainer.jsonl", result.out);
  EXPECT_EQ(std::system(absl::StrCat(interpreter, " '", SAMPLER_SOURCE_DIR,
                                     "/tests/tools/compare/trainer/verl.py' '",
                                     file, "'")
                            .c_str()),
            0);
}

}  // namespace
}  // namespace sampler::tools
