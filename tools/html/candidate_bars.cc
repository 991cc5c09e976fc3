// The candidates of a step as a table of bars.

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/explain/print.h"
#include "tools/html/markup.h"
#include "tools/html/step_view.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

// Sums over the candidates that have no line of their own.
struct Rest {
  std::int64_t kept = 0;
  std::int64_t removed = 0;
  double raw = 1;
  double out = 1;
};

class Bars {
 public:
  Bars(const Explanation& explanation, const TokenText& text)
      : explanation_(explanation), text_(text) {
    for (std::size_t i = 0; i < explanation.stages.size(); ++i) {
      const StageReport& stage = explanation.stages[i];
      const bool changes = stage.kept < stage.before || stage.edited > 0;
      if (stage.ran && changes) columns_.push_back(i);
    }
    rest_.kept = explanation.out.count();
    rest_.removed = explanation.raw_count - rest_.kept;
    for (const TokenReport& token : explanation.tokens) Measure(token);
    rest_.raw = std::max(rest_.raw, 0.0);
    rest_.out = rest_.kept > 0 ? std::max(rest_.out, 0.0) : 0.0;
    longest_ = std::max({longest_, rest_.raw, rest_.out});
    if (!(longest_ > 0)) longest_ = 1;
  }

  std::string Html() {
    std::string html = Head();
    std::int64_t last_rank = 0;
    for (std::size_t i = 0; i < explanation_.tokens.size(); ++i) {
      const TokenReport& token = explanation_.tokens[i];
      if (token.raw.has_value()) {
        if (token.raw->rank != last_rank + 1) html += Gap();
        last_rank = token.raw->rank;
      }
      html += Line(token);
      html += CutsBelow(i);
    }
    return absl::StrCat(html, RestLines(), "</tbody></table>");
  }

 private:
  void Measure(const TokenReport& token) {
    if (!token.raw.has_value()) return;
    rest_.raw -= token.raw->probability;
    longest_ = std::max(longest_, token.raw->probability);
    const auto out = token.out();
    if (!out.has_value()) {
      --rest_.removed;
      return;
    }
    --rest_.kept;
    rest_.out -= out->probability;
    longest_ = std::max(longest_, out->probability);
  }

  // Number of cells of a line.
  std::size_t width() const { return 8 + columns_.size(); }

  std::string Head() const {
    std::string html =
        "<table class=\"bars\"><thead><tr><th></th><th class=\"n\">rank</th>"
        "<th class=\"n\">id</th><th>token</th><th class=\"n\">raw p</th>"
        "<th class=\"b\"><span class=\"kr\">raw</span> <span class=\"ko\">final"
        "</span></th>";
    for (const std::size_t i : columns_) {
      absl::StrAppend(&html, "<th class=\"n s\" title=\"after stage ", i + 1,
                      "\">", HtmlText(explanation_.stages[i].config.type),
                      "</th>");
    }
    return html +
           "<th class=\"n\">out p</th><th class=\"n\">cum</th></tr>"
           "</thead><tbody>";
  }

  std::string Gap() const {
    return absl::StrCat("<tr class=\"gap\"><td></td><td colspan=\"",
                        width() - 1, "\">&#8943;</td></tr>");
  }

  std::string BarCell(double raw, double out) const {
    return absl::StrFormat(
        "<td class=\"b\"><i style=\"width:%.3f%%\"></i>"
        "<i class=\"o\" style=\"width:%.3f%%\"></i></td>",
        100 * raw / longest_, 100 * out / longest_);
  }

  std::string Line(const TokenReport& token) const {
    const auto out = token.out();
    const bool drawn = explanation_.drawn == token.id;
    const bool logged = explanation_.logged == token.id;
    const std::string style = absl::StrCat(
        out.has_value() ? "" : "x", drawn ? " d" : "", logged ? " l" : "");
    std::string html =
        absl::StrCat("<tr class=\"", style, "\"><td class=\"m\">",
                     drawn ? "&#9654;" : "", logged ? "=" : "", "</td>");
    if (!token.raw.has_value()) {
      return absl::StrCat(html, "<td class=\"n\">-</td><td class=\"n\">",
                          token.id, "</td><td><code>",
                          HtmlToken(text_, token.id),
                          "</code></td><td colspan=\"", width() - 4,
                          "\">-inf in the log</td></tr>");
    }
    absl::StrAppend(&html, "<td class=\"n\">", HtmlNumber(token.raw->rank),
                    "</td><td class=\"n i\">", token.id, "</td><td><code>",
                    HtmlToken(text_, token.id), "</code></td>",
                    HtmlCell("n r", token.raw->probability,
                             ProbabilityText(token.raw->probability)),
                    BarCell(token.raw->probability,
                            out.has_value() ? out->probability : 0));
    return absl::StrCat(html, Stages(token), "</tr>");
  }

