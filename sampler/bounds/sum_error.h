// How far float32 sums of exponentials may be off from the exact masses that
// they stand for, all as fractions of the likeliest's weight.
//
// To the error of the sums themselves (kernels/exp_sum.h, where it is proved)
// this adds what the roundings of the logits move. `scales` pending factors
// round each product and their own, and the maximum is subtracted with
// rounding: an exponent moves by (2 scales + 8) 2^-53 (|M| + 40) at most, for
// every term that is not below e^-40. Proved: tests/proof/scaled_logits.g,
// claims.sollya.
//
// Immutable values.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_SUM_ERROR_H_
#define SAMPLER_BOUNDS_SUM_ERROR_H_

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sampler/kernels/exp_sum.h"

namespace sampler {

// What is done in double with sums is off by less than this part of the total.
inline constexpr double kDoubleError = 0x1p-40;

// What the roundings of logits, the largest of them `max`, add to the relative
// error of a term.
inline double RoundingOfLogits(std::size_t scales, double max) {
  return (2.0 * static_cast<double>(scales) + 8.0) * 0x1p-53 *
         (std::fabs(max) + 40.0);
}

class SumError {
 public:
  SumError() = default;
  // `rounding`: RoundingOfLogits. `excess`: by how much the center of the sums
  // exceeds the maximum: the center is the maximum but for rounding, or a guess
  // of it.
  SumError(const kernels::ExpSumError& terms, double rounding, double excess)
      : terms_(terms), rounding_(rounding), excess_(excess) {}

  // Of a sum over so many terms, if its weighted distance is known.
  double WithDistance(double sum, double distance, double terms) const {
    return (terms_.relative + rounding_) * sum +
           terms_.per_distance * distance + kernels::kTermError * terms;
  }

  // If it is not, and has to be bounded, which is wider. A difference of sums
  // of nothing at all may be less than nothing.
  double WithoutDistance(double difference, double terms) const {
    const double sum = std::max(difference, 0.0);
    return WithDistance(sum, kernels::DistanceBound(sum, terms, excess_),
                        terms);
  }

  const kernels::ExpSumError& terms() const { return terms_; }
  double rounding() const { return rounding_; }
  double excess() const { return excess_; }

 private:
  kernels::ExpSumError terms_ = {};
  double rounding_ = 0.0;
  double excess_ = 0.0;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_SUM_ERROR_H_
