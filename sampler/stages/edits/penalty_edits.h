// The edit that the penalties on seen tokens share: which tokens they look at,
// and how much of each occurrence counts.
//
// Tested by: tests/stages/edits/penalty_decay_test.cc,
//   tests/stages/edits/stages_test.cc.

#ifndef SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_
#define SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/history/faded_counts.h"
#include "sampler/history/token_counts.h"
#include "sampler/parameters/parameter.h"
#include "sampler/stages/edits/history_parameters.h"
#include "sampler/stages/stage.h"

namespace sampler {

// How much of a token has been seen: the share of its last occurrence that
// counts, in (0, 1], and the shares of all its occurrences together.
struct Seen {
  double share;
  double count;
};

// The tokens of a penalty: those of a window, in full; beyond it, over `decay`
// tokens, less and less (faded_counts.h); but never those of `exempt`.
class PenaltyTokens {
 public:
  // Reads "scope", "window", "decay" and "exempt".
  explicit PenaltyTokens(const Parameters& parameters)
      : window_(ReadHistoryWindow(parameters)),
        decay_(parameters.Integer("decay")),
        exempt_(parameters.TokenIds("exempt")) {}

  // The tokens of a window alone.
  explicit PenaltyTokens(const HistoryWindow& window)
      : window_(window), decay_(0) {}

  // Leaves the first tokens of the prompt out.
  void IgnoreFirst(std::int64_t n) { window_.ignore_first = n; }

  // The part of the history that counts at all.
  HistoryWindow Reach() const;

  // Replaces the logit l of every distinct token by f(l, Seen).
  template <typename F>
  void Edit(const StepContext& step, Candidates& candidates, F f) const {
    if (decay_ != 0) return EditFaded(step, candidates, f);
    const CountedTokens counted = step.counts.Of(window_.Of(step.history));
    if (exempt_.empty()) {  // A loop without a search is made of vectors.
      candidates.EditEach(counted.tokens, [&](std::size_t i, double logit) {
        return f(logit, {1.0, static_cast<double>(counted.counts[i])});
      });
      return;
    }
    candidates.EditEach(counted.tokens, [&](std::size_t i, double logit) {
      return IsExempt(counted.tokens[i])
                 ? logit
                 : f(logit, {1.0, static_cast<double>(counted.counts[i])});
    });
  }

  // For Stage::MakeScratch.
  std::unique_ptr<StageScratch> MakeScratch() const;

 private:
  struct Scratch final : StageScratch {
    FadedCounts counts;
  };

  bool IsExempt(TokenId id) const {
    return std::binary_search(exempt_.begin(), exempt_.end(), id);
  }

  template <typename F>
  void EditFaded(const StepContext& step, Candidates& candidates, F f) const {
    const FadedTokens faded =
        static_cast<Scratch*>(step.scratch)
            ->counts.Of(Reach().Of(step.history), *window_.window, decay_,
                        step.vocabulary_size);
    const auto whole = static_cast<double>(decay_);
    candidates.EditEach(faded.tokens, [&](std::size_t i, double logit) {
      return IsExempt(faded.tokens[i])
                 ? logit
                 : f(logit, {static_cast<double>(faded.most[i]) / whole,
                             static_cast<double>(faded.sums[i]) / whole});
    });
  }

  HistoryWindow window_;
  std::int64_t decay_;
  std::vector<TokenId> exempt_;  // Ascending.
};

// "decay": how many tokens beyond the window still count, less and less.
Parameter DecayParameter();

// What is wrong with "decay", or "": it begins where a window ends.
std::string CheckDecay(const Parameters& parameters);

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_
