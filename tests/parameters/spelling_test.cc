#include "sampler/parameters/spelling.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sampler {
namespace {

const std::vector<absl::string_view> kNames = {"top_k", "top_p", "temperature",
                                               "min_p"};

TEST(NearestName, ForgivesSpellingCaseAndDashes) {
  EXPECT_EQ(NearestName("topp", kNames), "top_p");
  EXPECT_EQ(NearestName("Top-K", kNames), "top_k");
  EXPECT_EQ(NearestName("tempereture", kNames), "temperature");
  EXPECT_EQ(NearestName("min_p", kNames), "min_p");
}

TEST(NearestName, PrefersWhatTheNameShortensToWhatIsNearInLetters) {
  const std::vector<absl::string_view> names = {
      "text",      "temperature",        "temperature_last", "top_p",
      "typical_p", "repetition_penalty", "repeat_penalty"};
  EXPECT_EQ(NearestName("temp", names), "temperature");
  EXPECT_EQ(NearestName("typ_p", names), "typical_p");
  EXPECT_EQ(NearestName("rep_pen", names), "repeat_penalty");
  EXPECT_EQ(NearestName("t", names), "");
  EXPECT_EQ(NearestName(std::string(100000, 't'), names), "");
}

TEST(NearestName, DoesNotGuessWildly) {
  EXPECT_EQ(NearestName("mirostat", kNames), "");
  EXPECT_EQ(NearestName("", kNames), "");
  EXPECT_EQ(NearestName("xy", {"ab"}), "");
  EXPECT_EQ(NearestName("x", {}), "");
}

TEST(UnknownName, HintsOrLists) {
  EXPECT_EQ(UnknownName("stage", "top_q", kNames),
            "unknown stage \"top_q\", did you mean \"top_k\"?");
  EXPECT_EQ(UnknownName("stage", "zzzzzz", {"a", "b"}),
            "unknown stage \"zzzzzz\", want one of \"a\", \"b\"");
  EXPECT_EQ(DidYouMean("zzzzzz", kNames), "");
}

TEST(EscapePointer, FollowsRfc6901) {
  EXPECT_EQ(EscapePointer("a/b~c"), "a~1b~0c");
  EXPECT_EQ(EscapePointer("~1"), "~01");
  EXPECT_EQ(EscapePointer(""), "");
}

}  // namespace
}  // namespace sampler
