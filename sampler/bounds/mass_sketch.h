// Where, by a sample or by block maxima, a mass lies: rough masses at distances
// from a center. For guesses that bounds or exact sums are then tried on.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: a search asks eleven times for a sum (kernels/term_sums.h), or five
//   to eight. Memory: 8 bytes per item.
// Tested by: tests/bounds/mass_sketch_test.cc.

#ifndef SAMPLER_BOUNDS_MASS_SKETCH_H_
#define SAMPLER_BOUNDS_MASS_SKETCH_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
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
    constexpr float kMostlyWithin = 32.0f;  // Beyond lies next to nothing.
    Place place = {0.0f, kMostlyWithin};
    if (!is_far(kMostlyWithin)) place = {kMostlyWithin, kFarthest};
    while (place.farthest - place.nearest > kNear) {
      const float middle = 0.5f * (place.nearest + place.farthest);
      (is_far(middle) ? place.farthest : place.nearest) = middle;
    }
    return place;
  }

  // Where mass_at, which falls as the distance grows, falls to `mass`: as
  // Search, of mass_at(distance) <= mass, but with half as many questions, as
  // it goes by how far off each answer is. They begin at `guess` and `step`
  // from it, and end where the two masses differ by no more than `slack`.
  struct From {
    float guess;
    float step;
  };
  template <typename F>
  static Place WhereFallsTo(double mass, F mass_at, From from, double slack) {
    float step = from.step;
    const auto ask = [&](float distance) {
      return Answer{distance, mass_at(distance)};
    };
    Answer near = ask(from.guess);
    Answer far = near;
    if (near.mass > mass) {
      for (; far.mass > mass; step *= 4.0f) {
        if (far.distance >= kFarthest) return {kFarthest, kFarthest};
        near = far;
        far = ask(std::min(near.distance + step, kFarthest));
      }
    } else {
      for (; !(near.mass > mass); step *= 4.0f) {
        if (near.distance <= 0.0f) return {0.0f, 0.0f};
        far = near;
        near = ask(std::max(far.distance - step, 0.0f));
      }
    }
    for (int asked = 0;
         far.distance - near.distance > kClose && near.mass - far.mass > slack;
         ++asked) {
      const Answer next = ask(Between(near, far, mass, asked));
      (next.mass > mass ? near : far) = next;
    }
    return {near.distance, far.distance};
  }

 private:
  // In nats. What maxima tell is rough, and what lies in a band is weighed.
  static constexpr float kNear = 0.03125f;
  static constexpr float kClose = 0.0005f;

  struct Answer {
    float distance;
    double mass;
  };

  // A number that grows with the logarithm, nearly evenly.
  static double Height(double mass) {
    return static_cast<double>(std::bit_cast<std::int64_t>(mass + 0x1p-200));
  }

  // Where to ask next: a little beyond where the mass is reached if its
  // logarithm falls evenly, on the side of the end that is farther from there,
  // so that both ends close in. Where that does not help, in the middle.
  static float Between(const Answer& near, const Answer& far, double mass,
                       int asked) {
    constexpr int kPatience = 6;
    const float width = far.distance - near.distance;
    if (asked >= kPatience) return near.distance + 0.5f * width;
    // The logarithm of what is far off, or nothing at all, says little.
    constexpr double kFar = 64.0;
    const double above = Height(std::min(near.mass, kFar * mass));
    const double below = Height(std::max(far.mass, mass / kFar));
    // Where nothing is to be left, neither says anything.
    const auto part =
        above > below
            ? static_cast<float>((above - Height(mass)) / (above - below))
            : 0.5f;
    const float margin = std::min(0.1f + 0.3f * kClose / width, 0.5f);
    const float aim = part < 0.5f ? part + margin : part - margin;
    return near.distance + width * std::clamp(aim, margin, 1.0f - margin);
  }

  double max_ = 0.0;
  double center_ = 0.0;
  std::size_t size_ = 0;
  std::vector<float> distances_;
  std::vector<float> masses_;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_MASS_SKETCH_H_
