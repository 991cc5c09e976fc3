// The report of llama-perplexity --kl-divergence over the rows of two logs,
// under its own names, because people quote and grep them.
//
// The first log is the base. Formulas are those of llama.cpp's
// tools/perplexity/perplexity.cpp (read at 050fc7f): the uncertainty of a mean
// is sqrt((mean of squares - square of mean) / (n - 1)), which takes tokens for
// independent; percentiles are interpolated between the sorted values. It gives
// no report of fewer than 100 tokens; here one is given, and told.
//
// Beside them stand the 95 % interval of the mean KLD by whole sequences, and
// what others gate on: the mean of the worst 5 % (cvar95), and the largest mean
// of a sequence (max_mean_kld).
//
// Thread-safety: one thread at a time.
// Cost: memory of five numbers a row.
// Tested by: tests/tools/compare/kl_report_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_KL_REPORT_H_
#define SAMPLER_TOOLS_COMPARE_KL_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/compare/kl_row.h"
#include "tools/compare/totals.h"

namespace sampler::tools {

// llama-perplexity reports nothing of fewer tokens.
inline constexpr std::int64_t kFewestKlRows = 100;

struct Measured {
  double value = 0;
  double uncertainty = 0;
};

// A percentile: "99.9%" and its value.
struct Percentile {
  const char* name;  // "99.9%", "Median", "Maximum".
  const char* key;   // "99_9", "median", "max".
  double value = 0;
};

struct KlReport {
  std::int64_t rows = 0;
  std::int64_t censored = 0;  // Tokens at the floor: their NLL is a bound.
  Measured ppl;               // Of the second log, Q.
  Measured ppl_base;
  double correlation = 0;  // Of ln PPL(Q) and ln PPL(base).
  Measured ln_ratio;
  Measured ratio;
  Measured difference;
  Measured kld;
  Interval kld_interval;
  std::vector<Percentile> klds;
  Measured dp;
  std::vector<Percentile> dps;
  Measured rms_dp;
  Measured same_top;
  double cvar95 = 0;
  double max_mean_kld = 0;
};

class KlStatistics {
 public:
  void Add(std::int64_t sequence, const KlRow& row);

  std::int64_t rows() const { return std::ssize(rows_); }

  // REQUIRES: rows() > 0.
  KlReport Report() const;

 private:
  std::vector<KlRow> rows_;
  std::vector<std::size_t> starts_;  // Of the sequences.
  std::int64_t sequence_ = -1;
};

// The report as llama-perplexity prints it.
std::string KlText(const KlReport& report);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_KL_REPORT_H_
