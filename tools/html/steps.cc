#include "tools/html/steps.h"

#include "absl/strings/str_cat.h"
#include "tools/explain/step.h"
#include "tools/html/markup.h"
#include "tools/html/page.h"
#include "tools/html/step_view.h"

namespace sampler::tools {
namespace {

std::string LinkTo(std::int64_t row, absl::string_view text) {
  return absl::StrCat("<a href=\"#s", row, "\">", text, "</a>");
}

}  // namespace

DescribeStep StepDescriber(const TokenText& text, std::int64_t top) {
  return [&text, top](const AnsweredStep& step) {
    ExplainOptions options;
    options.top = top;
    options.inputs = step.inputs;
    options.listed = step.listed;
    if (step.logged >= 0) options.logged = step.logged;
    return StepView(Explain(step.pipeline, step.row, step.sequence, options),
                    text);
  };
}

std::string LogHtml(const std::string& path, const logs::Log& log) {
  const logs::LogDescription& description = log.description();
  const std::int64_t sequences = std::ssize(log.sequences());
  return absl::StrCat(
      HtmlText(path == "-" ? "standard input" : path), " (",
      logs::FormatName(description.format), " ", DTypeName(description.dtype),
      ", ", Grouped(description.rows),
      description.top_k ? " rows of lists of likeliest tokens, of "
                        : " rows &times; ",
      Grouped(description.vocabulary_size), " tokens, ", Grouped(sequences),
      sequences == 1 ? " sequence)" : " sequences)");
}

std::string FileName(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name == "-" ? "standard input" : name;
}

void StepSections::Add(const RowPlace& place, absl::string_view note,
                       const std::string& body) {
  ++count_;
  if (too_large_) return;
  const std::int64_t before = place.row - rows_.every;
  const std::int64_t after = place.row + rows_.every;
  absl::StrAppend(
      &html_, "<section class=\"step\" id=\"s", place.row,
      "\"><div class=\"bar\"><h3>Row ", place.row, "</h3><span class=\"mut\">",
      "sequence ", place.sequence, ", position ", place.position, note,
      "</span><nav>",
      rows_.Has(before) ? LinkTo(before, absl::StrCat("&larr; ", before)) : "",
      rows_.Has(after) ? LinkTo(after, absl::StrCat(after, " &rarr;")) : "",
      "</nav></div>", body, "</section>\n");
  if (static_cast<std::int64_t>(html_.size()) > kMostBytes) {
    too_large_ = true;
    std::string().swap(html_);
  }
}

std::string StepSections::Html() const {
  return absl::StrCat("<section class=\"steps\" aria-label=\"Steps\">", html_,
                      "</section>");
}

absl::Status CheckSize(const StepSections& sections) {
  if (!sections.too_large()) return absl::OkStatus();
  return WithHint(
      absl::ResourceExhaustedError(absl::StrCat(
          "--html: got a page of more than ", Grouped(kMostBytes), " bytes")),
      "--rows A:B, --every N and --limit N narrow the rows, --top N the "
      "candidates");
}

}  // namespace sampler::tools
