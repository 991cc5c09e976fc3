#include "sampler/rows/log_softmax.h"

#include <algorithm>
#include <limits>

#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/load.h"
#include "sampler/kernels/moment.h"
#include "sampler/kernels/scan/row_scan.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The largest element; NaN if there is one.
double MaxOfRow(Logits row) {
  constexpr std::size_t kBlocks = 64;
  constexpr std::size_t kPart = kBlocks * kernels::kBlockSize;
  double maxima[kBlocks];
  double max = -kInfinity;
  for (std::size_t first = 0; first < row.size(); first += kPart) {
    const Logits part(row.data() + first * DTypeSize(row.dtype()), row.dtype(),
                      std::min(kPart, row.size() - first));
    if (kernels::ScanBlockMaxima(part, maxima).has_nan) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    max =
        std::max(max, kernels::MaxOf(maxima, kernels::BlockCount(part.size())));
  }
  return max;
}

// REQUIRES: `max` is the largest element, and finite.
Mass MassOfRow(Logits row, double max) {
  double values[kernels::kStretchSize];
  Mass total = 0;
  for (std::size_t first = 0; first < row.size();
       first += kernels::kStretchSize) {
    const std::size_t count =
        std::min(kernels::kStretchSize, row.size() - first);
    kernels::LoadScaled(row, first, count, {}, values);
    std::fill(values + count, values + kernels::kStretchSize, -kInfinity);
    total += kernels::SumWeightParts(values, max, {kInfinity, kInfinity}).total;
  }
  return total;
}

}  // namespace

kernels::LogNormalizer LogNormalizerOf(Logits row) {
  const double max = MaxOfRow(row);
  if (max == -kInfinity) return {};  // Nothing to subtract: -inf stays -inf.
  if (!(max < kInfinity)) {
    // Every answer's.
    return {.log_sum = std::numeric_limits<double>::quiet_NaN()};
  }
  return {max, Log(ToDouble(MassOfRow(row, max)) * 0x1p-51)};
}

}  // namespace sampler
