// Answers do not depend on the number of threads, to the byte.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using Arguments = std::vector<std::string>;

TEST(Threads, DoNotShowInAnyAnswer) {
  const std::vector<Arguments> commands = {
      {"replay", "--config", "balanced"},
      {"replay", "--config", "balanced", "--jsonl"},
      {"replay", "--mirostat", "2", "--csv"},
      {"replay", "--top-k", "7", "--every", "3", "--json"},
      {"compare", "--a", "top_p=0.9", "--b", "min_p=0.1"},
      {"compare", "--a", "top_p=0.9", "--b", "min_p=0.1", "--json"},
      {"compare", "--a", "temp=0.7", "--b", "min_p=0.1", "--jsonl"},
      {"compare", "--a", "temp=0.7", "--b", "min_p=0.1", "--markdown"},
      {"sweep", "--param", "top_k=1,9", "--json"},
      {"sweep", "--param", "top_k=1,9", "--csv"},
      {"sweep", "--match", "kept=12", "--family", "top_p", "--limit", "4"}};
  for (const Arguments& command : commands) {
    std::vector<std::string> answers;
    for (const char* threads : {"1", "2", "5"}) {
      Arguments arguments = {command[0], StoryLog(), "-q", "--threads",
                             threads};
      arguments.insert(arguments.end(), command.begin() + 1, command.end());
      const ToolResult result = RunTool(arguments);
      ASSERT_EQ(result.exit_code, 0) << result.err;
      answers.push_back(result.out);
    }
    EXPECT_GT(answers[0].size(), 100u);
    EXPECT_TRUE(answers[1] == answers[0]) << command[0];
    EXPECT_TRUE(answers[2] == answers[0]) << command[0];
  }
}

}  // namespace
}  // namespace sampler::tools
