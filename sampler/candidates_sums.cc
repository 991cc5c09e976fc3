// Exact sums over the set that need no list of its weights: a pass over the
// blocks that have any.

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/moment.h"
#include "sampler/lane_sum.h"

namespace sampler {
namespace {

// Behind its first `count` values with what no sum sees.
void FillUp(DenseRow::Block& block, std::size_t count) {
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(count), block.end(),
            -std::numeric_limits<double>::infinity());
}

}  // namespace

template <typename F>
void Candidates::ForEachBlockOfWeight(F f) const {
  const double least = Max() - kZeroWeightGap;
  if (dense_form_) {
    dense_.ForEachBlockReaching(
        least,
        [&](std::size_t first, DenseRow::Block& block, std::size_t count) {
          FillUp(block, count);
          f(first, block);
        });
    return;
  }
  DenseRow::Block block;
  for (std::size_t i = 0; i < list_.size(); i += block.size()) {
    const std::size_t count = std::min(block.size(), list_.size() - i);
    std::copy_n(list_.logits().data() + i, count, block.begin());
    FillUp(block, count);
    f(i, block);
  }
}

Candidates::Parts Candidates::SumParts(double low, double high) const {
  Parts parts = {0, 0};
  const double max = Max();
  ForEachBlockOfWeight([&](std::size_t, const DenseRow::Block& block) {
    const kernels::WeightParts of_block =
        kernels::SumWeightParts(block.data(), max, {low, high});
    parts.inside += of_block.inside;
    parts.total += of_block.total;
  });
  return parts;
}

void Candidates::SumMoments() const {
  const double max = Max();
  LaneSum sum;
  Mass total = 0;
  if (dense_form_ && !support_known_) {
    ForEachBlockOfWeight([&](std::size_t first, const DenseRow::Block& block) {
      double* const lanes = sum.Lanes(static_cast<TokenId>(first));
      total += kernels::SumMoment(block.data(), max, lanes);
    });
  } else {
    ForEachWeighted([&](TokenId id, double logit, Weight weight) {
      sum.Add(id, static_cast<double>(weight) * (logit - max));
    });
    total = support().total;
  }
  total_ = total;
  mean_offset_ = sum.Total() / ToDouble(total);
}

double Candidates::LogitDeviation(Deviation deviation) const {
  const auto sum = [this](double origin, auto add_block, auto term) {
    LaneSum lanes;
    if (dense_form_) {
      dense_.ForEachBlockReaching(
          kRemoved,
          [&](std::size_t first, DenseRow::Block& block, std::size_t count) {
            FillUp(block, count);
            add_block(block.data(), origin,
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
  ForEachBlockOfWeight([&](std::size_t first, const DenseRow::Block& block) {
    if (found >= 0) return;
    Weight weights[kernels::kBlockSize];
    kernels::ComputeWeights(block.data(), block.size(), max, weights);
    Mass running = before;
    for (const Weight weight : weights) running += weight;
    if (running > place) {
      std::size_t i = 0;
      for (running = before + weights[0]; running <= place;) {
        running += weights[++i];
      }
      found = static_cast<TokenId>(first + i);
    }
    before = running;
  });
  return found;
}

}  // namespace sampler
