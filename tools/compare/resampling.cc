#include "tools/compare/resampling.h"

#include <algorithm>
#include <cmath>

namespace sampler::tools {
namespace {

// SplitMix64: enough for picking sequences, and the same everywhere.
class Picker {
 public:
  explicit Picker(std::uint64_t seed) : state_(seed) {}

  // A number in [0, n). The bias of 2^64 mod n is below 2^-40.
  std::size_t Below(std::size_t n) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return static_cast<std::size_t>(z % n);
  }

 private:
  std::uint64_t state_;
};

// The value that a share of them does not exceed; NaN if one is NaN.
double ShareOf(std::vector<double>& values, double share) {
  const bool whole =
      std::none_of(values.begin(), values.end(),
                   [](double value) { return std::isnan(value); });
  if (values.empty() || !whole) return Interval::kNone;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::lround(share * last))];
}

}  // namespace

void ForEachResample(
    std::size_t sequences,
    absl::FunctionRef<void(absl::Span<const std::size_t> picks)> use) {
  if (sequences < kFewestSequences) return;
  Picker picker(kResampleSeed);
  std::vector<std::size_t> picks(sequences);
  for (int r = 0; r < kResamples; ++r) {
    for (std::size_t& pick : picks) pick = picker.Below(sequences);
    use(picks);
  }
}

Interval IntervalOf(std::vector<double> lows, std::vector<double> highs) {
  const Interval interval = {ShareOf(lows, 0.025), ShareOf(highs, 0.975)};
  const bool known = !std::isnan(interval.low) && !std::isnan(interval.high);
  return known ? interval : Interval();
}

Interval IntervalOfMean(const std::vector<MeanSums>& sequences) {
  std::vector<double> means;
  ForEachResample(sequences.size(), [&](absl::Span<const std::size_t> picks) {
    MeanSums sums;
    for (const std::size_t pick : picks) sums.Add(sequences[pick]);
    means.push_back(sums.mean());
  });
  return IntervalOf(means, means);
}

}  // namespace sampler::tools
