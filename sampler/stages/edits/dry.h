// DRY ("don't repeat yourself"): the longer the end of the text repeats what
// came before, the less likely the token that would continue the repetition.
//
//   l_x -= multiplier * base^(R(x) - allowed_length), R(x) >= allowed_length
//
// R(x) is the length of the longest suffix of the text that occurred earlier
// with x as the next token. The text is the last `window` tokens of the scope.
// A breaker is a sequence of tokens (of a line break, a quotation mark); the
// suffix holds only tokens after the last breaker.
//
// Contract: multiplier >= 0, and 0 changes nothing; base >= 1; allowed_length
//   >= 1. The exponent is capped at floor(88.7228391 / ln base), where base^e
//   reaches the largest float32. Of several breakers at one place the longest
//   counts. A token that is a breaker by itself is not penalised, unless
//   exempt_breakers is false. A removed token stays removed.
// Options: the limits that Aphrodite sets to its search. max_ngram: R is at
//   most that. max_occurrences: of the places where the text's last token
//   stood before, the latest so many count. early_exit: the latest place with a
//   match of that length is the last that counts. rule "aphrodite": nothing
//   happens unless more than allowed_length tokens (one of max_ngram being the
//   next) could match; then R >= 2 is penalised, whatever allowed_length, and
//   early_exit is at least 2.
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(window), however the text repeats itself (repeats.h), and the search
//   for the last breaker (breakers.h).
// Source: text-generation-webui #5677, llama.cpp #9702. llama.cpp and this
//   stage agree; koboldcpp penalises breakers; exllamav2 multiplies by
//   occurrences, which is not offered. The limits: Aphrodite 0.24.1, dry.py,
//   whose dry_max_ngram is max_ngram - 1 (its matches leave the last token
//   out).
// Tested by: tests/stages/edits/dry_test.cc,
//   tests/stages/edits/dry_limits_test.cc, tests/history/repeats_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_EDITS_DRY_H_
#define SAMPLER_STAGES_EDITS_DRY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/history/breakers.h"
#include "sampler/history/repeats.h"
#include "sampler/stages/edits/history_parameters.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Dry final : public Stage {
 public:
  // Which repetitions are long enough.
  enum class Rule { kLlamaCpp, kAphrodite };

  struct Options {
    double multiplier;
    double base;
    std::int64_t allowed_length;
    HistoryWindow window;
    std::vector<TokenSequence> breakers;
    bool exempt_breakers;
    std::size_t max_ngram;  // RepeatLimits::kNone: any length.
    RepeatLimits limits;
    Rule rule;
  };

  static StageType Type();

  explicit Dry(Options options);

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  // Returns false if no search is needed: in a text of `size` tokens, of which
  // `cap` at most can be repeated, no repetition is long enough.
  bool MayRepeat(std::size_t size, std::size_t cap) const;

  double multiplier_;
  double base_;
  std::int64_t allowed_length_;
  std::int64_t largest_exponent_;
  HistoryWindow window_;
  Breakers breakers_;
  bool exempt_breakers_;
  std::size_t max_ngram_;
  RepeatLimits limits_;
  Rule rule_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_DRY_H_
