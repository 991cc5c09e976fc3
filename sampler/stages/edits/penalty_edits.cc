#include "sampler/stages/edits/penalty_edits.h"

#include <limits>

namespace sampler {
namespace {

// Units of decay of as many tokens as memory holds fit 64 bits.
constexpr double kMostDecay = std::numeric_limits<std::int32_t>::max();

}  // namespace

HistoryWindow PenaltyTokens::Reach() const {
  HistoryWindow reach = window_;
  if (decay_ == 0 || !reach.window.has_value()) return reach;
  constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
  const std::int64_t fading = decay_ - 1;
  reach.window = *reach.window > kAll - fading ? kAll : *reach.window + fading;
  return reach;
}

std::unique_ptr<StageScratch> PenaltyTokens::MakeScratch() const {
  if (decay_ == 0) return nullptr;
  return std::make_unique<Scratch>();
}

Parameter DecayParameter() {
  return Integer("decay",
                 "tokens beyond the window that count ever less; 0: none")
      .Within(0, kMostDecay)
      .Default(0);
}

std::string CheckDecay(const Parameters& parameters) {
  return parameters.Integer("decay") > 0 && !parameters.Has("window")
             ? "want a \"window\" beside \"decay\", which begins at its end"
             : "";
}

}  // namespace sampler
