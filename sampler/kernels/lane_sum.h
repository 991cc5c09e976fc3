// The floating sums of the library (entropy, moments), in the one order that
// makes their bits a function of the values alone.
//
// Terms belong to token ids. Lane = id mod 16, stretch = id / 1,024: within a
// stretch each lane adds its terms in id order, then the 16 lanes are added by
// a fixed tree (halves onto halves: 8, 4, 2, 1), and the stretches in index
// order. An id without a term adds 0, which changes nothing, so that a sparse
// and a dense evaluation agree.
//
// Cost: one addition per term, 15 per stretch that has terms.
// Tested by: tests/kernels/lane_sum_test.cc.

#ifndef SAMPLER_KERNELS_LANE_SUM_H_
#define SAMPLER_KERNELS_LANE_SUM_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "sampler/kernels/block.h"

namespace sampler {

class LaneSum {
 public:
  // Adds the term of `id`. REQUIRES: ids ascend from call to call.
  void Add(std::int32_t id, double term) {
    Lanes(id)[static_cast<std::size_t>(id) % kLanes] += term;
  }

  // The 16 lanes of the stretch that `id` is in, for a kernel that adds terms
  // to them. REQUIRES: as Add.
  double* Lanes(std::int32_t id) {
    const std::int32_t stretch = id / kStretch;
    if (stretch != stretch_) {
      CloseStretch();
      stretch_ = stretch;
    }
    return lanes_.data();
  }

  // The sum of all terms so far.
  double Total() {
    CloseStretch();
    return total_;
  }

 private:
  static constexpr auto kStretch =
      static_cast<std::int32_t>(kernels::kStretchSize);
  static constexpr std::size_t kLanes = 16;

  void CloseStretch() {
    for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
      for (std::size_t i = 0; i < half; ++i) lanes_[i] += lanes_[i + half];
    }
    total_ += lanes_[0];
    lanes_.fill(0.0);
  }

  std::array<double, kLanes> lanes_ = {};
  double total_ = 0.0;
  std::int32_t stretch_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_KERNELS_LANE_SUM_H_
