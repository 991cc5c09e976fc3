// Charts along the steps: one picture of several strips, and a link for every
// step over all of them.

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/html/markup.h"
#include "tools/html/transcript.h"

namespace sampler::tools {
namespace {

// Units of the picture: a step is kStep wide, a strip kHeight high, and strips
// lie kAway apart. The browser stretches the picture to the page.
constexpr int kStep = 10;
constexpr int kHeight = 60;
constexpr int kAway = 78;

// The scale of a strip.
class Scale {
 public:
  explicit Scale(const Strip& strip) : logarithmic_(strip.logarithmic) {
    for (const StripLine& line : strip.lines) {
      for (const double value : line.values) {
        if (std::isfinite(value)) high_ = std::max(high_, value);
      }
    }
    if (strip.share) high_ = 1;
    if (!(high_ > low())) high_ = low() + 1;
  }

  double low() const { return logarithmic_ ? 1 : 0; }
  double high() const { return high_; }

  // Units below the top of the strip.
  double Down(double value) const {
    const double share = logarithmic_
                             ? std::log(std::max(value, 1.0)) / std::log(high_)
                             : value / high_;
    return kHeight * (1 - std::clamp(share, 0.0, 1.0));
  }

 private:
  const bool logarithmic_;
  double high_ = 0;
};

std::string Label(double x) {
  return x >= 1000 ? Grouped(std::llround(x)) : absl::StrFormat("%.3g", x);
}

// The path of a line: broken at gaps and between sequences.
std::string Path(const StripLine& line, const Scale& scale,
                 absl::Span<const TranscriptStep> steps) {
  std::string path;
  bool open = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double value = line.values[i];
    if (i > 0 && steps[i].place.sequence != steps[i - 1].place.sequence) {
      open = false;
    }
    if (!std::isfinite(value)) {
      open = false;
      continue;
    }
    const int x = kStep * static_cast<int>(i);
    const double y = scale.Down(value);
    // A step is flat: it is one token, and nothing lies between two.
    absl::StrAppendFormat(&path, "%s%d %.1fH%d", open ? "L" : "M", x, y,
                          x + kStep);
    open = true;
  }
  return path;
}

std::string LinksOver(absl::Span<const TranscriptStep> steps, int height) {
  std::string html;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    absl::StrAppendFormat(
        &html,
        "<a href=\"#s%d\" tabindex=\"-1\"><rect x=\"%d\" width=\"%d\" "
        "height=\"%d\"><title>row %d</title></rect></a>",
        steps[i].place.row, kStep * static_cast<int>(i), kStep, height,
        steps[i].place.row);
  }
  return html;
}

}  // namespace

std::string Strips(absl::Span<const Strip> strips,
                   absl::Span<const TranscriptStep> steps) {
  if (steps.empty()) return "";
  const int width = kStep * static_cast<int>(steps.size());
  const int height = kAway * static_cast<int>(strips.size());
  std::string lines;
  std::string labels;
  for (std::size_t s = 0; s < strips.size(); ++s) {
    const Strip& strip = strips[s];
    const Scale scale(strip);
    const int top = kAway * static_cast<int>(s) + kAway - kHeight;
    absl::StrAppendFormat(
        &lines,
        "<g transform=\"translate(0,%d)\"><rect class=\"f\" width=\"%d\" "
        "height=\"%d\"/>",
        top, width, kHeight);
    absl::StrAppendFormat(&labels, "<div><b>%s</b>", HtmlText(strip.title));
    for (std::size_t l = 0; l < strip.lines.size(); ++l) {
      // A line alone has the colour of what the chain leaves.
      const std::size_t colour = strip.lines.size() == 1 ? 1 : l;
      absl::StrAppendFormat(&lines, "<path class=\"l%d\" d=\"%s\"/>", colour,
                            Path(strip.lines[l], scale, steps));
      absl::StrAppendFormat(&labels, "<span class=\"l%d\">%s</span>", colour,
                            HtmlText(strip.lines[l].name));
    }
    lines += "</g>";
    absl::StrAppendFormat(&labels, "<i>%s</i><i>%s</i></div>",
                          Label(scale.high()), Label(scale.low()));
  }
  return absl::StrCat(
      "<section class=\"strips\" aria-label=\"Charts along the steps\"><h2>"
      "Along the steps</h2><div class=\"chart\"><div class=\"labels\">",
      labels,
      absl::StrFormat("</div><svg viewBox=\"0 0 %d %d\" "
                      "preserveAspectRatio=\"none\" style=\"height:%dpx\" "
                      "role=\"img\" aria-label=\"%d steps\">",
                      width, height, height, std::ssize(steps)),
      lines, LinksOver(steps, height), "</svg></div></section>");
}

}  // namespace sampler::tools
