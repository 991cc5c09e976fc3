// Candidates under a packed mask.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sampler/candidates.h"

namespace sampler {
namespace {

// Up to this share of the row, 1 / 16, what a mask allows becomes a list, and
// what it bans is removed one by one: looking it up costs less than a pass that
// converts everything.
constexpr std::size_t kListShare = 16;

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
  const auto stays = [&](TokenId id) {
    const auto i = static_cast<std::size_t>(id);
    return i < mask.size() ? mask.Allows(i) : padding == MaskPadding::kAllow;
  };
  if (!dense_form_) {
    Changed();
    list_.Filter([&](std::size_t i) { return stays(list_.ids()[i]); });
    return;
  }
  const std::size_t covered = std::min(mask.size(), dense_.size());
  const std::size_t uncovered = dense_.size() - covered;
  const std::size_t allowed = mask.CountAllowed(dense_.size()) +
                              (padding == MaskPadding::kAllow ? uncovered : 0);
  if (allowed == dense_.size()) return;
  const std::size_t few = dense_.size() / kListShare;
  if (dense_.size() - allowed <= few) {
    ForEachBit(mask, covered, ~std::uint32_t{0},
               [&](TokenId id) { Remove(id); });
    if (padding == MaskPadding::kAllow) return;
    for (std::size_t id = covered; id < dense_.size(); ++id) {
      Remove(static_cast<TokenId>(id));
    }
    return;
  }
  if (allowed > few) {
    Transform(
        [&](TokenId id, double logit) { return stays(id) ? logit : kRemoved; });
    return;
  }
  allowed_.clear();
  ForEachBit(mask, covered, 0, [&](TokenId id) { allowed_.push_back(id); });
  if (padding == MaskPadding::kAllow) {
    for (std::size_t id = covered; id < dense_.size(); ++id) {
      allowed_.push_back(static_cast<TokenId>(id));
    }
  }
  RemoveAllBut(allowed_);
}

}  // namespace sampler
