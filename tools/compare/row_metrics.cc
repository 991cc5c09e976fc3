#include "tools/compare/row_metrics.h"

#include <algorithm>
#include <cmath>

#include "absl/types/span.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/compare/divergence.h"

namespace sampler::tools {
namespace {

void Gather(const RowQuestion& question, const Distribution& raw,
            const Distribution& final, KeptTokens& kept) {
  kept.ids.clear();
  kept.logprobs.clear();
  kept.probs.clear();
  kept.raw_logprobs.clear();
  kept.rest = {};
  final.ForEach([&](TokenId id, double logit) {
    const double logprob = final.LogprobAt(logit);
    kept.ids.push_back(id);
    kept.logprobs.push_back(logprob);
    kept.probs.push_back(Exp(logprob));
    kept.raw_logprobs.push_back(
        raw.LogprobAt(question.row[static_cast<std::size_t>(id)]));
  });
}

// The columns that sums over the kept tokens give.
void MeasureShape(const KeptTokens& kept, double entropy, SideRow& side) {
  double spread = 0;
  double squares = 0;
  double mass = 0;
  double kl = 0;
  double js = 0;
  double tv = 0;
  double product = 0;
  double top = 0;
  for (std::size_t i = 0; i < kept.ids.size(); ++i) {
    const double q = kept.probs[i];
    const double ln_q = kept.logprobs[i];
    const double ln_p = kept.raw_logprobs[i];
    const double p = Exp(ln_p);
    spread += q * (ln_q + entropy) * (ln_q + entropy);
    squares += q * q;
    mass += p;
    kl += KlTerm(q, ln_q, ln_p);
    js += JsTerm(p, ln_p, q, ln_q);
    tv += std::fabs(p - q);
    product += p * q;
    if (side.top < 0 || q > top) {
      top = q;
      side.top = kept.ids[i];
    }
  }
  const double cut = std::max(1.0 - mass, 0.0);
  MetricRow<SideColumn>& values = side.values;
  values[SideColumn::kVarentropy] = spread;
  values[SideColumn::kEffective] = Exp(entropy);
  values[SideColumn::kCollision] = 1.0 / squares;
  values[SideColumn::kKept] = static_cast<double>(kept.ids.size());
  values[SideColumn::kSingle] = kept.ids.size() == 1 ? 1.0 : 0.0;
  values[SideColumn::kKeptMass] = std::min(mass, 1.0);
  values[SideColumn::kKlToRaw] = kl;
  // What was cut has q = 0: p ln(p / (p / 2)) / 2, and p / 2.
  values[SideColumn::kJsToRaw] = js + 0.5 * kLn2 * cut;
  values[SideColumn::kTvToRaw] = 0.5 * (tv + cut);
  values[SideColumn::kIndependentRaw] = product;
  values[SideColumn::kTop] = top;
}

// KL(p, q) of a chain that keeps everything.
double KlFromRaw(const KeptTokens& kept) {
  double kl = 0;
  for (std::size_t i = 0; i < kept.ids.size(); ++i) {
    const double ln_p = kept.raw_logprobs[i];
    kl += KlTerm(Exp(ln_p), ln_p, kept.logprobs[i]);
  }
  return kl;
}

// Probability that the chain draws a token which p ranks below x.
double MassBelow(const RowQuestion& question, const KeptTokens& kept) {
  const double logit = question.row[static_cast<std::size_t>(question.target)];
  double mass = 0;
  for (std::size_t i = 0; i < kept.ids.size(); ++i) {
    const TokenId id = kept.ids[i];
    const double other = question.row[static_cast<std::size_t>(id)];
    const bool below =
        other < logit || (other == logit && id > question.target);
    if (below) mass += kept.probs[i];
  }
  return mass;
}

double ProbabilityIn(const KeptTokens& kept, TokenId id) {
  const auto at = std::lower_bound(kept.ids.begin(), kept.ids.end(), id);
  if (at == kept.ids.end() || *at != id) return 0.0;
  return kept.probs[static_cast<std::size_t>(at - kept.ids.begin())];
}

void MeasureToken(const RowQuestion& question, const Distribution& raw,
                  const Distribution& final, const KeptTokens& kept,
                  SideRow& side) {
  MetricRow<SideColumn>& values = side.values;
  const TokenId x = question.target;
  const double q = ProbabilityIn(kept, x);
  values[SideColumn::kCovered] = q > 0 ? 1.0 : 0.0;
  values[SideColumn::kNllRaw] = -raw.Logprob(x);
  side.rank = raw.Rank(x);
  if (q > 0) values[SideColumn::kNll] = -final.Logprob(x);
  values[SideColumn::kEpsilon] = SmoothedNll(question, q);
  const double squares = 1.0 / values[SideColumn::kCollision];
  values[SideColumn::kSparsemax] = q + 0.5 * (1.0 - squares);
  values[SideColumn::kJsToToken] = JsToToken(q);
  values[SideColumn::kRisk] = MassBelow(question, kept);
  values[SideColumn::kSame] = question.drawn == x ? 1.0 : 0.0;
  values[SideColumn::kTopIsToken] = side.top == x ? 1.0 : 0.0;
}

// Sums over the tokens that either side keeps.
struct PairSums {
  double kl_ab = 0;
  double kl_ba = 0;
  double js = 0;
  double tv = 0;
  double agreement = 0;
  double independent = 0;
  std::int64_t both = 0;
  std::int64_t either = 0;

