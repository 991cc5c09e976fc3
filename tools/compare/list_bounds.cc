#include "tools/compare/list_bounds.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "tools/compare/divergence.h"

namespace sampler::tools {
namespace {

// -ln of a probability.
Range Surprise(const Range& p) {
  return {p.high > 0 ? -Log(p.high) : kEndless,
          p.low > 0 ? -Log(p.low) : kEndless};
}

// What relates q to the row as logged, of which `p` and `q` are the unlisted
// tokens; a chain that cuts within the list has none.
class Relation {
 public:
  Relation(const KeptTokens& kept, const Unlisted& p, const Unlisted& q)
      : kept_(kept), p_(p), q_(q) {}

  Range Tv() const {
    const Range sum =
        Sum([](const Range& p, const Range& q) { return Distance(p, q); });
    const Range cut = Cut();
    const Range rest = {Distance(cut, q_.mass).low, cut.high + q_.mass.high};
    return Within(Times(0.5, sum + rest), 0.0, 1.0);
  }

  // Taken as one token the others are nearer to each other than they are.
  Range Js() const {
    const Range sum =
        Sum([](const Range& p, const Range& q) { return JsTerm(p, q); });
    const Range cut = Cut();
    const Range rest = {JsTerm(cut, q_.mass).low,
                        0.5 * kLn2 * (cut.high + q_.mass.high)};
    return Within(sum + rest, 0.0, kLn2);
  }

  // sum p q. p and q have the same order: among the unlisted tokens their
  // product is least where both are even.
  Range Independent() const {
    const Range sum = Sum([](const Range& p, const Range& q) { return p * q; });
    if (q_.mass.high == 0) return sum;
    const auto n = static_cast<double>(q_.tokens);
    return sum + Range{p_.mass.low * q_.mass.low / n,
                       std::min(p_.most_share() * q_.mass.high,
                                q_.most_share() * p_.mass.high)};
  }

 private:
  template <typename Term>
  Range Sum(Term term) const {
    Range sum = Exactly(0);
    for (std::size_t i = 0; i < kept_.ids.size(); ++i) {
      sum = sum + term(Times(Exp(kept_.raw_logprobs[i]), Rest(p_.mass)),
                       Times(kept_.probs[i], Rest(q_.mass)));
    }
    return sum;
  }

  // Raw mass of all tokens but the kept listed ones.
  Range Cut() const {
    double kept = 0;
    for (const double logprob : kept_.raw_logprobs) kept += Exp(logprob);
    return Within(Rest(Times(std::min(kept, 1.0), Rest(p_.mass))), 0.0, 1.0);
  }

  const KeptTokens& kept_;
  const Unlisted p_;
  const Unlisted q_;
};

// Widens the columns of a side one after the other.
class SideEnds {
 public:
  SideEnds(const RowQuestion& question, const logs::TailInfo& tail,
           KeptTokens& kept, SideRow& side)
      : question_(question), tail_(tail), kept_(kept), side_(side) {
    side.highs = side.values;
  }

  // Columns of the row as logged alone.
  void WidenRaw(const Unlisted& p) {
    Set(SideColumn::kEntropyRaw,
        p.mass.exact() ? EntropyWith(p, (*this)[SideColumn::kEntropyRaw])
                       : kUnknown);
    if (question_.target < 0) return;
    if (LogitOfTarget() < tail_.bound) side_.rank = 0;
    const auto listed = IsListed()
                            ? std::optional(Exp(-(*this)[SideColumn::kNllRaw]))
                            : std::nullopt;
    Set(SideColumn::kNllRaw, Surprise(ProbabilityWith(p, listed)));
  }

  // What relates the exact q of a chain that cuts within the list to p.
  void RelateCut(const Unlisted& p) {
    const Relation relation(kept_, p, Unlisted());
    Set(SideColumn::kKeptMass,
        Times((*this)[SideColumn::kKeptMass], Rest(p.mass)));
    // ln q - ln p is larger in the full row, by -ln(1 - m).
    Set(SideColumn::kKlToRaw,
        Exactly((*this)[SideColumn::kKlToRaw]) + Surprise(Rest(p.mass)));
    const bool cuts = p.mass.low > 0 || std::ssize(kept_.ids) < tail_.listed;
    Set(SideColumn::kKlFromRaw, cuts ? Exactly(kEndless) : kUnknown);
    Set(SideColumn::kJsToRaw, relation.Js());
    Set(SideColumn::kTvToRaw, relation.Tv());
    Set(SideColumn::kIndependentRaw, relation.Independent());
    if (question_.target < 0 || IsListed()) return;
    Set(SideColumn::kRisk, {0.0, KeptAtMostTheBound()});
  }

