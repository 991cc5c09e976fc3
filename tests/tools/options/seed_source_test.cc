// Who told the seed, and that a claim about a seed needs one.

#include "tools/options/seed_source.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

constexpr char kSeededConfig[] =
    R"({"version": 1, "seed": 5, "stages": [{"type": "categorical"}]})";
constexpr char kCoinsBeforeGreedy[] = R"({"version": 1, "stages": [
    {"type": "xtc", "threshold": 0.1, "probability": 0.5},
    {"type": "greedy"}]})";

std::string SourceIn(const std::string& command,
                     std::vector<std::string> options) {
  std::vector<std::string> arguments = {command, StoryLog(), "--json", "-q"};
  if (command == "explain") {
    arguments.insert(arguments.end(), {"--row", "3"});
  } else {
    arguments.insert(arguments.end(), {"--rows", "0:2"});
  }
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ToolResult result = RunInProcess(arguments);
  const auto json = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << result.out << result.err;
  return json["seed_from"];
}

TEST(SeedSource, IsSaid) {
  const std::string seeded = WriteTemporary("seeded-5.json", kSeededConfig);
  for (const char* command : {"replay", "explain"}) {
    EXPECT_EQ(SourceIn(command, {"--temp", "0.8"}), "default");
    EXPECT_EQ(SourceIn(command, {"--temp", "0.8", "--seed", "0"}), "option");
    EXPECT_EQ(SourceIn(command, {"-c", seeded}), "config");
    EXPECT_EQ(SourceIn(command, {"-c", "greedy"}), "unused");
  }
  const auto head = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"replay", StoryLog(), "--rows", "0:1"});
    return RunInProcess(options).out;
  };
  EXPECT_TRUE(Says(head({"--temp", "1"}), "0 (none is given), stream 0;"));
  EXPECT_TRUE(Says(head({"--temp", "1", "-s", "0"}), "seed     0, stream 0;"));
  EXPECT_TRUE(Says(head({"-c", "greedy"}), "seed     0, stream 0;"));
}

// Both commands that judge a log ask for it.
TEST(SeedSource, AClaimAboutASeedNeedsOne) {
  const std::string coins = WriteTemporary("coins.json", kCoinsBeforeGreedy);
  const std::vector<std::vector<std::string>> commands = {
      {"verify", StoryLog()}, {"replay", StoryLog(), "--verify"}};
  for (std::vector<std::string> command : commands) {
    const std::size_t size = command.size();
    for (const std::vector<std::string>& chain :
         std::vector<std::vector<std::string>>{{"--temp", "0.8"},
                                               {"-c", coins}}) {
      command.resize(size);
      command.insert(command.end(), chain.begin(), chain.end());
      const ToolResult result = RunInProcess(command);
      EXPECT_EQ(result.exit_code, 2);
      EXPECT_TRUE(Says(result.err,
                       "no seed: neither the log nor the config tells one"));
      EXPECT_TRUE(Says(result.err, "--claim law"));
    }
    // Greedy choices need none: they are judged, and here refuted.
    command.resize(size);
    command.insert(command.end(), {"-c", "greedy", "-q"});
    EXPECT_EQ(RunInProcess(command).exit_code, 1);
  }
}

}  // namespace
}  // namespace sampler::tools
