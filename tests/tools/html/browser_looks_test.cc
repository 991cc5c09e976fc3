// How pages look in a real browser, whatever the texts of their tokens.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/html/browser_pages.h"
#include "tests/tools/tool.h"

namespace sampler::tools::browser_looks_test {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

// The least contrast of a text with what lies behind it (WCAG 2), and where.
constexpr char kLeastContrast[] = R"((() => {
  const parse = c => {
    let m = c.match(/[\d.]+/g).map(Number);
    if (c.startsWith('color(')) m = m.map((x, i) => i < 3 ? x * 255 : x);
    return [m[0], m[1], m[2], m.length > 3 ? m[3] : 1];
  };
  const over = (a, b) =>
      [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const lum = c => {
    const [r, g, b] = c.slice(0, 3).map(x => x / 255).map(
        x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let least = {ratio: 99, where: '', texts: 0};
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || !e.checkVisibility()) continue;
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
    const line = [];
    for (let a = e; a; a = a.parentElement) line.unshift(getComputedStyle(a));
    let back = [255, 255, 255, 1];
    let opacity = 1;
    for (const s of line) {
      back = over(parse(s.backgroundColor), back);
      opacity *= Number(s.opacity);
    }
    const ink = parse(getComputedStyle(e).color);
    ink[3] *= opacity;
    const [a, b] = [lum(over(ink, back)), lum(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    ++least.texts;
    if (ratio < least.ratio) {
      least.ratio = ratio;
      least.where = e.outerHTML.slice(0, 200);
    }
  }
  return least;
})())";

TEST_F(BrowserTest, TextIsReadableInLightAndDark) {
  std::set<std::string> backgrounds;
  for (const Shown& shown : AllPages()) {
    browser_->Open(shown.page);
    for (const char* scheme : {"light", "dark"}) {
      browser_->SetMedia(scheme, "screen");
      backgrounds.insert(Evaluate("getComputedStyle(document.body)"
                                  ".backgroundColor")
                             .get<std::string>());
      const int choices = Count(".transcript input");
      for (int i = 0; i < std::max(choices, 1); ++i) {
        if (choices > 0) {
          Evaluate(
              absl::StrCat("document.querySelectorAll('.transcript input')[", i,
                           "].checked = true"));
        }
        const json least = Evaluate(kLeastContrast);
        EXPECT_GE(least["ratio"].get<double>(), 4.5)
            << scheme << " " << shown.page << " " << least;
        EXPECT_GT(least["texts"], 20);
      }
    }
  }
  EXPECT_EQ(backgrounds.size(), 2u);
}

TEST_F(BrowserTest, NothingHangsOutOfAWindow) {
  for (const Shown& shown : AllPages()) {
    browser_->Open(shown.page);
    for (const int width : {390, 820, 1440, 2200}) {
      browser_->SetWidth(width);
      EXPECT_LE(Evaluate("document.documentElement.scrollWidth"), width)
          << shown.page;
    }
  }
}

TEST_F(BrowserTest, PagesPrint) {
  browser_->Open(ReplayPage().page);
  browser_->SetMedia("dark", "print");
  // All steps of a short page, on white.
  EXPECT_EQ(Evaluate("[...document.querySelectorAll('.step')].filter(e => "
                     "e.checkVisibility()).length"),
            6);
  for (const Shown& shown : AllPages()) {
    browser_->Open(shown.page);
    const json printed =
        browser_->Call("Page.printToPDF", {{"printBackground", false}});
    const std::string pdf = printed.value("data", "");
    EXPECT_TRUE(absl::StartsWith(pdf, "JVBERi0")) << shown.page;  // "%PDF-".
    EXPECT_GT(pdf.size(), 10'000u);
  }
}

// ---- Texts of others ----------------------------------------------------

const std::vector<std::string>& HostileTexts() {
  static const auto& texts =
      *new std::vector<std::string>{"<script>alert(1)</script>",
                                    "\"><img src=x onerror=alert(1)>",
                                    "' onmouseover='alert(1)",
                                    "</style><script>alert(1)</script>",
                                    "</title></section></table></main>",
                                    "<!--",
                                    "]]>&lt;&#60;&amp;",
                                    "javascript:alert(1)",
                                    "\xe2\x80\xae"
                                    "gnp.exe",
                                    "\xc3",
                                    "\x01\x1b[31m\x07",
                                    "{{7*7}}${7*7}",
                                    std::string(5000, 'x'),
                                    "<a href=//example.com/>link</a>",
                                    "url(http://example.com/)",
                                    "\xf0\x9f\x98\x80\xef\xbf\xbe"};
  return texts;
}

std::string Vocabulary(const std::string& name,
                       const std::vector<std::string>& texts) {
  std::string pieces;
  for (const std::string& text : texts) absl::StrAppend(&pieces, text, "\n");
  return WriteTemporary(name, pieces);
}

// All elements and the names of their attributes.
constexpr char kStructure[] =
    "[...document.querySelectorAll('*')].map(e => e.tagName + "
    "[...e.attributes].map(a => a.name).sort().join()).join(' ')";

TEST_F(BrowserTest, HostileTextsAreText) {
  const std::size_t count = HostileTexts().size();
  std::vector<std::vector<float>> rows;
  std::vector<std::int32_t> tokens;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float>& row = rows.emplace_back(count, 0.0f);
    row[i] = 3.0f;
    tokens.push_back(static_cast<std::int32_t>(i));
  }
  const std::string log = MakeLog(rows, tokens, {0, 1, 2, 3});
  const std::string hostile = Vocabulary("hostile.txt", HostileTexts());
  const std::string harmless =
      Vocabulary("harmless.txt", std::vector<std::string>(count, "word"));
  const std::vector<Arguments> commands = {
      {"replay", log, "--top-k", "4", "--temp", "0.7"},
      {"explain", log, "--row", "3", "--top-k", "4"},
      {"compare", log, "--a", "top_k=4", "--b", "min_p=0.3"}};
  for (const Arguments& command : commands) {
    std::vector<std::string> structures;
    for (const std::string& vocabulary : {harmless, hostile}) {
      Arguments arguments = command;
      arguments.insert(arguments.end(), {"--vocab-file", vocabulary});
      browser_->Open(Show("texts.html", arguments).page);
      EXPECT_TRUE(browser_->complaints().empty())
          << browser_->complaints().front();
      structures.push_back(Evaluate(kStructure));
    }
    EXPECT_TRUE(structures[0] == structures[1]) << command[0];
    EXPECT_GT(structures[0].size(), 1000u);
  }
  // They are there to be read.
  browser_->Open(Show("texts.html",
                      {"replay", log, "--top-k", "4", "--vocab-file", hostile})
                     .page);
  const std::string text = Evaluate("document.body.textContent");
  EXPECT_TRUE(absl::StrContains(text, "<script>alert(1)</script>"));
  EXPECT_TRUE(absl::StrContains(text, "\\xc3"));
  EXPECT_FALSE(absl::StrContains(text, "\xe2\x80\xae"));
}

}  // namespace
}  // namespace sampler::tools::browser_looks_test
