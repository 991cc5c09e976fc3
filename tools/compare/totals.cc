#include "tools/compare/totals.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

constexpr double kNone = Interval::kNone;

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

double Calibration(
    const std::array<SequenceTotals::Bin, SequenceTotals::kBins>& bins) {
  double error = 0;
  std::int64_t rows = 0;
  for (const SequenceTotals::Bin& bin : bins) {
    // n |correct / n - confidence / n|.
    error += std::fabs(bin.correct - bin.confidence);
    rows += bin.rows;
  }
  return rows > 0 ? error / static_cast<double>(rows) : kNone;
}

// Both sides' value of a metric that sums give.
std::pair<double, double> ValuesOf(const SideMetric& metric,
                                   const SequenceTotals& totals) {
  if (metric.form == Form::kCalibration) {
    return {Calibration(totals.bins[0]), Calibration(totals.bins[1])};
  }
  const SequenceTotals::Sums& sums =
      totals.side[static_cast<std::size_t>(metric.column)];
  if (sums.rows == 0) return {kNone, kNone};
  const auto rows = static_cast<double>(sums.rows);
  if (metric.form == Form::kMean) return {sums.a / rows, sums.b / rows};
  return {Exp(sums.a / rows), Exp(sums.b / rows)};
}

bool IsQuantile(Form form) {
  return form == Form::kMedian || form == Form::kNinety;
}

// The least of `values` that a share of them does not exceed.
double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return kNone;
  const auto rank = static_cast<std::size_t>(
      std::ceil(share * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(
                                       std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// The 2.5 % and the 97.5 % of what resamples gave; none where one gave nothing.
Interval IntervalOf(std::vector<double>& values) {
  const bool whole =
      std::none_of(values.begin(), values.end(),
                   [](double value) { return std::isnan(value); });
  if (values.empty() || !whole) return {};
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(std::lround(share * last))];
  };
  return {at(0.025), at(0.975)};
}

// Calls `use` with the sums of every resample, if there are enough sequences.
template <typename Sums, typename Use>
void Resample(const std::vector<Sums>& sequences, Use use) {
  if (sequences.size() < kFewestSequences) return;
  Picker picker(kResampleSeed);
  for (int r = 0; r < kResamples; ++r) {
    Sums totals;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      totals.Add(sequences[picker.Below(sequences.size())]);
    }
    use(totals);
  }
}

SequenceTotals SumOf(const std::vector<SequenceTotals>& sequences) {
  SequenceTotals all;
  for (const SequenceTotals& sequence : sequences) all.Add(sequence);
  return all;
}

std::size_t BinOf(double confidence) {
  constexpr std::size_t kLast = SequenceTotals::kBins - 1;
  const double place = confidence * static_cast<double>(SequenceTotals::kBins);
  return place < 1 ? 0 : std::min(static_cast<std::size_t>(place), kLast);
}

}  // namespace

Interval IntervalOfMean(const std::vector<MeanSums>& sequences) {
  std::vector<double> means;
  Resample(sequences,
           [&](const MeanSums& sums) { means.push_back(sums.mean()); });
  return IntervalOf(means);
}

void SequenceTotals::Add(const RowPair& row) {
  for (std::size_t c = 0; c < side.size(); ++c) {
    const double a = row.sides[0].values[static_cast<SideColumn>(c)];
    const double b = row.sides[1].values[static_cast<SideColumn>(c)];
    if (std::isnan(a) || std::isnan(b)) continue;
    if (std::isinf(a) || std::isinf(b)) {
      ++side[c].infinite;
      continue;
    }
    side[c].a += a;
    side[c].b += b;
    ++side[c].rows;
  }
  for (std::size_t c = 0; c < pair.size(); ++c) {
    const double value = row.pair[static_cast<PairColumn>(c)];
    if (std::isnan(value)) continue;
    if (std::isinf(value)) {
      ++pair[c].infinite;
      continue;
    }
    pair[c].sum += value;
    ++pair[c].rows;
  }
  for (std::size_t s = 0; s < bins.size(); ++s) {
    const double correct = row.sides[s].values[SideColumn::kTopIsToken];
    if (std::isnan(correct)) continue;
    const double confidence = row.sides[s].values[SideColumn::kTop];
    Bin& bin = bins[s][BinOf(confidence)];
    bin.confidence += confidence;
    bin.correct += correct;
    ++bin.rows;
  }
}

