#include "sampler/kernels/kth_largest.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "sampler/kernels/row_scan.h"

namespace sampler::kernels {
namespace {

// Values of a group, at most.
constexpr std::size_t kGroupSize = 16;

double NthOf(std::vector<double>& values, std::size_t count, std::size_t k) {
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(count);
  const auto kth = values.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(values.begin(), kth, end, std::greater<>());
  return *kth;
}

// A number that at least k of the values reach. Group g holds the values whose
// index is g modulo the number of groups, so that the loop runs along memory.
double Bound(absl::Span<const double> values, std::size_t k,
             std::vector<double>& scratch) {
  const std::size_t groups = std::max(values.size() / kGroupSize, 2 * k);
  if (2 * groups > values.size()) {
    return -std::numeric_limits<double>::infinity();
  }
  double* const maxima = scratch.data();
  std::copy_n(values.begin(), groups, maxima);
  for (std::size_t first = groups; first + groups <= values.size();
       first += groups) {
    const double* const from = values.data() + first;
    for (std::size_t g = 0; g < groups; ++g) {
      maxima[g] = from[g] > maxima[g] ? from[g] : maxima[g];
    }
  }
  return NthOf(scratch, groups, k);
}

}  // namespace

double KthLargest(absl::Span<const double> values, std::size_t k,
                  std::vector<double>& scratch) {
  if (k == 1) return MaxOf(values.data(), values.size());
  if (scratch.size() <= values.size()) scratch.resize(values.size() + 1);
  const double bound = Bound(values, k, scratch);
  std::size_t count = 0;
  for (const double value : values) {
    scratch[count] = value;
    count += value >= bound ? 1u : 0u;
  }
  return NthOf(scratch, count, k);
}

}  // namespace sampler::kernels
