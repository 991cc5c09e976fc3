#include "tools/html/markup.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/printable.h"

namespace sampler::tools {
namespace {

TEST(Markup, NoByteOfOthersIsMarkup) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes = {static_cast<char>(first),
                                 static_cast<char>(second)};
      const std::string html = HtmlText(bytes);
      EXPECT_EQ(html.find_first_of("<>\"'"), std::string::npos);
      EXPECT_TRUE(IsUtf8(html));
      for (const char c : html) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    }
  }
  EXPECT_EQ(HtmlText("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(HtmlText("&lt;"), "&amp;lt;");
}

TEST(Markup, TokensAreQuotedAndBounded) {
  const TokenText text(std::vector<std::optional<std::string>>{
      " the", std::string(70'000, 'a'), std::nullopt, "x\ty\nz", "\xc3"});
  EXPECT_EQ(HtmlToken(text, 0), "&quot; the&quot;");
  EXPECT_LT(HtmlToken(text, 1).size(), 100u);
  EXPECT_EQ(HtmlToken(text, 2), "&lt;id 2&gt;");
  EXPECT_EQ(HtmlToken(text, 4), "&quot;\\xc3&quot;");
  EXPECT_EQ(HtmlToken(TokenText(), 7), "id 7");
  EXPECT_EQ(HtmlRunning(text, 0), " the");
  EXPECT_LT(HtmlRunning(text, 1).size(), 500u);
  EXPECT_EQ(HtmlRunning(text, 2), "<i>[2]</i>");
  EXPECT_EQ(HtmlRunning(text, 3), "x<i>\\t</i>\ty<i>\\n</i>\nz");
  EXPECT_EQ(HtmlRunning(text, -1), "<i>?</i>");
}

TEST(Markup, NumbersKeepTheirDigits) {
  EXPECT_EQ(HtmlNumber(0.1234567, "0.1235"),
            "<span title=\"0.1234567\">0.1235</span>");
  EXPECT_EQ(HtmlNumber(0.5, "0.5"), "0.5");
  EXPECT_EQ(HtmlNumber(std::nan(""), "-"), "-");
  EXPECT_EQ(HtmlNumber(std::int64_t{49152}), "49,152");
  EXPECT_EQ(HtmlCell("n", 1e-9, "1.0e-09"),
            "<td class=\"n\" title=\"1e-09\">1.0e-09</td>");
}

TEST(Markup, FieldsHaveTheNamesOfJson) {
  const std::string html = HtmlFields(
      "All <numbers>", Json{{"a", 0.25}, {"b", {{"c", nullptr}}}, {"d", "<"}});
  for (const char* part : {"All &lt;numbers&gt;", "data-k=\"a\">0.25<",
                           "data-k=\"b.c\">null<", "data-k=\"d\">&lt;<"}) {
    EXPECT_TRUE(absl::StrContains(html, part)) << html;
  }
}

}  // namespace
}  // namespace sampler::tools
