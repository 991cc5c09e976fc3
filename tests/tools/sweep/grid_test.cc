#include "tools/sweep/grid.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sampler::tools {
namespace {

using Texts = std::vector<std::string>;

Texts ValuesOf(const std::string& text) {
  const auto parameter = ParseSwept(text);
  EXPECT_TRUE(parameter.ok()) << parameter.status();
  return parameter.ok() ? parameter->values : Texts();
}

TEST(Grid, RangesEndWhereTheyShould) {
  EXPECT_EQ(ValuesOf("top_p=0.8:0.9:0.05"), (Texts{"0.8", "0.85", "0.9"}));
  // 0.1 + 2 * 0.1 is a little more than 0.3 in binary.
  EXPECT_EQ(ValuesOf("p=0.1:0.3:0.1"), (Texts{"0.1", "0.2", "0.3"}));
  EXPECT_EQ(ValuesOf("p=0.1:0.35:0.1"), (Texts{"0.1", "0.2", "0.3"}));
  EXPECT_EQ(ValuesOf("top_k=5:5:1"), (Texts{"5"}));
  EXPECT_EQ(ValuesOf("x=1:3:1"), (Texts{"1", "2", "3"}));
}

TEST(Grid, ListsAreAsTheyStand) {
  EXPECT_EQ(ValuesOf("top_k=40,10,20"), (Texts{"40", "10", "20"}));
  EXPECT_EQ(ValuesOf("temp=1"), (Texts{"1"}));
}

TEST(Grid, TheLastParameterChangesFastest) {
  const auto settings = SettingsOf({{"a", {"1", "2"}}, {"b", {"3", "4"}}});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(*settings, (std::vector<Setting>{
                           {"1", "3"}, {"1", "4"}, {"2", "3"}, {"2", "4"}}));
  EXPECT_EQ(ChainOf("vllm", {{"a", {}}, {"b", {}}}, {"1", "3"}),
            "vllm;a=1;b=3");
  EXPECT_EQ(ChainOf("", {{"a", {}}}, {"1"}), "a=1");
}

TEST(Grid, RefusesWhatIsNone) {
  for (const char* text :
       {"", "top_p", "=1", "p=", "p=a", "p=1,", "p=1:2", "p=1:2:0", "p=2:1:1",
        "p=1:2:-1", "p=0:1:1e-9", "p=nan", "p=1:inf:1", "p=1:2:3:4"}) {
    EXPECT_FALSE(ParseSwept(text).ok()) << text;
  }
  const std::vector<std::string> many(200, "1");
  EXPECT_FALSE(SettingsOf({{"a", many}, {"b", many}}).ok());
}

}  // namespace
}  // namespace sampler::tools
