#include "sampler/kernels/select.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "sampler/kernels/pivot.h"

namespace sampler::kernels {
namespace {

// How far, as a part of the range, the outer pivots lie from the place that is
// interpolated. Wider leaves more to look at, narrower misses more often.
constexpr double kSpread = 0.125;

// The least double above.
double Above(double value) {
  return std::nextafter(value, std::numeric_limits<double>::infinity());
}

// One search: for the first items of the order that together weigh `target`.
class Search {
 public:
  Search(const Ranking& ranking, const Weight* weights, SelectScratch& scratch)
      : ranking_(ranking),
        items_{ranking.values.data(), weights, nullptr, ranking.values.size()},
        scratch_(scratch) {}

  // REQUIRES: 1 <= target.
  Cut Run(Mass target) {
    Reserve();
    const ItemsSummary all = SummarizeItems(items_);
    left_ = all.mass;
    if (target > all.mass) return {};
    missing_ = target;
    Descend(all.low, all.high);
    if (!ranking_.second_values.empty() && items_.size > 1) {
      TakeSecondValues();
      const ItemsSummary equal = SummarizeItems(items_);
      Descend(equal.low, equal.high);
    }
    return Walk(target);
  }

 private:
  void Reserve() {
    const std::size_t room = items_.size + kPivotSlack;
    if (scratch_.values.size() >= room) return;
    // What tells the size grows last, lest memory run out in between.
    scratch_.weights.resize(room);
    scratch_.positions.resize(room);
    scratch_.values.resize(room);
  }

  // Narrows the items, which lie in [low, high], to those that have the value
  // of the prefix's last one.
  void Descend(double low, double high) {
    bool by_bits = false;
    while (low < high) {
      double pivots[kPivots];
      if (by_bits) {
        HalveBits(low, high, pivots);
      } else {
        Interpolate(low, high, pivots);
      }
      for (double& pivot : pivots) {
        // Whatever was rounded, both sides of a pivot hold something.
        if (!(pivot > low)) pivot = Above(low);
        if (!(pivot <= high)) pivot = high;
      }
      const std::size_t before = items_.size;
      const Narrowed stays = NarrowToEnd(pivots);
      by_bits = stays.size > before / 4 * 3;
      low = stays.low;
      high = stays.high;
    }
  }

  // Pivots at the place where the mass is reached if it is spread evenly, and
  // at both sides of it.
  void Interpolate(double low, double high, double (&pivots)[kPivots]) const {
    const double part = Ratio(missing_, left_);
    const double parts[] = {std::max(part - kSpread, 0.5 * part), part,
                            std::min(part + kSpread, 0.5 + 0.5 * part)};
    for (std::size_t j = 0; j < kPivots; ++j) {
      pivots[j] = high - parts[j] * (high - low);
    }
  }

  // Pivots at the quarters of the range of keys.
  static void HalveBits(double low, double high, double (&pivots)[kPivots]) {
    const std::uint64_t first = OrderedKey(low);
    const std::uint64_t quarter = (OrderedKey(high) - first) / 4;
    for (std::size_t j = 0; j < kPivots; ++j) {
      pivots[j] = ValueOfKey(first + quarter * (kPivots - j));
    }
  }

  // Leaves the items between the pivots between which the prefix ends.
  Narrowed NarrowToEnd(const double (&pivots)[kPivots]) {
    Mass masses[kPivots];
    SumReaching(items_, pivots, masses);
    std::size_t j = 0;
    while (j < kPivots && masses[j] < missing_) ++j;
    double from = -std::numeric_limits<double>::infinity();
    double below = std::numeric_limits<double>::infinity();
    if (j < kPivots) from = pivots[j];
    if (j > 0) below = pivots[j - 1];
    const Mass above = j > 0 ? masses[j - 1] : Mass{0};
    const Narrowed stays =
        KeepWithin(items_, from, below,
                   {scratch_.values.data(), scratch_.weights.data(),
                    scratch_.positions.data()});
    count_above_ += stays.above;
    missing_ -= above;
    left_ = (j < kPivots ? masses[j] : left_) - above;
    items_ = {scratch_.values.data(),
              items_.weights != nullptr ? scratch_.weights.data() : nullptr,
              scratch_.positions.data(), stays.size};
    return stays;
  }

  // Goes on among items of one value.
  void TakeSecondValues() {
    for (std::size_t i = 0; i < items_.size; ++i) {
      scratch_.values[i] = ranking_.second_values[PositionOf(i)];
    }
    items_.values = scratch_.values.data();
  }

  std::size_t PositionOf(std::size_t i) const {
    return items_.positions != nullptr
               ? static_cast<std::size_t>(items_.positions[i])
               : i;
  }
  Weight WeightOf(std::size_t i) const {
    return items_.weights != nullptr ? items_.weights[i] : 1;
  }

