#include "tools/text/number_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/text/output.h"
#include "tools/text/quote.h"

namespace sampler::tools {

std::string NumberText(double x, int decimals, std::size_t columns) {
  if (std::isnan(x)) return "-";
  x = WithOneZero(x);
  if (std::isinf(x)) return x > 0.0 ? "inf" : "-inf";
  for (; decimals >= 0; --decimals) {
    std::string text = absl::StrFormat("%.*f", decimals, x);
    if (text.size() <= columns) return text;
  }
  for (int digits = 6; digits > 0; --digits) {
    std::string text = absl::StrFormat("%.*e", digits, x);
    if (text.size() <= columns) return text;
  }
  return absl::StrFormat("%.0e", x);
}

std::string ProbabilityText(double p) {
  if (p == 0.0 || p >= 0.00005) return absl::StrFormat("%.4f", p);
  return absl::StrFormat("%.*e", p < 1e-99 ? 0 : 1, p);
}

std::string LogitText(double logit) { return NumberText(logit, 3, 12); }

std::string PercentText(double share) {
  if (std::isnan(share)) return "-";
  std::string text = absl::StrFormat("%.1f %%", 100.0 * share);
  if (share > 0.0 && text == "0.0 %") return "<0.1 %";
  if (share < 1.0 && text == "100.0 %") return ">99.9 %";
  return text;
}

std::string PerplexityText(double nll) {
  const double perplexity = Exp(nll);
  if (std::isinf(perplexity) && std::isfinite(nll)) {
    return absl::StrCat("e^", NumberText(nll, 1, 9));
  }
  return std::isinf(perplexity) ? "infinite" : NumberText(perplexity, 4, 13);
}

std::string Plural(std::int64_t n, absl::string_view noun) {
  return absl::StrCat(Grouped(n), " ", noun, n == 1 ? "" : "s");
}

std::string Cell(absl::string_view text, std::size_t columns) {
  const std::size_t wanted = Columns(text);
  const std::size_t space = columns > wanted ? columns - wanted : 1;
  return absl::StrCat(std::string(space, ' '), text);
}

std::size_t CellColumns(absl::string_view widest, std::size_t least) {
  return std::max(least, Columns(widest) + 1);
}

}  // namespace sampler::tools
