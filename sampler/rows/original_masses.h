// The weights of the candidates before a pipeline's first truncation, for rules
// with MassBasis::kOriginal.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: nothing unless wanted; then 8 bytes per token of the vocabulary.
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_ROWS_ORIGINAL_MASSES_H_
#define SAMPLER_ROWS_ORIGINAL_MASSES_H_

#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"

namespace sampler {

class OriginalMasses {
 public:
  void Forget() { state_ = State::kUnused; }

  // The next Note stores the weights; without Want, Note does nothing.
  void Want() { state_ = State::kWanted; }

  // Stores the current weights, if they are wanted and not stored yet.
  void Note(const CandidateSet& set, const ExactMasses& masses) {
    if (state_ != State::kWanted) return;
    const ExactMasses::Support& s = masses.support();
    weights_.assign(static_cast<std::size_t>(set.IdLimit()), 0);
    for (std::size_t i = 0; i < s.list.size(); ++i) {
      weights_[static_cast<std::size_t>(s.list.ids()[i])] = s.weights()[i];
    }
    total_ = s.total;
    state_ = State::kKnown;
  }

  bool known() const { return state_ == State::kKnown; }

  // The stored weight of a token, and the sum of all. REQUIRES: known().
  Weight WeightOf(TokenId id) const {
    return weights_[static_cast<std::size_t>(id)];
  }
  Mass total() const { return total_; }

 private:
  enum class State { kUnused, kWanted, kKnown };

  State state_ = State::kUnused;
  std::vector<Weight> weights_;  // By id.
  Mass total_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_ORIGINAL_MASSES_H_
