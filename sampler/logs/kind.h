// What kind of numbers a log holds: logits, log-probabilities or probabilities,
// as the model gave them or after a sampler changed them.
//
// A row is
//   probs      if all values lie in [0, 1] and sum to about 1, else
//   logprobs   if none is positive and their logsumexp is about 0, else
//   logits;
// and it looks processed if values were removed (-inf, or a tenth of the row at
// one lowest value). "About" is as wide as the rounding of the row's type.
//
// Not promised: that a temperature already applied is noticed. It cannot be
// seen in a normalised row; only the metadata can say so.
//
// Thread-safety: pure functions; a KindTally is used by one thread.
// Tested by: tests/logs/kind_test.cc.

#ifndef SAMPLER_LOGS_KIND_H_
#define SAMPLER_LOGS_KIND_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/logs/log.h"
#include "sampler/logs/rows/row_survey.h"

namespace sampler::logs {

enum class Scale { kLogits, kLogprobs, kProbs };

struct Kind {
  Scale scale = Scale::kLogits;
  bool processed = false;
};

// "raw_logits", "processed_logprobs", ..., and for Scale::kProbs "probs".
absl::string_view KindName(Kind kind);

// The kind of one row of elements `dtype`.
// REQUIRES: the row is not broken.
Kind RowKind(const RowStatistics& row, DType dtype, std::int64_t size);

struct KindGuess {
  Kind kind;
  // One sentence each: what was seen, and what contradicts it.
  std::vector<std::string> evidence;
  // The metadata's own word, if it has one.
  std::optional<std::string> declared;
  bool contradicts_declared = false;
  bool mixed = false;  // Rows of different scales.
};

// Collects the kinds of all rows of a log.
class KindTally {
 public:
  void Add(Kind kind, const RowStatistics& row);
  KindGuess Guess(const LogDescription& description) const;

 private:
  std::array<std::int64_t, 3> rows_ = {};  // By Scale.
  std::int64_t processed_ = 0;
  double lowest_log_sum_exp_ = 0;
  double highest_log_sum_exp_ = 0;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_KIND_H_
