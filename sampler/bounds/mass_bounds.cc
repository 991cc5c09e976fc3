#include "sampler/bounds/mass_bounds.h"

namespace sampler {

kernels::RowScan MassBounds::Scan(Logits row, double* maxima) {
  return use_ == BoundsUse::kTry ? scanned_.Scan(set_, row, maxima)
                                 : kernels::ScanBlockMaxima(row, maxima);
}

bool MassBounds::Have() { return HaveSums(ChunkSums::Distances::kWithout); }

bool MassBounds::HaveMean() { return HaveSums(ChunkSums::Distances::kWith); }

bool MassBounds::HaveSums(ChunkSums::Distances distances) {
  const bool current =
      state_ != State::kUnknown && generation_ == set_.generation();
  const bool lacks_distances = state_ == State::kSummed &&
                               distances == ChunkSums::Distances::kWith &&
                               !sums_.has_distances();
  if (!current || lacks_distances) {
    generation_ = set_.generation();
    split_.TakeJoined();
    state_ = use_ == BoundsUse::kTry && sums_.Sum(set_, distances, scanned_)
                 ? State::kSummed
                 : State::kNone;
  }
  return state_ == State::kSummed;
}

void MassBounds::Follow() {
  if (!split_.TakeJoined() || !set_.SlotsAreIds() ||
      set_.slots() != sums_.slots()) {
    return;
  }
  sums_.Subtract(split_.gone(), split_.ErrorOfRest(), set_.stored().floor);
  generation_ = set_.generation();
  state_ = State::kSummed;
}

}  // namespace sampler
