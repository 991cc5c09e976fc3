// The final distribution laid end to end, and where the random number fell.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/mass.h"
#include "tools/explain/print.h"
#include "tools/html/markup.h"
#include "tools/html/step_view.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

std::string Segment(absl::string_view style, double share,
                    const std::string& title, const std::string& label) {
  return absl::StrFormat(
      "<i class=\"%s\" style=\"width:%.4f%%\" title=\"%s\">%s</i>", style,
      100 * share, title, label);
}

// Room for a label of a few characters.
constexpr double kLabelled = 0.06;

class Bar {
 public:
  Bar(const Explanation& explanation, const TokenText& text)
      : explanation_(explanation), text_(text) {}

  std::string Html() {
    for (const RankedCandidate& candidate :
         explanation_.out.LaidOut(explanation_.interval->by_rank)) {
      if (explanation_.Find(candidate.id) == nullptr) {
        others_ += candidate.weight;
        ++other_count_;
        continue;
      }
      AddOthers();
      Add(candidate);
    }
    AddOthers();
    return html_;
  }

 private:
  void Add(const RankedCandidate& candidate) {
    const double share = Ratio(candidate.weight, explanation_.out.total());
    const std::string name = HtmlToken(text_, candidate.id);
    const bool drawn = explanation_.drawn == candidate.id;
    const bool odd = std::exchange(odd_, !odd_);
    html_ += Segment(
        drawn ? "d"
        : odd ? "s"
              : "t",
        share,
        absl::StrCat(name, " id ", candidate.id, ": ", ProbabilityText(share)),
        share >= kLabelled ? name : "");
  }

  void AddOthers() {
    if (other_count_ == 0) return;
    const double share = Ratio(others_, explanation_.out.total());
    html_ += Segment("m", share,
                     absl::StrCat(Grouped(other_count_),
                                  " others: ", ProbabilityText(share)),
                     share >= 2 * kLabelled
                         ? absl::StrCat(Grouped(other_count_), " others")
                         : "");
    others_ = 0;
    other_count_ = 0;
  }

  const Explanation& explanation_;
  const TokenText& text_;
  std::string html_;
  Mass others_ = 0;
  std::int64_t other_count_ = 0;
  bool odd_ = false;
};

}  // namespace

std::string DrawBar(const Explanation& explanation, const TokenText& text) {
  const std::string words = HtmlText(DrawText(explanation, text));
  if (!explanation.interval.has_value()) {
    return absl::StrCat("<p class=\"draw\">Draw: ", words, ".</p>");
  }
  const double u = *explanation.u;
  return absl::StrCat(
      "<figure class=\"draw\"><figcaption>The draw: final probabilities end to "
      "end; ",
      words, "</figcaption><div class=\"cum\">", Bar(explanation, text).Html(),
      absl::StrFormat("<b style=\"left:%.4f%%\"></b></div>", 100 * u),
      absl::StrFormat("<div class=\"u\"><span style=\"left:%.4f%%\" "
                      "class=\"%s\" data-k=\"u\" title=\"%s\">u %.4f</span>"
                      "</div></figure>",
                      100 * u, u < 0.5 ? "l" : "r", Digits(u), u));
}

}  // namespace sampler::tools
