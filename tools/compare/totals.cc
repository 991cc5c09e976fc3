#include "tools/compare/totals.h"

#include <cmath>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

constexpr double kNone = Interval::kNone;

// The two sides and their difference.
using Ends = std::array<Range, 3>;

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

Range MeanOf(const Range& sum, std::int64_t rows) {
  const auto n = static_cast<double>(rows);
  return {sum.low / n, sum.high / n};
}

// From the farthest ends.
Range Apart(const Range& a, const Range& b) {
  return {a.low - b.high, a.high - b.low};
}

// A metric that sums give.
Ends ValuesOf(const SideMetric& metric, const SequenceTotals& totals) {
  if (metric.form == Form::kCalibration) {
    if (totals.out_of_bins > 0) return {kUnknown, kUnknown, kUnknown};
    const double a = Calibration(totals.bins[0]);
    const double b = Calibration(totals.bins[1]);
    return {Exactly(a), Exactly(b), Exactly(a - b)};
  }
  const SequenceTotals::Sums& sums =
      totals.side[static_cast<std::size_t>(metric.column)];
  if (sums.rows == 0) return {kUnknown, kUnknown, kUnknown};
  const Range a = MeanOf(sums.a, sums.rows);
  const Range b = MeanOf(sums.b, sums.rows);
  // Of one row as logged both sides have the same number, whatever it is.
  const bool same =
      sums.bounded > 0 && sums.difference.low == 0 && sums.difference.high == 0;
  if (metric.form == Form::kMean) {
    const Range d = same               ? Exactly(0)
                    : sums.bounded > 0 ? MeanOf(sums.difference, sums.rows)
                                       : Apart(a, b);
    return {a, b, d};
  }
  const Range exp_a = {Exp(a.low), Exp(a.high)};
  const Range exp_b = {Exp(b.low), Exp(b.high)};
  return {exp_a, exp_b, same ? Exactly(0) : Apart(exp_a, exp_b)};
}

SequenceTotals SumOf(const std::vector<SequenceTotals>& sequences) {
  SequenceTotals all;
  for (const SequenceTotals& sequence : sequences) all.Add(sequence);
  return all;
}

template <typename Use>
void Resample(const std::vector<SequenceTotals>& sequences, Use use) {
  ForEachResample(sequences.size(), [&](absl::Span<const std::size_t> picks) {
    SequenceTotals totals;
    for (const std::size_t pick : picks) totals.Add(sequences[pick]);
    use(totals);
  });
}

std::size_t BinOf(double confidence) {
  constexpr std::size_t kLast = SequenceTotals::kBins - 1;
  const double place = confidence * static_cast<double>(SequenceTotals::kBins);
  return place < 1 ? 0 : std::min(static_cast<std::size_t>(place), kLast);
}

// A number of the row as logged, whatever the chain.
bool IsOfTheRow(SideColumn column) {
  return column == SideColumn::kEntropyRaw || column == SideColumn::kNllRaw;
}

template <typename Column>
Range EndsOf(const MetricRow<Column>& lows, const MetricRow<Column>& highs,
             Column column) {
  return {lows[column], highs[column]};
}

void AddTo(SequenceTotals::Sums& sums, const Range& a, const Range& b,
           bool shared) {
  if (std::isnan(a.low) || std::isnan(b.low)) return;
  if (std::isinf(a.low) || std::isinf(b.low)) {
    ++sums.infinite;
    return;
  }
  sums.a = sums.a + a;
  sums.b = sums.b + b;
  sums.difference = sums.difference + (shared ? Exactly(0) : Apart(a, b));
  ++sums.rows;
  sums.bounded += a.exact() && b.exact() ? 0 : 1;
}

// An estimate whose three ends are known.
void SetEnds(const Ends& ends, SideEstimate& estimate) {
  estimate.ends = ends;
  const auto value = [](const Range& range) {
    return range.exact() ? range.low : kNone;
  };
  estimate.a = value(ends[0]);
  estimate.b = value(ends[1]);
  estimate.difference = value(ends[2]);
}

Ends QuantilesOf(const KeptCounts& kept, double share) {
  const std::array<Range, 2> both = kept.Quantile(share);
  return {both[0], both[1], Apart(both[0], both[1])};
}

}  // namespace

void SequenceTotals::Add(const RowPair& row) {
  for (std::size_t c = 0; c < side.size(); ++c) {
    const auto column = static_cast<SideColumn>(c);
    AddTo(side[c], EndsOf(row.sides[0].values, row.sides[0].highs, column),
          EndsOf(row.sides[1].values, row.sides[1].highs, column),
          row.one_row && IsOfTheRow(column));
  }
  for (std::size_t c = 0; c < pair.size(); ++c) {
    const Range value =
        EndsOf(row.pair, row.pair_highs, static_cast<PairColumn>(c));
    if (std::isnan(value.low)) continue;
    if (std::isinf(value.low)) {
      ++pair[c].infinite;
      continue;
    }
    pair[c].sum = pair[c].sum + value;
    ++pair[c].rows;
    pair[c].bounded += value.exact() ? 0 : 1;
  }
  bool out = false;
  for (std::size_t s = 0; s < bins.size(); ++s) {
    const double correct = row.sides[s].values[SideColumn::kTopIsToken];
    if (std::isnan(correct)) continue;
    const double confidence = row.sides[s].values[SideColumn::kTop];
    out |= row.sides[s].highs[SideColumn::kTop] != confidence;
    Bin& bin = bins[s][BinOf(confidence)];
    bin.confidence += confidence;
    bin.correct += correct;
    ++bin.rows;
  }
  out_of_bins += out ? 1 : 0;
}

