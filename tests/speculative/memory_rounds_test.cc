// Stages that remember (mirostat, adaptive_p) and stages of phases in the
// target's chain, over several rounds of speculation: their memory follows the
// accepted tokens, so that the law is that of the target alone. The law is
// enumerated from draws token by token; seeds are fixed, and the chance that a
// correct library fails is kFalseAlarm for each comparison.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/lesson.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/tree_round.h"
#include "tests/speculative/round_laws.h"
#include "tests/support/after_drawing.h"
#include "tests/support/test_share.h"

namespace sampler::speculative {
namespace {

// Enough for the law of 81 texts, at any share.
int Texts() { return std::max(Share(20'000), 3'000); }

// The law of texts that are drawn and accepted token by token.
void Enumerate(const ContextModel& model, const Pipeline& pipeline,
               const Sequence& sequence, const Text& text, double p,
               std::map<Text, double>& law) {
  law[text] += text.size() == kTextLength ? p : 0.0;
  if (text.size() == kTextLength) return;
  Workspace workspace;
  const std::vector<float>& row = model.After(text);
  std::vector<double> next;
  const Distribution d = pipeline.Process(row, sequence, workspace);
  for (TokenId id = 0; id < kTokens; ++id) next.push_back(d.Probability(id));
  for (TokenId id = 0; id < kTokens; ++id) {
    Text longer = text;
    longer.push_back(id);
    const double q = next[static_cast<std::size_t>(id)];
    if (q == 0.0) {
      // Complete texts that do not occur are of the law too.
      longer.resize(kTextLength, 0);
      law.emplace(longer, 0.0);
      continue;
    }
    Enumerate(model, pipeline,
              AfterDrawing(pipeline, row, sequence, id, workspace), longer,
              p * q, law);
  }
}

std::map<Text, double> LawTokenByToken(const ContextModel& model,
                                       const std::string& stages) {
  std::map<Text, double> law;
  Enumerate(model, MakePipeline(stages, kTokens), MakeSequence(kTokens), {},
            1.0, law);
  std::erase_if(
      law, [](const auto& entry) { return entry.first.size() != kTextLength; });
  return law;
}

// Thinking begins after 0 and ends after 1 or 2 (kSomePhases).
const std::vector<std::string>& Targets() {
  static const auto& targets = *new std::vector<std::string>{
      R"({"type": "mirostat", "tau": 1.2, "eta": 1.5})",
      R"({"type": "adaptive_p", "target": 0.3, "decay": 0.5})",
      R"({"type": "presence_penalty", "penalty": 1.0, "scope": "phase"},
         {"type": "temperature", "temperature": 0.4,
          "when": {"phase": "thinking"}})",
      R"({"type": "temperature", "temperature": 3},
         {"type": "frequency_penalty", "penalty": 0.7},
         {"type": "thinking_budget", "phase": "thinking", "tokens": 2,
          "close": [0, 2]},
         {"type": "mirostat", "tau": 0.9, "eta": 0.9,
          "when": {"not": {"phase": "thinking"}}})",
  };
  return targets;
}

TEST(MemoryRounds, HaveTheLawOfTheTargetAlone) {
  const std::vector<std::pair<std::string, Verify>> rules = {
      {"rejection", VerifyByRejection},
      {"block", VerifyBlock},
      {"match", VerifyByMatch}};
  for (const std::string& stages : Targets()) {
    const auto law = LawTokenByToken(ContextModel(1), stages);
    for (const auto& [name, verify] : rules) {
      const Speculation setup = {
          .target_stages = stages, .draft_stages = Targets()[0], .n = 3};
      Teller teller(setup, verify);
      const auto tell = [&](std::uint32_t stream) { return teller(stream); };
      const std::string what = name + ": " + stages;
      EXPECT_LT(Misfit(law, Texts(), tell, what), 1.0) << what;
    }
  }
}

// The test above can see it: the law of a memory that rests is another.
TEST(MemoryRounds, NeedAMemoryThatFollows) {
  for (const std::string& stages : {Targets()[1]}) {
    const Pipeline pipeline = MakePipeline(stages, kTokens);
    const ContextModel model(1);
    Workspace workspace;
    const auto tell = [&](std::uint32_t stream) {
      Sequence sequence = MakeSequence(kTokens, {}, {}, 1, stream);
      Text text;
      while (text.size() < kTextLength) {
        const Token token =
            pipeline.Sample(model.After(text), sequence, workspace);
        EXPECT_TRUE(sequence.AcceptId(token.id).ok());
        text.push_back(token.id);
      }
      return text;
    };
    EXPECT_GT(Misfit(LawTokenByToken(model, stages), 60'000, tell), 1.5)
        << stages;
  }
}

TEST(MemoryRounds, OfTreesHaveTheLawOfTheTargetAlone) {
  for (const std::string& stages : Targets()) {
    const Pipeline target_pipeline = MakePipeline(stages, kTokens);
    const Pipeline draft_pipeline = MakePipeline("", kTokens);
    const ContextModel target_model(1), draft_model(2);
    TreeRound tree;
    Workspace workspace;
    const auto tell = [&](std::uint32_t stream) {
      Sequence target = MakeSequence(kTokens, {}, {}, 1, stream);
      Sequence draft = MakeSequence(kTokens, {}, {}, 2, stream);
      Text text;
      while (text.size() < kTextLength) {
        const auto row_of = [&](const ContextModel& model) {
          return [&](int node) {
            const Text path = tree.Path(node);
            return Logits(model.After(With(text, path, path.size())));
          };
        };
        tree.Begin();
        EXPECT_TRUE(tree.Grow(TreeRound::kRoot, 2, Siblings::kDistinct,
                              draft_pipeline, draft, row_of(draft_model),
                              workspace)
                        .ok());
        EXPECT_TRUE(tree.Grow(0, 2, Siblings::kIndependent, draft_pipeline,
                              draft, row_of(draft_model), workspace)
                        .ok());
        EXPECT_TRUE(
            tree.Weigh(target_pipeline, target, row_of(target_model), workspace)
                .ok());
        EXPECT_TRUE(
            tree.Accept(VerifyTree(tree.view(), target), target, draft).ok());
        text.assign(target.history().output().begin(),
                    target.history().output().end());
      }
      return text;
    };
    EXPECT_LT(Misfit(LawTokenByToken(target_model, stages), Texts(), tell,
                     "tree: " + stages),
              1.0)
        << stages;
  }
}

// A lesson gives what the draw itself would have taught.
TEST(Lesson, TeachesAsADrawWould) {
  for (const std::string& stages : Targets()) {
    const Pipeline pipeline = MakePipeline(stages, kTokens);
    const ContextModel model(1);
    Workspace workspace;
    for (std::uint32_t stream = 0; stream < 50; ++stream) {
      Sequence sequence = MakeSequence(kTokens, {}, {}, 1, stream);
      Text text;
      for (int i = 0; i < 10; ++i) {
        Lesson lesson;
        const Step step =
            pipeline.Process(model.After(text), sequence, workspace);
        step.Teach(lesson);
        const Token drawn = step.Draw();
        const Token taught = lesson.Of(drawn.id);
        EXPECT_EQ(taught.state.values, drawn.state.values);
        EXPECT_EQ(taught.state.owner, drawn.state.owner);
        ASSERT_TRUE(sequence.Accept(taught).ok());
        text.push_back(drawn.id);
      }
    }
  }
}

}  // namespace
}  // namespace sampler::speculative
