// The steps of a page: each explained by the thread that answers its row, and
// put together with links from one to the next.
//
// Thread-safety: DescribeStep is called by several threads; the rest is pure.
// Cost: of a description that of explaining a step (explain/step.h).
// Tested by: tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_STEPS_H_
#define SAMPLER_TOOLS_HTML_STEPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/logs/log.h"
#include "tools/options/row_selection.h"
#include "tools/options/run_options.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// Writes StepView of a step. `text` must outlive the function.
DescribeStep StepDescriber(const TokenText& text, std::int64_t top);

// "run.safetensors (safetensors f16, 24 rows x 49,152, 1 sequence)", as HTML.
std::string LogHtml(const std::string& path, const logs::Log& log);

// The last part of a path.
std::string FileName(const std::string& path);

class StepSections {
 public:
  explicit StepSections(const RowSelection& rows) : rows_(rows) {}

  // In row order; `note` and `body` are HTML.
  void Add(const RowPlace& place, absl::string_view note,
           const std::string& body);

  std::int64_t count() const { return count_; }
  // Returns true if more was added than a page can hold: the sections are gone
  // then.
  bool too_large() const { return too_large_; }
  std::string Html() const;

 private:
  const RowSelection rows_;
  std::string html_;
  std::int64_t count_ = 0;
  bool too_large_ = false;
};

// ResourceExhausted if the sections are too large for a page.
absl::Status CheckSize(const StepSections& sections);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_STEPS_H_
