#include "tools/html/transcript.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/html/markup.h"

namespace sampler::tools {
namespace {

Colouring Scale(const char* key, const char* name, const char* title,
                std::vector<double> limits, bool strong_is_low) {
  Colouring colouring;
  colouring.key = key;
  colouring.name = name;
  colouring.title = title;
  colouring.limits = std::move(limits);
  colouring.strong_is_low = strong_is_low;
  return colouring;
}

// "0.05 to 0.2": the values of the `i`-th part of the scale.
std::string PartText(const std::vector<double>& limits, std::size_t i) {
  const auto number = [](double x) { return absl::StrFormat("%g", x); };
  if (i == 0) return "below " + number(limits.front());
  if (i == limits.size()) return number(limits.back()) + " or more";
  return absl::StrCat(number(limits[i - 1]), " to ", number(limits[i]));
}

std::string Swatch(const std::string& key, std::size_t colour,
                   const std::string& text) {
  return absl::StrCat("<li><i class=\"", key, colour, "\"></i>", text, "</li>");
}

std::string Legend(const Colouring& colouring) {
  std::string html =
      absl::StrCat("<ul class=\"legend g", colouring.key, "\"><li>",
                   HtmlText(colouring.title), ":</li>");
  if (colouring.limits.empty()) {
    absl::StrAppend(&html, Swatch(colouring.key, 0, colouring.labels[0]),
                    Swatch(colouring.key, kColours - 1, colouring.labels[1]));
    return html + "</ul>";
  }
  for (std::size_t i = 0; i <= colouring.limits.size(); ++i) {
    html +=
        Swatch(colouring.key, colouring.strong_is_low ? kColours - 1 - i : i,
               PartText(colouring.limits, i));
  }
  return html + "</ul>";
}

std::string Choices(absl::Span<const Colouring> colourings) {
  std::string html;
  for (const Colouring& colouring : colourings) {
    absl::StrAppend(&html, "<input type=\"radio\" name=\"by\" id=\"by-",
                    colouring.key, "\"",
                    &colouring == &colourings.front() ? " checked" : "",
                    "><label for=\"by-", colouring.key, "\">",
                    HtmlText(colouring.name), "</label>");
  }
  for (const Colouring& colouring : colourings) html += Legend(colouring);
  return html;
}

// The last tokens before a sequence.
std::string PromptHtml(const logs::LogSequence& sequence,
                       const TokenText& text) {
  constexpr std::size_t kShown = 200;
  const absl::Span<const std::int32_t> prompt = sequence.prompt;
  const std::size_t skipped = prompt.size() - std::min(prompt.size(), kShown);
  std::string html;
  if (skipped > 0) {
    html = absl::StrCat("<i>", Grouped(static_cast<std::int64_t>(skipped)),
                        " tokens before</i> ");
  }
  for (const std::int32_t token : prompt.subspan(skipped)) {
    html += HtmlRunning(text, token);
  }
  if (html.empty()) return "";
  return absl::StrCat("<span class=\"prompt\" title=\"prompt\">", html,
                      "</span>");
}

std::string TokenLink(absl::Span<const Colouring> colourings,
                      const TranscriptStep& step, const TokenText& text) {
  std::string classes = step.cut ? "t cut" : "t";
  std::string title = absl::StrCat("row ", step.place.row);
  if (step.token >= 0) absl::StrAppend(&title, ", id ", step.token);
  for (std::size_t c = 0; c < colourings.size(); ++c) {
    const double value = step.values[c];
    if (std::isnan(value)) continue;
    absl::StrAppend(&classes, " ", colourings[c].key,
                    ColourOf(colourings[c], value));
    if (colourings[c].limits.empty()) continue;
    absl::StrAppend(&title, ", ", colourings[c].name,
                    absl::StrFormat(" %.4g", value));
  }
  if (step.cut) title += ", cut by the chain";
  return absl::StrCat("<a class=\"", classes, "\" href=\"#s", step.place.row,
                      "\" title=\"", HtmlText(title), "\">",
                      HtmlRunning(text, step.token), "</a>");
}

}  // namespace

Colouring ByProbability(const char* key, const char* name, const char* title) {
  return Scale(key, name, title, {0.001, 0.01, 0.05, 0.2, 0.5, 0.9}, true);
}

Colouring ByEntropy(const char* key, const char* name, const char* title) {
  return Scale(key, name, title, {0.1, 0.5, 1, 2, 3, 5}, false);
}

Colouring ByCount(const char* key, const char* name, const char* title) {
  return Scale(key, name, title, {2, 4, 11, 41, 201, 1001}, false);
}

Colouring ByShare(const char* key, const char* name, const char* title) {
  return Scale(key, name, title, {0.001, 0.01, 0.05, 0.1, 0.25, 0.5}, false);
}

Colouring ByTruth(const char* key, const char* name, const char* no,
                  const char* yes) {
  Colouring colouring;
  colouring.key = key;
  colouring.name = name;
  colouring.title = name;
  colouring.labels = {no, yes};
  return colouring;
}

std::size_t ColourOf(const Colouring& colouring, double value) {
  if (colouring.limits.empty()) return value > 0 ? kColours - 1 : 0;
  const auto part =
      static_cast<std::size_t>(std::upper_bound(colouring.limits.begin(),
                                                colouring.limits.end(), value) -
                               colouring.limits.begin());
  return colouring.strong_is_low ? kColours - 1 - part : part;
}

std::string ColouringStyle(absl::Span<const Colouring> colourings) {
  std::string style;
  for (const Colouring& colouring : colourings) {
    const std::string& key = colouring.key;
    absl::StrAppend(&style, "#by-", key, ":checked~.g", key,
                    "{display:flex}\n");
    for (std::size_t c = 0; c < kColours; ++c) {
      absl::StrAppend(&style, "#by-", key, ":checked~.text .", key, c,
                      ",.legend .", key, c, "{background:var(--s", c,
                      ");color:var(--t", c, ")}\n");
    }
  }
  return style;
}

std::string Transcript(absl::Span<const Colouring> colourings,
                       absl::Span<const TranscriptStep> steps,
                       const logs::Log& log, const TokenText& text) {
  std::string html = absl::StrCat(
      "<section class=\"transcript\" aria-label=\"Transcript\"><h2>Transcript"
      "</h2><p class=\"hint\">Each token leads to its step. Colour by:</p>",
      Choices(colourings));
  std::int64_t sequence = -1;
  std::int64_t next = -1;
  for (const TranscriptStep& step : steps) {
    if (step.place.sequence != sequence) {
      if (sequence >= 0) html += "</p>";
      sequence = step.place.sequence;
      html += "<p class=\"text\" dir=\"auto\">";
      if (log.sequences().size() > 1) {
        absl::StrAppend(&html, "<b>", sequence, "</b> ");
      }
      html +=
          PromptHtml(log.sequences()[static_cast<std::size_t>(sequence)], text);
      next = step.place.row - step.place.position;
    }
    if (step.place.row != next) html += "<i class=\"gap\"> &#8943; </i>";
    next = step.place.row + 1;
    html += TokenLink(colourings, step, text);
  }
  if (sequence >= 0) html += "</p>";
  return html + "</section>";
}

}  // namespace sampler::tools
