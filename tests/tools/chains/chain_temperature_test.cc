// The one temperature of a chain.

#include "tools/chains/chain_temperature.h"

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::tools {
namespace {

PipelineConfig ConfigOf(const std::string& stages) {
  return MakePipeline(stages, 8).config();
}

TEST(ChainTemperature, IsTheProductOfWhatDivides) {
  EXPECT_EQ(ChainTemperature(ConfigOf("")), 1.0);
  EXPECT_EQ(ChainTemperature(ConfigOf(
                R"({"type": "temperature", "temperature": 0.5},
                   {"type": "top_k", "k": 2},
                   {"type": "temperature", "temperature": 3})")),
            1.5);
}

TEST(ChainTemperature, IsAbsentWhereItMoves) {
  EXPECT_FALSE(ChainTemperature(ConfigOf(R"({"type": "dynamic_temperature",
      "low": 0.5, "high": 1.5})"))
                   .has_value());
  EXPECT_FALSE(
      ChainTemperature(ConfigOf(R"({"type": "temperature", "temperature": 0.5,
          "when": {"position": [0, 4]}})"))
          .has_value());
}

TEST(ChainTemperature, GreedyChainsChoose) {
  EXPECT_TRUE(IsGreedy(ConfigOf(R"({"type": "greedy"})")));
  EXPECT_TRUE(
      IsGreedy(ConfigOf(R"({"type": "temperature", "temperature": 0})")));
  EXPECT_FALSE(IsGreedy(ConfigOf(R"({"type": "top_k", "k": 1})")));
  EXPECT_EQ(ChainTemperature(ConfigOf(R"({"type": "temperature",
      "temperature": 0})")),
            1.0);
}

}  // namespace
}  // namespace sampler::tools
