// Candidates under a packed mask.

#include <algorithm>
#include <bit>
#include <limits>

#include "sampler/candidates.h"

namespace sampler {
namespace {

// Up to this share of the row, 1 / 16, what a mask allows becomes a list:
// looking it up costs less than a pass over everything.
constexpr std::size_t kListShare = 16;

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
  if (allowed > dense_.size() / kListShare) {
    Transform([&](TokenId id, double logit) {
      return stays(id) ? logit : -std::numeric_limits<double>::infinity();
    });
    return;
  }
  allowed_.clear();
  for (std::size_t w = 0; 32 * w < covered; ++w) {
    for (std::uint32_t bits = mask.words()[w]; bits != 0; bits &= bits - 1) {
      const std::size_t id =
          32 * w + static_cast<std::size_t>(std::countr_zero(bits));
      if (id < covered) allowed_.push_back(static_cast<TokenId>(id));
    }
  }
  if (padding == MaskPadding::kAllow) {
    for (std::size_t id = covered; id < dense_.size(); ++id) {
      allowed_.push_back(static_cast<TokenId>(id));
    }
  }
  RemoveAllBut(allowed_);
}

}  // namespace sampler