void SequenceTotals::Add(const SequenceTotals& other) {
  for (std::size_t c = 0; c < side.size(); ++c) {
    side[c].a = side[c].a + other.side[c].a;
    side[c].b = side[c].b + other.side[c].b;
    side[c].difference = side[c].difference + other.side[c].difference;
    side[c].rows += other.side[c].rows;
    side[c].infinite += other.side[c].infinite;
    side[c].bounded += other.side[c].bounded;
  }
  for (std::size_t c = 0; c < pair.size(); ++c) {
    pair[c].sum = pair[c].sum + other.pair[c].sum;
    pair[c].rows += other.pair[c].rows;
    pair[c].infinite += other.pair[c].infinite;
    pair[c].bounded += other.pair[c].bounded;
  }
  for (std::size_t s = 0; s < bins.size(); ++s) {
    for (std::size_t b = 0; b < kBins; ++b) {
      bins[s][b].confidence += other.bins[s][b].confidence;
      bins[s][b].correct += other.bins[s][b].correct;
      bins[s][b].rows += other.bins[s][b].rows;
    }
  }
  out_of_bins += other.out_of_bins;
}

void Totals::Add(const RowPair& row) {
  ++rows_;
  for (std::size_t s = 0; s < 2; ++s) {
    const SideRow& side = row.sides[s];
    not_ok_[s] += side.status != RowStatus::kOk ? 1 : 0;
    undecided_[s] += side.status == RowStatus::kOk && !side.usable() ? 1 : 0;
    ends_[s] += side.ends ? 1 : 0;
    bounded_[s] += side.bounded ? 1 : 0;
  }
  if (row.place.sequence != sequence_) sequences_.emplace_back();
  sequence_ = row.place.sequence;
  if (!row.usable()) return;
  ++compared_;
  sequences_.back().Add(row);
  std::array<Range, 2> kept;
  for (std::size_t s = 0; s < 2; ++s) {
    const SideRow& side = row.sides[s];
    kept[s] = EndsOf(side.values, side.highs, SideColumn::kKept);
    if (row.target >= 0) {
      ranks_[s].Add(side.rank, side.values[SideColumn::kCovered] > 0);
    }
  }
  kept_.Add(sequences_.size() - 1, kept);
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
    estimate.bounded = sums.bounded;
    estimate.ends = {kUnknown, kUnknown, kUnknown};
    if (metrics[m].form == Form::kQuantile) {
      SetEnds(QuantilesOf(kept_, metrics[m].share), estimate);
    } else if (sums.infinite == 0) {
      SetEnds(ValuesOf(metrics[m], all), estimate);
    }
  }
  return estimates;
}

Range Totals::PairEnds(PairColumn column) const {
  const SequenceTotals::Pair pair =
      SumOf(sequences_).pair[static_cast<std::size_t>(column)];
  if (pair.rows == 0 || pair.infinite > 0) return kUnknown;
  return Times(1.0 / static_cast<double>(pair.rows), pair.sum);
}

std::vector<SideEstimate> Totals::SideEstimates() const {
  const std::vector<SideMetric>& metrics = SideMetrics();
  std::vector<SideEstimate> estimates = SideValues();
  std::vector<std::vector<double>> lows(metrics.size());
  std::vector<std::vector<double>> highs(metrics.size());
  Resample(sequences_, [&](const SequenceTotals& totals) {
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      if (metrics[m].form == Form::kQuantile) continue;
      const Range difference = ValuesOf(metrics[m], totals)[2];
      lows[m].push_back(difference.low);
      highs[m].push_back(difference.high);
    }
  });
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (metrics[m].form == Form::kQuantile) {
      if (metrics[m].share == 1.0) continue;
      estimates[m].interval =
          kept_.IntervalOfDifference(metrics[m].share, sequences_.size());
    } else if (estimates[m].infinite == 0) {
      estimates[m].interval = IntervalOf(lows[m], highs[m]);
    }
  }
  return estimates;
}

std::vector<PairEstimate> Totals::PairEstimates() const {
  const std::vector<PairMetric>& metrics = PairMetrics();
  const SequenceTotals all = SumOf(sequences_);
  std::vector<PairEstimate> estimates(metrics.size());
  std::vector<std::vector<double>> lows(metrics.size());
  std::vector<std::vector<double>> highs(metrics.size());
  const auto mean = [&](std::size_t m, const SequenceTotals& totals) {
    const SequenceTotals::Pair& pair =
        totals.pair[static_cast<std::size_t>(metrics[m].column)];
    return pair.rows == 0 ? kUnknown : MeanOf(pair.sum, pair.rows);
  };
  Resample(sequences_, [&](const SequenceTotals& totals) {
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const Range value = mean(m, totals);
      lows[m].push_back(value.low);
      highs[m].push_back(value.high);
    }
  });
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    PairEstimate& estimate = estimates[m];
    const SequenceTotals::Pair& pair =
        all.pair[static_cast<std::size_t>(metrics[m].column)];
    estimate.rows = pair.rows;
    estimate.infinite = pair.infinite;
    estimate.bounded = pair.bounded;
    if (pair.infinite > 0) continue;
    estimate.ends = mean(m, all);
    if (estimate.ends.exact()) estimate.value = estimate.ends.low;
    estimate.interval = IntervalOf(lows[m], highs[m]);
  }
  return estimates;
}

}  // namespace sampler::tools
