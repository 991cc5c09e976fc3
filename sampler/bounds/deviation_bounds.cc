#include "sampler/bounds/deviation_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sampler/bounds/tuning.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/load.h"
#include "sampler/kernels/spread.h"

namespace sampler {
namespace {

// What is done in double, here and in the exact sums, is off by less than this
// part of the sum of the squares.
constexpr double kDoubleSquares = 1e-10;

// Near the mean of the row, by some of its blocks. Squares of offsets from it
// are small, and so are their rounding errors; no answer depends on how near.
float SampleMean(Logits row, double least) {
  const std::size_t blocks = row.size() / kernels::kBlockSize;
  const std::size_t stride =
      std::max<std::size_t>(1, blocks / tuning::kCenterBlocks);
  double sum = 0.0;
  double count = 0.0;
  double values[kernels::kBlockSize];
  for (std::size_t b = stride / 2; b < blocks; b += stride) {
    kernels::LoadScaled(row, b * kernels::kBlockSize, kernels::kBlockSize, {},
                        values);
    for (const double value : values) {
      if (!std::isfinite(value) || value < least) continue;
      sum += value;
      count += 1.0;
    }
  }
  return count == 0.0 ? 0.0f : static_cast<float>(sum / count);
}

}  // namespace

std::optional<DeviationInterval> BoundDeviation(const CandidateSet& set,
                                                double degrees) {
  const StoredValues stored = set.stored();
  if (stored.values.dtype() == DType::kF64 ||
      stored.values.size() <= tuning::kFewCandidates) {
    return {};
  }
  double scale = 1.0;
  for (const double factor : stored.scales) scale *= factor;
  if (!(0x1p-60 <= scale && scale <= 0x1p60)) return {};
  const float center = SampleMean(stored.values, stored.floor);
  kernels::Spread sums = kernels::SumSpread(stored.values, center,
                                            stored.edit_masks, stored.floor);
  // Edited candidates were left out of the pass: their logits are not stored.
  for (const std::uint32_t slot : stored.edited) {
    const double value = set.LogitOfSlot(slot);
    if (!std::isfinite(value)) continue;
    const double offset = value / scale - static_cast<double>(center);
    sums.offsets += offset;
    sums.squares += offset * offset;
  }
  // The deviation squared is (sum of o^2 - (sum of o)^2 / n) / degrees, o the
  // offsets from the center. A sum of n offsets is off by a part of the sum of
  // |o|, which is at most sqrt(n * sum of o^2). `rounding` bounds what the
  // exact computation, in doubles, may be off by in each offset: by the factors
  // (twice each, as in sum_error.h), the subtraction and the mean.
  const double roundings =
      (2.0 * static_cast<double>(stored.scales.size()) + 8.0) * 0x1p-53;
  const auto n = static_cast<double>(set.Count());
  const double squares = sums.squares * (1.0 + sums.relative) + n * 0x1p-126;
  const double error_of_sum = sums.relative * std::sqrt(n * squares);
  const double rounding =
      roundings * (std::fabs(static_cast<double>(center)) + std::sqrt(squares));
  const double error =
      (sums.relative + kDoubleSquares) * squares + n * 0x1p-126 +
      (2.0 * std::fabs(sums.offsets) + error_of_sum) * error_of_sum / n +
      (2.0 * std::sqrt(n * squares) + n * rounding) * rounding;
  const double middle = sums.squares - sums.offsets * sums.offsets / n;
  const double low = std::sqrt(std::max(middle - error, 0.0) / degrees);
  const double high = std::sqrt((middle + error) / degrees);
  // Square roots, products and the product of the factors.
  const double slack = 0x1p-48 + roundings;
  const DeviationInterval bounds = {scale * low * (1.0 - slack),
                                    scale * high * (1.0 + slack)};
  if (!(bounds.high <= std::numeric_limits<double>::max())) return {};
  return bounds;
}

}  // namespace sampler
