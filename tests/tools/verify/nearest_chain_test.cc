// The nearest chain that allows a token, against a search of every value.

#include "tools/verify/nearest_chain.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tools/verify/report.h"

namespace sampler::tools {
namespace {

// p = .4 .2 .15 .1 .08 .07 over tokens 0 to 5.
std::vector<float> Row() {
  std::vector<float> row;
  for (const double p : {0.4, 0.2, 0.15, 0.1, 0.08, 0.07}) {
    row.push_back(static_cast<float>(Log(p)));
  }
  return row;
}

NearestChain Nearest(const std::string& stages, TokenId token) {
  const Pipeline pipeline = MakePipeline(stages, 6);
  return FindNearestChain(pipeline.config(), Row(), MakeSequence(6), {}, token);
}

double NumberOf(const NearestChain& nearest, std::size_t stage,
                const char* name) {
  const Value& value = nearest.chain->stages[stage].parameters.at(name);
  return value.integer() != nullptr ? static_cast<double>(*value.integer())
                                    : *value.real();
}

TEST(NearestChain, RaisesTopKToTheRank) {
  const auto nearest = Nearest(R"({"type": "top_k", "k": 2})", 3);
  ASSERT_TRUE(nearest.chain.has_value());
  EXPECT_EQ(NumberOf(nearest, 0, "k"), 4.0);
  EXPECT_NE(nearest.removed_by, "");
}

TEST(NearestChain, MovesOneNumberNoFurtherThanNeeded) {
  const auto nucleus = Nearest(R"({"type": "top_p", "p": 0.5})", 3);
  ASSERT_TRUE(nucleus.chain.has_value());
  EXPECT_NEAR(NumberOf(nucleus, 0, "p"), 0.75, 1e-6);
  const auto min_p = Nearest(R"({"type": "min_p", "p": 0.5})", 3);
  ASSERT_TRUE(min_p.chain.has_value());
  EXPECT_NEAR(NumberOf(min_p, 0, "p"), 0.25, 1e-6);
}

TEST(NearestChain, MovesEveryStageThatRemovesTheToken) {
  const auto nearest =
      Nearest(R"({"type": "top_k", "k": 2}, {"type": "min_p", "p": 0.5})", 3);
  ASSERT_TRUE(nearest.chain.has_value());
  EXPECT_EQ(NumberOf(nearest, 0, "k"), 4.0);
  EXPECT_NEAR(NumberOf(nearest, 1, "p"), 0.25, 1e-6);
  EXPECT_EQ(NearestText(MakePipeline(R"({"type": "top_k", "k": 2},
                                        {"type": "min_p", "p": 0.5})",
                                     6)
                            .config(),
                        *nearest.chain)
                .rfind("top_k(4) -> min_p(0.2", 0),
            0u);
}

TEST(NearestChain, SaysWhereNoNumberHelps) {
  const auto banned = Nearest(R"({"type": "suppress_tokens", "ids": [3]})", 3);
  EXPECT_FALSE(banned.chain.has_value());
  EXPECT_NE(banned.removed_by, "");
  const auto kept = Nearest(R"({"type": "top_k", "k": 4})", 3);
  ASSERT_TRUE(kept.chain.has_value());
  EXPECT_EQ(kept.removed_by, "");
}

}  // namespace
}  // namespace sampler::tools
