#include "sampler/speculative/round.h"

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/typical_acceptance.h"
#include "tests/speculative/round_laws.h"
#include "tests/support/test_share.h"

namespace sampler::speculative::round_test {
namespace {

const std::vector<float> kEven = {0, 0, 0};
const std::vector<float> kNan = {0, std::nanf(""), 0};

Logits EvenRow(std::size_t) { return kEven; }
Logits RowsToNan(std::size_t i) { return i < 2 ? kEven : kNan; }

// Two tokens, two drafts a round, p = (.5, .5), q = (.9, .1): the eight texts
// of three tokens are equally likely.
TEST(Round, TellsThreeEvenTokensEvenly) {
  const Pipeline pipeline = MakePipeline("", 2);
  const std::vector<float> p = {0, 0};
  const std::vector<float> q = {std::log(0.9F), std::log(0.1F)};
  const int texts = Share(100'000);
  Workspace workspace;
  Round round;
  for (const auto verify : {VerifyByRejection, VerifyBlock, VerifyByMatch}) {
    std::vector<double> counts(8);
    for (int stream = 0; stream < texts; ++stream) {
      const auto s = static_cast<std::uint32_t>(stream);
      Sequence target = MakeSequence(2, {}, {}, 1, s);
      Sequence draft = MakeSequence(2, {}, {}, 2, s);
      while (target.position() < 3) {
        const auto draft_row = [&](std::size_t) { return Logits(q); };
        const auto target_row = [&](std::size_t) { return Logits(p); };
        ASSERT_TRUE(
            round.Propose(pipeline, draft, 2, draft_row, workspace).ok());
        ASSERT_TRUE(round.Weigh(pipeline, target, target_row, workspace).ok());
        ASSERT_TRUE(
            round.Accept(verify(round.view(), target), target, draft).ok());
      }
      const absl::Span<const TokenId> text = target.history().output();
      ++counts[static_cast<std::size_t>(text[0] * 4 + text[1] * 2 + text[2])];
    }
    const ChiSquare fit =
        PooledChiSquare(counts, std::vector<double>(8, texts / 8.0));
    EXPECT_LT(fit.statistic, ChiSquareQuantile(7, kFalseAlarm));
  }
}

// Typical acceptance has a law of its own, which depends on where rounds begin:
// a token of the draft if it passes, else one of the target.
void EnumerateTypical(const Speculation& s, const TypicalAcceptance& rule,
                      const Text& text, std::size_t drafted, double p,
                      std::map<Text, double>& law) {
  if (text.size() == kTextLength) {
    law[text] += p;
    return;
  }
  const Pipeline pipeline = MakePipeline("", kTokens);
  const Sequence sequence = MakeSequence(kTokens);
  Workspace workspace;
  std::vector<ProbabilityRecord> target(2), draft(1);
  const auto record = [&](const ContextModel& model, ProbabilityRecord& out) {
    pipeline.Process(model.After(text), sequence, workspace).Record(out);
  };
  record(s.target, target[0]);
  target[1] = target[0];
  record(s.draft, draft[0]);
  double refused = drafted < s.n ? 0.0 : 1.0;
  const auto go_on = [&](TokenId token, std::size_t next, double q) {
    if (q > 0.0) {
      EnumerateTypical(s, rule, With(text, {token}, 1), next, p * q, law);
    }
  };
  for (TokenId x = 0; x < kTokens && drafted < s.n; ++x) {
    const std::vector<TokenId> tokens = {x};
    if (VerifyByTypicality({tokens, draft, target}, sequence, rule).accepted) {
      go_on(x, drafted + 1, draft[0].Of(x));
    } else {
      refused += draft[0].Of(x);
    }
  }
  for (TokenId y = 0; y < kTokens; ++y) {
    go_on(y, 0, refused * target[0].Of(y));
  }
}

TEST(Round, HasTheLawOfTypicalAcceptanceByThatRule) {
  constexpr TypicalAcceptance kRule = {.epsilon = 0.4, .delta = 1.0};
  for (const std::size_t n : {1u, 2u, 4u}) {
    const Speculation setup = {.n = n};
    std::map<Text, double> law;
    EnumerateTypical(setup, kRule, {}, 0, 1.0, law);
    Teller teller(setup, [&](const Draft& draft, const Sequence& sequence) {
      return VerifyByTypicality(draft, sequence, kRule);
    });
    const auto tell = [&](std::uint32_t stream) { return teller(stream); };
    EXPECT_LT(Misfit(law, Share(60'000), tell), 1.0) << n;
  }
}

TEST(Round, LeavesBothSequencesWithTheText) {
  const Pipeline pipeline = MakePipeline("", 3);
  Workspace workspace;
  Sequence target = MakeSequence(3, {0}, {1, 2}, 1);
  Sequence draft = MakeSequence(3, {0}, {1, 2}, 2);
  const Sequence before = target;
  Round round;
  ASSERT_TRUE(round.Propose(pipeline, draft, 4, EvenRow, workspace).ok());
  EXPECT_EQ(round.tokens().size(), 4u);
  EXPECT_EQ(draft.position(), 2);
  EXPECT_EQ(draft.attempt(), 1u);
  ASSERT_TRUE(round.Weigh(pipeline, target, EvenRow, workspace).ok());
  EXPECT_TRUE(target == before);
  ASSERT_TRUE(round.Accept({3, 1}, target, draft).ok());
  EXPECT_EQ(target.position(), 6);
  EXPECT_EQ(draft.position(), 6);
  EXPECT_EQ(target.history().output()[4], round.tokens()[2]);
  EXPECT_EQ(target.history().output()[5], 1);
  EXPECT_EQ(target.history().output(), draft.history().output());
}

TEST(Round, SaysWhatIsWrongAndLeavesTheText) {
  const Pipeline pipeline = MakePipeline("", 3);
  Workspace workspace;
  Sequence target = MakeSequence(3, {}, {1, 2}, 1);
  Sequence draft = MakeSequence(3, {}, {1, 2}, 2);
  Round round;
  EXPECT_EQ(round.Propose(pipeline, draft, 4, RowsToNan, workspace).message(),
            "draft row 2: got the status nan, want ok");
  EXPECT_EQ(draft.position(), 2);
  // Half a draft is none, as in a round that nobody began.
  EXPECT_TRUE(round.tokens().empty());
  EXPECT_EQ(round.Weigh(pipeline, target, EvenRow, workspace).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Round().Weigh(pipeline, target, EvenRow, workspace).code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(round.Propose(pipeline, draft, 3, EvenRow, workspace).ok());
  EXPECT_EQ(round.Weigh(pipeline, target, RowsToNan, workspace).message(),
            "target row 2: got the status nan, want ok");
  EXPECT_EQ(target.position(), 2);
  Sequence other = MakeSequence(3, {}, {1}, 1);
  EXPECT_EQ(round.Weigh(pipeline, other, EvenRow, workspace).message(),
            "target: got a sequence at position 1, want one where the draft "
            "began, at 2");
  Sequence same = MakeSequence(3, {}, {1, 2}, 2);
  EXPECT_EQ(round.Weigh(pipeline, same, EvenRow, workspace).message(),
            "target: got the draft's seed 2 and stream 0, want another of one "
            "or the other");
  ASSERT_TRUE(round.Weigh(pipeline, target, EvenRow, workspace).ok());
  EXPECT_EQ(round.Accept({4, 0}, target, draft).message(),
            "verdict: got 4 accepted tokens, want at most the 3 that were "
            "proposed");
  EXPECT_EQ(round.Accept({1, 0}, other, draft).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(round.Accept({1, 0}, target, other).code(),
            absl::StatusCode::kInvalidArgument);
  // A token that no sequence takes is taken by neither.
  EXPECT_EQ(round.Accept({1, 3}, target, draft).code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(target.position(), 2);
  EXPECT_EQ(draft.position(), 2);
  draft.set_attempt(std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(round.Propose(pipeline, draft, 3, EvenRow, workspace).code(),
            absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace sampler::speculative::round_test
