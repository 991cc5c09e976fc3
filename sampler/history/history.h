// The token history of one sequence: its prompt, then the output tokens that
// were accepted. Penalties and n-gram stages read it; it is moved only by
// Accept and Rollback.
//
// The prompt is shared between copies, so that a copy costs its output tokens
// alone. Rollback is exact because nothing is derived from the tokens and kept
// from one step to the next: counts are taken from the window in every step
// (token_counts.h).
//
// Thread-safety: const methods from any number of threads; otherwise one
// thread at a time.
// Tested by: tests/history/history_test.cc (against a plain vector).

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

namespace sampler {

// The part of a history that a stage looks at.
enum class Scope { kPrompt, kOutput, kBoth };

// A stretch of history: `first` precedes `second`. Two pieces, because prompt
// and output are stored apart.
struct HistoryView {
  absl::Span<const std::int32_t> first;
  absl::Span<const std::int32_t> second;

  std::size_t size() const { return first.size() + second.size(); }
  std::int32_t operator[](std::size_t i) const {
    return i < first.size() ? first[i] : second[i - first.size()];
  }

  // The last n tokens, across the boundary of the pieces, or all.
  HistoryView Last(std::size_t n) const {
    const std::size_t from_second = std::min(n, second.size());
    const std::size_t from_first = std::min(n - from_second, first.size());
    return {first.last(from_first), second.last(from_second)};
  }

  // Are `tokens` its last ones? True of no tokens.
  bool EndsWith(absl::Span<const std::int32_t> tokens) const {
    if (tokens.size() > size()) return false;
    const std::size_t before = size() - tokens.size();
    for (std::size_t i = tokens.size(); i-- > 0;) {
      if ((*this)[before + i] != tokens[i]) return false;
    }
    return true;
  }
};

class History {
 public:
  explicit History(std::vector<std::int32_t> prompt = {})
      : prompt_(std::make_shared<const std::vector<std::int32_t>>(
            std::move(prompt))) {}

  absl::Span<const std::int32_t> prompt() const { return *prompt_; }
  absl::Span<const std::int32_t> output() const { return output_; }

  void Accept(std::int32_t token) { output_.push_back(token); }

  // Forgets the last n output tokens. REQUIRES: n <= output().size().
  void Rollback(std::size_t n) { output_.resize(output_.size() - n); }

  // The tokens of `scope` without the first `ignore_first` prompt tokens; of
  // those the last `window`, or all. Cost: O(1).
  HistoryView View(Scope scope, std::optional<std::int64_t> window,
                   std::int64_t ignore_first = 0) const;

 private:
  std::shared_ptr<const std::vector<std::int32_t>> prompt_;
  std::vector<std::int32_t> output_;
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
