// Log-probabilities of a step, before and after the pipeline: those of the
// token that was drawn, and the likeliest n.
//
// Two distributions are reported side by side and never mixed up:
//
//   raw        the softmax of the row as it came (T = 1, nothing edited,
//              nothing removed): what the model says
//   processed  what the pipeline left: what the token was drawn from
//
// A logprob is (l - M) - ln sum e^(l - M), natural, in double
// (Distribution::Logprob), and ranks count from 1 in the total order. Every
// survivor has both, of `raw` every token with a finite logit, also where it is
// too unlikely to have a weight and so can never be drawn (distribution.h). A
// token that was removed has logprob -inf and rank 0. In JSON -inf is null.
//
// Either one alone, into memory of the caller's:
//
//   std::array<TokenLogprob, 20> top;
//   const Distribution raw = reporter.Raw(row);
//   TokenLogprob of_token = LogprobOf(raw, token.id);
//   for (const TokenLogprob& t : TopLogprobs(raw, absl::MakeSpan(top))) ...
//
// For many rows at once see batch.h.
//
// Thread-safety: Logprobs is a plain value; a LogprobReporter is used by one
//   thread at a time.
// Cost: for raw, a read of the row for its maximum, a sum of exponentials in
//   double (9 reads), a selection of n, and for the rank a count of what is
//   larger; for processed the same over the survivors, so next to nothing
//   beside the step where few are left. No allocation after the first call but
//   for results that are vectors.
// Tested by: tests/logprobs_test.cc, tests/threads_test.cc,
//   tests/allocation_test.cc.

#ifndef SAMPLER_LOGPROBS_H_
#define SAMPLER_LOGPROBS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/distribution.h"
#include "sampler/logits.h"

namespace sampler {

struct TokenLogprob {
  TokenId id = -1;
  double logprob = 0.0;   // ln p.
  std::int64_t rank = 0;  // From 1; 0 if the token was removed.

  friend bool operator==(const TokenLogprob&, const TokenLogprob&) = default;
};

// What one distribution says of the drawn token, and its likeliest tokens.
struct LogprobList {
  TokenLogprob token;
  std::vector<TokenLogprob> top;  // In the total order.

  friend bool operator==(const LogprobList&, const LogprobList&) = default;
};

struct Logprobs {
  LogprobList raw;
  LogprobList processed;

  friend bool operator==(const Logprobs&, const Logprobs&) = default;
};

// One token. REQUIRES: `token` lies in the vocabulary.
TokenLogprob LogprobOf(const Distribution& distribution, TokenId token);

// The likeliest tokens of one distribution, at most as many as `top` has room
// for: all of them where fewer are left. Writes them to the front of `top`, and
// returns that part.
absl::Span<TokenLogprob> TopLogprobs(const Distribution& distribution,
                                     absl::Span<TokenLogprob> top);

// The same as a vector. REQUIRES: top >= 0.
std::vector<TokenLogprob> TopLogprobs(const Distribution& distribution,
                                      std::int64_t top);

// One distribution's report in memory of the caller's.
struct LogprobReport {
  // Room for the likeliest tokens, and then the part of it that was written.
  absl::Span<TokenLogprob> top = {};
  TokenLogprob token = {};  // The drawn one; {-1, -inf, 0} if none was drawn.
};

void FillReport(const Distribution& distribution, TokenId drawn,
                LogprobReport& report);

// Reports steps. Scratch memory, one per thread.
class LogprobReporter {
 public:
  // The softmax of `row` as it came. Lives in the reporter and reads `row`:
  // valid until the reporter's next call, while that memory is unchanged. A row
  // with NaN or +inf, or without a finite logit, has a status that says so.
  Distribution Raw(Logits row);

  // The logprobs of `token`, and of the `top` likeliest tokens, in `row` and in
  // what a pipeline made of it. REQUIRES: `processed` is the Distribution of
  // `row` and is ok; `token` lies in the vocabulary; top >= 0.
  Logprobs Report(Logits row, const Distribution& processed, TokenId token,
                  std::int64_t top);

 private:
  Candidates raw_;
};

// As one line of JSON:
//   {"raw":{"token":{"id":..,"logprob":..,"rank":..},"top":[{..},..]},
//    "processed":{..}}
std::string ToJson(const Logprobs& logprobs);

}  // namespace sampler

#endif  // SAMPLER_LOGPROBS_H_
