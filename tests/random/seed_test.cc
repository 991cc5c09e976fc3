// Seeds: asked for, or drawn from the system and told.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/random/random_seed.h"

namespace sampler {
namespace {

constexpr std::int64_t kSize = 1000;

Pipeline Make(const std::string& rng) {
  return Pipeline::Create(
             ParseConfig(R"({"version": 1, "rng": ")" + rng +
                         R"(", "stages": [{"type": "categorical"}]})")
                 .value(),
             kSize)
      .value();
}

std::vector<std::int32_t> Text(const Pipeline& pipeline, Sequence sequence) {
  const std::vector<float> row(kSize, 1.0F);
  Workspace workspace;
  for (int i = 0; i < 20; ++i) {
    const Token token = pipeline.Sample(row, sequence, workspace);
    EXPECT_TRUE(sequence.Accept(token).ok());
  }
  const auto output = sequence.history().output();
  return {output.begin(), output.end()};
}

// Two users who name no seed do not get one text.
TEST(Seed, ThatNobodyNamesIsNotShared) {
  for (const char* rng : {"house", "llama_cpp"}) {
    const Pipeline pipeline = Make(rng);
    std::set<std::uint64_t> seeds;
    std::set<std::vector<std::int32_t>> texts;
    for (int i = 0; i < 20; ++i) {
      const Sequence sequence = pipeline.NewSequence().value();
      seeds.insert(sequence.seed());
      texts.insert(Text(pipeline, sequence));
      // It says which: with it the text comes again.
      EXPECT_EQ(Text(pipeline,
                     pipeline.NewSequence({.seed = sequence.seed()}).value()),
                Text(pipeline, sequence));
      // And a config may name it.
      PipelineConfig config = pipeline.config();
      config.seed = sequence.seed();
      EXPECT_TRUE(Pipeline::Create(config, kSize).ok()) << sequence.seed();
    }
    EXPECT_EQ(seeds.size(), 20u) << rng;
    EXPECT_EQ(texts.size(), 20u) << rng;
  }
  std::set<std::uint64_t> seeds;
  for (int i = 0; i < 20; ++i) {
    seeds.insert(Sequence::Create(kSize, {}).value().seed());
    seeds.insert(RandomSeed().value());
  }
  EXPECT_EQ(seeds.size(), 40u);
}

TEST(Seed, ThatIsAskedForIsTaken) {
  PipelineConfig config = Make("house").config();
  config.seed = 7;
  const Pipeline pipeline = Pipeline::Create(config, kSize).value();
  EXPECT_EQ(pipeline.NewSequence().value().seed(), 7u);
  EXPECT_EQ(pipeline.NewSequence({.seed = 0}).value().seed(), 0u);
  EXPECT_EQ(Sequence::Create(kSize, {.seed = 0}).value().seed(), 0u);
}

}  // namespace
}  // namespace sampler
