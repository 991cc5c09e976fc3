// The oracle: every stage in its slow, obvious form, in double precision.
//
// It restates the definitions and shares no code with the library, so that the
// two can be compared bit for bit: it sorts the whole row after every stage,
// weighs every survivor and adds every mass exactly. Start here; each stage is
// one header beside this one.
//
// Contract: the stages are a valid config (the oracle checks no parameter); an
//   unknown type throws std::invalid_argument.
// Thread-safety: pure functions of their arguments.
// Tested by: tests/oracle/oracle_stages_test.cc, oracle_truncation_test.cc,
//   ../golden_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_PIPELINE_H_
#define SAMPLER_TESTS_ORACLE_PIPELINE_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

// What one stage left.
struct Snapshot {
  std::string type;
  std::size_t kept = 0;
};

struct Result {
  Status status = Status::kOk;
  std::vector<Candidate> candidates;  // in the total order; empty unless ok
  Mass total = 0;
  std::optional<TokenId> token;      // if a stage drew
  std::optional<Interval> interval;  // if it drew by a code point
  std::vector<TokenId> tokens;       // all, if it drew several
  std::optional<double> u;           // if it used randomness
  std::vector<Snapshot> snapshots;   // one per stage that ended ok

  double Probability(TokenId id) const;  // w / S; 0 for a removed id
  double LogSum() const;                 // ln sum e^(l - M)
  double Logprob(TokenId id) const;      // l - M - that; -inf if removed
  double Entropy() const;                // nats
};

// Whether every stage is one the oracle restates.
bool Supports(const nlohmann::json& stages);

// Runs `stages`, an array as in a config file, over one row.
Result RunStages(const std::vector<double>& row, const nlohmann::json& stages,
                 const Context& context = {});

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_PIPELINE_H_
