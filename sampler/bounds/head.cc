#include "sampler/bounds/head.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/tuning.h"

namespace sampler {
namespace {

// e^x to a few percent, by the bits of a float; a guess needs no more.
double RoughExp(float x) {
  constexpr float kLog2E = 1.442695f;
  constexpr float kBias = 127.0f - 0.043f;  // Off by as much both ways.
  const auto bits = static_cast<std::int32_t>((x * kLog2E + kBias) * 0x1p23f);
  return static_cast<double>(std::bit_cast<float>(std::max(bits, 0)));
}

// Guesses of how far below the largest logit a head reaches.
class Reach {
 public:
  Reach(const CandidateSet& set, MassSketch& sketch) : sketch_(sketch) {
    const absl::Span<const double> maxima = set.BlockMaxima();
    blocks_ = static_cast<double>(maxima.size());
    sketch_.Begin(set.Max(), set.Max());
    sketch_.Add(maxima);
  }

  // Of the head that weighs `wanted` times what the likeliest does, if maxima
  // can tell.
  std::optional<double> Of(double wanted) const {
    const MassSketch::Place place = MassSketch::Search([&](float distance) {
      const kernels::TermSums shown = sketch_.Within(distance);
      return !CanTell(shown) || Expected(shown, distance) >= wanted;
    });
    const kernels::TermSums shown = sketch_.Within(place.farthest);
    if (!CanTell(shown) || Expected(shown, place.farthest) < wanted) return {};
    return static_cast<double>(place.farthest);
  }

  // What probably lies within this distance; everything, if maxima cannot tell.
  double Probably(double distance) const {
    const auto bound = static_cast<float>(distance);
    const kernels::TermSums shown = sketch_.Within(bound);
    return CanTell(shown) ? Expected(shown, bound)
                          : std::numeric_limits<double>::infinity();
  }

  // What the maxima weigh that lie within this distance.
  double Shown(double distance) const {
    return sketch_.Within(static_cast<float>(distance)).mass;
  }

 private:
  // Where nearly every block shows a token, their number says nothing.
  bool CanTell(const kernels::TermSums& shown) const {
    return static_cast<double>(shown.count) <=
           tuning::kMostBlocksShown * blocks_;
  }

  double Expected(const kernels::TermSums& shown, float distance) const {
    const auto count = static_cast<double>(shown.count);
    const double all = -blocks_ * Log(1.0 - count / blocks_);
    return shown.mass + (all - count) * RoughExp(-distance);
  }

  MassSketch& sketch_;
  double blocks_;
};

// A part of the blocks, at least one.
std::int64_t PartOf(std::size_t blocks, std::size_t part) {
  return static_cast<std::int64_t>(std::max<std::size_t>(1, blocks / part));
}

double InLikeliest(Mass mass) { return ToDouble(mass) * 0x1p-51; }

}  // namespace

Head GatherHead(const CandidateSet& set, double floor,
                SelectionScratch& scratch) {
  const double low = std::max(floor, kLowestLogit);
  const WeighedList list = GatherWeighed(set, {low}, scratch);
  return {low, list, kernels::MassOf(list.weights)};
}

std::optional<Head> FindHead(const CandidateSet& set, Mass least, Mass wanted,
                             MassSketch& sketch, SelectionScratch& scratch) {
  const Reach reach(set, sketch);
  const double max = set.Max();
  const std::size_t blocks = set.slots() / kernels::kBlockSize;
  const double all = InLikeliest(wanted);
  std::optional<double> distance = reach.Of(all);
  // Where the maxima together fall short, few blocks may hold it all the same.
  double floor = 0.0;
  if (distance.has_value()) {
    floor = max - *distance;
  } else {
    floor =
        set.LowerBoundOfTop(std::min(PartOf(blocks, 8), tuning::kFewBlocks));
    if (reach.Probably(max - floor) < tuning::kPromising * all) return {};
  }
  std::size_t part = tuning::kFirstWidening;
  for (int guess = 1;; ++guess) {
    const Head head = GatherHead(set, floor, scratch);
    if (head.mass >= least) return head;
    if (guess == tuning::kMostGuesses) return {};
    const double found = InLikeliest(head.mass);
    distance = reach.Of(all - (found - reach.Shown(max - floor)));
    double next = distance.has_value() ? max - *distance : floor;
    if (!(next < floor)) {
      if (part < tuning::kLastWidening || found < tuning::kNearlyFound * all) {
        return {};
      }
      next = set.LowerBoundOfTop(PartOf(blocks, part));
      part /= 2;
      if (!(next < floor)) return {};
    }
    floor = next;
  }
}

}  // namespace sampler
