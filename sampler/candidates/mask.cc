// Candidates::RemoveUnmasked.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/state.h"

namespace sampler {
namespace {

// If a mask allows at most 1 / 16 of the slots, the allowed tokens become a
// list; if it bans at most 1 / 64, they are removed one by one. Both cost less
// than a copy of the row.
constexpr std::size_t kListShare = 16;
constexpr std::size_t kSinglesShare = 64;

// Calls f(id) for every id below `covered` whose bit, inverted or not, is set.
template <typename F>
void ForEachBit(TokenMask mask, std::size_t covered, std::uint32_t inverted,
                F f) {
  for (std::size_t w = 0; 32 * w < covered; ++w) {
    for (std::uint32_t bits = mask.words()[w] ^ inverted; bits != 0;
         bits &= bits - 1) {
      const std::size_t id =
          32 * w + static_cast<std::size_t>(std::countr_zero(bits));
      if (id < covered) f(static_cast<TokenId>(id));
    }
  }
}

}  // namespace

void Candidates::RemoveUnmasked(TokenMask mask, MaskPadding padding) {
  CandidateSet& set = state_->set;
  const auto limit = static_cast<std::size_t>(set.IdLimit());
  const std::size_t covered = std::min(mask.size(), limit);
  const bool pads = padding == MaskPadding::kAllow;
  const std::size_t allowed =
      mask.CountAllowed(limit) + (pads ? limit - covered : 0);
  if (set.SlotsAreIds() && limit - allowed <= set.slots() / kSinglesShare) {
    ForEachBit(mask, covered, ~std::uint32_t{0},
               [&](TokenId id) { Remove(id); });
    for (std::size_t id = covered; id < limit && !pads; ++id) {
      Remove(static_cast<TokenId>(id));
    }
    return;
  }
  if (!set.SlotsAreIds() || allowed > set.slots() / kListShare) {
    set.RemoveUnmasked(mask, padding, allowed);
    return;
  }
  state_->allowed.clear();
  ForEachBit(mask, covered, 0,
             [&](TokenId id) { state_->allowed.push_back(id); });
  for (std::size_t id = covered; id < limit && pads; ++id) {
    state_->allowed.push_back(static_cast<TokenId>(id));
  }
  RemoveAllBut(state_->allowed);
}

}  // namespace sampler
