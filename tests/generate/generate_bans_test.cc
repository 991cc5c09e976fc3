// `sampler-generate --ban` as users run it.

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "sampler/logs/log.h"
#include "tests/generate/model_run.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

TEST(GenerateBans, KeepsPhrasesOutOfTheTextAndReplaysTheLog) {
  SAMPLER_NEEDS_MODEL();
  const std::vector<std::string> story = {
      kStory, "--temp", "0.8", "--top-k",     "40", "--tokens",
      "60",   "-s",     "3",   "--sequences", "2"};
  const json free = Generated(story);
  // What the text says anyway: the longest words of its first half.
  const auto text = free.at("samplers")
                        .at(0)
                        .at("sequences")[0]
                        .at("text")
                        .get<std::string>();
  const std::string phrase = text.substr(text.size() / 3, 12);
  const std::string log = testing::TempDir() + "/generate_bans.safetensors";
  std::remove(log.c_str());
  std::vector<std::string> banned = story;
  banned.insert(banned.end(), {"--ban", phrase, "--ban-regex", "(?i)\\bthe\\b",
                               "--log", log});
  const json answer = Generated(banned);
  std::size_t rewound = 0;
  for (const json& sequence : answer.at("samplers").at(0).at("sequences")) {
    const auto told = sequence.at("text").get<std::string>();
    EXPECT_FALSE(absl::StrContains(told, phrase)) << told;
    EXPECT_FALSE(absl::StrContains(absl::AsciiStrToLower(told), " the "))
        << told;
    rewound += sequence.at("rewound").size();
  }
  EXPECT_GT(rewound, 3U);
  EXPECT_EQ(RunTool({"replay", log, "--verify", "--quiet"}).exit_code, 0);
  std::remove(log.c_str());
}

TEST(GenerateBans, SaysWhatIsWrong) {
  SAMPLER_NEEDS_MODEL();
  const auto error = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"-m", SAMPLER_LLAMA_MODEL, "Hi", "--temp", "1"});
    const ToolResult result = RunProgram(SAMPLER_GENERATE, more);
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  EXPECT_TRUE(Says(error({"--ban", ""}), "--ban: got no text"));
  EXPECT_TRUE(Says(error({"--ban-regex", "a("}), "--ban-regex: "));
  EXPECT_TRUE(Says(error({"--ban-ignore-case"}), "want --ban beside it"));
  EXPECT_TRUE(Says(error({"--ban-trace"}), "want --ban or --ban-regex"));
  EXPECT_TRUE(Says(error({"--ban", "a", "--ban-window", "9"}),
                   "want --ban-regex beside it"));
  EXPECT_TRUE(Says(error({"--ban", "a", "--sampler", "llama"}),
                   "got --sampler llama, want ours"));
}

}  // namespace
}  // namespace sampler::tools
