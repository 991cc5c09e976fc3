#include "tools/verify/token_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/random/random.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "sampler/stages/stage_facts.h"
#include "tools/replay/row_list.h"
#include "tools/verify/normal.h"

namespace sampler::tools {
namespace {

constexpr double kSqrtTwo = 1.41421356237309504880;

// Float32 masses of an engine's own order agree with exact ones to about this.
constexpr double kFloatSlack = 1e-5;

// Does no stage remove a token, so that a longer list can only add mass?
bool RemovesNothing(const PipelineConfig& config) {
  return std::all_of(config.stages.begin(), config.stages.end(),
                     [](const StageConfig& stage) {
                       const StageFacts facts = FactsOf(stage);
                       return facts.neutral || facts.temperature.has_value();
                     });
}

// How far the log decides each number.
void FindBases(const RowView& view, TokenCheck& check) {
  if (view.exact) return;
  check.match_basis = Basis::kUnknowable;
  check.prob_basis =
      RemovesNothing(view.config) ? Basis::kBounded : Basis::kUnknowable;
  const std::optional<logs::TailInfo> tail =
      TailOf(view.bounds, static_cast<std::int64_t>(view.row.size()));
  const double own = view.row[static_cast<std::size_t>(check.claimed)];
  const bool listed_above = tail.has_value() && own >= tail->bound;
  check.rank_basis = listed_above ? Basis::kExact : Basis::kBounded;
}

// Leaves out what the log does not decide.
void DropUnknown(TokenCheck& check) {
  if (check.prob_basis == Basis::kUnknowable) check.prob = TokenCheck::kAbsent;
  if (check.decided()) return;
  for (double* const number :
       {&check.margin, &check.gumbel_rank, &check.gls, &check.cgs,
        &check.percentile, &check.boundary, &check.replayed_prob}) {
    *number = TokenCheck::kAbsent;
  }
}

// Tokens with a higher logit than the claimed one, and others with the same.
void RankInRow(const Logits& row, TokenCheck& check) {
  const double own = row[static_cast<std::size_t>(check.claimed)];
  std::int64_t higher = 0;
  std::int64_t same = 0;
  std::array<double, 1024> block;
  for (std::size_t first = 0; first < row.size(); first += block.size()) {
    const std::size_t count = std::min(block.size(), row.size() - first);
    row.Load(first, count, block.data());
    for (std::size_t i = 0; i < count; ++i) {
      higher += block[i] > own ? 1 : 0;
      same += block[i] == own ? 1 : 0;
    }
  }
  check.logit_rank = static_cast<double>(higher);
  check.ties = same - 1;
}

}  // namespace

const char* BasisName(Basis basis) {
  switch (basis) {
    case Basis::kExact:
      return "exact";
    case Basis::kBounded:
      return "bounded";
    case Basis::kUnknowable:
      break;
  }
  return "unknowable";
}

TokenChecker::Chain& TokenChecker::ChainOf(const PipelineConfig& config) {
  const auto [at, fresh] = chains_.try_emplace(&config);
  if (fresh) at->second.kind = DrawKindOf(config);
  return at->second;
}

std::shared_ptr<const TokenCheck> TokenChecker::Check(const RowView& view) {
  if (view.target < 0 || view.drawn.status != RowStatus::kOk) return nullptr;
  Chain& chain = ChainOf(view.config);
  auto check = std::make_shared<TokenCheck>();
  check->claimed = view.target;
  check->replayed = view.drawn.id;
  check->exact_match = view.drawn.id == view.target;
  FindBases(view, *check);
  RankInRow(view.row, *check);
  line_.Fill(view.step);
  const auto own = line_.Find(view.target);
  check->removed = !own.has_value() || line_.weight(*own) == 0;
  check->prob = check->removed ? 0.0 : line_.Share(*own);
  if (const auto drawn = line_.Find(view.drawn.id)) {
    check->replayed_prob = line_.Share(*drawn);
  }
  if (check->exact_match) {
    check->margin = check->gumbel_rank = 0.0;
  } else if (check->removed) {
    check->margin = check->gumbel_rank = kInfinity;
  }
  switch (chain.kind.by) {
    case DrawKind::By::kGreedy:
      CheckGreedy(view, chain, *check);
      break;
    case DrawKind::By::kMass:
      CheckMass(view, chain.kind, *check);
      break;
    case DrawKind::By::kNoise:
      CheckNoise(view, chain.kind, *check);
      break;
    case DrawKind::By::kOther:
      check->gumbel_rank = TokenCheck::kAbsent;
      break;
  }
  FindPercentile(view, *check);
  DropUnknown(*check);
  const bool by_mass = chain.kind.by == DrawKind::By::kMass;
  check->fssl = ClassifyFssl(by_mass ? check->cgs : check->gls,
                             check->logit_rank, options_.fssl);
  return check;
}

namespace {

// Does u fall on the token, as nearly as float32 masses agree with exact ones?
bool FallsOn(Mass place, const MassLine& line, std::size_t token,
             LineOrder order) {
  const MassLine::Interval part = line.IntervalOf(token, order);
  const double u = Ratio(place, line.total());
  return u >= Ratio(part.low, line.total()) - kFloatSlack &&
         u <= Ratio(part.high, line.total()) + kFloatSlack;
}

// The order in which masses are laid out for the draw; empty if that is not
// known. llama.cpp walks its array as it stands, in float32: whichever of the
// two orders has u on the drawn token is taken for the array's.
std::optional<LineOrder> OrderOf(const RowView& view, const DrawKind& kind,
                                 const MassLine& line, Mass place) {
  if (view.config.rng == Rng::kHouse) {
    return kind.by_rank ? LineOrder::kRank : LineOrder::kId;
  }
  const auto drawn = line.Find(view.drawn.id);
  if (!drawn.has_value()) return std::nullopt;
  for (const LineOrder order : {LineOrder::kRank, LineOrder::kId}) {
    if (FallsOn(place, line, *drawn, order)) return order;
  }
  return std::nullopt;
}

// Distances of a place from the ends of an interval, as shares of the line,
// below 0 where the place lies outside. They are differences of exact masses:
// place and end may agree in all digits of a double.
struct Distances {
  double to_low;
  double to_high;
};

Distances DistancesOf(Mass place, const MassLine::Interval& part, Mass total) {
  return {place < part.low ? -Ratio(part.low - place, total)
                           : Ratio(place - part.low, total),
          place < part.high ? Ratio(part.high - place, total)
                            : -Ratio(place - part.high + 1, total)};
}

}  // namespace

void TokenChecker::CheckMass(const RowView& view, const DrawKind& kind,
                             TokenCheck& check) {
  check.gumbel_rank = TokenCheck::kAbsent;
  const Mass total = line_.total();
  const Mass place = PlaceOfBits(view.drawn.bits, total);
  const auto order = OrderOf(view, kind, line_, place);
  if (!order.has_value()) {
    const bool known = check.exact_match || check.removed;
    if (!known) check.margin = TokenCheck::kAbsent;
    return;
  }
  check.u = Ratio(place, total);
  if (check.removed) {
    check.cgs = -kInfinity;
    return;
  }
  const MassLine::Interval own =
      line_.IntervalOf(*line_.Find(check.claimed), *order);
  check.low = Ratio(own.low, total);
  check.high = Ratio(own.high, total);
  const Distances to = DistancesOf(place, own, total);
  check.cgs = LogNormalBetween(-to.to_low / options_.sigma,
                               to.to_high / options_.sigma);
  if (!check.exact_match) {
    check.margin = std::max(0.0, -std::min(to.to_low, to.to_high));
    return;
  }
  const double boundary = std::min(own.low > 0 ? to.to_low : kInfinity,
                                   own.high < total ? to.to_high : kInfinity);
  if (boundary < kInfinity) check.boundary = boundary;
}

void TokenChecker::CheckNoise(const RowView& view, const DrawKind& kind,
                              TokenCheck& check) {
  if (!check.exact_match && !check.removed) {
    check.margin = TokenCheck::kAbsent;
    check.gumbel_rank = TokenCheck::kAbsent;
    const std::size_t own = *line_.Find(check.claimed);
    const auto drawn = line_.Find(check.replayed);
    const std::vector<double>& scores =
        line_.Score(view.sequence, kind.noise,
                    kind.by_rank ? LineOrder::kRank : LineOrder::kId);
    const double best = *std::max_element(scores.begin(), scores.end());
    // Where a truncation has a condition that did not hold, the numbering is
    // another one, and the drawn token does not win: no margin is known.
    if (drawn.has_value() && scores[*drawn] == best) {
      check.margin = (best - scores[own]) * kind.temperature;
      check.gumbel_rank = static_cast<double>(
          std::count_if(scores.begin(), scores.end(),
                        [&](double score) { return score > scores[own]; }));
    }
  }
  check.gls = LogNormalTail(check.margin / (kSqrtTwo * options_.sigma));
}

void TokenChecker::CheckGreedy(const RowView& view, Chain& chain,
                               TokenCheck& check) {
  if (!check.exact_match) {
    if (chain.before_greedy == nullptr) {
      auto soft = Pipeline::Create(BeforeGreedy(view.config),
                                   static_cast<std::int64_t>(view.row.size()));
      if (!soft.ok()) return;
      chain.before_greedy = std::make_unique<const Pipeline>(*std::move(soft));
    }
    const Distribution kept = chain.before_greedy->Process(
        view.row, view.sequence, workspace_, view.inputs);
    if (kept.status() != RowStatus::kOk) return;
    soft_.Fill(kept);
    const auto own = soft_.Find(check.claimed);
    const auto best = soft_.Find(check.replayed);
    check.removed = !own.has_value();
    if (own.has_value() && best.has_value()) {
      check.margin =
          (soft_.logit(*best) - soft_.logit(*own)) * chain.kind.temperature;
      check.gumbel_rank = static_cast<double>(soft_.Higher(*own));
    }
  }
  check.gls = LogNormalTail(check.margin / (kSqrtTwo * options_.sigma));
}

void TokenChecker::FindPercentile(const RowView& view,
                                  TokenCheck& check) const {
  const auto own = line_.Find(check.claimed);
  if (!own.has_value() || line_.weight(*own) == 0) return;
  const MassLine::Interval part = line_.IntervalOf(*own, LineOrder::kRank);
  const double v =
      ToFraction(Coins(options_.percentile_seed,
                       static_cast<std::uint32_t>(view.place.sequence),
                       static_cast<std::uint32_t>(view.place.position))
                     .Bits(Purpose::kCaller));
  check.percentile = Ratio(part.low, line_.total()) + v * line_.Share(*own);
  if (options_.temper) Temper(check);
}

// With x the logit below the largest, ln q = x - ln sum e^x.
void TokenChecker::Temper(TokenCheck& check) const {
  const std::size_t own = *line_.Find(check.claimed);
  double sum = 0.0;
  std::array<double, std::size(kTemperedBetas)> sums = {};
  for (std::size_t i = 0; i < line_.size(); ++i) {
    if (line_.weight(i) == 0) continue;
    const double x = line_.logit(i) - line_.max();
    sum += Exp(x);
    for (std::size_t b = 0; b < sums.size(); ++b) {
      sums[b] += Exp(kTemperedBetas[b] * x);
    }
  }
  const double x = line_.logit(own) - line_.max();
  for (std::size_t b = 0; b < sums.size(); ++b) {
    check.tempered[b] = (kTemperedBetas[b] * x - Log(sums[b])) - (x - Log(sum));
  }
}

}  // namespace sampler::tools
