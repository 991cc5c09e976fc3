// The token history of one sequence: its prompt, then the output tokens that
// were accepted. Penalties and n-gram stages read it; it is moved only by
// Accept and Rollback.
//
// The prompt is shared between copies, so that a copy costs its output tokens
// alone. Rollback is exact because nothing that is derived from the tokens is
// kept with them: counts are those of the window in every step, whatever was
// counted before (token_counts.h). The one exception are the phases of a text
// (phases.h): what is noted as tokens come is taken back with them.
//
// Thread-safety: const methods from any number of threads; otherwise one
// thread at a time.
// Tested by: tests/history/history_test.cc (against a plain vector),
//   tests/history/phases_test.cc (phases against their definition).

#ifndef SAMPLER_HISTORY_HISTORY_H_
#define SAMPLER_HISTORY_HISTORY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler {

struct PhaseRules;  // phases.h

// The part of a history that a stage looks at. kPhase: the tokens since a phase
// last began or ended (History::StretchBegin).
enum class Scope { kPrompt, kOutput, kBoth, kPhase };

// A stretch of history: `first` precedes `second`. Two pieces, because prompt
// and output are stored apart.
struct HistoryView {
  absl::Span<const TokenId> first;
  absl::Span<const TokenId> second;

  std::size_t size() const { return first.size() + second.size(); }
  TokenId operator[](std::size_t i) const {
    return i < first.size() ? first[i] : second[i - first.size()];
  }

  // The last n tokens, across the boundary of the pieces, or all.
  HistoryView Last(std::size_t n) const {
    const std::size_t from_second = std::min(n, second.size());
    const std::size_t from_first = std::min(n - from_second, first.size());
    return {first.last(from_first), second.last(from_second)};
  }

  // Does it lie where `other` does in memory, and so hold the same tokens?
  bool LiesAt(const HistoryView& other) const {
    const auto same = [](absl::Span<const TokenId> a,
                         absl::Span<const TokenId> b) {
      return a.size() == b.size() && (a.empty() || a.data() == b.data());
    };
    return same(first, other.first) && same(second, other.second);
  }

  // Returns true if it ends with `tokens`. Every text ends with no tokens.
  bool EndsWith(absl::Span<const TokenId> tokens) const {
    if (tokens.size() > size()) return false;
    const std::size_t before = size() - tokens.size();
    for (std::size_t i = tokens.size(); i-- > 0;) {
      if ((*this)[before + i] != tokens[i]) return false;
    }
    return true;
  }
};

// Where a phase stands. Places count the tokens of the text, prompt first.
struct PhaseState {
  std::int64_t begin = -1;  // Of its first token; -1: it has never begun.
  std::int64_t end = -1;    // Of the first token after it; -1: not over.

  bool open() const { return begin >= 0 && end < 0; }

  friend bool operator==(const PhaseState&, const PhaseState&) = default;
};

// The phases of one text: a function of its tokens alone. Part of a History.
//
// Cost: of a token, one look at the text's end for every sequence that may
//   begin or end a phase there; of a rollback, the changes that it takes back.
class PhaseTrack {
 public:
  // Null where no phases are followed.
  const PhaseRules* rules() const { return rules_.get(); }
  // REQUIRES: `phase` is an index of the rules.
  const PhaseState& operator[](std::size_t phase) const {
    return states_[phase];
  }
  bool AnyIsOpen() const;
  // The place where a phase last began or ended; -1: nowhere.
  std::int64_t last_change() const { return last_change_; }

  // Begins anew with a text. `rules` may be null.
  void Begin(std::shared_ptr<const PhaseRules> rules, const HistoryView& text);
  // `text` has grown by one token. REQUIRES: rules() is not null.
  void Follow(const HistoryView& text);
  // The text has only so many tokens left. REQUIRES: not fewer than the prompt.
  void Rollback(std::int64_t size);

 private:
  // What stood before a token changed it.
  struct Change {
    std::int64_t place;
    std::size_t phase;
    PhaseState state;
    std::int64_t last_change;
  };

  void Turn(std::size_t phase, std::int64_t place);

  std::shared_ptr<const PhaseRules> rules_;
  std::vector<PhaseState> states_;
  std::int64_t last_change_ = -1;
  std::vector<Change> changes_;  // By output tokens, in their order.
};

class History {
 public:
  explicit History(std::vector<TokenId> prompt = {})
      : prompt_(
            std::make_shared<const std::vector<TokenId>>(std::move(prompt))) {}

  absl::Span<const TokenId> prompt() const { return *prompt_; }
  absl::Span<const TokenId> output() const { return output_; }

  void Accept(TokenId token) {
    output_.push_back(token);
    if (phases_.rules() != nullptr) phases_.Follow({prompt(), output()});
  }

  // Forgets the last n output tokens. REQUIRES: n <= output().size().
  void Rollback(std::size_t n) {
    output_.resize(output_.size() - n);
    if (phases_.rules() != nullptr) phases_.Rollback(size());
  }

  // Tokens of prompt and output.
  std::int64_t size() const {
    return static_cast<std::int64_t>(prompt_->size() + output_.size());
  }

  // Notes from here on where these phases begin and end; null: none are noted.
  // Cost: linear in the text; then as PhaseTrack says.
  void FollowPhases(std::shared_ptr<const PhaseRules> rules);
  // Returns true if it notes these phases.
  bool Follows(const PhaseRules& rules) const;
  const PhaseTrack& phases() const { return phases_; }

  // The place of the first token since a phase last began or ended. Where none
  // is open this is in the output: a phase that ended in the prompt leaves
  // nothing of the prompt to look at.
  std::int64_t StretchBegin() const;
  // How many tokens have come since.
  std::int64_t StretchSize() const { return size() - StretchBegin(); }

  // The tokens of `scope` without the first `ignore_first` prompt tokens; of
  // those the last `window`, or all. Cost: O(1).
  HistoryView View(Scope scope, std::optional<std::int64_t> window,
                   std::int64_t ignore_first = 0) const;

 private:
  std::shared_ptr<const std::vector<TokenId>> prompt_;
  std::vector<TokenId> output_;
  PhaseTrack phases_;
};

// The part of a history that a stage reads, as its parameters say.
struct HistoryWindow {
  Scope scope = Scope::kBoth;
  std::optional<std::int64_t> window = {};  // Last n of the scope, or all.
  std::int64_t ignore_first = 0;  // Leading prompt tokens to leave out.

  HistoryView Of(const History& history) const {
    return history.View(scope, window, ignore_first);
  }
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_HISTORY_H_
