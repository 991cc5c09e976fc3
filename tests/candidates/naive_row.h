// A row by the definitions of what Candidates answer: one array of doubles, a
// full sort wherever an order is needed, long-hand sums. Slow and obvious; it
// shares nothing with sampler/ but the types of the interface.

#ifndef SAMPLER_TESTS_CANDIDATES_NAIVE_ROW_H_
#define SAMPLER_TESTS_CANDIDATES_NAIVE_ROW_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"

namespace sampler {

class NaiveRow {
 public:
  static constexpr double kGone = -std::numeric_limits<double>::infinity();

  explicit NaiveRow(std::vector<double> row) : row_(std::move(row)) {
    for (const double v : row_) Note(v);
  }

  template <typename F>
  void Edit(TokenId id, F f) {
    if (!Has(id)) return;
    double& v = row_[At(id)];
    v = f(v);
    Note(v);
  }

  RowStatus status() const {
    if (nan_) return RowStatus::kNan;
    if (infinite_) return RowStatus::kInfinite;
    return Count() == 0 ? RowStatus::kNoCandidate : RowStatus::kOk;
  }
  TokenId Size() const { return static_cast<TokenId>(row_.size()); }
  bool Has(TokenId id) const {
    return id >= 0 && id < Size() && row_[At(id)] != kGone;
  }
  double Logit(TokenId id) const { return row_[At(id)]; }
  std::int64_t Count() const {
    return std::count_if(row_.begin(), row_.end(),
                         [](double v) { return v != kGone; });
  }
  double Max() const { return *std::max_element(row_.begin(), row_.end()); }

  // Survivors in the total order.
  std::vector<TokenId> Ranked(TieOrder tie_order = TieOrder::kLowId) const {
    std::vector<TokenId> ids;
    for (TokenId id = 0; id < Size(); ++id) {
      if (Has(id)) ids.push_back(id);
    }
    if (tie_order == TieOrder::kHighId) std::reverse(ids.begin(), ids.end());
    std::stable_sort(ids.begin(), ids.end(),
                     [&](TokenId a, TokenId b) { return Logit(a) > Logit(b); });
    return ids;
  }
  std::uint64_t WeightOf(TokenId id) const {
    if (!Has(id)) return 0;
    return static_cast<std::uint64_t>(
        std::nearbyint(oracle::E(Logit(id) - Max()) * 0x1p51));
  }
  oracle::Mass Total() const {
    oracle::Mass total = 0;
    for (TokenId id = 0; id < Size(); ++id) total += WeightOf(id);
    return total;
  }
  double MeanLogit() const { return Max() + MeanOffset(); }
  double Entropy() const {
    return oracle::L(oracle::ToDouble(Total()) * 0x1p-51) - MeanOffset();
  }

  double LogitDeviation(Deviation deviation) const {
    const auto n = static_cast<double>(Count());
    const double max = Max();
    const double mean =
        max + LaneSum([&](TokenId id) { return Logit(id) - max; }) / n;
    const double squares = LaneSum(
        [&](TokenId id) { return (Logit(id) - mean) * (Logit(id) - mean); });
    return std::sqrt(squares / (deviation == Deviation::kSample ? n - 1 : n));
  }

 protected:
  static std::size_t At(TokenId id) { return static_cast<std::size_t>(id); }

  // Sum of term(id) on lanes: rows here are shorter than a block of 1,024.
  template <typename Term>
  double LaneSum(Term term) const {
    double lane[16] = {};
    for (TokenId id = 0; id < Size(); ++id) {
      if (Has(id)) lane[id % 16] += term(id);
    }
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) lane[i] += lane[i + half];
    }
    return lane[0];
  }

  // Sum of w * x over S.
  double MeanOffset() const {
    const double max = Max();
    const double sum = LaneSum([&](TokenId id) {
      const std::uint64_t w = WeightOf(id);
      return w == 0 ? 0 : static_cast<double>(w) * (Logit(id) - max);
    });
    return sum / oracle::ToDouble(Total());
  }

  oracle::Mass SquaredMass() const {
    oracle::Mass sum = 0;
    for (TokenId id = 0; id < Size(); ++id) {
      sum += oracle::Mass{WeightOf(id)} * WeightOf(id);
    }
    return sum;
  }

 private:
  void Note(double v) {
    nan_ |= std::isnan(v);
    infinite_ |= v == -kGone;
  }

  std::vector<double> row_;
  bool nan_ = false;
  bool infinite_ = false;
};

}  // namespace sampler

#endif  // SAMPLER_TESTS_CANDIDATES_NAIVE_ROW_H_
