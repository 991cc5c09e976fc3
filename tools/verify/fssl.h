// FSSL's word for a token: what its likelihood score (gls or cgs) and its rank
// say together.
//
//   safe        the score is at least the threshold: noise explains the token
//   suspicious  it is below, and the token is among the `rank` likeliest of
//               its row: a nudged logit can explain it
//   dangerous   it is below, and the token is none of these
//
// The paper fixes neither number: who audits sets them by how often honest
// tokens may be called so.
//
// Thread-safety: pure functions.
// Source: arXiv 2511.02620 and its code (the two-step classifier).
// Tested by: tests/tools/verify/fssl_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_FSSL_H_
#define SAMPLER_TOOLS_VERIFY_FSSL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace sampler::tools {

enum class FsslWord { kSafe, kSuspicious, kDangerous };

// "safe", "suspicious" or "dangerous".
const char* FsslName(FsslWord word);

struct FsslRule {
  double score = -6.9;     // ln of about 0.001.
  std::int64_t rank = 16;  // From 1.
};

// "SCORE:RANK". InvalidArgument unless SCORE is a finite number <= 0 and RANK
// an integer >= 1.
absl::StatusOr<FsslRule> ParseFsslRule(const std::string& text);

// `score`: NaN where the token has none; `logit_rank`: tokens with a strictly
// higher logit. Empty without a score.
std::optional<FsslWord> ClassifyFssl(double score, double logit_rank,
                                     const FsslRule& rule);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_FSSL_H_
