// The questions of CandidateView. Those that callers ask after a step set the
// default floating-point environment themselves; during a step the pipeline has
// set it.

#include <algorithm>

#include "sampler/arithmetic/float_environment.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/draw.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/bounds/weights.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/candidates/state.h"
#include "sampler/kernels/block.h"
#include "sampler/rows/ranked.h"

namespace sampler {

CandidateView::CandidateView() : state_(std::make_unique<State>()) {}
CandidateView::~CandidateView() = default;

RowStatus CandidateView::status() const { return state_->set.status(); }
std::int64_t CandidateView::Count() const { return state_->set.Count(); }
Candidate CandidateView::Likeliest() const { return state_->set.Likeliest(); }
bool CandidateView::truncated() const { return state_->truncated; }
MassBounds& CandidateView::bounds() const { return state_->bounds; }

Weight CandidateView::WeightOf(TokenId id) const {
  return state_->masses.WeightOf(id);
}

Mass CandidateView::TotalMass() const { return state_->masses.Total(); }

double CandidateView::LogMass() const {
  return Log(ToDouble(TotalMass()) * 0x1p-51);
}

double CandidateView::MeanLogit() const {
  return Max() + state_->masses.MeanOffset();
}

double CandidateView::LogitDeviation(Deviation deviation) const {
  return state_->masses.LogitDeviation(deviation);
}

TokenId CandidateView::AtMass(Mass place) const {
  return state_->masses.AtMass(place);
}

std::int64_t CandidateView::WeightedCount() const {
  return static_cast<std::int64_t>(state_->masses.support().list.size());
}

std::optional<double> CandidateView::Logit(TokenId id) const {
  const DefaultFloatEnvironment environment;
  return state_->set.Logit(id);
}

double CandidateView::Entropy() const {
  const DefaultFloatEnvironment environment;
  return state_->masses.Entropy();
}

double CandidateView::LogSum() const {
  const DefaultFloatEnvironment environment;
  return state_->masses.LogSum();
}

double CandidateView::Logprob(double logit) const {
  const DefaultFloatEnvironment environment;
  // Logits near both ends of a double's range would overflow.
  return std::max((logit - Max()) - LogSum(), kLowestLogit);
}

std::int64_t CandidateView::Rank(TokenId id) const {
  const DefaultFloatEnvironment environment;
  const std::optional<double> logit = Logit(id);
  if (!logit.has_value()) return 0;
  const std::optional<std::size_t> counted = state_->set.CountBefore(id);
  if (counted.has_value()) return static_cast<std::int64_t>(*counted) + 1;
  std::int64_t before = 0;
  state_->set.ForEachReaching(*logit, [&](TokenId other, double other_logit) {
    before += other_logit > *logit || other < id ? 1 : 0;
  });
  return before + 1;
}

void CandidateView::State::GatherTop(std::int64_t n) {
  CandidateList& list = scratch.gathered;
  list.Clear();
  if (n <= 0) return;
  set.Gather({set.RoughFloorOfTop(n)}, list);
  if (n >= static_cast<std::int64_t>(list.size())) return;
  KeepFirst(RankByLogit(list, TieOrder::kLowId), n, Ties::kExact, list,
            scratch);
}

absl::Span<const WeightedCandidate> CandidateView::TopWeighted(
    std::int64_t n) const {
  const DefaultFloatEnvironment environment;
  state_->GatherTop(n);
  state_->listed.clear();
  const CandidateList& list = state_->scratch.gathered;
  if (list.size() == 0) return state_->listed;
  // Positions ascend with ids, so that equal logits come by the lower id.
  const kernels::SortedValues sorted =
      kernels::SortDescending(list.logits(), state_->scratch.sort);
  const absl::Span<const Weight> weights =
      Weigh(sorted.values, Max(), state_->scratch);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    state_->listed.push_back({list.ids()[sorted.positions[i]],
                              WithOneZero(sorted.values[i]), weights[i]});
  }
  return state_->listed;
}

std::vector<Candidate> CandidateView::Top(std::int64_t n) const {
  std::vector<Candidate> top;
  for (const WeightedCandidate& c : TopWeighted(n)) {
    top.push_back({c.id, c.logit});
  }
  return top;
}

absl::Span<WeightedCandidate> CandidateView::WithProbabilityAtLeast(
    double p) const {
  state_->listed.clear();
  if (state_->HaveBounds()) {
    const MassInterval total = state_->bounds.sums().Total();
    const std::optional<WeighedList> heavy = GatherHeavy(
        state_->set, {LeastMass(p, total.low), LeastMass(p, total.high)},
        state_->scratch);
    if (state_->bounds.Note(heavy.has_value())) {
      for (std::size_t i = 0; i < heavy->weights.size(); ++i) {
        state_->listed.push_back({heavy->list->ids()[i],
                                  heavy->list->logits()[i], heavy->weights[i]});
      }
      return absl::MakeSpan(state_->listed);
    }
  }
  const Mass least = LeastMass(p, TotalMass());
  const auto list = [&](TokenId id, double logit, Weight weight) {
    if (weight >= least) state_->listed.push_back({id, logit, weight});
  };
  if (least > 0) {
    ForEachWeighted(list);
  } else {
    const double max = Max();
    ForEach([&](TokenId id, double logit) {
      list(id, logit, kernels::ComputeWeight(logit, max));
    });
  }
  return absl::MakeSpan(state_->listed);
}

void CandidateView::ForEachRun(
    absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<const double>)>
        f) const {
  state_->set.VisitRuns(f);
}

CandidateView::WeightedRun CandidateView::Weighted() const {
  const ExactMasses::Support& s = state_->masses.support();
  return {s.list.ids(), s.list.logits(), s.weights()};
}

void CandidateView::Record(ProbabilityRecord& record) const {
  RecordPartsOf(state_->masses.support().total, record);
}

void CandidateView::RecordPartsOf(Mass total, ProbabilityRecord& record) const {
  const ExactMasses::Support& s = state_->masses.support();
  record.Set(s.list.ids(), s.weights(), total);
}

TokenId CandidateView::AtMassByRank(Mass place) const {
  const ExactMasses::Support& s = state_->masses.support();
  const kernels::Cut cut =
      kernels::CutAtMass(RankByLogit(s.list, TieOrder::kLowId), s.weights(),
                         place + 1, state_->scratch.select);
  return s.list.ids()[cut.position];
}

TokenId CandidateView::DrawAt(std::uint64_t bits) const {
  if (state_->HaveBounds()) {
    const std::optional<TokenId> token =
        DecideDraw(state_->set, state_->bounds, bits);
    if (token.has_value()) return *token;
  }
  return AtMass(PlaceOfBits(bits, TotalMass()));
}

}  // namespace sampler
