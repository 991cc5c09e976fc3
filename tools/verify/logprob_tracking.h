// Has a model behind an interface changed? LT (arXiv 2512.03816): one prompt
// asked again and again, before and after; the logprobs of the first token's
// likeliest candidates are compared.
//
//   statistic = mean over tokens of |mean logprob before - mean logprob after|
//
// with a permutation test: which answers are "before" is drawn anew, and the
// p-value is the share of drawings with a statistic at least as large, the
// observed one counted among them. All divisions are taken where there are no
// more than kMostDivisions; else as many random ones, by a fixed seed.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/verify/logprob_tracking_test.cc, against an
//   enumeration.

#ifndef SAMPLER_TOOLS_VERIFY_LOGPROB_TRACKING_H_
#define SAMPLER_TOOLS_VERIFY_LOGPROB_TRACKING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/log.h"

namespace sampler::tools {

inline constexpr std::int64_t kMostDivisions = 10'000;
inline constexpr std::uint64_t kDivisionSeed = 20251203;
inline constexpr std::int64_t kTrackedTokens = 20;  // Of each answer.

struct LogprobTracking {
  std::string absent;       // Why there is no statistic; "": there is one.
  std::int64_t before = 0;  // Answers.
  std::int64_t after = 0;
  std::int64_t tokens = 0;
  double statistic = 0;
  double p_value = 1;
  std::int64_t divisions = 0;
  bool all_divisions = false;
};

// The statistic and its test for answers as rows of numbers, all of one length.
// REQUIRES: both have a row.
LogprobTracking TrackLogprobs(const std::vector<std::vector<double>>& before,
                              const std::vector<std::vector<double>>& after);

// The first row of every sequence that has the prompt of the first one, in both
// logs, over the likeliest kTrackedTokens of each. Errors: rows that cannot be
// read.
absl::StatusOr<LogprobTracking> TrackLogs(const logs::Log& before,
                                          const logs::Log& after);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_LOGPROB_TRACKING_H_
