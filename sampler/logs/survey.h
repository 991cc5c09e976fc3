// What is in a log, or in some of its rows, and can it be trusted: everything
// `sampler inspect` prints, as numbers.
//
//   NLL of row r at shift s = -ln p_r(token of row r + s), the same sequence
//
// A log whose tokens belong to other rows (off by one, another file, another
// tokenizer) looks like plausible noise. The mean NLL at shifts -1, 0 and +1
// exposes it: the right shift is the best one, by far.
//
// p is the softmax of the row in double; for a row of probabilities, the row;
// for a `_logits_` row, the decoded log-probability as it is, because the file
// stores it normalised. There a token at the floor is censored: its true NLL is
// at least the floor's, which is what is counted. For a top-k row p is that of
// the full row, by its logsumexp, and a token that is not listed is censored in
// the same way; the entropy is that of the listed tokens.
//
// Thread-safety: pure function of the log.
// Cost: one pass over the rows, memory of two rows in double, about a
//   millisecond per 50,000 logits.
// Errors: InvalidArgument for options out of range.
// Tested by: tests/logs/survey_test.cc, among others on a file whose perplexity
//   llama.cpp itself reports.

#ifndef SAMPLER_LOGS_SURVEY_H_
#define SAMPLER_LOGS_SURVEY_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/kind.h"
#include "sampler/logs/log.h"
#include "sampler/logs/rows/row_survey.h"

namespace sampler::logs {

struct SurveyOptions {
  int sampled_rows = 5;  // Rows reported one by one, spread over the log.
  int top_tokens = 5;    // Likeliest tokens reported of each.
  // Rows that are looked at: from `first` to the one before `end` (-1: to the
  // last), of these every `every`-th.
  std::int64_t first_row = 0;
  std::int64_t end_row = -1;
  std::int64_t every = 1;
  // Called after each of them; where it says false, the survey ends and is of
  // the rows so far. Null: true.
  std::function<bool()> on_row = nullptr;
};

// Values of one sort, counted over the whole log.
struct Occurrences {
  std::int64_t count = 0;
  std::int64_t first_row = -1;  // -1: none.
};

// One row, reported.
struct SampledRow {
  std::int64_t row = 0;
  bool broken = false;  // Nothing below is set.
  double entropy = 0;   // Nats.
  std::vector<TopToken> top;
};

// The logged tokens, read at one shift.
struct ShiftScore {
  int shift = 0;
  std::int64_t rows = 0;        // Rows that have a token at this shift.
  std::int64_t impossible = 0;  // Of those, rows that give it probability 0.
  double mean_nll = 0;          // Over the possible ones; 0 without any.

  // exp of the mean NLL; infinite if any token was impossible.
  double perplexity() const;
};

// The floor of `_logits_` rows, summed up.
struct FloorSurvey {
  std::int64_t rows_16 = 0;  // Windows of 16 nats, of 24, and others.
  std::int64_t rows_24 = 0;
  std::int64_t rows_other = 0;
  std::int64_t tokens = 0;    // At the floor, in all rows.
  double mean_mass = 0;       // Most they can weigh together: mean over the
  double largest_mass = 0;    // rows, and the largest of a row.
  std::int64_t censored = 0;  // Logged tokens at the floor: with any, the
                              // perplexity is a lower bound.
};

// What the rows of a top-k log leave out, summed up.
struct TailSurvey {
  double mean_listed = 0;     // Tokens of a row that are there.
  double mean_mass = 0;       // What the others weigh: mean over the rows,
  double largest_mass = 0;    // and the largest of a row.
  std::int64_t censored = 0;  // Logged tokens among the others: with any, the
                              // perplexity is a lower bound.
};

struct Survey {
  // Fewest rows with a token from which the shift check means anything.
  static constexpr std::int64_t kFewestForShift = 24;

  std::int64_t rows = 0;  // That were looked at.
  Occurrences nan;
  Occurrences positive_infinity;
  Occurrences negative_infinity;  // Without tokens dropped at a floor
                                  // or not listed.
  Occurrences broken_rows;        // Rows without a distribution.
  KindGuess kind;
  double mean_entropy = 0;  // Over the rows that are not broken; nats.
  // Share of those rows with an exact tie across rank kTieRanks[i].
  std::array<double, kTieRanks.size()> tied = {};
  std::vector<SampledRow> sampled;
  // Shifts -1, 0, +1; absent if the log has no tokens.
  std::optional<std::array<ShiftScore, 3>> shifts;
  std::optional<FloorSurvey> floor;  // Of a `_logits_` file.
  std::optional<TailSurvey> tail;    // Of a top-k log.

  // The logged tokens as the log has them; REQUIRES: shifts.
  const ShiftScore& logged() const { return (*shifts)[1]; }
  // The shift with the fewest impossible tokens, then the lowest mean NLL;
  // empty without tokens or below kFewestForShift rows: too short to check.
  std::optional<int> BestShift() const;
};

absl::StatusOr<Survey> TakeSurvey(const Log& log,
                                  const SurveyOptions& options = {});

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SURVEY_H_
