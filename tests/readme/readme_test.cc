// The pages of the project against the project: C++ examples are those that are
// compiled, transcripts are what the tool prints, links lead somewhere. And the
// pages that promise tests, GUARANTEES.md and PITFALLS.md: their rows
// name cases that exist.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sampler {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(absl::StrCat(SAMPLER_SOURCE_DIR, "/", path));
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The fenced blocks of a language, without the fences.
std::vector<std::string> Blocks(const std::string& markdown,
                                absl::string_view language) {
  std::vector<std::string> blocks;
  const std::string fence = absl::StrCat("\n```", language, "\n");
  for (std::size_t at = markdown.find(fence); at != std::string::npos;
       at = markdown.find(fence, at + 1)) {
    const std::size_t first = at + fence.size();
    blocks.push_back(
        markdown.substr(first, markdown.find("\n```", first) + 1 - first));
  }
  return blocks;
}

// Standard output of a command run in the source folder.
std::string OutputOf(const std::string& command) {
  std::string output;
  FILE* pipe = popen(
      absl::StrCat("cd '", SAMPLER_SOURCE_DIR, "' && ", command).c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::array<char, 4096> buffer;
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), n);
  }
  pclose(pipe);
  return output;
}

// Where a marked part of a source, which is compiled and run, is shown.
struct Example {
  const char* source;
  const char* mark;
  const char* page;
};

TEST(Pages, ShowTheExamplesThatAreCompiled) {
  constexpr Example kExamples[] = {
      {"tests/readme/readme_example.cc", "// [README example]\n", "README.md"},
      {"tests/readme/readme_logging.cc", "  // [README logging]\n",
       "sampler/logs/README.md"},
      {"tests/readme/readme_again.cc", "  // [README redraw]\n",
       "sampler/README.md"},
      {"tests/readme/readme_again.cc", "  // [README round]\n",
       "sampler/README.md"},
      {"tests/adapters/llama_cpp_example.cc", "// [README llama.cpp]\n",
       "sampler/adapters/README.md"}};
  for (const Example& example : kExamples) {
    const std::vector<std::string> parts =
        absl::StrSplit(ReadFile(example.source), example.mark);
    ASSERT_EQ(parts.size(), 3u) << example.mark;
    const std::vector<std::string> shown =
        Blocks(ReadFile(example.page), "cpp");
    EXPECT_NE(std::find(shown.begin(), shown.end(), parts[1]), shown.end())
        << example.page << " does not show " << parts[1];
  }
}

// The pages of the project, from its folder.
std::vector<std::string> Pages() {
  std::vector<std::string> pages = {"README.md"};
  const std::filesystem::path root(SAMPLER_SOURCE_DIR);
  for (const char* folder : {"configs", "sampler", "tests", "tools"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".md") continue;
      pages.push_back(std::filesystem::relative(entry.path(), root).string());
    }
  }
  return pages;
}

TEST(Pages, ShowWhatTheToolPrints) {
  int commands = 0;
  for (const std::string& page : Pages()) {
    for (const std::string& block : Blocks(ReadFile(page), "console")) {
      const auto [prompt, rest] = std::pair<std::string, std::string>(
          absl::StrSplit(block, absl::MaxSplits('\n', 1)));
      absl::string_view command = prompt;
      ASSERT_TRUE(absl::ConsumePrefix(&command, "$ sampler ")) << prompt;
      EXPECT_EQ(OutputOf(absl::StrCat("'", SAMPLER_TOOL, "' ", command)), rest)
          << page << ": " << command;
      ++commands;
    }
  }
  EXPECT_GE(commands, 5);
}

