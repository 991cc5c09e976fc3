#include "tools/compare/kept_counts.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace sampler::tools {

void KeptCounts::Add(std::size_t sequence, const std::array<Range, 2>& kept) {
  sequences_.push_back(sequence);
  for (std::size_t s = 0; s < 2; ++s) {
    kept_[s][kLow].push_back(kept[s].low);
    kept_[s][kHigh].push_back(kept[s].high);
  }
}

std::vector<KeptCounts::Group> KeptCounts::Sorted(std::size_t side,
                                                  End end) const {
  std::vector<Group> rows;
  for (std::size_t i = 0; i < sequences_.size(); ++i) {
    rows.push_back({kept_[side][end][i], sequences_[i], 1.0});
  }
  const auto key = [](const Group& g) { return std::tie(g.value, g.sequence); };
  std::sort(rows.begin(), rows.end(),
            [&](const Group& a, const Group& b) { return key(a) < key(b); });
  std::vector<Group> groups;
  for (const Group& row : rows) {
    if (!groups.empty() && key(groups.back()) == key(row)) {
      groups.back().rows += 1.0;
    } else {
      groups.push_back(row);
    }
  }
  return groups;
}

// `times`: how often each sequence counts.
double KeptCounts::QuantileOf(const std::vector<Group>& sorted,
                              const std::vector<double>& times, double share) {
  double rows = 0;
  for (const Group& group : sorted) rows += group.rows * times[group.sequence];
  const double wanted = std::max(std::ceil(share * rows), 1.0);
  double before = 0;
  for (const Group& group : sorted) {
    before += group.rows * times[group.sequence];
    if (before >= wanted) return group.value;
  }
  return Interval::kNone;
}

std::array<Range, 2> KeptCounts::Quantile(double share) const {
  const std::size_t count = sequences_.empty() ? 0 : sequences_.back() + 1;
  const std::vector<double> once(count, 1.0);
  std::array<Range, 2> both;
  for (std::size_t s = 0; s < 2; ++s) {
    both[s] = {QuantileOf(Sorted(s, kLow), once, share),
               QuantileOf(Sorted(s, kHigh), once, share)};
  }
  return both;
}

Interval KeptCounts::IntervalOfDifference(double share,
                                          std::size_t sequences) const {
  if (sequences < kFewestSequences) return {};
  const auto a_low = Sorted(0, kLow);
  const auto a_high = Sorted(0, kHigh);
  const auto b_low = Sorted(1, kLow);
  const auto b_high = Sorted(1, kHigh);
  std::vector<double> lows;
  std::vector<double> highs;
  std::vector<double> times(sequences);
  ForEachResample(sequences, [&](absl::Span<const std::size_t> picks) {
    std::fill(times.begin(), times.end(), 0.0);
    for (const std::size_t pick : picks) times[pick] += 1.0;
    lows.push_back(QuantileOf(a_low, times, share) -
                   QuantileOf(b_high, times, share));
    highs.push_back(QuantileOf(a_high, times, share) -
                    QuantileOf(b_low, times, share));
  });
  return IntervalOf(lows, highs);
}

}  // namespace sampler::tools
