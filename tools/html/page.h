// A page: one file that a browser opens from a disk or from a letter.
//
// It holds its style and everything else it shows, runs no script and may fetch
// nothing: its Content-Security-Policy says so to the browser, whatever text of
// others it holds. It is readable by keyboard, in light and dark, and on paper.
//
// Its size is bounded: kMostSteps steps, kMostBytes bytes, and at most as many
// candidates of a step as were asked for; what would be larger is an error
// that says how to narrow it. The page tells its size.
//
// Errors: InvalidArgument (more steps than kMostSteps, `-` or an input as the
//   file); ResourceExhausted (more than kMostBytes); those of the system.
// Thread-safety: one thread at a time.
// Tested by: tests/tools/html/page_test.cc, tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_PAGE_H_
#define SAMPLER_TOOLS_HTML_PAGE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "tools/options/cli_fwd.h"

namespace sampler::tools {

inline constexpr std::int64_t kMostSteps = 2000;
inline constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;
inline constexpr std::int64_t kMostCandidates = 200;

struct HtmlOptions {
  std::string path;  // "": no page.
  std::int64_t top = 20;

  bool wanted() const { return !path.empty(); }
};

// --html.
CLI::Option* AddHtml(CLI::App& app, HtmlOptions& options);
// --html, and --top: candidates of each of its steps.
void AddHtmlOfSteps(CLI::App& app, HtmlOptions& options);

// What can be said before the work: the file may be written, and is none of
// `inputs`; there are not too many steps.
absl::Status CheckHtml(const HtmlOptions& options,
                       absl::Span<const std::string> inputs,
                       std::int64_t steps);

// The head of a page: lines of a name and HTML.
using HeadLines = std::vector<std::pair<std::string, std::string>>;

struct Page {
  std::string command;  // "replay"
  std::string title;    // Plain text.
  HeadLines head;
  std::vector<std::string> warnings;  // Plain text.
  std::string style;                  // Besides the common one.
  std::string body;                   // HTML.
  std::int64_t steps = 0;
  std::int64_t top = 0;  // Candidates of each; 0: there are none.
};

// "temperature(0.8) -> top_k(40)" as boxes.
std::string ChainHtml(const std::string& chain);

std::string PageHtml(const Page& page);

// Writes the page and says so on stderr, unless `quiet`.
absl::Status WritePage(const HtmlOptions& options, const Page& page,
                       bool quiet);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_PAGE_H_
