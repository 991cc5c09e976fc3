// The picture of a sweep.

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/sweep/print.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

// Sizes in pixels.
constexpr double kPanelWidth = 300;
constexpr double kPanelHeight = 150;
constexpr double kMargin = 46;
constexpr std::size_t kPanelsInRow = 3;
constexpr double kHead = 58;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      Escape(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

// One metric along the settings, in their order.
class Panel {
 public:
  Panel(const SweepReport& report, std::size_t metric, double x, double y)
      : report_(report), metric_(metric), x_(x), y_(y) {
    for (const SweepRow& row : report.rows) {
      const Range& ends = row.ends[metric];
      if (!IsDrawn(ends)) continue;
      low_ = any_ ? std::min(low_, ends.low) : ends.low;
      high_ = any_ ? std::max(high_, ends.high) : ends.high;
      any_ = true;
    }
  }

  bool any() const { return any_; }

  std::string Svg() const {
    std::string text = absl::StrFormat(
        "<g transform='translate(%.0f,%.0f)'>"
        "<text class='name' x='0' y='-8'>%s</text>"
        "<rect class='frame' width='%.0f' height='%.0f'/>"
        "<text class='tick' x='-4' y='10' text-anchor='end'>%s</text>"
        "<text class='tick' x='-4' y='%.0f' text-anchor='end'>%s</text>",
        x_, y_, SweepMetrics()[metric_], kPanelWidth, kPanelHeight,
        NumberText(high_, 3, 8), kPanelHeight, NumberText(low_, 3, 8));
    absl::StrAppend(&text, "<polyline class='line' points='", Points(), "'/>");
    for (std::size_t i = 0; i < report_.rows.size(); ++i) {
      const SweepRow& row = report_.rows[i];
      const double value = row.values[metric_];
      if (row.is_range(metric_) && IsDrawn(row.ends[metric_])) {
        text += Bar(i, row.ends[metric_]);
      }
      if (std::isnan(value)) continue;
      absl::StrAppendFormat(
          &text,
          "<circle class='%s' cx='%.1f' cy='%.1f' r='%d'>"
          "<title>%s: %s</title></circle>",
          row.best ? "best" : "dot", Across(i), Up(value), row.best ? 4 : 3,
          Escaped(absl::StrJoin(row.setting, ", ")), Digits(value));
    }
    absl::StrAppendFormat(
        &text,
        "<text class='tick' x='0' y='%.0f'>%s</text>"
        "<text class='tick' x='%.0f' y='%.0f' text-anchor='end'>%s</text></g>",
        kPanelHeight + 14,
        Escaped(absl::StrJoin(report_.rows.front().setting, ", ")), kPanelWidth,
        kPanelHeight + 14,
        Escaped(absl::StrJoin(report_.rows.back().setting, ", ")));
    return text;
  }

 private:
  static bool IsDrawn(const Range& ends) {
    return std::isfinite(ends.low) && std::isfinite(ends.high);
  }

  // From one end of a range to the other.
  std::string Bar(std::size_t i, const Range& ends) const {
    return absl::StrFormat(
        "<line class='range' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'>"
        "<title>%s: %s to %s</title></line>",
        Across(i), Across(i), Up(ends.low), Up(ends.high),
        Escaped(absl::StrJoin(report_.rows[i].setting, ", ")), Digits(ends.low),
        Digits(ends.high));
  }

  double Across(std::size_t i) const {
    const auto last = static_cast<double>(report_.rows.size() - 1);
    return last > 0 ? static_cast<double>(i) / last * kPanelWidth
                    : kPanelWidth / 2;
  }

  double Up(double value) const {
    if (high_ == low_) return kPanelHeight / 2;
    return kPanelHeight - (value - low_) / (high_ - low_) * kPanelHeight;
  }

  std::string Points() const {
    std::string points;
    for (std::size_t i = 0; i < report_.rows.size(); ++i) {
      const double value = report_.rows[i].values[metric_];
      if (std::isnan(value)) continue;
      absl::StrAppendFormat(&points, "%s%.1f,%.1f", points.empty() ? "" : " ",
                            Across(i), Up(value));
    }
    return points;
  }

  const SweepReport& report_;
  const std::size_t metric_;
  const double x_;
  const double y_;
  double low_ = 0;
  double high_ = 0;
  bool any_ = false;
};

// The rules begin with a class, so that the picture can stand in a page.
constexpr char kStyle[] =
    "<style>.sw{background:#fff}"
    ".sw text{font:12px system-ui,sans-serif;fill:#222}"
    ".sw .title{font-size:15px;font-weight:600}.sw .name{font-weight:600}"
    ".sw .tick{font-size:10px;fill:#666}.sw .frame{fill:none;stroke:#bbb}"
    ".sw .line{fill:none;stroke:#0072b2;stroke-width:1.5}"
    ".sw .range{stroke:#0072b2;stroke-width:5;stroke-linecap:round;"
    "opacity:.5}.sw .dot{fill:#0072b2}"
    ".sw .best{fill:#fff;stroke:#d55e00;stroke-width:2}"
    "@media(prefers-color-scheme:dark){.sw{background:#111}"
    ".sw text{fill:#eee}.sw .tick{fill:#aaa}.sw .frame{stroke:#555}"
    ".sw .line,.sw .range{stroke:#56b4e9}.sw .dot{fill:#56b4e9}"
    ".sw .best{fill:#111;stroke:#e69f00}}</style>";

}  // namespace

std::string SweepSvg(const SweepReport& report) {
  std::string panels;
  std::size_t count = 0;
  for (std::size_t m = 0; m < SweepMetrics().size(); ++m) {
    const std::size_t above = count / kPanelsInRow;
    const auto column = static_cast<double>(count % kPanelsInRow);
    const auto line = static_cast<double>(above);
    const Panel panel(report, m, kMargin + column * (kPanelWidth + 2 * kMargin),
                      kHead + kMargin + line * (kPanelHeight + 2 * kMargin));
    if (!panel.any()) continue;
    panels += panel.Svg();
    ++count;
  }
  const std::size_t full = (count + kPanelsInRow - 1) / kPanelsInRow;
  const auto lines = static_cast<double>(full);
  const double width =
      static_cast<double>(kPanelsInRow) * (kPanelWidth + 2 * kMargin);
  const double height = kHead + lines * (kPanelHeight + 2 * kMargin);
  return absl::StrFormat(
             "<svg class='sw' xmlns='http://www.w3.org/2000/svg' width='%.0f' "
             "height='%.0f' viewBox='0 0 %.0f %.0f' role='img'>",
             width, height, width, height) +
         kStyle +
         absl::StrCat(
             "<title>sampler sweep</title><text class='title' x='", kMargin,
             "' y='26'>", Escaped(absl::StrJoin(report.names, ", ")), " over ",
             Escaped(report.path), "</text><text class='tick' x='", kMargin,
             "' y='44'>base ", Escaped(ChainText(report.base.config)),
             "; ringed: no other has more ", report.best_by.first, " and less ",
             report.best_by.second,
             "; one-step distributions under the logged tokens</text>", panels,
             "</svg>\n");
}

}  // namespace sampler::tools
