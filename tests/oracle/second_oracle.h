// A second opinion on the weights: softmax in long double, by libm.
//
// The house's integer weights are a definition; this bounds how far they stand
// from the real numbers they approximate.
#ifndef SAMPLER_TESTS_ORACLE_SECOND_ORACLE_H_
#define SAMPLER_TESTS_ORACLE_SECOND_ORACLE_H_

#include <cmath>
#include <cstddef>
#include <vector>

namespace oracle {

// exp(l - max) / sum of the same; 0 for -inf. The row holds at least one finite
// logit and neither NaN nor +inf.
inline std::vector<long double> LongDoubleSoftmax(
    const std::vector<double>& row) {
  long double max = row.front();
  for (double l : row) max = l > max ? l : max;
  std::vector<long double> p;
  long double sum = 0;
  for (double l : row) {
    p.push_back(std::exp(static_cast<long double>(l) - max));
    sum += p.back();
  }
  for (long double& value : p) value /= sum;
  return p;
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_SECOND_ORACLE_H_