  // `p` of A and `q` of B; one may be 0.
  void Add(double p, double ln_p, double q, double ln_q) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (p > 0 && q == 0) {
      kl_ab = kInfinity;  // And stays so.
    } else {
      kl_ab += KlTerm(p, ln_p, ln_q);
    }
    if (q > 0 && p == 0) {
      kl_ba = kInfinity;
    } else {
      kl_ba += KlTerm(q, ln_q, ln_p);
    }
    js += JsTerm(p, ln_p, q, ln_q);
    tv += std::fabs(p - q);
    agreement += std::min(p, q);
    independent += p * q;
  }
};

}  // namespace

double SmoothedNll(const RowQuestion& question, double q) {
  const auto width = static_cast<double>(question.row.size());
  return -Log((q + question.epsilon) / (1.0 + question.epsilon * width));
}

double JsToToken(double q) {
  return kLn2 + 0.5 * ((q > 0 ? q * Log(q) : 0.0) - (1.0 + q) * Log(1.0 + q));
}

void MeasureSide(const RowQuestion& question, const Distribution& raw,
                 const Distribution& final, KeptTokens& kept, SideRow& side) {
  Gather(question, raw, final, kept);
  side.token = question.drawn;
  const double entropy = final.Entropy();
  side.values[SideColumn::kEntropyRaw] = raw.Entropy();
  side.values[SideColumn::kEntropy] = entropy;
  MeasureShape(kept, entropy, side);
  const bool cuts = final.Count() < raw.Count();
  side.values[SideColumn::kKlFromRaw] =
      cuts ? std::numeric_limits<double>::infinity() : KlFromRaw(kept);
  const TokenId raw_top = raw.TopWeighted(1)[0].id;
  side.values[SideColumn::kGreedyShare] = ProbabilityIn(kept, raw_top);
  side.values[SideColumn::kTopRemoved] = final.Contains(raw_top) ? 0.0 : 1.0;
  side.values[SideColumn::kTopChanged] = side.top != raw_top ? 1.0 : 0.0;
  if (question.target >= 0) MeasureToken(question, raw, final, kept, side);
  side.highs = side.values;
}

MetricRow<PairColumn> MeasurePair(const KeptTokens& a, const SideRow& side_a,
                                  const KeptTokens& b, const SideRow& side_b) {
  PairSums sums;
  ForEachOfEither(
      a, b, [&](std::size_t i, bool in_a, std::size_t k, bool in_b) {
        // The logarithm of nothing is not looked at.
        sums.Add(in_a ? a.probs[i] : 0.0, in_a ? a.logprobs[i] : 0.0,
                 in_b ? b.probs[k] : 0.0, in_b ? b.logprobs[k] : 0.0);
        sums.both += in_a && in_b ? 1 : 0;
        ++sums.either;
      });
  MetricRow<PairColumn> pair;
  pair[PairColumn::kKlAb] = sums.kl_ab;
  pair[PairColumn::kKlBa] = sums.kl_ba;
  pair[PairColumn::kJs] = sums.js;
  pair[PairColumn::kTv] = 0.5 * sums.tv;
  pair[PairColumn::kAgreement] = sums.agreement;
  pair[PairColumn::kIndependent] = sums.independent;
  pair[PairColumn::kJaccard] =
      static_cast<double>(sums.both) / static_cast<double>(sums.either);
  pair[PairColumn::kTopDiffers] = side_a.top != side_b.top ? 1.0 : 0.0;
  pair[PairColumn::kDrawDiffers] = side_a.token != side_b.token ? 1.0 : 0.0;
  return pair;
}

}  // namespace sampler::tools
