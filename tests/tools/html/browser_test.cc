// Pages, looked at in a real browser.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/html/browser_pages.h"
#include "tests/tools/tool.h"

namespace sampler::tools::browser_test {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr int kTab = 9;
constexpr int kEnter = 13;
constexpr int kRight = 39;

// Is `shown` what JSON says?
void ExpectSame(const std::string& key, const json& value,
                const std::string& shown) {
  if (value.is_number_float()) {
    EXPECT_EQ(std::stod(shown), value.get<double>()) << key;
  } else if (value.is_string()) {
    EXPECT_EQ(shown, value.get<std::string>()) << key;
  } else {
    EXPECT_EQ(json::parse(shown, nullptr, false), value) << key;
  }
}

// Every value of `object` stands among `fields`, and no other.
void ExpectFields(const json& object, const json& fields,
                  const std::string& prefix, std::size_t& count) {
  for (const auto& [name, value] : object.items()) {
    const std::string key = prefix + name;
    if (value.is_object()) {
      ExpectFields(value, fields, key + ".", count);
      continue;
    }
    ++count;
    ASSERT_TRUE(fields.contains(key)) << key;
    ExpectSame(key, value, fields[key]);
  }
}
void ExpectAllFields(const json& object, const json& fields) {
  std::size_t count = 0;
  ExpectFields(object, fields, "", count);
  EXPECT_EQ(count, fields.size());
  EXPECT_GT(count, 10u);
}

TEST_F(BrowserTest, PagesLoadFromDiskWithoutAnErrorAndFetchNothing) {
  for (const bool scripts : {true, false}) {
    browser_->AllowScripts(scripts);
    for (const Shown& shown : AllPages()) {
      browser_->Open(shown.page);
      EXPECT_TRUE(browser_->complaints().empty())
          << shown.page << ": " << browser_->complaints().front();
      EXPECT_EQ(Count("script, img, iframe, object, link:not([rel=icon])"), 0);
      EXPECT_GT(Evaluate("document.body.innerText.length"), 1000);
    }
  }
}

TEST_F(BrowserTest, NumbersOfAReplayAreThoseOfJson) {
  const Shown& shown = ReplayPage();
  browser_->Open(shown.page);
  const json& rows = shown.answer["rows"];
  ASSERT_EQ(rows.size(), 6u);
  for (const json& row : rows) {
    const std::string id = absl::StrCat("#s", row["row"].get<int>());
    ExpectAllFields(row, FieldsOf(id + " .all"));
    if (!row["u"].is_null()) {
      ExpectSame("u", row["u"], CellsOf(id + " .u span")[0]);
    }
  }
  json summary = shown.answer["summary"];
  ExpectAllFields(summary, FieldsOf("main .panes > div .all"));
  const json cards = CellsOf(".cards dd > span");
  std::set<double> seen;
  for (const json& card : cards)
    seen.insert(std::stod(card.get<std::string>()));
  for (const char* name : {"coverage", "ppl", "kept_mass", "entropy"}) {
    EXPECT_EQ(seen.count(summary[name].get<double>()), 1u) << name;
  }
}

TEST_F(BrowserTest, BarsOfAStepAreThoseOfJson) {
  const Shown& shown = ExplainPage();
  browser_->Open(shown.page);
  json raw = json::array();
  json out = json::array();
  json stages = json::array();
  for (const json& token : shown.answer["tokens"]) {
    raw.push_back(token["raw_prob"]);
    if (!token["removed_by"].is_null()) continue;
    out.push_back(token["prob"]);
  }
  const json raw_cells = CellsOf(".bars .r");
  const json out_cells = CellsOf(".bars .o:not(i)");
  ASSERT_EQ(raw_cells.size(), raw.size());
  ASSERT_EQ(out_cells.size(), out.size());
  EXPECT_GT(out.size(), 2u);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    EXPECT_NEAR(std::stod(raw_cells[i].get<std::string>()),
                raw[i].get<double>(), 1e-15);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    EXPECT_NEAR(std::stod(out_cells[i].get<std::string>()),
                out[i].get<double>(), 1e-15);
  }
  // Bars are as long as their numbers say.
  const json lengths = Evaluate(
      "[...document.querySelectorAll('.bars tr:not(.rest) .b i:first-child')]"
      ".map(e => parseFloat(e.style.width))");
  const double scale = lengths[0].get<double>() / raw[0].get<double>();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    EXPECT_NEAR(lengths[i].get<double>(), raw[i].get<double>() * scale, 0.01);
  }
  // A line for each of the three stages that cut, and the rule of each token.
  EXPECT_EQ(Count(".bars .cut"), 3);
  const json reasons = CellsOf(".bars .why");
  std::size_t next = 0;
  for (const json& token : shown.answer["tokens"]) {
    if (token["removed_by"].is_null()) continue;
    EXPECT_EQ(reasons[next++], token["removed_by"]["reason"]);
  }
  EXPECT_EQ(next, reasons.size());
  EXPECT_GT(next, 5u);
  // The segments of the draw cover [0, 1), and u lies in the drawn one.
  const json bar = Evaluate(
      "(() => {let at = 0, drawn = null; "
      "for (const e of document.querySelectorAll('.cum i')) {"
      " const w = parseFloat(e.style.width);"
      " if (e.className == 'd') drawn = [at, at + w]; at += w;}"
      " return {all: at, low: drawn[0], high: drawn[1], u: "
      "parseFloat(document.querySelector('.cum b').style.left)}})()");
  EXPECT_NEAR(bar["all"].get<double>(), 100, 0.01);
  EXPECT_NEAR(bar["low"].get<double>(),
              100 * shown.answer["draw"]["low"].get<double>(), 0.01);
  EXPECT_NEAR(bar["high"].get<double>(),
              100 * shown.answer["draw"]["high"].get<double>(), 0.01);
  EXPECT_NEAR(bar["u"].get<double>(), 100 * shown.answer["u"].get<double>(),
              1e-3);
}

