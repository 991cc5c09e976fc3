// What passes from stage to stage: the surviving candidates.
//
// A candidate is an id with a finite logit; removed ids are simply absent, so
// nothing can bring them back. Between stages the list is in the total order
// (higher logit first, then lower id) and every weight is up to date:
//
//   w_i = rint(E(l_i - M) * 2^51),   M = the largest surviving logit.
//
// Tested by: tests/oracle/oracle_stages_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STATE_H_
#define SAMPLER_TESTS_ORACLE_STATE_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"

namespace oracle {

using TokenId = std::int32_t;

struct Candidate {
  TokenId id;
  double logit;
  std::uint64_t weight = 0;
};

// The total order; -0 equals +0, as == has it.
inline bool Before(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

inline std::uint64_t Weight(double logit, double max) {
  return static_cast<std::uint64_t>(std::rint(std::ldexp(E(logit - max), 51)));
}

enum class Status {
  kOk,
  kNan,
  kInfinite,
  kNoCandidate,
  kMissingInput,
  kWrongInput
};

// What the stages may know besides the row.
struct Context {
  std::vector<TokenId> prompt;
  std::vector<TokenId> output;                 // accepted so far
  std::optional<std::uint32_t> position = {};  // default: output.size()
  std::int64_t step = 0;                       // the caller's clock
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::vector<double> unconditional = {};  // the second row; empty: none
  std::optional<double> uniform = {};      // the caller's code point
  std::optional<std::vector<std::uint32_t>> mask = {};  // packed
  nlohmann::json phases = nlohmann::json::object();     // of the config

  std::uint32_t Position() const {
    return position.value_or(static_cast<std::uint32_t>(output.size()));
  }
};

// The masses just before the pipeline's first truncation.
struct Original {
  std::vector<std::uint64_t> weights;  // by id; 0 for one removed before
  Mass total = 0;
};

// Part of [0, 1), in masses.
struct Interval {
  Mass low, high;
  bool operator==(const Interval&) const = default;
};

struct State {
  std::size_t vocabulary_size = 0;
  std::uint32_t ordinal = 0;  // index of the running stage
  std::vector<Candidate> survivors;
  Mass total = 0;
  Status status = Status::kOk;
  std::optional<Original> original;
  std::optional<TokenId> token;      // once a stage has drawn
  std::optional<Interval> interval;  // if it drew by a code point
  std::vector<TokenId> tokens;       // all of them, if it drew several
  std::optional<double> u;           // the uniform it used
};

// A stage: its rule, given its object in the config.
using StageRule = void (*)(State&, const nlohmann::json&, const Context&);

// Restores the invariants after a stage, or sets the status that ends the
// pipeline. NaN takes precedence over +inf; -inf is a removal.
void Settle(State& state);

// To be called by every truncation that is not neutral, before it acts.
void BeginTruncation(State& state);

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STATE_H_
