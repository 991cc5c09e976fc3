#include "tools/compare/gate.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

const std::map<std::string, double> kValues = {
    {"mean_kld", 0.02}, {"coverage.a", 0.5}, {"kl_ab", std::nan("")}};

bool Fails(const std::string& text) {
  const auto gate = ParseGate(text);
  EXPECT_TRUE(gate.ok()) << gate.status();
  const auto results = CheckGates({*gate}, kValues);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() && results->at(0).failed;
}

TEST(Gate, ComparesWithItsBound) {
  EXPECT_TRUE(Fails("mean_kld>0.01"));
  EXPECT_FALSE(Fails("mean_kld>0.02"));
  EXPECT_TRUE(Fails("mean_kld>=0.02"));
  EXPECT_TRUE(Fails(" coverage.a < 0.99 "));
  EXPECT_FALSE(Fails("coverage.a<0.5"));
  EXPECT_TRUE(Fails("coverage.a<=5e-1"));
}

TEST(Gate, RefusesWhatIsNoCondition) {
  for (const char* text :
       {"", "mean_kld", "mean_kld>", ">1", "mean_kld=1", "mean_kld>x",
        "mean_kld>1x", "mean_kld>nan", "a>1<2"}) {
    EXPECT_FALSE(ParseGate(text).ok()) << text;
  }
}

// A gate that cannot be decided must not pass.
TEST(Gate, RefusesWhatHasNoValue) {
  const auto unknown = CheckGates({*ParseGate("mean_kl>1")}, kValues);
  ASSERT_FALSE(unknown.ok());
  EXPECT_TRUE(Says(unknown.status().message(), "mean_kld"));
  const auto absent = CheckGates({*ParseGate("kl_ab>1")}, kValues);
  ASSERT_FALSE(absent.ok());
  EXPECT_TRUE(Says(absent.status().message(), "has no value"));
}

}  // namespace
}  // namespace sampler::tools
