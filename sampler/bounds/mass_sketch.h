// Where, by a sample or by block maxima, a mass lies: rough masses at distances
// from a center. For guesses that bounds or exact sums are then tried on.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: a search asks fourteen times for a sum (kernels/term_sums.h), near a
//   guess half as often. Memory: 8 bytes per item.
// Tested by: tests/bounds/mass_sketch_test.cc.

#ifndef SAMPLER_BOUNDS_MASS_SKETCH_H_
#define SAMPLER_BOUNDS_MASS_SKETCH_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/kernels/term_sums.h"

namespace sampler {

class MassSketch {
 public:
  // No distance of anything with weight is larger.
  static constexpr float kFarthest = 2.0f * static_cast<float>(kZeroWeightGap);

  // Starts over: distances will be from `center`, and a logit of `max` weighs
  // 1.
  void Begin(double max, double center) {
    max_ = max;
    center_ = center;
    size_ = 0;
  }

  // Adds these logits; those of -inf weigh nothing.
  void Add(absl::Span<const double> logits) {
    const std::size_t end = size_ + kernels::PaddedTerms(logits.size());
    if (distances_.size() < end) {
      // What tells the size grows last, lest memory run out in between.
      masses_.resize(2 * end);
      distances_.resize(2 * end);
    }
    kernels::ComputeTerms(logits.data(), logits.size(), max_, center_,
                          distances_.data() + size_, masses_.data() + size_);
    size_ = end;
  }

  // What lies within a distance; and beyond.
  kernels::TermSums Within(float distance) const {
    return kernels::SumTermsWithin(distances_.data(), masses_.data(), size_,
                                   distance);
  }
  double Beyond(float distance) const {
    return kernels::SumTermsBeyond(distances_.data(), masses_.data(), size_,
                                   distance);
  }
  double SquaresBeyond(float distance) const {
    return kernels::SumSquaredTermsBeyond(distances_.data(), masses_.data(),
                                          size_, distance);
  }

  // Two neighbouring distances: is_far(nearest) is false, is_far(farthest) true
  // - unless it is false, or true, everywhere. REQUIRES: is_far, once true,
  // stays so as the distance grows.
  struct Place {
    float nearest;
    float farthest;
  };
  template <typename F>
  static Place Search(F is_far) {
    return Narrow({0.0f, kFarthest}, is_far);
  }

  // The same, found sooner if it is near `guess`.
  template <typename F>
  static Place SearchNear(float guess, F is_far) {
    float step = 0.0625f;
    if (is_far(guess)) {
      Place place = {guess - step, guess};
      while (place.nearest > 0.0f && is_far(place.nearest)) {
        place.farthest = place.nearest;
        step *= 4.0f;
        place.nearest -= step;
      }
      place.nearest = std::max(place.nearest, 0.0f);
      return Narrow(place, is_far);
    }
    Place place = {guess, guess + step};
    while (place.farthest < kFarthest && !is_far(place.farthest)) {
      place.nearest = place.farthest;
      step *= 4.0f;
      place.farthest += step;
    }
    place.farthest = std::min(place.farthest, kFarthest);
    return Narrow(place, is_far);
  }

 private:
  template <typename F>
  static Place Narrow(Place place, F is_far) {
    constexpr float kClose = 0.005f;  // Of nats.
    while (place.farthest - place.nearest > kClose) {
      const float middle = 0.5f * (place.nearest + place.farthest);
      (is_far(middle) ? place.farthest : place.nearest) = middle;
    }
    return place;
  }

  double max_ = 0.0;
  double center_ = 0.0;
  std::size_t size_ = 0;
  std::vector<float> distances_;
  std::vector<float> masses_;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_MASS_SKETCH_H_
