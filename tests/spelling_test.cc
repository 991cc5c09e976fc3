#include "sampler/spelling.h"

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
  EXPECT_EQ(NearestName("temp", kNames), "");
  EXPECT_EQ(NearestName("min_p", kNames), "min_p");
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

TEST(Printable, KeepsTextAndEscapesTheRest) {
  EXPECT_EQ(Printable("a \"b\" \\ \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
            "a \"b\" \\ \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(Printable("a\nb\r\x1b[0m\x7f"), "a\\nb\\u000d\\u001b[0m\\u007f");
  EXPECT_EQ(Printable(absl::string_view("\0", 1)), "\\u0000");
  EXPECT_EQ(Printable(""), "");
}

TEST(Printable, ReplacesWhatIsNotUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(Printable("\xff"
                      "a"),
            bad + "a");
  EXPECT_EQ(Printable("\x80"), bad);
  EXPECT_EQ(Printable("\xc3"), bad);  // Cut short.
  EXPECT_EQ(Printable("\xc3"
                      "a"),
            bad + "a");
  EXPECT_EQ(Printable("\xc0\x80"), bad + bad);            // Overlong.
  EXPECT_EQ(Printable("\xe0\x80\x80"), bad + bad + bad);  // Overlong.
  EXPECT_EQ(Printable("\xed\xa0\x80"), bad + bad + bad);  // Surrogate.
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(Printable("\xf0\x9f\x98"), bad + bad + bad);
}

}  // namespace
}  // namespace sampler