  // Goes through equal items, by position, to the end of the prefix.
  Cut Walk(Mass target) const {
    const bool low_first = ranking_.tie_order == TieOrder::kLowId;
    const auto item = [&](std::size_t n) {
      return low_first ? n : items_.size - 1 - n;
    };
    std::size_t n = 0;
    Mass mass = WeightOf(item(0));
    while (mass < missing_) mass += WeightOf(item(++n));
    const std::size_t position = PositionOf(item(n));
    return {
        ranking_.values[position],
        ranking_.second_values.empty() ? 0.0 : ranking_.second_values[position],
        position, count_above_ + n + 1, target - missing_ + mass};
  }

  const Ranking& ranking_;
  Items items_;
  SelectScratch& scratch_;
  Mass missing_ = 0;  // What the items have to add to the mass above them.
  Mass left_ = 0;     // Their mass.
  std::size_t count_above_ = 0;
};

// The logarithm of base 2, by the bits of a double: off by at most 0.09.
double RoughLog2(double value) {
  return static_cast<double>(std::bit_cast<std::int64_t>(value) -
                             std::bit_cast<std::int64_t>(1.0)) *
         0x1p-52;
}

// Two values, and how many reach them: at least one does.
struct CountedRange {
  double low;
  double high;
  double reach_low;
  double reach_high;

  // Falling pivots where about `count` values are reached. How many reach a
  // value falls exponentially towards the largest ones, as a rule, and linearly
  // where all values are about as likely: pivots at both places, and half-way.
  // Of all values most lie near the lowest: the first guess would be too low.
  void Divide(double count, bool of_all, double (&pivots)[kPivots]) const {
    const double linear = (count - reach_high) / (reach_low - reach_high);
    const double top = RoughLog2(reach_high);
    const double steep =
        (RoughLog2(count) - top) / (RoughLog2(reach_low) - top);
    const double parts[] = {of_all ? 0.5 * steep : linear,
                            of_all ? 0.75 * steep : 0.5 * (linear + steep),
                            steep};
    for (std::size_t j = 0; j < kPivots; ++j) {
      pivots[j] = high - parts[j] * (high - low);
    }
  }
};

}  // namespace

double RoughFloorOf(absl::Span<const double> values, std::size_t count,
                    SelectScratch& scratch) {
  constexpr int kPasses = 5;
  const Items items = {values.data(), nullptr, nullptr, values.size()};
  const ItemsSummary all = SummarizeItems(items);
  const auto wanted = static_cast<double>(count);
  const double most = wanted + wanted / 8.0 + 2.0;
  CountedRange range = {all.low, all.high, static_cast<double>(values.size()),
                        1.0};
  const bool finite = all.high - all.low <= std::numeric_limits<double>::max();
  for (int pass = 0; finite && pass < kPasses && range.reach_low > most &&
                     range.low < range.high;
       ++pass) {
    double pivots[kPivots];
    range.Divide(wanted + wanted / 16.0 + 1.0, pass == 0, pivots);
    Mass masses[kPivots];
    SumReaching(items, pivots, masses);
    for (std::size_t j = 0; j < kPivots; ++j) {
      const auto reach =
          static_cast<double>(static_cast<std::uint64_t>(masses[j]));
      if (reach >= wanted) {
        range.low = pivots[j];
        range.reach_low = reach;
        break;
      }
      range.high = pivots[j];
      range.reach_high = std::max(reach, 1.0);
    }
  }
  // Ties may leave nothing between.
  const bool found = range.reach_low <= 2.0 * wanted || range.low == range.high;
  return found ? range.low : CutAtCount({values}, count, scratch).value;
}

Cut CutAtCount(const Ranking& ranking, std::size_t count,
               SelectScratch& scratch) {
  return Search(ranking, nullptr, scratch).Run(count);
}

Cut CutAtMass(const Ranking& ranking, absl::Span<const Weight> weights,
              Mass target, SelectScratch& scratch) {
  // No mass: the first item, whatever it weighs.
  if (target == 0) {
    Cut first = CutAtCount(ranking, 1, scratch);
    first.mass = weights[first.position];
    return first;
  }
  const Cut cut = Search(ranking, weights.data(), scratch).Run(target);
  if (cut.count != 0) return cut;
  // The total falls short: the last item, whatever it weighs.
  Cut last = CutAtCount(ranking, ranking.values.size(), scratch);
  last.mass = 0;
  for (std::size_t i = 0; i < ranking.values.size(); ++i) {
    last.mass += weights[i];
  }
  return last;
}

}  // namespace sampler::kernels
