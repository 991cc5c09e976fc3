// The law of the first tokens of a text over several rounds of speculation, by
// every rule, through the public interface. Seeds are fixed; the chance that a
// correct library fails is kFalseAlarm for each comparison.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/typical_acceptance.h"
#include "tests/speculative/round_laws.h"
#include "tests/support/test_share.h"

namespace sampler::speculative::rounds_test {
namespace {

struct Rule {
  std::string name;
  Verify verify;
};

const std::vector<Rule>& RulesOfTheTarget() {
  static const auto* const rules =
      new std::vector<Rule>{{"rejection", VerifyByRejection},
                            {"block", VerifyBlock},
                            {"match", VerifyByMatch}};
  return *rules;
}

void ExpectLawOfTheTarget(const Speculation& setup, const Rule& rule,
                          Outcomes outcomes = {}) {
  if (outcomes.empty()) outcomes = {{1.0, setup.target_stages}};
  Teller teller(setup, rule.verify);
  const auto tell = [&](std::uint32_t stream) { return teller(stream); };
  EXPECT_LT(Misfit(LawOf(setup.target, outcomes), Share(60'000), tell), 1.0)
      << rule.name << ", " << setup.n << " tokens, draft ["
      << setup.draft_stages << "], target [" << setup.target_stages << "]";
}

TEST(Rounds, HaveTheLawOfTheTargetForDraftsOfEveryLength) {
  for (const Rule& rule : RulesOfTheTarget()) {
    for (std::size_t n = 1; n <= 5; ++n) {
      ExpectLawOfTheTarget({.n = n}, rule);
    }
  }
}

TEST(Rounds, HaveTheLawOfTheTargetForADraftThatIsCloseToIt) {
  const ContextModel target(3);
  for (const Rule& rule : RulesOfTheTarget()) {
    for (const double noise : {0.0, 0.2, 1.0}) {
      ExpectLawOfTheTarget(
          {.target = target, .draft = target.Near(noise, 4), .n = 4}, rule);
    }
  }
}

// Draws by noise, coins and a memory in the draft's chain.
TEST(Rounds, HaveTheLawOfTheTargetWhateverTheDraftsChain) {
  for (const char* stages :
       {R"({"type": "gumbel_max"})", R"({"type": "gumbel_top_k", "n": 2})",
        R"({"type": "xtc", "probability": 0.5, "threshold": 0.2})",
        R"({"type": "xtc", "probability": 0.5, "threshold": 0.2},
           {"type": "gumbel_max"})",
        R"({"type": "mirostat", "tau": 1.0, "eta": 0.5})",
        R"({"type": "top_k", "k": 2})", R"({"type": "greedy"})"}) {
    for (const Rule& rule : RulesOfTheTarget()) {
      ExpectLawOfTheTarget({.draft_stages = stages, .n = 3}, rule);
    }
  }
}

// A coin of the target belongs to its position, whatever round comes there.
TEST(Rounds, HaveTheLawOfATargetThatTossesCoins) {
  const std::string xtc =
      R"({"type": "xtc", "threshold": 0.25, "probability": )";
  for (const Rule& rule : RulesOfTheTarget()) {
    for (const std::size_t n : {2u, 4u}) {
      ExpectLawOfTheTarget({.target_stages = xtc + "0.5}", .n = n}, rule,
                           {{0.5, xtc + "1}"}, {0.5, ""}});
    }
  }
}

// ---- What the tests above can see -------------------------------------------

enum class Back { kRollback, kRedraw };

// The loop by hand, with one or the other way back on each side.
double MisfitOfBlocks(const Speculation& setup, Back draft_back,
                      Back target_back, const Outcomes& outcomes) {
  const Pipeline target_pipeline = MakePipeline(setup.target_stages, kTokens);
  const Pipeline draft_pipeline = MakePipeline(setup.draft_stages, kTokens);
  Workspace w;
  const auto n = static_cast<std::int64_t>(setup.n);
  const auto tell = [&](std::uint32_t stream) {
    Sequence target = MakeSequence(kTokens, {}, {}, 1, stream);
    Sequence draft = MakeSequence(kTokens, {}, {}, 2, stream);
    Text text;
    while (text.size() < kTextLength) {
      std::vector<ProbabilityRecord> q(setup.n), p(setup.n + 1);
      Text x;
      for (std::size_t i = 0; i < setup.n; ++i) {
        const std::vector<float>& row = setup.draft.After(With(text, x, i));
        const Distribution d = draft_pipeline.Process(row, draft, w);
        d.Record(q[i]);
        x.push_back(draft_pipeline.DrawFrom(d, draft, w).id);
        EXPECT_TRUE(draft.AcceptId(x[i]).ok());
      }
      for (std::size_t i = 0; i <= setup.n; ++i) {
        const std::vector<float>& row = setup.target.After(With(text, x, i));
        target_pipeline.Process(row, target, w).Record(p[i]);
        if (i < setup.n) {
          EXPECT_TRUE(target.AcceptId(x[i]).ok());
        }
      }
      EXPECT_TRUE(target.Rollback(n).ok());
      const Verdict verdict = VerifyBlock({x, q, p}, target);
      x.resize(verdict.accepted);
      x.push_back(verdict.next);
      EXPECT_TRUE(
          (draft_back == Back::kRedraw ? draft.Redraw(n) : draft.Rollback(n))
              .ok());
      if (target_back == Back::kRedraw) {
        EXPECT_TRUE(target.Redraw().ok());
      }
      for (const TokenId token : x) {
        EXPECT_TRUE(target.AcceptId(token).ok());
        EXPECT_TRUE(draft.AcceptId(token).ok());
        text.push_back(token);
      }
    }
    return text;
  };
  return Misfit(LawOf(setup.target, outcomes), 60'000, tell);
}

TEST(Rounds, NeedADraftThatIsRedrawn) {
  const Speculation setup = {.n = 3};
  EXPECT_LT(MisfitOfBlocks(setup, Back::kRedraw, Back::kRollback, {{1.0, ""}}),
            1.0);
  EXPECT_GT(
      MisfitOfBlocks(setup, Back::kRollback, Back::kRollback, {{1.0, ""}}),
      1.5);
}

// Where a round ends does not depend on the target's coins behind that place:
// they may be kept, as round.h does, or be fresh.
TEST(Rounds, LeaveTheTargetsCoinsUniform) {
  const std::string xtc =
      R"({"type": "xtc", "threshold": 0.25, "probability": )";
  const Speculation setup = {.target_stages = xtc + "0.5}", .n = 3};
  const Outcomes outcomes = {{0.5, xtc + "1}"}, {0.5, ""}};
  for (const Back target_back : {Back::kRollback, Back::kRedraw}) {
    EXPECT_LT(MisfitOfBlocks(setup, Back::kRedraw, target_back, outcomes), 1.0);
  }
}

}  // namespace
}  // namespace sampler::speculative::rounds_test
