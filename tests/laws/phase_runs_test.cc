// Every way to a text with phases (step by step, in a batch, restored, forked,
// rolled back, without the pipeline's help) leads to the same tokens.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/batch.h"
#include "tests/laws/toy_phases.h"
#include "tests/support/pipelines.h"

namespace sampler {
namespace {

// Stages with a memory beside phases: while one does not run its memory rests,
// and that of the others goes on.
TEST(PhaseLaws, MemoriesRestWhileAStageDoesNotRun) {
  const std::string mirostat = R"({"type": "mirostat", "tau": 1.0, "eta": 0.4)";
  const Pipeline phased = Phased(absl::StrCat(
      kPenalty, ",", mirostat, R"(, "when": {"phase": "thinking"}})"));
  const Pipeline running = Phased(absl::StrCat(kPenalty, ",", mirostat, "}"));
  const Pipeline resting = Phased(kPenalty);
  Workspace workspace;
  int rested = 0;
  for (std::uint32_t stream = 0; stream < 200; ++stream) {
    Sequence sequence =
        phased.NewSequence({.seed = 3, .stream = stream}).value();
    Sequence twin = MakeSequence(kSize, {}, {}, 3, stream);
    Text text;
    for (int step = 0; step < 24; ++step) {
      const std::vector<double> row = LogitsAfter(text);
      const bool runs = WhereIn(text).open;
      rested += runs ? 0 : 1;
      const Token token = phased.Sample(row, sequence, workspace);
      const Token other =
          (runs ? running : resting).Sample(row, twin, workspace);
      ASSERT_EQ(token.id, other.id);
      ASSERT_TRUE(sequence.Accept(token).ok());
      ASSERT_TRUE(twin.Accept(other).ok());
      text.push_back(token.id);
      if (!twin.state().empty()) {
        ASSERT_EQ(sequence.state()[0], twin.state()[0]);
      }
    }
  }
  EXPECT_GT(rested, 500);
}

const std::vector<std::string>& Chains() {
  static const auto& chains = *new std::vector<std::string>{
      absl::StrCat(kHeat, ",", kCold, ",", kPenalty, ",", kBudget),
      absl::StrCat(kBudget, R"(, {"type": "mirostat", "tau": 1.0,
                                  "when": {"phase": "thinking"}})"),
      absl::StrCat(kPenalty, R"(, {"type": "adaptive_p", "target": 0.4,
                                   "when": {"position": [2, null]}})"),
      R"({"type": "xtc", "probability": 0.5, "threshold": 0.2,
          "when": {"phase_position": [1, 4]}},
         {"type": "temperature", "schedule": {"from": 2, "to": 0.5, "steps": 4,
          "clock": "phase"}})"};
  return chains;
}

Text Told(const Pipeline& pipeline, Sequence sequence, Text text,
          std::size_t length) {
  Workspace workspace;
  while (text.size() < length) {
    const Token token = pipeline.Sample(LogitsAfter(text), sequence, workspace);
    EXPECT_TRUE(sequence.Accept(token).ok());
    text.push_back(token.id);
  }
  return text;
}

constexpr std::size_t kTold = 20;

TEST(PhaseLaws, RestoredForkedAndRolledBackTextsGoOnTheSame) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = Phased(chain);
    Workspace workspace;
    for (std::uint32_t stream = 0; stream < 20; ++stream) {
      Sequence sequence =
          pipeline.NewSequence({.seed = 5, .stream = stream}).value();
      const Text whole = Told(pipeline, sequence, {}, kTold);
      Text text;
      while (text.size() < kTold) {
        const auto restored = pipeline.RestoreSequence(sequence.Snapshot());
        ASSERT_TRUE(restored.ok());
        EXPECT_EQ(*restored, sequence);
        EXPECT_EQ(Told(pipeline, *restored, text, kTold), whole);
        EXPECT_EQ(Told(pipeline, sequence.Fork(stream), text, kTold), whole);
        // Three tokens ahead, whatever they are, and back.
        Sequence ahead = sequence;
        for (TokenId id = 0; id < 3; ++id) {
          EXPECT_TRUE(ahead.AcceptId((id + 1) % kSize).ok());
        }
        EXPECT_TRUE(ahead.Rollback(3).ok());
        EXPECT_EQ(Told(pipeline, ahead, text, kTold), whole);
        const Token token =
            pipeline.Sample(LogitsAfter(text), sequence, workspace);
        ASSERT_TRUE(sequence.Accept(token).ok());
        text.push_back(token.id);
      }
    }
  }
}

// A sequence that no pipeline made follows no phases: its steps are the same.
TEST(PhaseLaws, DoNotNeedASequenceThatFollowsThem) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = Phased(chain);
    for (std::uint32_t stream = 0; stream < 50; ++stream) {
      const Text prompt = {0, 1, static_cast<TokenId>(stream % 4)};
      const Sequence own =
          pipeline.NewSequence({.seed = 5, .stream = stream, .prompt = prompt})
              .value();
      const Sequence bare = MakeSequence(kSize, prompt, {}, 5, stream);
      EXPECT_EQ(Told(pipeline, own, {}, kTold),
                Told(pipeline, bare, {}, kTold));
    }
  }
}

TEST(PhaseLaws, BatchesDrawWhatSingleStepsDraw) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = Phased(chain);
    constexpr std::uint32_t kTexts = 8;
    std::vector<Sequence> sequences;
    for (std::uint32_t stream = 0; stream < kTexts; ++stream) {
      sequences.push_back(
          pipeline.NewSequence({.seed = 5, .stream = stream}).value());
    }
    std::vector<Text> texts(kTexts);
    Workspace workspace;
    for (std::size_t step = 0; step < kTold; ++step) {
      // Texts of different lengths: of each three steps one is left out.
      std::vector<std::size_t> ready;
      std::vector<std::vector<double>> logits(kTexts);
      std::vector<BatchRow> rows;
      for (std::size_t i = 0; i < kTexts; ++i) {
        if ((step + i) % 3 == 0) continue;
        ready.push_back(i);
        logits[i] = LogitsAfter(texts[i]);
        rows.push_back(
            {&pipeline, absl::MakeConstSpan(logits[i]), &sequences[i]});
      }
      std::vector<Token> tokens(rows.size());
      SampleBatch(rows, absl::MakeSpan(tokens), workspace);
      for (std::size_t k = 0; k < ready.size(); ++k) {
        ASSERT_TRUE(sequences[ready[k]].Accept(tokens[k]).ok());
        texts[ready[k]].push_back(tokens[k].id);
      }
    }
    for (std::uint32_t stream = 0; stream < kTexts; ++stream) {
      EXPECT_EQ(
          texts[stream],
          Told(pipeline,
               pipeline.NewSequence({.seed = 5, .stream = stream}).value(), {},
               texts[stream].size()));
    }
  }
}

}  // namespace
}  // namespace sampler