  // Everything of a chain that divides by `temperature` and keeps all tokens.
  void WidenWhole(double temperature, const Unlisted& p, const Unlisted& q) {
    const Relation relation(kept_, p, q);
    Set(SideColumn::kKeptMass, Exactly(1));
    Set(SideColumn::kIndependentRaw, relation.Independent());
    const bool same = temperature == 1.0;
    Set(SideColumn::kKlToRaw, same ? Exactly(0) : kUnknown);
    Set(SideColumn::kKlFromRaw, same ? Exactly(0) : kUnknown);
    Set(SideColumn::kJsToRaw, same ? Exactly(0) : relation.Js());
    Set(SideColumn::kTvToRaw, same ? Exactly(0) : relation.Tv());
    const Range squares = SquaresWith(q, 1.0 / (*this)[SideColumn::kCollision]);
    if (question_.target >= 0) WidenToken(q, squares);
    WidenShape(q, squares);
    kept_.rest = q;
  }

 private:
  void Set(SideColumn column, const Range& range) {
    const Range settled = Settled(range);
    side_.values[column] = settled.low;
    side_.highs[column] = settled.high;
  }
  double operator[](SideColumn column) const { return side_.values[column]; }

  double LogitOfTarget() const {
    return question_.row[static_cast<std::size_t>(question_.target)];
  }
  bool IsListed() const { return LogitOfTarget() > -kEndless; }

  // Probability of kept listed tokens that an unlisted one may rank above.
  double KeptAtMostTheBound() const {
    double mass = 0;
    for (std::size_t i = 0; i < kept_.ids.size(); ++i) {
      const auto id = static_cast<std::size_t>(kept_.ids[i]);
      if (question_.row[id] <= tail_.bound) mass += kept_.probs[i];
    }
    return mass;
  }

  void WidenShape(const Unlisted& q, const Range& squares) {
    const Range entropy = EntropyWith(q, (*this)[SideColumn::kEntropy]);
    Set(SideColumn::kEntropy, entropy);
    Set(SideColumn::kEffective, {Exp(entropy.low), Exp(entropy.high)});
    Set(SideColumn::kCollision, {1.0 / squares.high, 1.0 / squares.low});
    Set(SideColumn::kVarentropy, kUnknown);
    // So many tokens of the largest size hold the mass.
    constexpr double kRounding = 1.0 - 1e-9;
    const double fewest =
        q.mass.low > 0 ? std::ceil(q.mass.low / q.most_share() * kRounding) : 0;
    const double listed = (*this)[SideColumn::kKept];
    const auto tokens = static_cast<double>(q.tokens);
    Set(SideColumn::kKept,
        {listed + std::min(fewest, tokens), listed + tokens});
    Set(SideColumn::kSingle,
        listed + fewest > 1 ? Exactly(0) : Range{0.0, 1.0});
    for (const SideColumn column :
         {SideColumn::kTop, SideColumn::kGreedyShare}) {
      Set(column, Times((*this)[column], Rest(q.mass)));
    }
  }

  void WidenToken(const Unlisted& q, const Range& squares) {
    const auto share = IsListed()
                           ? std::optional(Exp(-(*this)[SideColumn::kNll]))
                           : std::nullopt;
    const Range x = ProbabilityWith(q, share);
    const bool covered = x.low > 0;
    Set(SideColumn::kCovered, covered ? Exactly(1) : Range{0.0, 1.0});
    // A row that may not be covered has no part in it.
    Set(SideColumn::kNll, covered ? Surprise(x) : kUnknown);
    Set(SideColumn::kEpsilon,
        {SmoothedNll(question_, x.high), SmoothedNll(question_, x.low)});
    Set(SideColumn::kSparsemax, x + Times(0.5, Rest(squares)));
    Set(SideColumn::kJsToToken, {JsToToken(x.high), JsToToken(x.low)});
    Set(SideColumn::kRisk, RiskOf(q));
    Set(SideColumn::kSame, {0.0, 1.0});
  }

  // The mass ranked below the token: of the listed tokens, and of the others,
  // which rank below it for certain only if it lies above their bound.
  Range RiskOf(const Unlisted& q) const {
    if (!IsListed()) {
      return Range{0.0, KeptAtMostTheBound() * (1.0 - q.mass.low)} +
             Range{0.0, q.mass.high};
    }
    const double below = (*this)[SideColumn::kRisk];
    // Together below (1 - t) + t, which grows with t.
    if (LogitOfTarget() > tail_.bound) {
      return {below + (1.0 - below) * q.mass.low,
              below + (1.0 - below) * q.mass.high};
    }
    return {below * (1.0 - q.mass.high), below + (1.0 - below) * q.mass.high};
  }

  const RowQuestion& question_;
  const logs::TailInfo& tail_;
  KeptTokens& kept_;
  SideRow& side_;
};

}  // namespace

void BoundSide(const RowQuestion& question, const logs::TailInfo& tail,
               std::optional<double> temperature, const Distribution& raw,
               KeptTokens& kept, SideRow& side) {
  const double heaviest = Exp(raw.LogprobAt(tail.maximum));
  const Unlisted p = UnlistedAt(tail, 1.0, {heaviest, heaviest});
  SideEnds ends(question, tail, kept, side);
  ends.WidenRaw(p);
  if (!temperature.has_value()) {
    ends.RelateCut(p);
    return;
  }
  const double tempered = side.values[SideColumn::kTop];
  ends.WidenWhole(*temperature, p,
                  *temperature == 1.0
                      ? p
                      : UnlistedAt(tail, *temperature, {heaviest, tempered}));
}

}  // namespace sampler::tools
