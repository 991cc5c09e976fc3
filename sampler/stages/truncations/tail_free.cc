#include "sampler/stages/truncations/tail_free.h"

#include <algorithm>
#include <cstdlib>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

// A row is flat if the sum of its second differences is at most this share of
// the total mass.
constexpr double kFlat = 1e-6;

// |w_i - 2 w_(i+1) + w_(i+2)|; candidates beyond the head count as weight 0.
Weight SecondDifference(absl::Span<const Weight> head, std::size_t i) {
  const auto weight = [&](std::size_t j) {
    return j < head.size() ? head[j] : 0;
  };
  const Weight bend = i + 2 < head.size()
                          ? head[i] - 2 * head[i + 1] + head[i + 2]
                          : weight(i) - 2 * weight(i + 1) + weight(i + 2);
  return static_cast<Weight>(std::abs(static_cast<std::int64_t>(bend)));
}

// The knowledge that a head of the order gives: intervals that hold the sum of
// all second differences and the total mass.
//
// From one candidate to the next a weight rises by at most kWeightRise = 2. So,
// with N candidates, the absolute changes of weight from the i-th on sum to at
// most w_i + 4 N. A second difference is at most the sum of two changes, and
// the first unknown one starts at the last but one weight w of the head, so all
// unknown ones sum to at most 2 w + 8 N. (For the same reason the sum of all
// fits 64 bits.) Proved: tests/proof/tail_free.g.
struct View {
  explicit View(const OrderHead& order)
      : head(order.weights), places(static_cast<std::size_t>(order.count - 2)) {
    const auto n = static_cast<std::size_t>(order.count);
    known = std::min(order.complete ? head.size() : head.size() - 2, places);
    for (std::size_t i = 0; i < known; ++i) sum += SecondDifference(head, i);
    for (const Weight weight : head) total += weight;
    if (order.complete) return;
    more = 2 * head[head.size() - 2] + 4 * kWeightRise * n;
    more_total = Mass{n - head.size()} * (head.back() + kWeightRise);
  }

  // The first place at which the running sum exceeds z * `whole`; `known` if
  // there is none among the known differences.
  std::size_t Find(double z, Weight whole) const {
    const Weight bound = absl::Uint128Low64(MostMass(z, whole));
    Weight running = 0;
    std::size_t i = 0;
    while (i < known && (running += SecondDifference(head, i)) <= bound) ++i;
    return i;
  }

  absl::Span<const Weight> head;
  std::size_t places;  // Number of all second differences.
  std::size_t known;   // Number of those that the head gives.
  Weight sum = 0;      // The sum of all lies in [sum, sum + more].
  Weight more = 0;
  Mass total = 0;
  Mass more_total = 0;
};

}  // namespace

StageType TailFree::Type() {
  return {.name = "tail_free",
          .group = StageGroup::kTruncate,
          .summary = "Cuts where the sorted probabilities have flattened out.",
          .formula =
              "the tokens before the first i with sum_(j<=i) d_j > z * sum d, "
              "d the absolute second differences of p",
          .source = "trentbrick 2020",
          .parameters =
              {Real("z", "share of the second differences to keep; 1 keeps all")
                   .Within(0, 1)
                   .Required(),
               MinKeepParameter(),
               Integer("offset", "candidates kept beyond the place found")
                   .Within(0, 1)
                   .Default(0)},
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = p.Real("z") == 1.0, .keeps_a_prefix = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<TailFree>(
                p.Real("z"), p.Integer("min_keep"), p.Integer("offset"));
          }};
}

void TailFree::Apply(Candidates& candidates, const StepContext&) const {
  const std::int64_t count = candidates.Count();
  if (z_ == 1.0 || count <= 2) return;
  candidates.KeepDecidedByHead([&](const OrderHead& head) -> HeadVerdict {
    const View view(head);
    if (view.sum + view.more <= MostMass(kFlat, view.total)) {
      return {.keep =
                  CountAt(static_cast<std::int64_t>(absl::Uint128Low64(
                              MostMass(z_, static_cast<Mass>(view.places)))),
                          count)};
    }
    const std::size_t low = view.Find(z_, view.sum);
    const std::size_t high = view.Find(z_, view.sum + view.more);
    if (low == high && low < view.known &&
        view.sum > MostMass(kFlat, view.total + view.more_total)) {
      return {.keep = CountAt(static_cast<std::int64_t>(low), count)};
    }
    // Look so far down that the interval shrinks to about a quarter of a place.
    return {.deeper = Log(4.0 * static_cast<double>(1 + high - low))};
  });
}

std::int64_t TailFree::CountAt(std::int64_t place, std::int64_t count) const {
  const std::int64_t least = std::max<std::int64_t>(min_keep_, 1) - offset_;
  const std::int64_t i = std::max(place, least);
  return i <= count - 3 ? i + offset_ : count;
}

}  // namespace sampler
