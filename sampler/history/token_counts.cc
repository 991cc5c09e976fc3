#include "sampler/history/token_counts.h"

#include <algorithm>

#include "sampler/candidate.h"

namespace sampler {
namespace {

// The tokens [begin, begin + size) of a view.
HistoryView Part(const HistoryView& view, std::size_t begin, std::size_t size) {
  const std::size_t first = std::min(begin, view.first.size());
  return {view.first.subspan(first, size),
          view.second.subspan(
              begin - first, size - std::min(size, view.first.size() - first))};
}

// Calls f(token) for every token of `view`.
template <typename F>
void ForEachToken(const HistoryView& view, F f) {
  for (const absl::Span<const TokenId> part : {view.first, view.second}) {
    for (const TokenId token : part) f(token);
  }
}

// Is `view` this text? REQUIRES: sizes agree.
bool IsText(const HistoryView& view, absl::Span<const TokenId> text) {
  return std::equal(view.first.begin(), view.first.end(), text.begin()) &&
         std::equal(
             view.second.begin(), view.second.end(),
             text.begin() + static_cast<std::ptrdiff_t>(view.first.size()));
}

}  // namespace

CountedTokens TokenCounts::Of(const HistoryView& view) {
  if (!known_ || !view.LiesAt(counted_)) {
    MakeRoom(view.size());
    const Overlap overlap = FindOverlap(view);
    if (overlap.size > 0) {
      Move(view, overlap);
    } else {
      CountAll(view);
    }
    counted_ = view;
    known_ = true;
  }
  return {{tokens_.data(), distinct_}, {counts_.data(), distinct_}};
}

// All room first: where memory runs out, the text and its counts are as they
// were.
void TokenCounts::MakeRoom(std::size_t size) {
  const std::size_t most = std::max(size, text().size()) + 2 * kMostMoved;
  if (tokens_.size() < most) {
    // What tells the size grows last, lest memory run out in between.
    counts_.resize(most);
    tokens_.resize(most);
  }
  // Beyond the text, so that what has been taken out is cleared away once in
  // half as many steps as there are tokens.
  if (text_.capacity() < most + most / 2) text_.reserve(2 * most);
}

TokenCounts::Overlap TokenCounts::FindOverlap(const HistoryView& view) const {
  const absl::Span<const TokenId> text = this->text();
  const auto overlap_at = [&](std::size_t in_text, std::size_t in_view) {
    const std::size_t size =
        std::min(text.size() - std::min(in_text, text.size()),
                 view.size() - std::min(in_view, view.size()));
    // Also at their ends they differ by a few.
    const bool few = text.size() - size <= 2 * kMostMoved &&
                     view.size() - size <= 2 * kMostMoved;
    const bool same =
        size > 0 && few &&
        IsText(Part(view, in_view, size), text.subspan(in_text, size));
    return Overlap{in_text, in_view, same ? size : 0};
  };
  for (std::size_t moved = 0; moved <= kMostMoved; ++moved) {
    Overlap overlap = overlap_at(moved, 0);
    if (overlap.size == 0 && moved > 0) overlap = overlap_at(0, moved);
    if (overlap.size > 0) return overlap;
  }
  return {0, 0, 0};
}

void TokenCounts::Move(const HistoryView& view, const Overlap& overlap) {
  const absl::Span<const TokenId> text = this->text();
  const std::size_t text_end = overlap.in_text + overlap.size;
  const std::size_t view_end = overlap.in_view + overlap.size;
  // New tokens first: what goes and comes again keeps its place.
  const HistoryView before = Part(view, 0, overlap.in_view);
  const HistoryView after = Part(view, view_end, view.size() - view_end);
  ForEachToken(before, [this](TokenId token) { Add(token); });
  ForEachToken(after, [this](TokenId token) { Add(token); });
  for (const TokenId token : text.first(overlap.in_text)) Take(token);
  for (const TokenId token : text.subspan(text_end)) Take(token);

  text_.resize(begin_ + text_end);
  begin_ += overlap.in_text;
  const bool is_full = text_.size() + after.size() > text_.capacity();
  if (is_full || before.size() > 0) {
    text_.erase(text_.begin(),
                text_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  text_.insert(text_.begin(), before.second.begin(), before.second.end());
  text_.insert(text_.begin(), before.first.begin(), before.first.end());
  text_.insert(text_.end(), after.first.begin(), after.first.end());
  text_.insert(text_.end(), after.second.begin(), after.second.end());
}

void TokenCounts::CountAll(const HistoryView& view) {
  for (std::size_t i = 0; i < distinct_; ++i) {
    place_[static_cast<std::size_t>(tokens_[i])] = 0;
  }
  distinct_ = 0;
  ForEachToken(view, [this](TokenId token) { Add(token); });
  begin_ = 0;
  text_.assign(view.first.begin(), view.first.end());
  text_.insert(text_.end(), view.second.begin(), view.second.end());
}

// Without a branch: whether a token is new is hard to predict.
void TokenCounts::Add(TokenId token) {
  std::uint32_t& place = place_[static_cast<std::size_t>(token)];
  const bool is_new = place == 0;
  distinct_ += is_new ? 1u : 0u;
  place = is_new ? static_cast<std::uint32_t>(distinct_) : place;
  tokens_[place - 1] = token;
  counts_[place - 1] = (is_new ? 0u : counts_[place - 1]) + 1;
}

void TokenCounts::Take(TokenId token) {
  const std::size_t at = place_[static_cast<std::size_t>(token)] - 1;
  if (--counts_[at] > 0) return;
  // The last one fills the gap.
  place_[static_cast<std::size_t>(token)] = 0;
  --distinct_;
  if (at == distinct_) return;
  tokens_[at] = tokens_[distinct_];
  counts_[at] = counts_[distinct_];
  place_[static_cast<std::size_t>(tokens_[at])] =
      static_cast<std::uint32_t>(at + 1);
}

}  // namespace sampler
