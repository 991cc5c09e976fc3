#include "tools/html/page.h"

#include <cstdint>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/files/output_target.h"
#include "tools/html/markup.h"
#include "tools/html/style.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kHead[] =
    R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="sampler )";

std::string HeadHtml(const Page& page) {
  std::string html = absl::StrCat(
      "<header><p class=\"brand\">sampler ", page.command, "</p><h1>",
      HtmlText(page.title), "</h1><dl class=\"head\">");
  for (const auto& [name, value] : page.head) {
    absl::StrAppend(&html, "<div><dt>", name, "</dt><dd>", value,
                    "</dd></div>");
  }
  absl::StrAppend(&html, "</dl><p class=\"forced\">", kTeacherForced, "</p>");
  if (!page.warnings.empty()) {
    html += "<ul class=\"warnings\">";
    for (const std::string& warning : page.warnings) {
      absl::StrAppend(&html, "<li><b>Warning:</b> ", HtmlText(warning),
                      "</li>");
    }
    html += "</ul>";
  }
  return html + "</header>";
}

std::string FootHtml(const Page& page, std::int64_t bytes) {
  std::string html = absl::StrCat("<footer><p>sampler ", kVersion, ", ");
  if (page.steps > 0) {
    absl::StrAppend(&html, Grouped(page.steps),
                    page.steps == 1 ? " step" : " steps", " with at most ",
                    page.top, " candidates by raw and by final rank, ");
  }
  return absl::StrCat(
      html, Grouped(bytes),
      " bytes. No script runs here and nothing is fetched. Point at a number "
      "for all its digits.</p></footer></body></html>\n");
}

}  // namespace

CLI::Option* AddHtml(CLI::App& app, HtmlOptions& options) {
  return app
      .add_option("--html", options.path,
                  "Also write the result as a page to look at, one\n"
                  "file that needs no network and no script")
      ->type_name("FILE")
      ->group("Output");
}

void AddHtmlOfSteps(CLI::App& app, HtmlOptions& options) {
  CLI::Option* html = AddHtml(app, options);
  AddInteger(app, "--top",
             "Candidates of a step on the page, by raw and by\n"
             "final rank (default: 20)",
             {.minimum = 1, .maximum = kMostCandidates},
             [&options](std::int64_t top) { options.top = top; })
      ->group("Output")
      ->needs(html);
}

absl::Status CheckHtml(const HtmlOptions& options,
                       absl::Span<const std::string> inputs,
                       std::int64_t steps) {
  if (!options.wanted()) return absl::OkStatus();
  if (options.path == "-") {
    return absl::InvalidArgumentError(
        "--html: got -, want the name of a file: standard output holds the "
        "result");
  }
  if (steps > kMostSteps) {
    return WithHint(absl::InvalidArgumentError(absl::StrCat(
                        "--html: got ", Grouped(steps), " steps, want at most ",
                        Grouped(kMostSteps), " on a page")),
                    "--rows A:B, --every N and --limit N narrow the rows");
  }
  absl::Status status = logs::CheckNotInput(options.path, inputs);
  if (!status.ok()) return status;
  return logs::CheckTarget(options.path, logs::Overwrite::kYes);
}

std::string ChainHtml(const std::string& chain) {
  std::string html;
  for (const absl::string_view stage : absl::StrSplit(chain, " -> ")) {
    absl::StrAppend(&html, html.empty() ? "" : " <i>&rarr;</i> ", "<span>",
                    HtmlText(stage), "</span>");
  }
  return absl::StrCat("<div class=\"chain\">", html, "</div>");
}

std::string PageHtml(const Page& page) {
  const std::string html = absl::StrCat(
      kHead, kVersion, "\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
      HtmlText(page.title), " - sampler ", page.command, "</title>\n<style>\n",
      kPageStyle, page.style, "</style>\n</head>\n<body class=\"", page.command,
      page.steps <= kFewSteps ? " few" : "", "\">\n", HeadHtml(page),
      page.body);
  // The foot says how large the page is, itself included: more digits make it
  // larger, so it is counted until the number stands.
  auto size = static_cast<std::int64_t>(html.size());
  for (int i = 0; i < 3; ++i) {
    size = static_cast<std::int64_t>(html.size() + FootHtml(page, size).size());
  }
  return html + FootHtml(page, size);
}

absl::Status WritePage(const HtmlOptions& options, const Page& page,
                       bool quiet) {
  const std::string html = PageHtml(page);
  const auto bytes = static_cast<std::int64_t>(html.size());
  if (bytes > kMostBytes) {
    return WithHint(
        absl::ResourceExhaustedError(
            absl::StrCat("--html: got a page of ", Grouped(bytes),
                         " bytes, want at most ", Grouped(kMostBytes))),
        "--rows A:B, --every N and --limit N narrow the rows, --top N the "
        "candidates");
  }
  absl::Status status =
      logs::WriteTextFile(options.path, logs::Overwrite::kYes, html);
  if (status.ok() && !quiet) {
    WriteNote(absl::StrCat(options.path, ": ", Grouped(bytes), " bytes\n"));
  }
  return status;
}

}  // namespace sampler::tools
