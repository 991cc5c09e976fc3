// Whole numbers of every option of every command: decimal, in range, or an
// error that says what was found; and options that would be ignored.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using Arguments = std::vector<std::string>;

std::string SmallLog() { return MakeLog({{1, 2, 3}, {3, 2, 1}}, {0, 1}, {2}); }

std::string Failure(const Arguments& arguments,
                    const Arguments& environment = {}) {
  const ToolResult result = RunTool(arguments, "", environment);
  EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
  EXPECT_EQ(result.out, "");
  return result.err;
}

// Commands in which one option's value is left open.
struct Option {
  std::string name;
  Arguments command;
};

std::vector<Option> IntegerOptions() {
  const std::string log = SmallLog();
  const Arguments replay = {"replay", log, "--greedy", "-q"};
  const Arguments explain = {"explain", log, "--greedy", "--row", "0"};
  return {{"--seed", replay},
          {"--stream", replay},
          {"--step", replay},
          {"--threads", replay},
          {"--top-logprobs", replay},
          {"--vocab-size", replay},
          {"--top-k", {"replay", log, "-q"}},
          {"--dry-allowed-length", {"replay", log, "-q"}},
          {"--top", explain},
          {"--token", explain},
          {"--seed", explain},
          {"--sample", {"inspect", log}},
          {"--top", {"inspect", log}},
          {"--vocab-size", {"validate", "greedy"}},
          {"--eos-ids", {"import", "llama.cpp", "--text", "--top-k 3"}},
          {"--top-k",
           {"convert", log, WriteTemporary("out.safetensors", ""), "--force"}}};
}

TEST(TypedOptionsTest, IntegersAreDecimalAndNothingElse) {
  for (const Option& option : IntegerOptions()) {
    for (const std::string text :
         {"010", "0x10", "+5", " 5", "5 ", "5.0", "1e3", "5x", "",
          "99999999999999999999999", "-9223372036854775809", "nan"}) {
      Arguments command = option.command;
      command.push_back(absl::StrCat(option.name, "=", text));
      const std::string error = Failure(command);
      EXPECT_TRUE(absl::StrContains(error, option.name)) << error;
      EXPECT_TRUE(absl::StrContains(error, text)) << error;
    }
  }
  EXPECT_TRUE(Says(Failure({"replay", SmallLog(), "--greedy", "--step", "010"}),
                   "--step: got 010, want an integer in [0, "
                   "9223372036854775807] (decimal digits only)"));
}

TEST(TypedOptionsTest, RowsAreDecimalToo) {
  for (const std::string row : {"00", "0x0", "+0", " 0", "0:00", "0:+1"}) {
    EXPECT_TRUE(Says(
        Failure({"explain", SmallLog(), "--greedy", "--row=" + row}), row));
    EXPECT_TRUE(Says(
        Failure({"replay", SmallLog(), "--greedy", "--rows=" + row + ":2"}),
        "want A:B"));
  }
}

TEST(TypedOptionsTest, NumbersOfTheChainAreFiniteDecimals) {
  for (const std::string flag :
       {"--temp", "--top-p", "--min-p", "--repeat-penalty", "--dry-base",
        "--xtc-threshold", "--mirostat-ent", "--adaptive-target"}) {
    for (const std::string text :
         {"nan", "inf", "-inf", "0x1p-1", "1e400", "1e-400", "0,5", "0.5x",
          " 0.5", "+0.5", ""}) {
      const std::string error =
          Failure({"replay", SmallLog(), absl::StrCat(flag, "=", text)});
      EXPECT_TRUE(absl::StrContains(error, flag)) << error;
      EXPECT_TRUE(absl::StrContains(error, text)) << error;
    }
  }
}

