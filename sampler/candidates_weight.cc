// The rules of Candidates that compare a weight with a function of all weights:
// eta, top-a, the collision probabilities of p-less, and a match of two draws.

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sampler/candidates.h"
#include "sampler/numeric.h"
#include "sampler/wide.h"

namespace sampler {
namespace {

// ceil(a / b).
Mass DivideUp(Mass a, Mass b) { return a / b + (a % b == 0 ? 0 : 1); }

// ceil(a * 2^102) for 0 < a <= 1, the square of the head's weight times a.
Mass OfSquaredHead(double a) {
  int exponent;
  const double fraction = std::frexp(a, &exponent);
  const Mass significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  const int shift = exponent - 53 + 102;
  if (shift >= 0) return significand << shift;
  return shift < -53 ? Mass{1} : DivideUp(significand, Mass{1} << -shift);
}

}  // namespace

void Candidates::KeepEta(double epsilon, std::int64_t min_keep) {
  assert(0.0 < epsilon && epsilon < 1.0);
  const auto eta = [=](double entropy) {
    return std::min(epsilon, std::sqrt(epsilon) * Exp(-entropy));
  };
  if (HasBounds()) {
    const MassBounds total = filter_.Total();
    const MassFilter::Offset offset = filter_.MeanOffset();
    // For the roundings of the entropy, here and where it is exact.
    constexpr double kSlack = 1e-9;
    const double low = Log(ToDouble(total.low) * 0x1p-51) - offset.high;
    const double high = Log(ToDouble(total.high) * 0x1p-51) - offset.low;
    if (KeepWeightByBounds({Target(eta(high + kSlack), total.low),
                            Target(eta(low - kSlack), total.high)},
                           min_keep)) {
      return;
    }
  }
  KeepProbability(eta(Entropy()), min_keep);
}

void Candidates::KeepTopA(double a, std::int64_t min_keep) {
  assert(0.0 < a && a <= 1.0);
  // w / S >= a (2^51 / S)^2, as integers: w S >= ceil(a 2^102).
  const Mass squared = OfSquaredHead(a);
  if (HasBounds()) {
    const MassBounds total = filter_.Total();
    const MassBounds least = {DivideUp(squared, total.high),
                              DivideUp(squared, total.low)};
    if (KeepWeightByBounds(least, min_keep)) return;
  }
  KeepWeight(DivideUp(squared, TotalMass()), min_keep);
}

Mass Candidates::SquaredMass() const {
  Mass sum = 0;
  for (const Weight weight : support().weights()) sum += Mass{weight} * weight;
  return sum;
}

void Candidates::KeepCollision(std::int64_t min_keep) {
  const Mass squares = SquaredMass();  // First: it makes the total known.
  KeepWeight(DivideUp(squares, TotalMass()), min_keep);
}

void Candidates::KeepExcessCollision(std::int64_t n, std::int64_t min_keep) {
  assert(n >= 2 && n >= Count());
  // w S (n - 1) + S^2 >= n sum w^2. The head fulfils it, because its weight is
  // at least sum w^2 / S, and S^2 at least sum w^2.
  const Mass squares = SquaredMass();  // First: it makes the total known.
  const Mass total = TotalMass();
  const Wide squared_total = Wide(total) * Wide(total);
  const Wide unit = Wide(total) * Wide(static_cast<Mass>(n - 1));
  const Wide wanted = Wide(static_cast<Mass>(n)) * Wide(squares);
  Weight low = 0;  // The least weight that fulfils it lies in [low, high].
  Weight high = kHeadWeight;
  while (low < high) {
    const Weight middle = low + (high - low) / 2;
    if (unit * Wide(middle) + squared_total >= wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low > 0) {
    KeepWeight(low, min_keep);
    return;
  }
  BeginTruncation();
  EndTruncation();
}

void Candidates::Favour(absl::FunctionRef<bool(TokenId)> is_favoured) {
  const std::size_t ids =
      dense_form_ ? dense_.size()
                  : static_cast<std::size_t>(list_.ids().back()) + 1;
  if (favoured_.size() < ids) favoured_.resize(ids);
  ForEach([&](TokenId id, double) {
    favoured_[static_cast<std::size_t>(id)] = is_favoured(id);
  });
  Mass favoured = 0;
  ForEachWeighted([&](TokenId id, double, Weight weight) {
    if (favoured_[static_cast<std::size_t>(id)]) favoured += weight;
  });
  const Mass total = TotalMass();
  const double lose =
      favoured == total ? 0.0 : Log(Ratio(total - favoured, total));
  const double win = Log(Ratio(2 * total - favoured, total));
  Transform([&](TokenId id, double logit) {
    return logit + (favoured_[static_cast<std::size_t>(id)] ? win : lose);
  });
}

}  // namespace sampler
