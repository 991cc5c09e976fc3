#include "sampler/rows/exact_masses.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/lane_sum.h"
#include "sampler/kernels/moment.h"
#include "sampler/kernels/softmax_term.h"

namespace sampler {
namespace {

// A range that holds nothing.
constexpr LogitRange kNothing = {std::numeric_limits<double>::infinity()};

kernels::Interval ToInterval(const LogitRange& range) {
  return {range.low, range.high};
}

}  // namespace

ExactMasses::Memory& ExactMasses::Remembered() const {
  if (memory_.generation != set_.generation()) {
    memory_ = {.generation = set_.generation()};
  }
  return memory_;
}

const ExactMasses::Support& ExactMasses::support() const {
  Memory& memory = Remembered();
  if (memory.support_known) return support_;
  support_.list.Clear();
  support_.total = 0;
  if (set_.HasFloor()) {
    WeighGathered();
  } else {
    WeighSlots();
  }
  memory.support_known = true;
  return support_;
}

ExactMasses::Support& ExactMasses::TakeSupport() const {
  support();
  Remembered().support_known = false;
  return support_;
}

void ExactMasses::Adopt(std::vector<Weight>& weights, Mass total) {
  set_.Gather({kLowestLogit}, support_.list);
  support_.weight_of.swap(weights);
  // Which of the two is the larger must not depend on how often they were
  // swapped.
  const std::size_t size = std::max(weights.size(), support_.weight_of.size());
  weights.resize(size);
  support_.weight_of.resize(size);
  support_.total = total;
  memory_ = {.generation = set_.generation(), .support_known = true};
}

// Appends the whole block and then drops what weighs nothing (AppendIf): which
// logits weigh something is hard to predict.
void ExactMasses::WeighSlots() const {
  Support& s = support_;
  const double max = set_.Max();
  set_.ForEachBlockReaching(
      max - kZeroWeightGap,
      [&](std::size_t first, const double* logits, std::size_t count) {
        Weight weights[kernels::kBlockSize];
        kernels::ComputeWeights(logits, count, max, weights);
        s.list.Reserve(count);
        if (s.weight_of.size() < s.list.size() + count) {
          s.weight_of.resize(2 * (s.list.size() + count));
        }
        Weight sum = 0;  // 64 weights of at most 2^51 cannot overflow.
        for (std::size_t i = 0; i < count; ++i) {
          sum += weights[i];
          s.weight_of[s.list.size()] = weights[i];
          s.list.AppendIf(weights[i] != 0, set_.IdOfSlot(first + i), logits[i]);
        }
        s.total += sum;
      });
}

// Under a floor some slots hold nothing: gathering the others first costs less
// than weighing every slot.
void ExactMasses::WeighGathered() const {
  CandidateList& list = support_.list;
  std::vector<Weight>& weights = support_.weight_of;
  const double max = set_.Max();
  set_.Gather(AtLeast(max - kZeroWeightGap), list);
  const std::size_t count = list.size();
  weights.resize(std::max(weights.size(), count));
  kernels::ComputeWeights(list.logits().data(), count, max, weights.data());
  for (std::size_t i = 0; i < count; ++i) support_.total += weights[i];
  list.Filter([&](std::size_t i) { return weights[i] != 0; });
  // The weights of 0 go as the entries beside them went.
  (void)std::remove(weights.begin(),
                    weights.begin() + static_cast<std::ptrdiff_t>(count),
                    Weight{0});
}

Weight ExactMasses::WeightOf(TokenId id) const {
  const std::optional<double> logit = set_.Logit(id);
  return logit.has_value() ? kernels::ComputeWeight(*logit, set_.Max()) : 0;
}

Mass ExactMasses::Total() const {
  Memory& memory = Remembered();
  if (memory.support_known || !set_.SlotsAreIds()) return support().total;
  if (!memory.total.has_value()) memory.total = SumParts(kNothing).total;
  return *memory.total;
}

Mass ExactMasses::SumOfSquares() const {
  Mass sum = 0;
  for (const Weight weight : support().weights()) sum += Mass{weight} * weight;
  return sum;
}

double ExactMasses::MeanOffset() const {
  if (!Remembered().mean_offset.has_value()) SumPartsAndMean(kNothing);
  return *Remembered().mean_offset;
}

double ExactMasses::Entropy() const {
  // -ln p = ln S - (l - M), so H is ln S less the mean of l - M.
  const double offset = MeanOffset();
  return Log(ToDouble(Total()) * 0x1p-51) - offset;
}

ExactMasses::Parts ExactMasses::SumParts(const LogitRange& range) const {
  Parts parts = {0, 0};
  const double max = set_.Max();
  set_.ForEachStretchReaching(
      max - kZeroWeightGap,
      [&](std::size_t, const CandidateSet::Stretch& stretch) {
        const kernels::WeightParts sums =
            kernels::SumWeightParts(stretch.data(), max, ToInterval(range));
        parts.inside += sums.inside;
        parts.total += sums.total;
      });
  return parts;
}

// A dense row is summed without making the support of it, which would cost
// more; lane_sum.h gives both ways of summing the same bits.
ExactMasses::Parts ExactMasses::SumPartsAndMean(const LogitRange& range) const {
  Memory& memory = Remembered();
  const double max = set_.Max();
  LaneSum sum;
  Parts parts = {0, 0};
  if (set_.SlotsAreIds() && !memory.support_known) {
    set_.ForEachStretchReaching(
        max - kZeroWeightGap,
        [&](std::size_t first, const CandidateSet::Stretch& stretch) {
          double* const lanes = sum.Lanes(static_cast<TokenId>(first));
          const kernels::WeightParts sums =
              kernels::SumMoment(stretch.data(), max, ToInterval(range), lanes);
          parts.inside += sums.inside;
          parts.total += sums.total;
        });
  } else {
    const Support& s = support();
    for (std::size_t i = 0; i < s.list.size(); ++i) {
      const double logit = s.list.logits()[i];
      const Weight weight = s.weight_of[i];
      sum.Add(s.list.ids()[i], static_cast<double>(weight) * (logit - max));
      if (range.Contains(logit)) parts.inside += weight;
    }
    parts.total = s.total;
  }
  memory.total = parts.total;
  memory.mean_offset = sum.Total() / ToDouble(parts.total);
  return parts;
}

double ExactMasses::LogSum() const {
  Memory& memory = Remembered();
  if (memory.log_sum.has_value()) return *memory.log_sum;
  const double max = set_.Max();
  LaneSum sum;
  if (set_.SlotsAreIds()) {
    // Logits below max + kLowestTerm have no term. Twice that distance leaves
    // room for the rounding of the difference.
    set_.ForEachStretchReaching(
        max + 2.0 * kernels::kLowestTerm,
        [&](std::size_t first, const CandidateSet::Stretch& stretch) {
          kernels::AddSoftmaxTerms(stretch.data(), max,
                                   sum.Lanes(static_cast<TokenId>(first)));
        });
  } else {
    double terms[kernels::kBlockSize];
    set_.ForEachBlockReaching(
        kLowestLogit,
        [&](std::size_t first, const double* logits, std::size_t count) {
          kernels::ComputeSoftmaxTerms(logits, count, max, terms);
          for (std::size_t i = 0; i < count; ++i) {
            sum.Add(set_.IdOfSlot(first + i), terms[i]);
          }
        });
  }
  memory.log_sum = Log(sum.Total());
  return *memory.log_sum;
}

double ExactMasses::LogitDeviation(Deviation deviation) const {
  // Sums term(l - origin) over all logits; add_stretch is the same for a
  // stretch.
  const auto sum = [this](double origin, auto add_stretch, auto term) {
    LaneSum lanes;
    if (set_.SlotsAreIds()) {
      set_.ForEachStretchReaching(
          kRemoved,
          [&](std::size_t first, const CandidateSet::Stretch& stretch) {
            add_stretch(stretch.data(), origin,
                        lanes.Lanes(static_cast<TokenId>(first)));
          });
    } else {
      set_.ForEachReaching(kLowestLogit, [&](TokenId id, double logit) {
        lanes.Add(id, term(logit - origin));
      });
    }
    return lanes.Total();
  };
  const auto n = static_cast<double>(set_.Count());
  const double max = set_.Max();
  const double mean =
      max + sum(max, kernels::AddOffsets, [](double x) { return x; }) / n;
  const double squares =
      sum(mean, kernels::AddSquaredOffsets, [](double x) { return x * x; });
  const double degrees = deviation == Deviation::kSample ? n - 1.0 : n;
  return std::sqrt(squares / degrees);
}

TokenId ExactMasses::AtMass(Mass place) const {
  if (!set_.SlotsAreIds() || knows_support()) {
    const Support& s = support();
    Mass running = s.weights()[0];
    std::size_t i = 0;
    while (running <= place) running += s.weights()[++i];
    return s.list.ids()[i];
  }
  const double max = set_.Max();
  Mass before = 0;
  TokenId found = -1;
  set_.ForEachStretchReaching(
      max - kZeroWeightGap,
      [&](std::size_t first, const CandidateSet::Stretch& stretch) {
        if (found >= 0) return;  // The pass goes on to its end.
        const Mass after =
            before +
            kernels::SumWeightParts(stretch.data(), max, ToInterval(kNothing))
                .total;
        if (after > place) {
          Weight weights[kernels::kStretchSize];
          kernels::ComputeWeights(stretch.data(), stretch.size(), max, weights);
          std::size_t i = 0;
          for (Mass running = before + weights[0]; running <= place;) {
            running += weights[++i];
          }
          found = static_cast<TokenId>(first + i);
        }
        before = after;
      });
  return found;
}

}  // namespace sampler