void SequenceTotals::Add(const SequenceTotals& other) {
  for (std::size_t c = 0; c < side.size(); ++c) {
    side[c].a += other.side[c].a;
    side[c].b += other.side[c].b;
    side[c].rows += other.side[c].rows;
    side[c].infinite += other.side[c].infinite;
  }
  for (std::size_t c = 0; c < pair.size(); ++c) {
    pair[c].sum += other.pair[c].sum;
    pair[c].rows += other.pair[c].rows;
    pair[c].infinite += other.pair[c].infinite;
  }
  for (std::size_t s = 0; s < bins.size(); ++s) {
    for (std::size_t b = 0; b < kBins; ++b) {
      bins[s][b].confidence += other.bins[s][b].confidence;
      bins[s][b].correct += other.bins[s][b].correct;
      bins[s][b].rows += other.bins[s][b].rows;
    }
  }
}

void Totals::Add(const RowPair& row) {
  ++rows_;
  for (std::size_t s = 0; s < 2; ++s) {
    const SideRow& side = row.sides[s];
    not_ok_[s] += side.status != RowStatus::kOk ? 1 : 0;
    undecided_[s] += side.status == RowStatus::kOk && !side.decided ? 1 : 0;
    bounded_[s] += side.bounded ? 1 : 0;
  }
  if (row.place.sequence != sequence_) sequences_.emplace_back();
  sequence_ = row.place.sequence;
  if (!row.usable()) return;
  ++compared_;
  sequences_.back().Add(row);
  for (std::size_t s = 0; s < 2; ++s) {
    kept_[s].push_back(row.sides[s].values[SideColumn::kKept]);
  }
}

std::vector<SideEstimate> Totals::SideValues() const {
  const std::vector<SideMetric>& metrics = SideMetrics();
  const SequenceTotals all = SumOf(sequences_);
  std::vector<SideEstimate> estimates(metrics.size());
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    SideEstimate& estimate = estimates[m];
    const SequenceTotals::Sums& sums =
        all.side[static_cast<std::size_t>(metrics[m].column)];
    estimate.rows = sums.rows;
    estimate.infinite = sums.infinite;
    if (IsQuantile(metrics[m].form)) {
      const double share = metrics[m].form == Form::kMedian ? 0.5 : 0.9;
      estimate.a = Quantile(kept_[0], share);
      estimate.b = Quantile(kept_[1], share);
    } else if (sums.infinite == 0) {
      std::tie(estimate.a, estimate.b) = ValuesOf(metrics[m], all);
    }
    estimate.difference = estimate.a - estimate.b;
  }
  return estimates;
}

double Totals::PairValue(PairColumn column) const {
  const SequenceTotals::Pair pair =
      SumOf(sequences_).pair[static_cast<std::size_t>(column)];
  if (pair.rows == 0 || pair.infinite > 0) return kNone;
  return pair.sum / static_cast<double>(pair.rows);
}

std::vector<SideEstimate> Totals::SideEstimates() const {
  const std::vector<SideMetric>& metrics = SideMetrics();
  std::vector<SideEstimate> estimates = SideValues();
  std::vector<std::vector<double>> differences(metrics.size());
  Resample(sequences_, [&](const SequenceTotals& totals) {
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      if (IsQuantile(metrics[m].form)) continue;
      const auto [a, b] = ValuesOf(metrics[m], totals);
      differences[m].push_back(a - b);
    }
  });
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (estimates[m].infinite > 0) continue;
    estimates[m].interval = IntervalOf(differences[m]);
  }
  return estimates;
}

std::vector<PairEstimate> Totals::PairEstimates() const {
  const std::vector<PairMetric>& metrics = PairMetrics();
  const SequenceTotals all = SumOf(sequences_);
  std::vector<PairEstimate> estimates(metrics.size());
  std::vector<std::vector<double>> values(metrics.size());
  const auto mean = [&](std::size_t m, const SequenceTotals& totals) {
    const SequenceTotals::Pair& pair =
        totals.pair[static_cast<std::size_t>(metrics[m].column)];
    return pair.rows == 0 ? kNone : pair.sum / static_cast<double>(pair.rows);
  };
  Resample(sequences_, [&](const SequenceTotals& totals) {
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      values[m].push_back(mean(m, totals));
    }
  });
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const SequenceTotals::Pair& pair =
        all.pair[static_cast<std::size_t>(metrics[m].column)];
    estimates[m].rows = pair.rows;
    estimates[m].infinite = pair.infinite;
    if (pair.infinite > 0) continue;
    estimates[m].value = mean(m, all);
    estimates[m].interval = IntervalOf(values[m]);
  }
  return estimates;
}

}  // namespace sampler::tools