// Every relative link leads to a file.
TEST(Pages, LinkToWhatIsThere) {
  const std::filesystem::path root(SAMPLER_SOURCE_DIR);
  const std::regex link("\\]\\(([^)#]+)(#[^)]*)?\\)");
  int links = 0;
  for (const std::string& page : Pages()) {
    const std::string text = ReadFile(page);
    const std::filesystem::path folder = (root / page).parent_path();
    for (auto at = std::sregex_iterator(text.begin(), text.end(), link);
         at != std::sregex_iterator(); ++at) {
      const std::string target = (*at)[1];
      if (target.rfind("http", 0) == 0) continue;
      ++links;
      EXPECT_TRUE(std::filesystem::exists(folder / target))
          << page << " links to " << target;
    }
  }
  EXPECT_GT(links, 50);
}

TEST(Readme, IsAGuideAndNoEncyclopaedia) {
  const std::string readme = ReadFile("README.md");
  EXPECT_LT(std::count(readme.begin(), readme.end(), '\n'), 300);
}

// ---- Pages whose rows name tests --------------------------------------------

// The cells of the rows of a page's tables, without the headings. A cell holds
// no bar.
std::vector<std::vector<std::string>> RowsOf(const std::string& page) {
  std::vector<std::vector<std::string>> rows;
  bool in_table = false;
  for (absl::string_view line : absl::StrSplit(ReadFile(page), '\n')) {
    const bool rule = absl::StartsWith(line, "|---");
    if (!absl::ConsumePrefix(&line, "|") || rule) {
      in_table = rule;
      continue;
    }
    if (!in_table) continue;
    absl::ConsumeSuffix(&line, "|");
    rows.emplace_back();
    for (const absl::string_view cell : absl::StrSplit(line, '|')) {
      rows.back().emplace_back(absl::StripAsciiWhitespace(cell));
    }
  }
  return rows;
}

// Does `file.cc: Suite.Case` exist in tests/?
bool IsTest(absl::string_view quoted) {
  const std::vector<std::string> parts = absl::StrSplit(quoted, ": ");
  if (parts.size() != 2 || !absl::EndsWith(parts[0], "_test.cc")) return false;
  const std::vector<std::string> name = absl::StrSplit(parts[1], '.');
  if (name.size() != 2) return false;
  std::string source = ReadFile(absl::StrCat("tests/", parts[0]));
  std::erase_if(source, [](char c) { return c == ' ' || c == '\n'; });
  for (const char* macro : {"TEST(", "TEST_F(", "TEST_P("}) {
    if (absl::StrContains(source,
                          absl::StrCat(macro, name[0], ",", name[1], ")"))) {
      return true;
    }
  }
  return false;
}

// The last cell of every row is a list of tests that exist: `file.cc:
// Suite.Case`, or one of `excuses` and a reason. Returns the number of rows.
int ExpectRowsNameTests(const std::string& page, std::size_t columns,
                        const std::vector<std::string>& excuses = {}) {
  int rows = 0;
  for (const std::vector<std::string>& row : RowsOf(page)) {
    ++rows;
    if (row.size() != columns) {
      ADD_FAILURE() << page << ": " << row[0] << ": " << row.size() << " cells";
      continue;
    }
    const std::string& tests = row.back();
    const bool excused = std::any_of(
        excuses.begin(), excuses.end(),
        [&](const std::string& excuse) { return tests.rfind(excuse, 0) == 0; });
    if (excused) continue;
    for (const absl::string_view entry : absl::StrSplit(tests, ", ")) {
      absl::string_view test = entry;
      EXPECT_TRUE(absl::ConsumePrefix(&test, "`") &&
                  absl::ConsumeSuffix(&test, "`") && IsTest(test))
          << page << ": " << row[0] << ": no such test: " << entry;
    }
  }
  return rows;
}

// Every row names the cases that would fail if its sentence were false.
TEST(Guarantees, NameTestsThatExist) {
  EXPECT_GE(ExpectRowsNameTests("tests/GUARANTEES.md", 3), 30);
}

// Every row names the cases that would fail if this project had the defect.
TEST(Pitfalls, NameTestsThatExist) {
  EXPECT_GE(ExpectRowsNameTests("tests/PITFALLS.md", 3, {"nothing to test: "}),
            112);
}

}  // namespace
}  // namespace sampler
