// How the tests of the oracle write an example: a few logits, stages as config
// text, and the kept set as digits.
#ifndef SAMPLER_TESTS_ORACLE_STAGE_EXAMPLES_H_
#define SAMPLER_TESTS_ORACLE_STAGE_EXAMPLES_H_

#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/oracle/pipeline.h"

namespace oracle {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ln of each, through libm: the examples stay clear of the last bit, and
// equal probabilities give equal logits.
inline std::vector<double> Logs(const std::vector<double>& probabilities) {
  std::vector<double> logits;
  for (double p : probabilities) logits.push_back(std::log(p));
  return logits;
}

inline Result Process(const std::vector<double>& row, const std::string& stages,
                      const Context& context = {}) {
  return RunStages(row, nlohmann::json::parse(stages), context);
}

// Digit i is 1 if token i survives, or the status.
inline std::string Kept(const std::vector<double>& row,
                        const std::string& stages,
                        const Context& context = {}) {
  const Result result = Process(row, stages, context);
  if (result.status == Status::kNan) return "nan";
  if (result.status == Status::kInfinite) return "infinite";
  if (result.status == Status::kNoCandidate) return "no candidate";
  std::string kept(row.size(), '0');
  for (const Candidate& c : result.candidates) {
    kept[static_cast<std::size_t>(c.id)] = '1';
  }
  return kept;
}

inline double Logit(const Result& result, TokenId id) {
  for (const Candidate& c : result.candidates) {
    if (c.id == id) return c.logit;
  }
  return -kInfinity;
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGE_EXAMPLES_H_
