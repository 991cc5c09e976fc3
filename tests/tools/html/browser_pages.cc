#include "tests/tools/html/browser_pages.h"

#include "absl/strings/str_cat.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

Arguments OnStory(const std::string& command, Arguments more) {
  more.insert(more.begin(), {command, StoryLog(), "--vocab-file",
                             DataFile("tokenizer.json"), "--seed", "42"});
  return more;
}

}  // namespace

Shown Show(const std::string& name, std::vector<std::string> arguments) {
  Shown shown;
  shown.page = WriteTemporary(name, "");
  arguments.insert(arguments.end(), {"--json", "-q", "--html", shown.page});
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  shown.answer = json::parse(result.out, nullptr, /*allow_exceptions=*/false);
  return shown;
}

const Shown& ReplayPage() {
  static const auto& shown = *new Shown(
      Show("replay.html", OnStory("replay", {"--rows", "8:14", "--config",
                                             "balanced", "--top", "8"})));
  return shown;
}
const Shown& ExplainPage() {
  static const auto& shown = *new Shown(
      Show("explain.html",
           OnStory("explain", {"--row", "10", "--config", "balanced"})));
  return shown;
}
const Shown& ComparePage() {
  static const auto& shown = *new Shown(
      Show("compare.html",
           OnStory("compare", {"--rows", "8:12", "--a", "top_p=0.9", "--b",
                               "min_p=0.1;temp=1.4", "--top", "6"})));
  return shown;
}
const Shown& SweepPage() {
  static const auto& shown = *new Shown(
      Show("sweep.html", {"sweep", StoryLog(), "--seed", "42", "--rows", "8:12",
                          "--param", "top_k=1,8,64"}));
  return shown;
}

std::vector<Shown> AllPages() {
  return {ReplayPage(), ExplainPage(), ComparePage(), SweepPage()};
}

Browser* BrowserTest::browser_ = nullptr;

void BrowserTest::SetUpTestSuite() { browser_ = Browser::Start().release(); }

void BrowserTest::TearDownTestSuite() {
  delete browser_;
  browser_ = nullptr;
}

void BrowserTest::SetUp() {
  if (browser_ == nullptr) {
    GTEST_SKIP() << "no Chromium here, so no page was looked at: "
                    "tools/install_packages.sh browser installs one";
  }
  browser_->SetWidth(1440);
  browser_->SetMedia("light", "screen");
  browser_->AllowScripts(true);
}

json BrowserTest::Evaluate(const std::string& expression) {
  return browser_->Evaluate(expression);
}

int BrowserTest::Count(const std::string& selector) {
  return Evaluate("document.querySelectorAll(" + json(selector).dump() +
                  ").length");
}

json BrowserTest::FieldsOf(const std::string& selector) {
  return Evaluate("Object.fromEntries([...document.querySelector(" +
                  json(selector).dump() +
                  ").querySelectorAll('[data-k]')].map(e => [e.dataset.k, "
                  "e.title || e.textContent]))");
}

json BrowserTest::CellsOf(const std::string& selector) {
  return Evaluate("[...document.querySelectorAll(" + json(selector).dump() +
                  ")].map(e => e.title || e.textContent)");
}

}  // namespace sampler::tools
