// The law of texts without phrases: every text has the probability of "draw; if
// a phrase is complete, forbid the token that holds its first byte, at that
// place after those tokens; draw again from there". Enumerated over a toy
// language in which a phrase has several spellings, alone, and with penalties,
// phases, and stages that remember. Seeds are fixed; the chance that a correct
// library fails is kFalseAlarm for each comparison.

#include "tests/rewind/rewinder_laws.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/rewind/rewinder.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

Text TellByToken(const Pipeline& pipeline, std::uint32_t stream,
                 Workspace& workspace) {
  Rewinder rewinder = MakeRewinder();
  Sequence sequence =
      pipeline.NewSequence({.seed = 1, .stream = stream}).value();
  while (static_cast<std::size_t>(sequence.position()) < kLength) {
    const Text text(sequence.history().output().begin(),
                    sequence.history().output().end());
    const Token token = pipeline.Sample(LogitsAfter(text), sequence, workspace);
    if (token.status == RowStatus::kNoCandidate) {
      const auto answer = rewinder.NoCandidate(sequence);
      EXPECT_TRUE(answer.ok());
      if (answer->next == Rewinder::Next::kStop) return {};
      continue;
    }
    EXPECT_TRUE(sequence.Accept(token).ok());
    EXPECT_TRUE(rewinder
                    .Add(token.id,
                         Spellings()[static_cast<std::size_t>(token.id)],
                         sequence)
                    .ok());
  }
  return TextOf(sequence);
}

TEST(RewinderLaws, TextsHaveTheLawOfTheProcess) {
  std::vector<std::string> chains = Chains();
  // Places where everything comes to be forbidden.
  chains.push_back(R"({"type": "allow_tokens", "ids": [0, 1, 2]})");
  for (const std::string& chain : chains) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Enumeration enumeration(pipeline);
    Workspace workspace;
    std::map<Text, double> counts;
    const int texts = Share(20'000);
    for (int i = 0; i < texts; ++i) {
      ++counts[TellByToken(pipeline, static_cast<std::uint32_t>(i), workspace)];
    }
    EXPECT_LT(Misfit("by token", chain, enumeration, counts, texts), 1.0)
        << chain;
  }
}

// Tells texts by rounds of drafts in a row.
class SpeculativeTeller {
 public:
  using Verify = speculative::Verdict (*)(const speculative::Draft&,
                                          const Sequence&);

  SpeculativeTeller(const Pipeline& pipeline, Verify verify)
      : target_pipeline_(pipeline), verify_(verify) {}

  Text operator()(std::uint32_t stream) {
    return TellInRounds(target_pipeline_, draft_pipeline_, stream,
                        [&](Sequence& target, Sequence& draft) {
                          return TellARound(target, draft);
                        });
  }

 private:
  // The token behind those of the draft.
  TokenId TellARound(Sequence& target, Sequence& draft) {
    const Text text = TextOf(target);
    std::vector<double> row;
    const auto row_after = [&](std::size_t i) {
      Text longer = text;
      longer.insert(longer.end(), round_.tokens().begin(),
                    round_.tokens().begin() + static_cast<std::ptrdiff_t>(i));
      row = LogitsAfter(longer);
      return Logits(absl::MakeConstSpan(row));
    };
    EXPECT_TRUE(
        round_.Propose(draft_pipeline_, draft, 3, row_after, workspace_).ok());
    EXPECT_TRUE(
        round_.Weigh(target_pipeline_, target, row_after, workspace_).ok());
    const auto verdict = verify_(round_.view(), target);
    EXPECT_TRUE(round_.Accept(verdict, target, draft).ok());
    return verdict.next;
  }

  const Pipeline& target_pipeline_;
  const Pipeline draft_pipeline_ = MakePipeline("", kSize);
  const Verify verify_;
  speculative::Round round_;
  Workspace workspace_;
};

TEST(RewinderLaws, SpeculationKeepsTheLaw) {
  std::vector<std::string> chains = Chains();
  // Drafts that reach places where everything is forbidden.
  chains.push_back(R"({"type": "allow_tokens", "ids": [0, 1, 2]})");
  for (const std::string& chain : chains) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Enumeration enumeration(pipeline);
    const int texts = Share(20'000);
    const std::pair<const char*, SpeculativeTeller::Verify> rules[] = {
        {"rejection", speculative::VerifyByRejection},
        {"block", speculative::VerifyBlock}};
    for (const auto& [rule, verify] : rules) {
      SpeculativeTeller teller(pipeline, verify);
      std::map<Text, double> counts;
      for (int i = 0; i < texts; ++i) {
        ++counts[teller(static_cast<std::uint32_t>(i))];
      }
      EXPECT_LT(Misfit(rule, chain, enumeration, counts, texts), 1.0) << chain;
    }
  }
}

}  // namespace
}  // namespace sampler
