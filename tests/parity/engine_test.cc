// Engines: the standard's words, libstdc++'s fractions, and the cache.

#include "sampler/parity/engine.h"

#include <cmath>
#include <cstdint>
#include <random>

#include "gtest/gtest.h"

namespace sampler::parity {
namespace {

TEST(Engine, GivesTheWordsOfTheStandard) {
  Engine engine;
  engine.Seek(5489, 9'999);
  EXPECT_EQ(engine.Next(), 4123659995u);  // [rand.predef]
  EXPECT_EQ(engine.words(), 10'000u);
}

TEST(Engine, ThatWasMovedOnEqualsOneMadeAnew) {
  Engine cached;
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    // Mostly where it stands, sometimes elsewhere, sometimes another seed.
    const std::uint32_t seed = random() % 20 == 0 ? 9 : 42;
    const std::uint64_t words =
        random() % 8 == 0 ? random() % 3'000 : cached.words();
    cached.Seek(seed, words);
    Engine fresh;
    fresh.Seek(seed, words);
    ASSERT_EQ(cached.words(), words);
    ASSERT_EQ(cached.Next(), fresh.Next()) << seed << " " << words;
    if (random() % 2 == 0) cached.Next();
  }
}

TEST(Engine, GivesKnownFractions) {
  const struct {
    std::uint32_t seed;
    double first;
    double second;
  } kKnown[] = {{0, .59284461651668263, .84426574425659828},
                {42, .79654298428784598, .18343478789336848},
                {1234, .49766366630595166, -1}};
  for (const auto& known : kKnown) {
    Engine engine;
    engine.Seek(known.seed, 0);
    EXPECT_EQ(TwoWordFraction(engine).u, known.first);
    if (known.second >= 0) {
      EXPECT_EQ(TwoWordFraction(engine).u, known.second);
    }
  }
  Engine engine;
  engine.Seek(42, 0);
  EXPECT_EQ(OneWordFraction(engine), .37454012F);
}

TEST(Engine, GivesTheFractionsOfLibstdcxx) {
#ifndef __GLIBCXX__
  GTEST_SKIP() << "another standard library";
#endif
  std::mt19937 theirs(20251123);
  Engine ours;
  ours.Seek(20251123, 0);
  for (int i = 0; i < 200'000; ++i) {
    std::uniform_real_distribution<double> two_words(0.0, 1.0);
    const Fraction fraction = TwoWordFraction(ours);
    ASSERT_EQ(fraction.u, two_words(theirs));
    ASSERT_NEAR(static_cast<double>(fraction.bits) * 0x1p-64, fraction.u,
                0x1p-53);
    std::uniform_real_distribution<float> one_word(0.0F, 1.0F);
    ASSERT_EQ(OneWordFraction(ours), one_word(theirs));
  }
}

}  // namespace
}  // namespace sampler::parity