  // What each stage left of a token, or, from the stage on that removed it,
  // why.
  std::string Stages(const TokenReport& token) const {
    std::string html;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::size_t stage = columns_[c];
      if (token.removed_by == stage) {
        // What follows " = " only says where a bound comes from.
        const absl::string_view short_reason =
            absl::string_view(token.reason).substr(0, token.reason.find(" = "));
        return absl::StrCat(html, "<td class=\"why\" colspan=\"",
                            columns_.size() - c + 2, "\" title=\"",
                            HtmlText(token.reason), "\">",
                            HtmlText(short_reason), "</td>");
      }
      const auto& after = token.after[stage];
      if (!after.has_value()) break;
      html += HtmlCell("n s", after->probability,
                       ProbabilityText(after->probability));
    }
    const auto out = token.out();
    if (!out.has_value()) return html + "<td colspan=\"2\"></td>";
    const double cumulative = out->ahead + out->probability;
    return absl::StrCat(
        html,
        HtmlCell("n o", out->probability, ProbabilityText(out->probability)),
        HtmlCell("n c", cumulative, absl::StrFormat("%.4f", cumulative)));
  }

  // Does stage `s` leave token `i`?
  bool Leaves(std::size_t s, std::size_t i) const {
    const TokenReport& token = explanation_.tokens[i];
    return s < token.after.size() && token.after[s].has_value();
  }

  // Where stage `s` cuts: the place of the last of its survivors; kUnlisted
  // where that is not listed, kScattered where not all that stay stand before
  // all that go.
  static constexpr std::size_t kUnlisted = static_cast<std::size_t>(-1);
  static constexpr std::size_t kScattered = static_cast<std::size_t>(-2);
  std::size_t CutOf(std::size_t s) const {
    const std::size_t count = explanation_.tokens.size();
    std::int64_t left = 0;
    std::size_t last = count;
    std::size_t first_removed = count;
    for (std::size_t i = 0; i < count; ++i) {
      if (Leaves(s, i)) {
        ++left;
        last = i;
      } else if (explanation_.tokens[i].removed_by == s) {
        first_removed = std::min(first_removed, i);
      }
    }
    if (left > 0 && last > first_removed) return kScattered;
    const bool all_listed = left == explanation_.stages[s].kept;
    return all_listed && left > 0 ? last : kUnlisted;
  }

  std::string CutLine(const std::string& names) const {
    return absl::StrCat("<tr class=\"cut\"><td colspan=\"", width(),
                        "\"><span>", names, "</span></td></tr>");
  }

  // The stages that cut at `place`.
  std::string CutsBelow(std::size_t place) const {
    std::string names;
    for (const std::size_t s : columns_) {
      const StageReport& stage = explanation_.stages[s];
      if (stage.kept >= stage.before || CutOf(s) != place) continue;
      absl::StrAppend(
          &names, names.empty() ? "" : ", ", HtmlText(stage.config.type), " ",
          HtmlNumber(stage.before), " &rarr; ", HtmlNumber(stage.kept));
    }
    if (names.empty()) return "";
    return CutLine(place == kUnlisted ? "not listed above: " + names : names);
  }

  std::string RestLines() const {
    std::string html;
    const std::int64_t count = rest_.kept + rest_.removed;
    if (count > 0) {
      const std::string what =
          rest_.kept == 0 ? "removed"
          : rest_.removed == 0
              ? "kept"
              : absl::StrCat(HtmlNumber(rest_.kept), " kept, ",
                             HtmlNumber(rest_.removed), " removed");
      absl::StrAppend(&html, "<tr class=\"rest\"><td></td><td colspan=\"3\">",
                      HtmlNumber(count), " more, ", what, "</td>",
                      HtmlCell("n", rest_.raw, ProbabilityText(rest_.raw)),
                      BarCell(rest_.raw, rest_.out));
      for (std::size_t c = 0; c < columns_.size(); ++c) html += "<td></td>";
      absl::StrAppend(&html,
                      HtmlCell("n", rest_.out, ProbabilityText(rest_.out)),
                      "<td></td></tr>");
    }
    return html + CutsBelow(kUnlisted);
  }

  const Explanation& explanation_;
  const TokenText& text_;
  std::vector<std::size_t> columns_;  // Stages that change something.
  Rest rest_;
  double longest_ = 0;  // Of the bars.
};

}  // namespace

std::string CandidateBars(const Explanation& explanation,
                          const TokenText& text) {
  if (explanation.tokens.empty()) return "";
  return Bars(explanation, text).Html();
}

}  // namespace sampler::tools
