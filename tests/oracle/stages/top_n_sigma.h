// top_n_sigma: the candidates within n standard deviations of the maximum,
//
//   l >= M - n * sigma,   sigma^2 = sum (l - mean)^2 / N   (sample: / (N - 1))
//
// in two passes over the finite logits: mean = M + sum (l - M) / N. n = 0 and
// N = 1 are neutral.
//
// Tested by: tests/oracle/oracle_threshold_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TOP_N_SIGMA_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TOP_N_SIGMA_H_

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/moments.h"
#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void TopNSigma(State& state, const nlohmann::json& options,
                      const Context&) {
  const double n = options.at("n").get<double>();
  const std::vector<Candidate> ranking = state.survivors;
  if (n == 0 || ranking.size() == 1) return;
  BeginTruncation(state);
  const auto count = static_cast<double>(ranking.size());
  const double max = Max(ranking);
  std::vector<double> offsets(IdRange(ranking), 0.0);
  for (const Candidate& c : ranking) {
    offsets[static_cast<std::size_t>(c.id)] = c.logit - max;
  }
  const double mean = max + LaneSum(offsets) / count;
  std::vector<double> squares(IdRange(ranking), 0.0);
  for (const Candidate& c : ranking) {
    squares[static_cast<std::size_t>(c.id)] =
        (c.logit - mean) * (c.logit - mean);
  }
  const bool sample = options.value("sigma", "population") == "sample";
  const double sigma =
      std::sqrt(LaneSum(squares) / (sample ? count - 1 : count));
  const double threshold = max - n * sigma;
  std::size_t kept = 0;
  for (const Candidate& c : ranking) kept += c.logit >= threshold ? 1 : 0;
  KeepPrefix(state, ranking, kept, options, LogitOf);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TOP_N_SIGMA_H_
