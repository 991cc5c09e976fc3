#include "tools/chains/textless_mass.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"

namespace sampler::tools {
namespace {

constexpr std::int64_t kRows = 64;

// 0 also for a row that is no distribution.
double ShareOfTextless(const Logits& row, const TokenText& text) {
  double max = -HUGE_VAL;
  for (std::size_t i = 0; i < row.size(); ++i) max = std::max(max, row[i]);
  if (!std::isfinite(max)) return 0;
  double total = 0;
  double textless = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double weight = Exp(row[i] - max);
    total += weight;
    if (!text.Has(static_cast<TokenId>(i))) textless += weight;
  }
  return std::isfinite(total) ? textless / total : 0;
}

}  // namespace

absl::StatusOr<TextlessMass> LargestTextlessMass(const logs::Log& log,
                                                 const TokenText& text) {
  TextlessMass largest;
  logs::RowBuffer buffer;
  const std::int64_t step = (log.rows() + kRows - 1) / kRows;
  for (std::int64_t row = 0; row < log.rows(); row += step) {
    const auto logits = log.Row(row, buffer);
    if (!logits.ok()) return logits.status();
    const double share = ShareOfTextless(*logits, text);
    if (share > largest.share) largest = {share, row};
  }
  return largest;
}

}  // namespace sampler::tools
