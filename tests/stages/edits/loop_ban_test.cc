#include "sampler/stages/edits/progress/loop_ban.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::loop_ban_test {
namespace {

// Which of three tokens may follow.
std::string KeptAfter(const std::string& parameters,
                      const std::vector<std::int32_t>& output,
                      const std::vector<std::int32_t>& prompt = {}) {
  return RunStages({0, 0, 0},
                   absl::StrCat(R"({"type": "loop_ban", )", parameters, "}"),
                   MakeSequence(3, prompt, output))
      .kept();
}

TEST(LoopBan, BansWhatWouldCloseTheLastRepetition) {
  EXPECT_EQ(KeptAfter(R"("count": 2)", {1}), "101");
  EXPECT_EQ(KeptAfter(R"("count": 3)", {1}), "111");
  EXPECT_EQ(KeptAfter(R"("count": 3)", {1, 1}), "101");
  EXPECT_EQ(KeptAfter(R"("count": 3)", {0, 1, 0, 1, 0}), "101");
  EXPECT_EQ(KeptAfter(R"("count": 3)", {0, 1, 0, 1}), "111");
  EXPECT_EQ(KeptAfter(R"("count": 2)", {0, 1, 2, 0, 1}), "100");
}

TEST(LoopBan, LooksAtPatternsOfItsLengthsOnly) {
  EXPECT_EQ(KeptAfter(R"("count": 2, "min_length": 2)", {1}), "111");
  EXPECT_EQ(KeptAfter(R"("count": 2, "min_length": 2)", {0, 1, 0}), "101");
  EXPECT_EQ(KeptAfter(R"("count": 2, "max_length": 1)", {0, 1, 0}), "011");
}

TEST(LoopBan, LooksAtItsScopeAndSparesExemptTokens) {
  EXPECT_EQ(KeptAfter(R"("count": 2)", {}, {1}), "111");
  EXPECT_EQ(KeptAfter(R"("count": 2, "scope": "both")", {}, {1}), "101");
  EXPECT_EQ(KeptAfter(R"("count": 3, "scope": "both")", {1}, {1}), "101");
  EXPECT_EQ(KeptAfter(R"("count": 2, "exempt": [1])", {1}), "111");
}

// Drawn token by token, no text ever loops; without the stage many do.
TEST(LoopBan, KeepsTextsFromLooping) {
  const LoopRule rule = {.max_length = 4, .count = 3};
  const auto loops = [&](const std::string& stages) {
    const Pipeline pipeline = MakePipeline(stages, 3);
    Workspace workspace;
    const std::vector<float> row = {2.0f, 0.0f, 0.0f};
    int found = 0;
    for (std::uint32_t stream = 0; stream < 200; ++stream) {
      Sequence sequence = MakeSequence(3, {}, {}, 1, stream);
      for (int step = 0; step < 30; ++step) {
        const Token token = pipeline.Sample(row, sequence, workspace);
        EXPECT_TRUE(sequence.Accept(token).ok());
        const HistoryView text =
            sequence.history().View(Scope::kOutput, std::nullopt);
        found += FindLoop(text, rule).has_value() ? 1 : 0;
      }
    }
    return found;
  };
  EXPECT_EQ(loops(R"({"type": "loop_ban", "count": 3, "max_length": 4})"), 0);
  EXPECT_GT(loops(""), 1000);
}

}  // namespace
}  // namespace sampler::loop_ban_test
