// The draws of llama.cpp on small arrays, by hand and against libstdc++.

#include "sampler/parity/llama_cpp_draws.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/parity/llama_cpp_stages.h"
#include "tests/support/test_share.h"

namespace sampler::parity {
namespace {

constexpr float kRemoved = -std::numeric_limits<float>::infinity();

CandidateArray MakeArray(const std::vector<float>& logits) {
  CandidateArray array;
  array.Begin(logits);
  return array;
}

Engine MakeEngine(std::uint32_t seed) {
  Engine engine;
  engine.Seek(seed, 0);
  return engine;
}

std::vector<float> RandomLogits(std::size_t n, std::mt19937_64& random) {
  std::vector<float> logits(n);
  for (float& logit : logits) {
    logit = static_cast<float>(random() % 4096) / 256.0F;
    if (random() % 8 == 0) logit = kRemoved;
  }
  logits[random() % n] = 3.0F;
  return logits;
}

TEST(DrawFromLogits, GivesKnownTokens) {
  const struct {
    std::uint32_t seed;
    std::vector<TokenId> tokens;
  } kKnown[] = {{0, {4, 5, 5, 5, 4, 4, 4, 0, 4, 4, 5, 4, 4, 5, 4, 4}},
                {42, {5, 1, 5, 4, 4, 1, 4, 4, 1, 4, 0, 5, 5, 0, 6, 4}},
                {1234, {4, 5, 4, 5, 5, 1, 1, 5, 1, 1, 0, 4, 4, 5, 1, 0}}};
  for (const auto& known : kKnown) {
    Engine engine = MakeEngine(known.seed);
    for (const TokenId want : known.tokens) {
      CandidateArray array = MakeArray({1, 2, .5, -1, 3, 2.5, 0, -3});
      const Choice choice = DrawFromLogits(array, engine);
      EXPECT_EQ(array[choice.index].id, want);
    }
    EXPECT_EQ(engine.words(), 32u);
  }
}

TEST(DrawFromLogits, TakesTwoWordsEvenFromOneEntry) {
  Engine engine = MakeEngine(1);
  CandidateArray array = MakeArray({2.0F});
  EXPECT_EQ(DrawFromLogits(array, engine).index, 0u);
  EXPECT_EQ(engine.words(), 2u);
}

TEST(DrawFromWeights, IsTheDiscreteDistributionOfLibstdcxx) {
#ifndef __GLIBCXX__
  GTEST_SKIP() << "another standard library";
#endif
  std::mt19937_64 random(3);
  std::mt19937 theirs(77);
  Engine ours = MakeEngine(77);
  for (int i = 0; i < Share(20'000); ++i) {
    CandidateArray array = MakeArray(RandomLogits(1 + random() % 40, random));
    array.Softmax();
    std::vector<float> weights;
    for (const Entry& entry : array.entries()) weights.push_back(entry.p);
    std::discrete_distribution<std::size_t> distribution(weights.begin(),
                                                         weights.end());
    ASSERT_EQ(DrawFromWeights(array, ours).index, distribution(theirs));
  }
}

TEST(DrawFromWeights, TakesNoWordFromOneEntry) {
  Engine engine = MakeEngine(1);
  CandidateArray array = MakeArray({2.0F});
  array.Softmax();
  EXPECT_EQ(DrawFromWeights(array, engine).index, 0u);
  EXPECT_EQ(engine.words(), 0u);
  CandidateArray two = MakeArray({2.0F, kRemoved});
  two.Softmax();
  EXPECT_EQ(DrawFromWeights(two, engine).index, 0u);
  EXPECT_EQ(engine.words(), 2u);
}

// llama.cpp returns the first entry at u = 0, and the last where u exceeds the
// rounded sum, whatever their probability.
TEST(Draws, NeverGiveAnEntryOfProbabilityZero) {
  std::mt19937_64 random(4);
  Engine engine = MakeEngine(5);
  for (int i = 0; i < Share(20'000); ++i) {
    std::vector<float> logits = RandomLogits(2 + random() % 10, random);
    logits.front() = kRemoved;
    logits.back() = kRemoved;
    if (logits.size() == 2) logits.push_back(1.0F);
    CandidateArray array = MakeArray(logits);
    if (array.status() != RowStatus::kOk) continue;
    EXPECT_FALSE(std::isinf(array[DrawFromLogits(array, engine).index].logit));
    array.Softmax();
    EXPECT_FALSE(std::isinf(array[DrawFromWeights(array, engine).index].logit));
  }
}

TEST(DrawGreedily, TakesTheFirstOfEquals) {
  EXPECT_EQ(DrawGreedily(MakeArray({1, 3, 2, 3})).index, 1u);
}

TEST(Xtc, TakesOneWordUnlessOneEntryIsLeft) {
  Engine engine = MakeEngine(2);
  CandidateArray one = MakeArray({1.0F});
  Xtc(one, 1.0F, 0.1F, 1, engine);
  EXPECT_EQ(engine.words(), 0u);
  CandidateArray two = MakeArray({1.0F, kRemoved});
  Xtc(two, 1.0F, 0.1F, 1, engine);
  EXPECT_EQ(engine.words(), 1u);
}

TEST(Xtc, LeavesTheLastOfThoseAboveTheThreshold) {
  Engine engine = MakeEngine(2);
  // p = 0.64, 0.24, 0.09, 0.03
  CandidateArray array = MakeArray({0, 3, 1, 2});
  Xtc(array, 1.0F, 0.2F, 1, engine);
  ASSERT_EQ(array.size(), 3u);
  EXPECT_EQ(array[0].id, 3);
  EXPECT_TRUE(array.sorted());
  // Too few would be left: nothing is removed, but it has been sorted.
  CandidateArray kept = MakeArray({0, 3, 1, 2});
  Xtc(kept, 1.0F, 0.2F, 4, engine);
  EXPECT_EQ(kept.size(), 4u);
  EXPECT_EQ(kept[0].id, 1);
  // Not fired: untouched.
  CandidateArray still = MakeArray({0, 3, 1, 2});
  Xtc(still, 1e-9F, 0.2F, 1, engine);
  EXPECT_EQ(still.size(), 4u);
  EXPECT_EQ(still[0].id, 0);
  EXPECT_FALSE(still.sorted());
}

TEST(Mirostat, MovesMuByTheSurpriseOfWhatItDrew) {
  Engine engine = MakeEngine(3);
  MirostatRule rule = {.version = 2, .tau = 3.0F, .eta = 0.5F};
  // One entry: no word, surprise 0.
  float mu = 6.0F;
  CandidateArray one = MakeArray({1.0F});
  Mirostat(one, rule, mu, engine);
  EXPECT_EQ(mu, 7.5F);
  EXPECT_EQ(engine.words(), 0u);
  // Four equals: surprise 2 bits each; mu 1 leaves none, so the first stays.
  mu = 2.0F;
  CandidateArray equals = MakeArray({1, 1, 1, 1});
  Mirostat(equals, rule, mu, engine);
  EXPECT_EQ(equals.size(), 4u);
  EXPECT_EQ(mu, 2.5F);
  mu = 1.0F;
  CandidateArray cut = MakeArray({1, 1, 1, 1});
  Mirostat(cut, rule, mu, engine);
  EXPECT_EQ(cut.size(), 1u);
  EXPECT_EQ(mu, 2.5F);
}

// llama.cpp casts an estimate that is no number to int: one entry is left.
TEST(Mirostat, OneKeepsOneEntryWhereItsEstimateIsNoNumber) {
  Engine engine = MakeEngine(3);
  const MirostatRule rule = {.version = 1, .vocabulary_size = 1'000};
  float mu = 10.0F;
  CandidateArray equals = MakeArray(std::vector<float>(1'000, 0.5F));
  Mirostat(equals, rule, mu, engine);
  EXPECT_EQ(equals.size(), 1u);
  CandidateArray one = MakeArray({0.5F});
  Mirostat(one, rule, mu, engine);
  EXPECT_EQ(one.size(), 1u);
}

TEST(AdaptiveP, AimsAtItsTargetFirst) {
  const AdaptiveRule rule = {.target = 0.25F, .decay = 0.5F};
  AdaptiveAverages averages(rule);
  EXPECT_EQ(averages.sum, 0.5F);
  EXPECT_EQ(averages.weight, 2.0F);
  Engine engine = MakeEngine(3);
  std::vector<float> scratch;
  // p = 1/2, 1/4, 1/4: the first is one width off, less a sixth.
  CandidateArray array = MakeArray({std::log(2.0F), 0.0F, 0.0F, kRemoved});
  const AdaptiveChoice drawn =
      AdaptiveP(array, rule, averages, engine, scratch);
  EXPECT_EQ(array[1].logit, 5.0F);
  EXPECT_EQ(array[2].logit, 5.0F);
  EXPECT_NEAR(array[0].logit, 5.0F - 10.0F * (25.0F / 36) / (11.0F / 6), 1e-5F);
  EXPECT_EQ(array[3].logit, kRemoved);
  EXPECT_EQ(drawn.p_before, drawn.choice.index == 0 ? 0.5F : 0.25F);
  averages.Learn(0.5F, rule);
  EXPECT_EQ(averages.sum, 0.75F);
  EXPECT_EQ(averages.weight, 2.0F);
}

TEST(AdaptiveP, WithoutATargetDrawsFromTheSetAsItIs) {
  Engine engine = MakeEngine(3);
  std::vector<float> scratch;
  const AdaptiveRule rule;
  CandidateArray array = MakeArray({1, 2, 3});
  AdaptiveP(array, rule, AdaptiveAverages(rule), engine, scratch);
  EXPECT_EQ(array[0].logit, 1.0F);
  EXPECT_EQ(array[2].logit, 3.0F);
}

}  // namespace
}  // namespace sampler::parity
