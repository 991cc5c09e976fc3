#include "tools/html/markup.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

std::string Entities(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&#39;"}});
}

// The first characters of `text`, UTF-8, and dots where there are more.
std::string FirstCharacters(absl::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < count && end < text.size(); ++i) {
    const Character next = FirstCharacter(text.substr(end));
    end += std::max<std::size_t>(next.length, 1);
  }
  return end < text.size() ? absl::StrCat(text.substr(0, end), "\xe2\x80\xa6")
                           : std::string(text);
}

std::string FieldText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : ToLine(value);
}

// One <div> for every field that is no object, in order.
void AppendFields(const std::string& prefix, const Json& object,
                  std::string& html) {
  for (const auto& [name, value] : object.items()) {
    const std::string key =
        prefix.empty() ? name : absl::StrCat(prefix, ".", name);
    if (value.is_object()) {
      AppendFields(key, value, html);
    } else {
      absl::StrAppend(&html, "<div><dt>", HtmlText(key), "</dt><dd data-k=\"",
                      HtmlText(key), "\">", HtmlText(FieldText(value)),
                      "</dd></div>");
    }
  }
}

}  // namespace

std::string HtmlText(absl::string_view bytes) {
  return Entities(Escape(bytes));
}

std::string HtmlToken(const TokenText& text, TokenId id) {
  if (text.empty()) return absl::StrCat("id ", id);
  const std::string shown = text.Display(id);  // Escaped, and so UTF-8.
  return Entities(FirstCharacters(shown, kTokenCharacters));
}

std::string HtmlRunning(const TokenText& text, TokenId id) {
  if (id < 0) return "<i>?</i>";
  if (!text.Has(id)) return absl::StrCat("<i>[", id, "]</i>");
  constexpr std::size_t kLongest = 400;
  std::string bytes = text.Bytes(id);
  if (bytes.size() > kLongest) bytes = bytes.substr(0, kLongest) + "...";
  std::string html;
  std::size_t begin = 0;
  while (begin <= bytes.size()) {
    const std::size_t end = bytes.find_first_of("\n\t", begin);
    absl::StrAppend(&html,
                    HtmlText(absl::string_view(bytes).substr(
                        begin, end == std::string::npos ? std::string::npos
                                                        : end - begin)));
    if (end == std::string::npos) break;
    html += bytes[end] == '\n' ? "<i>\\n</i>\n" : "<i>\\t</i>\t";
    begin = end + 1;
  }
  return html.empty() ? "<i>\"\"</i>" : html;
}

std::string HtmlNumber(double x, absl::string_view shown) {
  std::string digits = Digits(x);
  if (digits.empty()) return Entities(shown);
  if (digits == shown) return digits;
  return absl::StrCat("<span title=\"", digits, "\">", Entities(shown),
                      "</span>");
}

std::string HtmlNumber(std::int64_t n) { return Grouped(n); }

std::string HtmlCell(absl::string_view style, double x,
                     absl::string_view shown) {
  const std::string digits = Digits(x);
  const std::string title = digits.empty() || digits == shown
                                ? ""
                                : absl::StrCat(" title=\"", digits, "\"");
  return absl::StrCat("<td class=\"", style, "\"", title, ">", Entities(shown),
                      "</td>");
}

std::string HtmlFields(absl::string_view heading, const Json& object) {
  std::string html = absl::StrCat("<details class=\"all\"><summary>",
                                  HtmlText(heading), "</summary><dl>");
  AppendFields("", object, html);
  return html + "</dl></details>";
}

std::string HtmlProbability(double p) {
  return HtmlNumber(p, ProbabilityText(p));
}

}  // namespace sampler::tools