// A tolerance that is NaN would find every log true.
TEST(TypedOptionsTest, NumbersOfCommandsAreFiniteDecimalsInTheirRange) {
  const std::string log = SmallLog();
  const Arguments verify = {"verify", log, "--top-k", "3"};
  const Arguments compare = {"compare", log, "--a", "top_k=3", "--trainer"};
  const Arguments detect = {"detect", log, "--scheme", "vllm-dual"};
  const std::vector<std::pair<std::string, Arguments>> options = {
      {"--margin-tol", verify}, {"--min-match", verify},
      {"--sigma", verify},      {"--alpha", verify},
      {"--eps", compare},       {"--is-threshold", compare},
      {"--is-clip", compare},   {"--off-policy-threshold", compare},
      {"--alpha", detect},      {"--mixing-probability", detect},
      {"--gamma", detect},      {"--at-most", detect}};
  for (const auto& [flag, command] : options) {
    for (const std::string text :
         {"nan", "inf", "-1", "0x1p-1", "1e400", "1e-400", "0,5", "0.5x"}) {
      Arguments all = command;
      all.push_back(absl::StrCat(flag, "=", text));
      EXPECT_TRUE(
          Says(Failure(all), absl::StrCat(flag, ": got ", text, ", want a")));
    }
  }
}

TEST(TypedOptionsTest, ChoicesAreWordsNotTheNumbersBehindThem) {
  const std::string log = SmallLog();
  const std::string out = WriteTemporary("out.npy", "");
  for (const Arguments& command : std::vector<Arguments>{
           {"inspect", log, "--dtype", "1"},
           {"inspect", log, "--floor", "1"},
           {"convert", log, out, "--force", "--to", "0"},
           {"convert", log, out, "--force", "--to-dtype", "1"}}) {
    EXPECT_TRUE(Says(Failure(command), "want one of ")) << command[2];
  }
  EXPECT_TRUE(Says(Failure({"inspect", log, "--dtype", "bf61"}),
                   "--dtype: got bf61, want one of f32, f16, bf16, f64, did "
                   "you mean \"bf16\"?"));
}

TEST(TypedOptionsTest, OneValueEach) {
  const std::string log = SmallLog();
  for (const Arguments& twice :
       std::vector<Arguments>{{"--seed", "1", "--seed", "2"},
                              {"--step", "1", "--step", "1"},
                              {"--threads", "1", "--threads", "2"},
                              {"--rows", "0:1", "--rows", "1:2"},
                              {"-c", "greedy", "-c", "balanced"},
                              {"--repeat-penalty", "1.1", "--repeat-last-n",
                               "3", "--repeat-last-n", "4"}}) {
    Arguments command = {"replay", log};
    if (twice[0] != "-c") command.push_back("--temp=1");
    command.insert(command.end(), twice.begin(), twice.end());
    Failure(command);
  }
}

TEST(GivenAndNotUsed, IsAnError) {
  const std::string log = SmallLog();
  const std::string settings = WriteTemporary("set.json", R"({"top_k": 5})");
  EXPECT_TRUE(
      Says(Failure({"import", "llama.cpp", settings, "--text", "--temp 1"}),
           "and --text, want one of them"));
  EXPECT_TRUE(Says(Failure({"import", "llama.cpp", settings, "--text", "{}"}),
                   "and --text, want one of them"));
  EXPECT_TRUE(
      Says(Failure({"validate", "--schema", "greedy"}), "--schema: it"));
  EXPECT_TRUE(Says(Failure({"validate", "--schema", "--vocab-size", "5"}),
                   "--schema: it"));
  EXPECT_TRUE(Says(Failure({"inspect", log, "--floor", "keep"}),
                   "--floor: the log is safetensors"));
  EXPECT_TRUE(Says(
      Failure({"inspect", DataFile("alice-1.logits"), "--tensor", "logits"}),
      "want no tensor name for llama.cpp _logits_"));
}

