// What one row of a log tells by itself: broken values, the sums that reveal
// what kind of numbers these are, entropy, and ties.
//
// These are diagnostics, which decide nothing about any token. What concerns
// the softmax is what the library reports of the row (distribution.h,
// logprobs.h), so that every command says the same to the last bit.
//
// Thread-safety: a RowSurveyor is scratch, one per thread.
// Cost: four passes over the row and one selection; memory for two rows, and
//   that of a set of candidates.
// Tested by: tests/logs/rows/row_survey_test.cc.

#ifndef SAMPLER_LOGS_ROWS_ROW_SURVEY_H_
#define SAMPLER_LOGS_ROWS_ROW_SURVEY_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"
#include "sampler/logits.h"

namespace sampler::logs {

// Ranks at which users cut, so that a tie there is decided by token id.
inline constexpr std::array<int, 3> kTieRanks = {1, 40, 100};

struct TopToken {
  TokenId id = 0;
  double value = 0;    // As stored; for a row of probabilities its logarithm.
  double logprob = 0;  // Of the row's softmax,
  double probability = 0;  // and e to the power of it.
};

struct RowStatistics {
  std::int64_t nans = 0;
  std::int64_t positive_infinities = 0;
  std::int64_t negative_infinities = 0;
  // Of the finite values; without any, maximum < minimum.
  double maximum = 0;
  double minimum = 0;
  double sum = 0;
  std::int64_t at_minimum = 0;  // Values equal to the minimum.

  // The rest only for rows that are not broken().
  double log_sum = 0;      // ln of the sum of e^(value - maximum),
  double log_sum_exp = 0;  // and the maximum added to it.
  double entropy = 0;      // Of the softmax, in nats.
  // Whether the value of rank kTieRanks[i] equals the one of the next rank.
  std::array<bool, kTieRanks.size()> ties = {};

  // No distribution can be had: NaN, +inf, or no finite value.
  bool broken() const {
    return nans > 0 || positive_infinities > 0 || maximum < minimum;
  }

  // ln of the softmax at a value of the row. From the maximum, never from
  // log_sum_exp: beside a large maximum the rest of that has no digits left.
  double Logprob(double value) const;
};

class RowSurveyor {
 public:
  RowStatistics Measure(const Logits& row);

  // Makes of the row measured last, whose values are probabilities, a row of
  // their logarithms, and measures again what depends on the softmax.
  void TakeLogarithms(RowStatistics& statistics);

  // The values of the row measured last.
  absl::Span<const double> values() const { return values_; }

  // The likeliest tokens of that row: higher value first, then lower id.
  // REQUIRES: the row was not broken.
  std::vector<TopToken> Top(int count, const RowStatistics& statistics) const;

 private:
  void MeasureSoftmax(RowStatistics& statistics);
  void FindTies(RowStatistics& statistics);

  std::vector<double> values_;
  std::vector<double> ranked_;
  Candidates candidates_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_ROW_SURVEY_H_
