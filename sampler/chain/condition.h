// When a stage runs: the "when" of a config, compiled.
//
//   {"phase": "thinking"}           the phase is open
//   {"position": [a, b]}            a <= output tokens so far < b; null for b
//                                   sets no end
//   {"phase_position": [a, b]}      the same of the tokens since a phase last
//                                   began or ended; beside "phase", since that
//                                   phase began
//   {"not": w}                      w does not hold
//   {"all": [w, ...]}  {"any": [w, ...]}
//
// Several keys in one object must all hold. A condition is a function of the
// tokens so far alone. Internal.
//
// Thread-safety: immutable.
// Cost: a comparison or two for each key; no allocation.
// Tested by: tests/chain/condition_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_CHAIN_CONDITION_H_
#define SAMPLER_CHAIN_CONDITION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sampler/history/history.h"
#include "sampler/history/phases.h"
#include "sampler/parameters/value.h"

namespace sampler {

// Reports everything that is wrong with `when`, which stands at `pointer`.
void CheckCondition(const Value& when, const std::vector<std::string>& phases,
                    const std::string& pointer, std::vector<Problem>& problems);

// The condition in words: "thinking and not position in [0, 4)".
std::string ConditionText(const Value& when);

class Condition {
 public:
  // REQUIRES: CheckCondition has nothing to report; `phases` are in the order
  // of `rules`.
  Condition(const Value& when, const PhaseRules& rules);

  // REQUIRES: `history` follows the rules.
  bool Holds(const History& history) const;

  // In words, what keeps it from holding: "not in phase thinking". REQUIRES: it
  // does not hold.
  std::string WhyNot(const History& history, const PhaseRules& rules) const {
    return Told(history, rules, /*held=*/false);
  }

 private:
  enum class Kind { kPhase, kPosition, kPhasePosition, kNot, kAll, kAny };

  explicit Condition(Kind kind) : kind_(kind) {}

  static Condition Key(const std::string& key, const Value& value,
                       const Value::Object& beside, const PhaseRules& rules);

  // The number that [from_, until_) bounds. REQUIRES: kind_ is kPosition or
  // kPhasePosition.
  std::int64_t CountOf(const History& history) const;

  // In words, what makes it hold (`held`), or what keeps it from holding.
  std::string Told(const History& history, const PhaseRules& rules,
                   bool held) const;

  Kind kind_;
  std::size_t phase_ = 0;  // kPhase, kPhasePosition: an index, or kStretch.
  std::int64_t from_ = 0;  // [from_, until_)
  std::int64_t until_ = 0;
  std::vector<Condition> parts_;
};

}  // namespace sampler

#endif  // SAMPLER_CHAIN_CONDITION_H_
