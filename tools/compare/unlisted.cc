#include "tools/compare/unlisted.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

// What the unlisted tokens weigh, in units of the listed ones' mass. `largest`
// is the most that one of them weighs at T = 1.
Range WeightAtOne(const logs::TailInfo& tail, double largest) {
  if (std::isnan(tail.mass)) {
    return {0.0, static_cast<double>(tail.count) * largest};
  }
  return Exactly(tail.mass / (1.0 - tail.mass));
}

// Of a known weight `r` at T = 1, after the division by T; both in units of the
// listed tokens' mass, `listed` is the sum of their shares to the power of b.
Range Tempered(double r, double largest, double n, double b, double listed) {
  if (r == 0) return Exactly(0);
  const double uneven = r * Pow(largest, b - 1.0) / listed;
  const double even = n * Pow(r / n, b) / listed;
  return {std::min(uneven, even), std::max(uneven, even)};
}

}  // namespace

Unlisted UnlistedAt(const logs::TailInfo& tail, double temperature,
                    const ListedShare& heaviest) {
  const auto n = static_cast<double>(tail.count);
  const double gap = tail.bound - tail.maximum;
  const Range raw = WeightAtOne(tail, heaviest.raw * Exp(gap));
  // A list that was rounded may deny its own tail: the even one is possible.
  const double largest = std::max(heaviest.raw * Exp(gap), raw.high / n);
  Range weight = raw;
  double most = largest;
  if (temperature != 1.0) {
    const double b = 1.0 / temperature;
    const double listed = Pow(heaviest.raw, b) / heaviest.tempered;
    most = Pow(largest, b) / listed;
    weight = raw.exact() ? Tempered(raw.low, largest, n, b, listed)
                         : Range{0.0, n * most};
  }
  return {.tokens = tail.count,
          .mass = {weight.low / (1.0 + weight.low),
                   weight.high / (1.0 + weight.high)},
          .most = std::max(std::min(most, weight.high), weight.high / n)};
}

// With the share t the listed tokens' part is (1 - t) (H - ln(1 - t)). The
// others' is most for n equal ones, -t ln(t / n), and least for as few as
// possible, -t ln(c (1 - t)). The first sum is concave in t, with its top at
// t = n / (n + e^H), the second one convex, with its bottom where
// 1 / (1 - t) = H + ln c.
Range EntropyWith(const Unlisted& rest, double listed) {
  const auto n = static_cast<double>(rest.tokens);
  const auto within = [&](double t) {
    return std::clamp(t, rest.mass.low, rest.mass.high);
  };
  const auto own = [&](double t) {
    return (1.0 - t) * (listed - Log(1.0 - t));
  };
  const double top = within(n / (n + Exp(listed)));
  const double high = own(top) + (top > 0 ? -top * Log(top / n) : 0.0);
  if (rest.most == 0) return {own(0.0), high};
  const double slope = listed + Log(rest.most);
  const double bottom = within(slope > 1.0 ? 1.0 - 1.0 / slope : 0.0);
  const double few = -bottom * Log(rest.most * (1.0 - bottom));
  return {std::min(own(bottom) + (bottom > 0 ? few : 0.0), high), high};
}

// (1 - t)^2 S and, of the others, t^2 / n (equal ones) to t c (1 - t) (few).
Range SquaresWith(const Unlisted& rest, double listed) {
  const auto n = static_cast<double>(rest.tokens);
  const auto within = [&](double t) {
    return std::clamp(t, rest.mass.low, rest.mass.high);
  };
  const double bottom = within(listed / (listed + 1.0 / n));
  const double low =
      (1.0 - bottom) * (1.0 - bottom) * listed + bottom * bottom / n;
  const auto few = [&](double t) {
    return (1.0 - t) * ((1.0 - t) * listed + t * rest.most);
  };
  const double bend = listed - rest.most;
  const double turn =
      bend == 0 ? 0.0 : within((2.0 * listed - rest.most) / (2.0 * bend));
  const double high =
      std::max({few(rest.mass.low), few(rest.mass.high), few(within(turn))});
  return {low, std::max(low, high)};
}

Range ProbabilityWith(const Unlisted& rest, std::optional<double> listed) {
  if (listed.has_value()) return Times(*listed, Rest(rest.mass));
  const double most = rest.most_share();
  const double others = static_cast<double>(rest.tokens - 1) * most;
  const double high = std::min(most, rest.mass.high);
  return {std::clamp(rest.mass.low - others, 0.0, high), high};
}

}  // namespace sampler::tools
