// BoundPair: sums over the tokens that either side lists, and what the others
// can add.

#include <algorithm>
#include <cstddef>

#include "tools/compare/divergence.h"
#include "tools/compare/list_bounds.h"

namespace sampler::tools {
namespace {

// A token's probability on a side that lists it, and on one that does not.
Range Listed(const KeptTokens& side, std::size_t i) {
  return Times(side.probs[i], Rest(side.rest.mass));
}
Range NotListed(const KeptTokens& side) {
  return {0.0, std::min(side.rest.most_share(), side.rest.mass.high)};
}

// Sums over three kinds of tokens: listed by both sides, by one, by none. Of
// the latter only their mass on each side is known.
class PairEnds {
 public:
  PairEnds(const KeptTokens& a, const KeptTokens& b) : a_(a), b_(b) {
    ForEachOfEither(a, b,
                    [&](std::size_t i, bool in_a, std::size_t k, bool in_b) {
                      Add(in_a ? Listed(a, i) : NotListed(a),
                          in_b ? Listed(b, k) : NotListed(b), in_a, in_b);
                    });
  }

  Range Agreement() const {
    const double most = both_min_.high +
                        std::min(only_a_.high, b_.rest.mass.high) +
                        std::min(only_b_.high, a_.rest.mass.high) +
                        std::min(a_.rest.mass.high, b_.rest.mass.high);
    return Within({both_min_.low, most}, 0.0, 1.0);
  }

  Range Independent() const {
    const double rest = std::min(a_.rest.most_share() * b_.rest.mass.high,
                                 b_.rest.most_share() * a_.rest.mass.high);
    return product_ + Range{0.0, rest};
  }

  // Everything that not both list, taken as one token, is nearer to itself than
  // it is: the low end. The high one: where no token is both sides'.
  Range Js() const {
    const Range a = OffBoth(both_a_);
    const Range b = OffBoth(both_b_);
    return Within(
        {js_.low + JsTerm(a, b).low, js_.high + 0.5 * kLn2 * (a.high + b.high)},
        0.0, kLn2);
  }

  Range KlAb() const {
    return Kl(kl_ab_, OffBoth(both_a_), OffBoth(both_b_),
              only_a_.high > 0 || a_.rest.mass.high > 0,
              CutsListed(b_, only_a_), a_, b_);
  }
  Range KlBa() const {
    return Kl(kl_ba_, OffBoth(both_b_), OffBoth(both_a_),
              only_b_.high > 0 || b_.rest.mass.high > 0,
              CutsListed(a_, only_b_), b_, a_);
  }

  // Tokens that neither lists are at most as many as either does not list; they
  // are in one kept set, or (then in the union too) in both.
  Range Jaccard() const {
    const std::int64_t listed = count_both_ + count_a_only_ + count_b_only_;
    const std::int64_t apart = std::max(a_.rest.tokens, b_.rest.tokens);
    const std::int64_t shared = std::min(a_.rest.tokens, b_.rest.tokens);
    const std::int64_t most = count_both_ +
                              std::min(count_b_only_, a_.rest.tokens) +
                              std::min(count_a_only_, b_.rest.tokens) + shared;
    return {Part(count_both_, listed + apart), Part(most, listed + shared)};
  }

 private:
  void Add(const Range& a, const Range& b, bool in_a, bool in_b) {
    product_ = product_ + a * b;
    if (in_a && in_b) {
      ++count_both_;
      both_a_ = both_a_ + a;
      both_b_ = both_b_ + b;
      both_min_ =
          both_min_ + Range{std::min(a.low, b.low), std::min(a.high, b.high)};
      js_ = js_ + JsTerm(a, b);
      kl_ab_ = kl_ab_ + KlTerm(a, b);
      kl_ba_ = kl_ba_ + KlTerm(b, a);
      return;
    }
    ++(in_a ? count_a_only_ : count_b_only_);
    (in_a ? only_a_ : only_b_) = (in_a ? only_a_ : only_b_) + (in_a ? a : b);
  }

  static double Part(std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  }

  // Mass of a side outside the tokens that both list.
  static Range OffBoth(const Range& both) {
    return Within(Rest(both), 0.0, 1.0);
  }

  // Does a side for certain cut tokens that the other one lists?
  static bool CutsListed(const KeptTokens& side, const Range& others) {
    return side.rest.tokens == 0 && others.low > 0;
  }

  // KL of `from` to `to`: the low end by the log-sum inequality.
  static Range Kl(const Range& both, const Range& from_off, const Range& to_off,
                  bool may_be_cut, bool cuts_listed, const KeptTokens& from,
                  const KeptTokens& to) {
    const bool cuts =
        cuts_listed || (to.rest.tokens == 0 && from.rest.mass.low > 0);
    if (cuts) return Exactly(kEndless);
    if (!may_be_cut) return both;
    const double low = both.low + KlTerm(from_off, to_off).low;
    return {std::max(low, 0.0), kEndless};
  }

  const KeptTokens& a_;
  const KeptTokens& b_;
  Range product_;
  Range both_a_;
  Range both_b_;
  Range both_min_;
  Range js_;
  Range kl_ab_;
  Range kl_ba_;
  Range only_a_;
  Range only_b_;
  std::int64_t count_both_ = 0;
  std::int64_t count_a_only_ = 0;
  std::int64_t count_b_only_ = 0;
};

}  // namespace

BoundedPair BoundPair(const KeptTokens& a, const SideRow& side_a,
                      const KeptTokens& b, const SideRow& side_b,
                      bool one_row) {
  const PairEnds ends(a, b);
  BoundedPair pair;
  const auto set = [&](PairColumn column, const Range& range) {
    const Range settled = Settled(range);
    pair.lows[column] = settled.low;
    pair.highs[column] = settled.high;
  };
  const Range agreement = ends.Agreement();
  set(PairColumn::kAgreement, agreement);
  set(PairColumn::kTv, Rest(agreement));
  set(PairColumn::kIndependent, ends.Independent());
  set(PairColumn::kJs, ends.Js());
  set(PairColumn::kKlAb, ends.KlAb());
  set(PairColumn::kKlBa, ends.KlBa());
  // Two chains that remove nothing keep the same tokens of one row.
  const bool all = one_row && side_a.ends && side_b.ends;
  set(PairColumn::kJaccard, all ? Exactly(1) : ends.Jaccard());
  set(PairColumn::kTopDiffers, Exactly(side_a.top != side_b.top ? 1.0 : 0.0));
  set(PairColumn::kDrawDiffers, {0.0, 1.0});
  return pair;
}

}  // namespace sampler::tools
