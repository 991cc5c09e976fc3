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

constexpr double kFalseAlarm = 1e-9;

Rewinder MakeRewinder() {
  std::vector<Rewinder::Phrase> phrases;
  for (const std::string& text : Phrases()) phrases.push_back({.text = text});
  return Rewinder::Create(std::move(phrases)).value();
}

double Misfit(const Enumeration& enumeration,
              const std::map<Text, double>& counts, int texts) {
  EXPECT_LT(enumeration.left_out, 1e-2);
  std::vector<double> observed, expected;
  double seen = 0.0;
  for (const auto& [text, p] : enumeration.law) {
    const auto at = counts.find(text);
    observed.push_back(at == counts.end() ? 0.0 : at->second);
    expected.push_back(p * texts);
    seen += observed.back();
  }
  EXPECT_GE(seen, texts * (1.0 - 2e-2)) << "texts that have no probability";
  const ChiSquare fit = PooledChiSquare(observed, expected);
  EXPECT_GE(fit.degrees, 8);
  return fit.statistic / ChiSquareQuantile(fit.degrees, kFalseAlarm);
}

// With the token "c" there is always one that begins no phrase.
const std::vector<std::string>& Chains() {
  static const auto& chains = *new std::vector<std::string>{
      "",
      R"({"type": "top_k", "k": 2})",
      R"({"type": "presence_penalty", "penalty": 0.8})",
      R"({"type": "mirostat", "tau": 1.0, "eta": 0.8})",
      R"({"type": "adaptive_p", "target": 0.3, "decay": 0.5})",
      R"({"type": "temperature", "temperature": 0.5,
          "when": {"phase": "thinking"}},
         {"type": "frequency_penalty", "penalty": 0.9, "scope": "phase"})"};
  return chains;
}

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
  return {sequence.history().output().begin(),
          sequence.history().output().end()};
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
    EXPECT_LT(Misfit(enumeration, counts, texts), 1.0) << chain;
  }
}

// Tells texts by rounds of speculation whose drafts may cross a phrase: every
// accepted token goes to the rewinder, and what follows one that is taken back
// is dropped.
class SpeculativeTeller {
 public:
  using Verify = speculative::Verdict (*)(const speculative::Draft&,
                                          const Sequence&);

  SpeculativeTeller(const Pipeline& pipeline, Verify verify)
      : target_pipeline_(pipeline), verify_(verify) {}

  Text operator()(std::uint32_t stream) {
    Rewinder rewinder = MakeRewinder();
    Sequence target =
        target_pipeline_.NewSequence({.seed = 1, .stream = stream}).value();
    Sequence draft =
        draft_pipeline_.NewSequence({.seed = 2, .stream = stream}).value();
    while (static_cast<std::size_t>(target.position()) < kLength) {
      const std::int64_t told = target.position();
      const TokenId next = TellARound(target, draft);
      const bool went_back = HearTokens(told, rewinder, target);
      const bool over = static_cast<std::size_t>(target.position()) >= kLength;
      if (next == speculative::kNoNext && !went_back && !over) {
        const auto answer = rewinder.NoCandidate(target);
        EXPECT_TRUE(answer.ok());
        if (answer->next == Rewinder::Next::kStop) return {};
      }
      EXPECT_TRUE(draft.Rollback(draft.position() - target.position()).ok());
    }
    Text text = TextOf(target);
    if (text.size() > kLength) text.resize(kLength);
    return text;
  }

 private:
  static Text TextOf(const Sequence& sequence) {
    return {sequence.history().output().begin(),
            sequence.history().output().end()};
  }

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

  // Gives the tokens from `told` on to the rewinder, one by one. Was one taken
  // back?
  static bool HearTokens(std::int64_t told, Rewinder& rewinder,
                         Sequence& target) {
    const Sequence all = target;
    const Text text = TextOf(all);
    for (std::int64_t end = told + 1; end <= all.position(); ++end) {
      // A text is over with its last token, whatever a round drew beyond.
      if (end > static_cast<std::int64_t>(kLength)) return false;
      target = all;
      EXPECT_TRUE(target.Rollback(all.position() - end).ok());
      const TokenId token = text[static_cast<std::size_t>(end - 1)];
      const auto answer = rewinder.Add(
          token, Spellings()[static_cast<std::size_t>(token)], target);
      EXPECT_TRUE(answer.ok());
      if (answer->next == Rewinder::Next::kRewound) return true;
    }
    return false;
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
    for (const auto verify :
         {speculative::VerifyByRejection, speculative::VerifyBlock}) {
      SpeculativeTeller teller(pipeline, verify);
      std::map<Text, double> counts;
      for (int i = 0; i < texts; ++i) {
        ++counts[teller(static_cast<std::uint32_t>(i))];
      }
      EXPECT_LT(Misfit(enumeration, counts, texts), 1.0) << chain;
    }
  }
}

}  // namespace
}  // namespace sampler
