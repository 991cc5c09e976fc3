// Conditions under which a comparison fails: --fail-if 'mean_kld>0.02'.
//
//   NAME OP NUMBER, with <, <=, > or >=
//
// NAME is one of those that the JSON has (ReportValues): of a metric of two
// sides NAME.a, NAME.b, NAME.diff, NAME.lo and NAME.hi (of the difference's
// interval); of the others NAME, NAME.lo, NAME.hi. Where rows list only their
// likeliest tokens a number may be known as a range: NAME.a.least and
// NAME.a.most (and so of the others) are its ends, and NAME.a has no value.
//
// Errors: InvalidArgument for what is no condition, for an unknown name, and
//   for a value that the comparison does not have: a gate that cannot be
//   decided must not pass.
// Thread-safety: pure functions.
// Tested by: tests/tools/compare/gate_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_GATE_H_
#define SAMPLER_TOOLS_COMPARE_GATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sampler::tools {

struct Gate {
  enum class Compare { kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  std::string text;  // As it was given.
  std::string name;
  Compare compare = Compare::kGreater;
  double bound = 0;
};

absl::StatusOr<Gate> ParseGate(const std::string& text);

// A gate against a value.
struct GateResult {
  Gate gate;
  double value = 0;
  bool failed = false;
};

// `values`: what the report has; NaN: it has no value for this name.
absl::StatusOr<std::vector<GateResult>> CheckGates(
    const std::vector<Gate>& gates,
    const std::map<std::string, double>& values);

// The exit code: 1, and a line of each on stderr, if any failed.
int ReportGates(const std::vector<GateResult>& results);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_GATE_H_
