#include "tools/compare/kl_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

// Sums of a number and its square.
struct Moments {
  double sum = 0;
  double squares = 0;

  void Add(double x) {
    sum += x;
    squares += x * x;
  }
  // As llama.cpp does it, whose numbers are float32 and so are their squares.
  void AddFloat(float x) {
    sum += static_cast<double>(x);
    squares += static_cast<double>(x * x);
  }
};

Measured MeanOf(const Moments& moments, std::int64_t count) {
  constexpr std::int64_t kFewest = 11;
  const auto n = static_cast<double>(count);
  const double mean = moments.sum / n;
  const double variance = moments.squares / n - mean * mean;
  if (variance <= 0 || count < kFewest) return {mean, 0};
  return {mean, std::sqrt(variance / (n - 1))};
}

double Covariance(const Moments& a, const Moments& b, double products,
                  std::int64_t count) {
  constexpr std::int64_t kFewest = 10;
  if (count < kFewest) return 0;
  const auto n = static_cast<double>(count);
  return (products / n - a.sum / n * (b.sum / n)) / (n - 1);
}

// Between the two values beside the place fraction * (n - 1), in float32 as
// llama.cpp does it: of thousands of rows the place itself is rounded, which
// moves the outer percentiles in their printed digits.
double PercentileOf(const std::vector<float>& sorted, float fraction) {
  if (fraction >= 1) return static_cast<double>(sorted.back());
  const float place = fraction * static_cast<float>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const float part = place - static_cast<float>(below);
  return static_cast<double>((1 - part) * sorted[below] + part * sorted[above]);
}

struct PercentileName {
  const char* name;
  const char* key;
  float fraction;
};

constexpr PercentileName kKldPercentiles[] = {
    {"Maximum", "max", 1.0F}, {"99.9%", "99_9", 0.999F},
    {"99.0%", "99_0", 0.99F}, {"95.0%", "95_0", 0.95F},
    {"90.0%", "90_0", 0.9F},  {"Median", "median", 0.5F},
    {"10.0%", "10_0", 0.1F},  {" 5.0%", "5_0", 0.05F},
    {" 1.0%", "1_0", 0.01F},  {" 0.1%", "0_1", 0.001F},
    {"Minimum", "min", 0.0F}};

constexpr PercentileName kDpPercentiles[] = {
    {"Maximum", "max", 1.0F},   {"99.9%", "99_9", 0.999F},
    {"99.0%", "99_0", 0.99F},   {"95.0%", "95_0", 0.95F},
    {"90.0%", "90_0", 0.9F},    {"75.0%", "75_0", 0.75F},
    {"Median", "median", 0.5F}, {"25.0%", "25_0", 0.25F},
    {"10.0%", "10_0", 0.1F},    {" 5.0%", "5_0", 0.05F},
    {" 1.0%", "1_0", 0.01F},    {" 0.1%", "0_1", 0.001F},
    {"Minimum", "min", 0.0F}};

std::vector<Percentile> PercentilesOf(std::vector<float> values,
                                      absl::Span<const PercentileName> names) {
  std::sort(values.begin(), values.end());
  std::vector<Percentile> percentiles;
  for (const PercentileName& name : names) {
    percentiles.push_back(
        {name.name, name.key, PercentileOf(values, name.fraction)});
  }
  return percentiles;
}

// The mean of the largest twentieth, at least one.
double WorstMean(std::vector<float> values) {
  const std::size_t count = std::max<std::size_t>(1, (values.size() + 19) / 20);
  std::sort(values.begin(), values.end(), std::greater<>());
  return std::accumulate(values.begin(),
                         values.begin() + static_cast<std::ptrdiff_t>(count),
                         0.0) /
         static_cast<double>(count);
}

// Of a variance that rounding may have made negative.
double RootOf(double variance) { return std::sqrt(std::max(variance, 0.0)); }

// What the two perplexities say together.
void ComparePerplexities(const Moments& q, const Moments& base, double products,
                         KlReport& report) {
  const Measured ln_q = MeanOf(q, report.rows);
  const Measured ln_base = MeanOf(base, report.rows);
  const double covariance = Covariance(q, base, products, report.rows);
  report.ppl = {Exp(ln_q.value), Exp(ln_q.value) * ln_q.uncertainty};
  report.ppl_base = {Exp(ln_base.value),
                     Exp(ln_base.value) * ln_base.uncertainty};
  report.correlation = covariance / (ln_q.uncertainty * ln_base.uncertainty);
  report.ln_ratio = {
      ln_q.value - ln_base.value,
      RootOf(ln_q.uncertainty * ln_q.uncertainty +
             ln_base.uncertainty * ln_base.uncertainty - 2 * covariance)};
  report.ratio.value = Exp(report.ln_ratio.value);
  report.ratio.uncertainty = report.ratio.value * report.ln_ratio.uncertainty;
  const double both = report.ppl.value * report.ppl_base.value * covariance;
  report.difference = {
      report.ppl.value - report.ppl_base.value,
      RootOf(report.ppl.uncertainty * report.ppl.uncertainty +
             report.ppl_base.uncertainty * report.ppl_base.uncertainty -
             2 * both)};
}

}  // namespace

