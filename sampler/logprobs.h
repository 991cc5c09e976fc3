// Log-probabilities of a step, before and after the pipeline: those of the
// token that was drawn, and the likeliest n.
//
// Two distributions are reported side by side and never mixed up:
//
//   raw        the softmax of the row as it came (T = 1, nothing edited,
//              nothing removed): what the model says
//   processed  what the pipeline left: what the token was drawn from
//
// A logprob is ln(w / S), natural, of exact masses (distribution.h); ranks
// count from 1 in the total order. A token that was removed has logprob -inf
// and rank 0; one too unlikely to have weight has logprob -inf and a rank. In
// JSON -inf is null.
//
// Thread-safety: Logprobs is a plain value; a LogprobReporter is used by one
//   thread at a time.
// Cost: for raw, exact weights of the row, a selection of n, and one pass for
//   the rank; for processed the same over the survivors.
// Tested by: tests/logprobs_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_LOGPROBS_H_
#define SAMPLER_LOGPROBS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/candidates.h"
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
  std::vector<TokenLogprob> top;  // In the total order, each of weight > 0.

  friend bool operator==(const LogprobList&, const LogprobList&) = default;
};

struct Logprobs {
  LogprobList raw;
  LogprobList processed;

  friend bool operator==(const Logprobs&, const Logprobs&) = default;
};

// The `top` likeliest tokens of one distribution, none without weight.
std::vector<TokenLogprob> TopLogprobs(const Distribution& distribution,
                                      std::int64_t top);

// Reports steps. Scratch memory, one per thread.
class LogprobReporter {
 public:
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
