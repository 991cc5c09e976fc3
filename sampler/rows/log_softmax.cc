#include "sampler/rows/log_softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/block.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Calls f(values, count) for every block of the row.
template <typename F>
void ForEachBlock(Logits row, F f) {
  double values[kernels::kBlockSize];
  for (std::size_t first = 0; first < row.size();
       first += kernels::kBlockSize) {
    const std::size_t count = std::min(kernels::kBlockSize, row.size() - first);
    row.Load(first, count, values);
    f(values, count);
  }
}

}  // namespace

LogSoftmax::LogSoftmax(Logits row) : row_(row), max_(-kInfinity), log_sum_(0) {
  bool bad = false;
  ForEachBlock(row, [&](const double* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      bad = bad || std::isnan(values[i]) || values[i] == kInfinity;
      max_ = std::max(max_, values[i]);
    }
  });
  if (bad) {
    log_sum_ = std::numeric_limits<double>::quiet_NaN();  // Every answer's.
    return;
  }
  if (max_ == -kInfinity) {
    max_ = 0.0;  // Nothing to subtract: -inf stays -inf.
    return;
  }
  Mass total = 0;
  ForEachBlock(row, [&](const double* values, std::size_t count) {
    Weight weights[kernels::kBlockSize];
    kernels::ComputeWeights(values, count, max_, weights);
    for (std::size_t i = 0; i < count; ++i) total += weights[i];
  });
  log_sum_ = Log(ToDouble(total) * 0x1p-51);
}

}  // namespace sampler
