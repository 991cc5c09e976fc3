// Exact sums over the set that need no list of its weights: a pass over the
// stretches that have any.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sampler/candidates.h"
#include "sampler/float_environment.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/moment.h"
#include "sampler/kernels/softmax_term.h"
#include "sampler/lane_sum.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

template <typename F>
void Candidates::ForEachStretchOfWeight(F f) const {
  if (dense_form_) {
    dense_.ForEachStretchReaching(Max() - kZeroWeightGap, f);
    return;
  }
  DenseRow::Stretch stretch;
  for (std::size_t i = 0; i < list_.size(); i += stretch.size()) {
    const std::size_t count = std::min(stretch.size(), list_.size() - i);
    std::copy_n(list_.logits().data() + i, count, stretch.data());
    std::fill(stretch.data() + count, stretch.data() + stretch.size(),
              kRemoved);
    f(i, stretch);
  }
}

void Candidates::GatherSupport() const {
  CandidateList& list = support_.list;
  std::vector<Weight>& weights = support_.weight_of;
  const double max = Max();
  dense_.GatherInside(std::max(kLowest, max - kZeroWeightGap), kInfinity, list);
  const std::size_t count = list.size();
  weights.resize(std::max(weights.size(), count));
  kernels::ComputeWeights(list.logits().data(), count, max, weights.data());
  for (std::size_t i = 0; i < count; ++i) support_.total += weights[i];
  list.Filter([&](std::size_t i) { return weights[i] != 0; });
  (void)std::remove(weights.begin(),
                    weights.begin() + static_cast<std::ptrdiff_t>(count),
                    Weight{0});
}

Candidates::Parts Candidates::SumParts(double low, double high) const {
  Parts parts = {0, 0};
  const double max = Max();
  ForEachStretchOfWeight([&](std::size_t, const DenseRow::Stretch& stretch) {
    const kernels::WeightParts sums =
        kernels::SumWeightParts(stretch.data(), max, {low, high});
    parts.inside += sums.inside;
    parts.total += sums.total;
  });
  return parts;
}

Candidates::Parts Candidates::SumMoments(double low, double high) const {
  const double max = Max();
  LaneSum sum;
  Parts parts = {0, 0};
  if (dense_form_ && !support_known_) {
    ForEachStretchOfWeight(
        [&](std::size_t first, const DenseRow::Stretch& stretch) {
          double* const lanes = sum.Lanes(static_cast<TokenId>(first));
          const kernels::WeightParts sums =
              kernels::SumMoment(stretch.data(), max, {low, high}, lanes);
          parts.inside += sums.inside;
          parts.total += sums.total;
        });
  } else {
    ForEachWeighted([&](TokenId id, double logit, Weight weight) {
      sum.Add(id, static_cast<double>(weight) * (logit - max));
      if (low <= logit && logit < high) parts.inside += weight;
    });
    parts.total = support().total;
  }
  total_ = parts.total;
  mean_offset_ = sum.Total() / ToDouble(parts.total);
  return parts;
}

double Candidates::LogSum() const {
  const DefaultFloatEnvironment environment;
  if (log_sum_.has_value()) return *log_sum_;
  const double max = Max();
  LaneSum sum;
  if (dense_form_) {
    // Twice the distance: whatever has a term lies above it, roundings of the
    // difference included.
    dense_.ForEachStretchReaching(
        max + 2.0 * kernels::kLowestTerm,
        [&](std::size_t first, const DenseRow::Stretch& stretch) {
          kernels::AddSoftmaxTerms(stretch.data(), max,
                                   sum.Lanes(static_cast<TokenId>(first)));
        });
  } else {
    double terms[kernels::kBlockSize];
    for (std::size_t i = 0; i < list_.size(); i += kernels::kBlockSize) {
      const std::size_t count = std::min(kernels::kBlockSize, list_.size() - i);
      kernels::ComputeSoftmaxTerms(list_.logits().data() + i, count, max,
                                   terms);
      for (std::size_t j = 0; j < count; ++j) {
        sum.Add(list_.ids()[i + j], terms[j]);
      }
    }
  }
  log_sum_ = Log(sum.Total());
  return *log_sum_;
}

double Candidates::Logprob(double logit) const {
  const DefaultFloatEnvironment environment;
  // Logits near both ends of a double's range would overflow.
  return std::max((logit - Max()) - LogSum(), kLowest);
}

double Candidates::LogitDeviation(Deviation deviation) const {
  const auto sum = [this](double origin, auto add_stretch, auto term) {
    LaneSum lanes;
    if (dense_form_) {
      dense_.ForEachStretchReaching(
          kRemoved, [&](std::size_t first, const DenseRow::Stretch& stretch) {
            add_stretch(stretch.data(), origin,
                        lanes.Lanes(static_cast<TokenId>(first)));
          });
    } else {
      ForEach([&](TokenId id, double logit) {
        lanes.Add(id, term(logit - origin));
      });
    }
    return lanes.Total();
  };
  const auto n = static_cast<double>(Count());
  const double max = Max();
  const double mean =
      max + sum(max, kernels::AddOffsets, [](double x) { return x; }) / n;
  const double squares =
      sum(mean, kernels::AddSquaredOffsets, [](double x) { return x * x; });
  const double degrees = deviation == Deviation::kSample ? n - 1.0 : n;
  return std::sqrt(squares / degrees);
}

TokenId Candidates::AtMass(Mass place) const {
  if (!dense_form_ || support_known_) {
    const Support& s = support();
    Mass running = s.weights()[0];
    std::size_t i = 0;
    while (running <= place) running += s.weights()[++i];
    return s.list.ids()[i];
  }
  const double max = Max();
  Mass before = 0;
  TokenId found = -1;
  ForEachStretchOfWeight([&](std::size_t first,
                             const DenseRow::Stretch& stretch) {
    if (found >= 0) return;
    const Mass after =
        before + kernels::SumWeightParts(stretch.data(), max, {max, max}).total;
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
