// The pages that tests look at in a browser, and the fixture that looks.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TESTS_TOOLS_HTML_BROWSER_PAGES_H_
#define SAMPLER_TESTS_TOOLS_HTML_BROWSER_PAGES_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/html/browser.h"

namespace sampler::tools {

// A page and the answer that it shows.
struct Shown {
  std::string page;
  nlohmann::json answer;
};

// Runs a command with --html, to a page of this name.
Shown Show(const std::string& name, std::vector<std::string> arguments);

// Of the shipped log, each made once.
const Shown& ReplayPage();   // Rows 8 to 13.
const Shown& ExplainPage();  // Row 10.
const Shown& ComparePage();  // Rows 8 to 11.
const Shown& SweepPage();
std::vector<Shown> AllPages();

class BrowserTest : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  // Skips where there is no browser.
  void SetUp() override;

  static nlohmann::json Evaluate(const std::string& expression);
  // Of elements.
  static int Count(const std::string& selector);
  // The fields by name inside an element.
  static nlohmann::json FieldsOf(const std::string& selector);
  // The texts of elements, with all digits of a number.
  static nlohmann::json CellsOf(const std::string& selector);

  static Browser* browser_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_HTML_BROWSER_PAGES_H_
