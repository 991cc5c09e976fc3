// Where, by a sample, a share of the mass lies: masses at distances, in buckets
// of equal width. For guesses that bounds or exact sums are then tried on.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: a few operations per mass, and 4,096 per question.
// Tested by: tests/bounds/mass_sketch_test.cc.

#ifndef SAMPLER_BOUNDS_MASS_SKETCH_H_
#define SAMPLER_BOUNDS_MASS_SKETCH_H_

#include <algorithm>
#include <array>
#include <cstddef>

namespace sampler {

class MassSketch {
 public:
  // Starts over; `range` >= 0 bounds the distances.
  void Begin(double range) {
    mass_.fill(0.0);
    width_ = range > 0.0 ? range / kBuckets : 1.0;
    total_ = 0.0;
  }

  // REQUIRES: 0 <= distance <= range.
  void Add(double distance, double mass) {
    const auto bucket = static_cast<std::size_t>(distance / width_);
    mass_[std::min(bucket, kBuckets - 1)] += mass;
    total_ += mass;
  }

  double total() const { return total_; }

  // The distances between which the running mass reaches `share` of all.
  struct Place {
    double nearest;
    double farthest;
  };
  Place At(double share) const {
    const double wanted = share * total_;
    std::size_t bucket = 0;
    double running = mass_[0];
    while (running < wanted && bucket + 1 < kBuckets) {
      running += mass_[++bucket];
    }
    const auto first = static_cast<double>(bucket);
    return {first * width_, (first + 1.0) * width_};
  }

 private:
  static constexpr std::size_t kBuckets = 4096;

  std::array<double, kBuckets> mass_ = {};
  double width_ = 1.0;
  double total_ = 0.0;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_MASS_SKETCH_H_