TEST_F(BrowserTest, NumbersOfAComparisonAreThoseOfJson) {
  const Shown& shown = ComparePage();
  browser_->Open(shown.page);
  for (const auto& [name, metric] : shown.answer["metrics"].items()) {
    const json cells = CellsOf(
        absl::StrCat("table[data-k=metrics] tr[data-k=", name, "] td.n"));
    if (metric.contains("absent")) continue;
    ASSERT_GE(cells.size(), 3u) << name;
    const char* const fields[] = {"a", "b", "diff"};
    for (std::size_t i = 0; i < 3; ++i) {
      if (metric[fields[i]].is_null()) continue;
      EXPECT_EQ(std::stod(cells[i].get<std::string>()),
                metric[fields[i]].get<double>())
          << name;
    }
  }
  for (const auto& [name, metric] : shown.answer["pair"].items()) {
    if (metric["value"].is_null()) continue;
    const json cells =
        CellsOf(absl::StrCat("table[data-k=pair] tr[data-k=", name, "] td.n"));
    EXPECT_EQ(std::stod(cells[0].get<std::string>()),
              metric["value"].get<double>())
        << name;
  }
  // Every part of a cumulative bar is shown, and u stands on the drawn one.
  const json bars = Evaluate(
      "[...document.querySelectorAll('.step:first-of-type .cum')].map(bar => {"
      " const whole = bar.getBoundingClientRect();"
      " const end = [...bar.querySelectorAll('i')].pop()"
      ".getBoundingClientRect();"
      " const u = bar.querySelector('b').getBoundingClientRect();"
      " const drawn = bar.querySelector('.d').getBoundingClientRect();"
      " return [whole.right - end.right, u.x + u.width / 2 - drawn.left,"
      " drawn.right - u.x - u.width / 2]})");
  ASSERT_EQ(bars.size(), 2u);
  for (const json& bar : bars) {
    EXPECT_NEAR(bar[0].get<double>(), 0, 1) << bars;
    EXPECT_GE(bar[1].get<double>(), -1) << bars;
    EXPECT_GE(bar[2].get<double>(), -1) << bars;
  }
  // Two chains side by side at every step.
  EXPECT_EQ(Count(".step"), 4);
  EXPECT_EQ(Count(".step .two .bars"), 8);
  for (const json& worst : shown.answer["worst"]) {
    EXPECT_EQ(
        Count(absl::StrCat(".worst a[href='#s", worst["row"].get<int>(), "']")),
        1);
  }
}

