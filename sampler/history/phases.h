// Phases of a text: stretches between sequences of tokens that open and close
// them (thinking, a tool call, an answer).
//
//   A phase that is not open begins after a token with which one of its `begin`
//   sequences is complete; an open one ends after a token with which one of its
//   `end` sequences is. A token that completes both opens a closed phase and
//   closes an open one. Phases know nothing of each other.
//   The prompt counts, unless `prompt_counts` is false: then a sequence must
//   lie in the output. A phase that stands `initially` is open where the output
//   begins, and begins there unless the prompt has opened it before.
//
// So the phases at a position are a function of the tokens before it, whatever
// way led there: accepting, rollback, forks, snapshots, batches, speculation.
//
// Thread-safety: plain values.
// Tested by: tests/history/phases_test.cc (every text of a toy language against
//   the definition), tests/laws/phase_laws_test.cc.

#ifndef SAMPLER_HISTORY_PHASES_H_
#define SAMPLER_HISTORY_PHASES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/candidate.h"

namespace sampler {

struct PhaseRule {
  std::string name = {};
  std::vector<std::vector<TokenId>> begin = {};
  std::vector<std::vector<TokenId>> end = {};
  bool prompt_counts = true;
  bool initially = false;

  friend bool operator==(const PhaseRule&, const PhaseRule&) = default;
};

struct PhaseRules {
  std::vector<PhaseRule> phases;

  // The index of the phase of that name; phases.size() if there is none.
  std::size_t Find(absl::string_view name) const {
    std::size_t at = 0;
    while (at < phases.size() && phases[at].name != name) ++at;
    return at;
  }

  friend bool operator==(const PhaseRules&, const PhaseRules&) = default;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_PHASES_H_