void KlStatistics::Add(std::int64_t sequence, const KlRow& row) {
  if (sequence != sequence_) starts_.push_back(rows_.size());
  sequence_ = sequence;
  rows_.push_back(row);
}

KlReport KlStatistics::Report() const {
  KlReport report;
  report.rows = rows();
  Moments q;
  Moments base;
  Moments kld;
  Moments dp;
  Moments dp_squares;
  double products = 0;
  std::int64_t same = 0;
  std::vector<float> klds;
  std::vector<float> dps;
  for (const KlRow& row : rows_) {
    const auto nll = static_cast<float>(row.nll_other);
    const auto nll_base = static_cast<float>(row.nll_base);
    const auto p_diff = static_cast<float>(row.p_diff);
    q.AddFloat(nll);
    base.AddFloat(nll_base);
    products += static_cast<double>(nll * nll_base);
    kld.Add(row.kld);
    dp.AddFloat(p_diff);
    dp_squares.Add(static_cast<double>(p_diff * p_diff));
    same += row.same_top ? 1 : 0;
    report.censored += row.censored ? 1 : 0;
    klds.push_back(static_cast<float>(row.kld));
    dps.push_back(p_diff);
  }
  ComparePerplexities(q, base, products, report);
  report.kld = MeanOf(kld, report.rows);
  report.dp = MeanOf(dp, report.rows);
  const Measured squares = MeanOf(dp_squares, report.rows);
  report.rms_dp.value = std::sqrt(squares.value);
  report.rms_dp.uncertainty =
      report.rms_dp.value > 0 ? 0.5 / report.rms_dp.value * squares.uncertainty
                              : 0.0;
  const auto n = static_cast<double>(report.rows);
  const double share = static_cast<double>(same) / n;
  report.same_top = {share, std::sqrt(share * (1 - share) / (n - 1))};
  std::vector<MeanSums> sequences;
  for (std::size_t s = 0; s < starts_.size(); ++s) {
    const std::size_t end =
        s + 1 < starts_.size() ? starts_[s + 1] : rows_.size();
    MeanSums sums;
    for (std::size_t r = starts_[s]; r < end; ++r) sums.Add(rows_[r].kld);
    report.max_mean_kld = std::max(report.max_mean_kld, sums.mean());
    sequences.push_back(sums);
  }
  report.kld_interval = IntervalOfMean(sequences);
  report.cvar95 = WorstMean(klds);
  report.klds = PercentilesOf(std::move(klds), kKldPercentiles);
  report.dps = PercentilesOf(std::move(dps), kDpPercentiles);
  return report;
}

std::string KlText(const KlReport& report) {
  std::string text = "====== Perplexity statistics ======\n";
  const auto line = [&](const char* name, const Measured& m) {
    absl::StrAppendFormat(&text, "%-30s: %10.6f ± %10.6f\n", name, m.value,
                          m.uncertainty);
  };
  line("Mean PPL(Q)", report.ppl);
  line("Mean PPL(base)", report.ppl_base);
  absl::StrAppendFormat(&text, "Cor(ln(PPL(Q)), ln(PPL(base))): %6.2f%%\n",
                        100.0 * report.correlation);
  line("Mean ln(PPL(Q)/PPL(base))", report.ln_ratio);
  line("Mean PPL(Q)/PPL(base)", report.ratio);
  line("Mean PPL(Q)-PPL(base)", report.difference);
  absl::StrAppendFormat(&text,
                        "\n====== KL divergence statistics ======\n"
                        "Mean    KLD: %10.6f ± %10.6f\n",
                        report.kld.value, report.kld.uncertainty);
  for (const Percentile& p : report.klds) {
    absl::StrAppendFormat(&text, "%-7s KLD: %10.6f\n", p.name, p.value);
  }
  absl::StrAppendFormat(&text,
                        "\n====== Token probability statistics ======\n"
                        "Mean    Δp: %6.3f ± %5.3f %%\n",
                        100.0 * report.dp.value, 100.0 * report.dp.uncertainty);
  for (const Percentile& p : report.dps) {
    absl::StrAppendFormat(&text, "%-7s Δp: %6.3f%%\n", p.name, 100.0 * p.value);
  }
  absl::StrAppendFormat(
      &text,
      "RMS Δp    : %6.3f ± %5.3f %%\n"
      "Same top p: %6.3f ± %5.3f %%\n",
      100.0 * report.rms_dp.value, 100.0 * report.rms_dp.uncertainty,
      100.0 * report.same_top.value, 100.0 * report.same_top.uncertainty);
  return text;
}

}  // namespace sampler::tools
