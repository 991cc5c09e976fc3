// What a page may be, and what is said instead.

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools::page_test {
namespace {

using Arguments = std::vector<std::string>;

std::string LongLog(std::size_t rows) {
  return MakeLog(std::vector<std::vector<float>>(rows, {1.0f, 2.0f, 0.5f}),
                 std::vector<std::int32_t>(rows, 1));
}

ToolResult Refused(Arguments arguments) {
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 2) << result.out;
  return result;
}

// The commands that make a page, on a log.
std::vector<Arguments> Makers(const std::string& log) {
  return {{"replay", log, "--top-k", "2"},
          {"explain", log, "--row", "1", "--top-k", "2"},
          {"compare", log, "--a", "top_k=2", "--b", "top_k=1"},
          {"sweep", log, "--param", "top_k=1,2"}};
}

TEST(Page, TellsItsSize) {
  const std::string log = LongLog(3);
  for (Arguments arguments : Makers(log)) {
    const std::string page = WriteTemporary("size.html", "");
    arguments.insert(arguments.end(), {"--html", page});
    const ToolResult result = RunTool(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    std::string size = absl::StrCat(std::filesystem::file_size(page));
    for (std::size_t i = size.size(); i > 3; i -= 3) size.insert(i - 3, ",");
    EXPECT_TRUE(absl::StrContains(ReadAll(page), size + " bytes."))
        << arguments[0] << " " << size;
    EXPECT_TRUE(Says(result.err, absl::StrCat(page, ": ", size, " bytes")));
  }
}

TEST(Page, DoesNotDependOnThreads) {
  const std::string log = LongLog(200);
  for (const Arguments& maker : Makers(log)) {
    if (maker[0] == "explain") continue;  // One row.
    std::vector<std::string> pages;
    for (const char* threads : {"1", "3"}) {
      const std::string page = WriteTemporary("threads.html", "");
      Arguments arguments = maker;
      arguments.insert(arguments.end(),
                       {"--threads", threads, "-q", "--html", page});
      ASSERT_EQ(RunTool(arguments).exit_code, 0);
      pages.push_back(ReadAll(page));
    }
    EXPECT_TRUE(pages[0] == pages[1]) << maker[0];
    EXPECT_GT(pages[0].size(), 5000u);
  }
}

TEST(Page, HasABound) {
  const std::string log = LongLog(2001);
  const std::string page = WriteTemporary("never.html", "");
  std::filesystem::remove(page);
  for (Arguments arguments : Makers(log)) {
    if (arguments[0] == "explain" || arguments[0] == "sweep") continue;
    arguments.insert(arguments.end(), {"--html", page});
    const ToolResult result = Refused(arguments);
    EXPECT_EQ(result.out, "");  // Before any work.
    EXPECT_TRUE(Says(result.err, "got 2,001 steps, want at most 2,000"));
    EXPECT_TRUE(Says(result.err, "--limit N"));
    EXPECT_FALSE(std::filesystem::exists(page));
    arguments.insert(arguments.end(), {"--limit", "2000", "-q"});
    EXPECT_EQ(RunTool(arguments).exit_code, 0);
    std::filesystem::remove(page);
  }
}

TEST(Page, TakesTheNameOfAFile) {
  const std::string log = LongLog(3);
  for (Arguments arguments : Makers(log)) {
    arguments.push_back("--html");
    const auto with = [&](const std::string& path) {
      Arguments all = arguments;
      all.push_back(path);
      return all;
    };
    EXPECT_TRUE(Says(Refused(with("-")).err, "--html: got -"));
    EXPECT_TRUE(Says(Refused(with("/nowhere/page.html")).err, "/nowhere"));
    const std::string before = ReadAll(log);
    EXPECT_TRUE(Says(Refused(with(log)).err, log));
    EXPECT_TRUE(ReadAll(log) == before);
  }
}

// Rows of which nothing can be drawn, with logged tokens.
TEST(Page, HasBrokenRowsToo) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::string log = MakeLog({{1, 2, 3},
                                   {nan, 1, 2},
                                   {kInfinity, 1, 2},
                                   {-kInfinity, -kInfinity, -kInfinity},
                                   {1, -kInfinity, 2}},
                                  {0, 1, 2, 0, 1});
  const std::string page = WriteTemporary("broken.html", "");
  for (Arguments arguments : Makers(log)) {
    arguments.insert(arguments.end(), {"--html", page, "-q"});
    for (const std::string row : {"0", "1", "2", "3", "4"}) {
      if (arguments[0] == "explain") arguments[3] = row;
      const ToolResult result = RunTool(arguments);
      EXPECT_EQ(result.exit_code, 0) << arguments[0] << row << result.err;
      EXPECT_TRUE(absl::StrContains(ReadAll(page), "</html>"));
    }
  }
  RunTool({"replay", log, "--top-k", "2", "--html", page, "-q"});
  for (const char* status : {"nan", "infinite", "no_candidate"}) {
    EXPECT_TRUE(absl::StrContains(
        ReadAll(page), absl::StrCat(status, ": there is nothing to draw")));
  }
}

TEST(Page, CandidatesAreOfAPage) {
  const std::string log = LongLog(3);
  for (const char* command : {"replay", "compare"}) {
    EXPECT_TRUE(Says(Refused({command, log, "--top", "3", "--top-k", "2"}).err,
                     "--html"));
  }
}

TEST(Page, FetchesNothing) {
  const std::string log = LongLog(3);
  for (Arguments arguments : Makers(log)) {
    const std::string page = WriteTemporary("fetch.html", "");
    arguments.insert(arguments.end(), {"--html", page, "-q"});
    ASSERT_EQ(RunTool(arguments).exit_code, 0);
    const std::string html = ReadAll(page);
    EXPECT_TRUE(absl::StrContains(html, "default-src 'none'"));
    for (const char* part :
         {"<script", "src=", "@import", "url(", " onload=", "http://e"}) {
      EXPECT_FALSE(absl::StrContains(html, part)) << arguments[0] << part;
    }
  }
}

// Nothing in a page is left open: a parser of XML that knows its void elements
// would agree.
TEST(Page, ElementsAreClosed) {
  const std::string log = LongLog(3);
  for (Arguments arguments : Makers(log)) {
    const std::string page = WriteTemporary("closed.html", "");
    arguments.insert(arguments.end(), {"--html", page, "-q"});
    ASSERT_EQ(RunTool(arguments).exit_code, 0);
    const std::string html = ReadAll(page);
    std::vector<std::string> open;
    std::size_t elements = 0;
    for (std::size_t at = html.find('<'); at != std::string::npos;
         at = html.find('<', at + 1)) {
      const std::size_t end = html.find('>', at);
      const std::string tag = html.substr(at + 1, end - at - 1);
      if (tag[0] == '!' || tag.back() == '/') continue;
      const std::string name = tag.substr(0, tag.find_first_of(" \n"));
      if (name == "meta" || name == "link" || name == "input") continue;
      if (name[0] != '/') {
        open.push_back(name);
        ++elements;
        continue;
      }
      ASSERT_FALSE(open.empty()) << arguments[0] << " at byte " << at;
      ASSERT_EQ(name.substr(1), open.back())
          << arguments[0] << " at byte " << at;
      open.pop_back();
    }
    EXPECT_TRUE(open.empty()) << open.back();
    EXPECT_GT(elements, 50u);
  }
}

}  // namespace
}  // namespace sampler::tools::page_test
