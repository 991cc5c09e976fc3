#include "sampler/speculative/block_verification.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/rejection.h"
#include "tests/speculative/speculative_laws.h"
#include "tests/support/test_share.h"

namespace sampler::speculative {
namespace {

TEST(BlockVerification, HasTheJointLawOfTheTarget) {
  ExpectJointLaw(VerifyBlock, 20);
}

TEST(BlockVerification, AcceptsMoreThanRejectionTokenByToken) {
  std::mt19937_64 random(1);
  const TinyModel target(4, 5, 2);
  const TinyModel draft(4, 5, 3);
  std::size_t block = 0;
  std::size_t single = 0;
  for (int i = 0; i < Share(50000); ++i) {
    const DraftOfModels proposal(target, draft, 3, random);
    const Sequence s = MakeSequence(4, {}, {}, random());
    block += VerifyBlock(proposal.view(), s).accepted;
    single += VerifyByRejection(proposal.view(), s).accepted;
  }
  EXPECT_GT(block, single);
}

TEST(BlockVerification, OfTheTargetsOwnDraftAcceptsEverything) {
  std::mt19937_64 random(4);
  const TinyModel target(4, 5, 5);
  for (int i = 0; i < Share(1000); ++i) {
    const DraftOfModels proposal(target, target, 3, random);
    const Sequence s = MakeSequence(4, {}, {}, random());
    EXPECT_EQ(VerifyBlock(proposal.view(), s).accepted, 3u);
  }
}

TEST(BlockVerification, OfImpossibleTokensAcceptsNone) {
  const std::vector<ProbabilityRecord> p = {Record({0, 1, 1}),
                                            Record({1, 1, 1})};
  const std::vector<ProbabilityRecord> q = {Record({1, 1, 0})};
  std::mt19937_64 random(6);
  for (int i = 0; i < 1000; ++i) {
    const Sequence s = MakeSequence(3, {}, {}, random());
    const std::vector<TokenId> never = {0};
    EXPECT_EQ(VerifyBlock({never, q, p}, s).accepted, 0u);
    const std::vector<TokenId> not_drafted = {2};
    EXPECT_EQ(VerifyBlock({not_drafted, q, p}, s), (Verdict{0, 2}));
  }
}

}  // namespace
}  // namespace sampler::speculative