TEST_F(BrowserTest, NumbersOfASweepAreThoseOfJson) {
  const Shown& shown = SweepPage();
  browser_->Open(shown.page);
  const json cells = CellsOf("table[data-k=rows] td.n");
  json names = CellsOf("table[data-k=rows] thead th");
  names.erase(names.begin(), names.begin() + 2);  // Mark and parameter.
  std::size_t next = 0;
  for (const json& row : shown.answer["rows"]) {
    ASSERT_EQ(names.size(), row["metrics"].size());
    for (const json& name : names) {
      const json& value = row["metrics"][name.get<std::string>()];
      const std::string text = cells[next++];
      if (!value.is_null()) {
        EXPECT_EQ(std::stod(text), value.get<double>()) << name;
      }
    }
  }
  EXPECT_EQ(next, cells.size());
  EXPECT_GT(Count("svg .line"), 5);
}

TEST_F(BrowserTest, EveryStepIsReachedByKeyboard) {
  browser_->AllowScripts(false);
  browser_->Open(ReplayPage().page);
  const auto focused = [&] {
    return Evaluate(
               "document.activeElement.getAttribute('href') || "
               "document.activeElement.id || ''")
        .get<std::string>();
  };
  std::vector<std::string> stops;
  for (int i = 0; i < 60 && (stops.empty() || stops.back() != "#s12"); ++i) {
    browser_->Press("Tab", kTab);
    stops.push_back(focused());
  }
  ASSERT_GE(stops.size(), 6u);
  EXPECT_EQ(stops.front(), "by-r");
  EXPECT_EQ(std::vector<std::string>(stops.end() - 5, stops.end()),
            (std::vector<std::string>{"#s8", "#s9", "#s10", "#s11", "#s12"}));
  // What has the focus is seen.
  EXPECT_EQ(Evaluate("getComputedStyle(document.querySelector('a[href=\"#s12\"]"
                     "')).outlineStyle"),
            "solid");
  // The link opens its step and no other.
  browser_->Press("Enter", kEnter);
  EXPECT_EQ(Evaluate("location.hash"), "#s12");
  EXPECT_EQ(Evaluate("[...document.querySelectorAll('.step')].filter(e => "
                     "getComputedStyle(e).display != 'none').map(e => e.id)"
                     ".join()"),
            "s12");
}

TEST_F(BrowserTest, ALinkOpensItsStep) {
  browser_->Open(ReplayPage().page, "#s11");
  EXPECT_EQ(Evaluate("[...document.querySelectorAll('.step')].filter(e => "
                     "e.checkVisibility()).map(e => e.id).join()"),
            "s11");
}

TEST_F(BrowserTest, TheKeyboardChoosesWhatColoursSay) {
  browser_->Open(ReplayPage().page);
  browser_->Press("Tab", kTab);
  std::set<std::string> colours;
  std::set<std::string> legends;
  const int choices = Count(".transcript input");
  EXPECT_EQ(choices, 6);
  for (int i = 0; i < choices; ++i) {
    colours.insert(Evaluate("[...document.querySelectorAll('.t')].map(e => "
                            "getComputedStyle(e).backgroundColor).join()")
                       .get<std::string>());
    const json shown = Evaluate(
        "[...document.querySelectorAll('.legend')].filter(e => "
        "e.checkVisibility()).map(e => e.innerText)");
    ASSERT_EQ(shown.size(), 1u);
    legends.insert(shown[0].get<std::string>());
    browser_->Press("ArrowRight", kRight);
  }
  EXPECT_GE(colours.size(), 4u);
  EXPECT_EQ(legends.size(), 6u);
  // A cut token is underlined under every choice.
  EXPECT_EQ(Count(".t.cut"), 1);
  EXPECT_TRUE(absl::StrContains(
      Evaluate("getComputedStyle(document.querySelector('.t.cut'))"
               ".textDecorationLine")
          .get<std::string>(),
      "underline"));
}

}  // namespace
}  // namespace sampler::tools::browser_test