// A seed where nothing is drawn by chance, a step where no schedule follows it.
TEST(GivenAndNotUsed, SeedsAndStepsToo) {
  const std::string log = SmallLog();
  const std::string seed = "--seed: got 7, want none: no stage uses random";
  const std::string step = "--step: got 3, want none: no stage has a schedule";
  for (const std::string command : {"replay", "explain"}) {
    Arguments arguments = {command, log, "--greedy"};
    if (command == "explain") arguments.insert(arguments.end(), {"--row", "0"});
    Arguments seeded = arguments;
    seeded.insert(seeded.end(), {"--seed", "7"});
    EXPECT_TRUE(Says(Failure(seeded), seed));
    arguments.insert(arguments.end(), {"--step", "3"});
    EXPECT_TRUE(Says(Failure(arguments), step));
  }
  const std::string stream = "--stream: got 2, want none: no stage uses random";
  EXPECT_TRUE(
      Says(Failure({"replay", log, "--greedy", "--stream", "2"}), stream));
  EXPECT_TRUE(
      Says(Failure({"explain", log, "--row", "0", "--greedy", "--stream", "2"}),
           stream));
  // A decay where there is no target.
  EXPECT_TRUE(Says(Failure({"replay", log, "--adaptive-decay", "0.5"}),
                   "--adaptive-decay 0.5: want --adaptive-target beside it"));
  // Of a sweep, where neither the base nor a setting uses it.
  Arguments swept = {"sweep", log, "--param", "top_k=1,2"};
  const Arguments by_step = {"--step", "3"};
  swept.insert(swept.end(), by_step.begin(), by_step.end());
  EXPECT_TRUE(Says(Failure(swept), step));
  const std::string sober =
      WriteTemporary("sober.json",
                     R"({"version": 1, "stages": [{"type": "top_k", "k": 2},
                                   {"type": "greedy"}]})");
  EXPECT_TRUE(Says(Failure({"sweep", log, "--on", sober, "--param", "top_k=1",
                            "--base", "greedy", "--seed", "7"}),
                   seed));
  EXPECT_TRUE(Says(Failure({"sweep", log, "--family", "top_k", "--match",
                            "kept=1", "--step", "3"}),
                   step));
  EXPECT_EQ(RunTool({"sweep", log, "--param", "temp=0,1", "--base", "greedy",
                     "--seed", "7"})
                .exit_code,
            0);
  // A claim about every seed, and one of a chain that tosses a coin.
  const Arguments law = {"verify", log, "--claim", "law", "--seed", "7"};
  Arguments plain = law;
  plain.insert(plain.end(), {"--top-k", "2"});
  EXPECT_TRUE(Says(Failure(plain), "want none beside --claim law"));
  Arguments tossing = law;
  tossing.insert(tossing.end(),
                 {"--xtc-probability", "0.5", "--xtc-threshold", "0.1"});
  EXPECT_NE(RunTool(tossing).exit_code, 2);
  const std::string alone =
      WriteTemporary("alone.json", R"({"version": 1, "stages": [
      {"type": "top_k", "k": 2}, {"type": "greedy"}]})");
  EXPECT_TRUE(Says(
      Failure({"compare", log, "--a", "greedy", "--b", alone, "--seed", "7"}),
      seed));
  EXPECT_TRUE(
      Says(Failure({"compare", log, "--b", "top_k=3", "--step", "3"}), step));
  // Where either matters it is taken.
  EXPECT_EQ(RunTool({"compare", log, "--a", "greedy", "--b", "top_k=2",
                     "--seed", "7"})
                .exit_code,
            0);
  const std::string scheduled = WriteTemporary("scheduled.json", R"({
      "version": 1, "stages": [
      {"type": "temperature", "schedule": {"from": 1.2, "to": 0.4, "steps": 10,
       "clock": "step"}},
      {"type": "xtc", "probability": 0.5, "threshold": 0.1},
      {"type": "greedy"}]})");
  EXPECT_EQ(
      RunTool({"replay", log, "-c", scheduled, "--step", "3", "--seed", "7"})
          .exit_code,
      0);
}

TEST(GivenAndNotUsed, EnvironmentVariablesToo) {
  const Arguments command = {"replay", SmallLog(), "--greedy", "--quiet"};
  for (const std::string value : {"nonsense", "", "AVX2", "avx2 "}) {
    EXPECT_TRUE(Says(Failure(command, {"SAMPLER_SIMD=" + value}),
                     absl::StrCat("SAMPLER_SIMD (environment): got ", value)));
  }
  for (const absl::string_view target : kernels::SimdTargets()) {
    const std::string variable = absl::StrCat("SAMPLER_SIMD=", target);
    EXPECT_EQ(RunTool(command, "", {variable}).exit_code, 0) << variable;
  }
}

}  // namespace
}  // namespace sampler::tools
