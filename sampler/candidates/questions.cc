// The questions of Candidates. What may be asked after a step, by a caller, is
// answered in the default floating-point environment.

#include <algorithm>

#include "sampler/arithmetic/float_environment.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/draw.h"
#include "sampler/bounds/weights.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/rows/ranked.h"

namespace sampler {

std::int64_t Candidates::WeightedCount() const {
  return static_cast<std::int64_t>(masses_.support().list.size());
}

std::optional<double> Candidates::Logit(TokenId id) const {
  const DefaultFloatEnvironment environment;
  return set_.Logit(id);
}

double Candidates::Entropy() const {
  const DefaultFloatEnvironment environment;
  return masses_.Entropy();
}

double Candidates::LogSum() const {
  const DefaultFloatEnvironment environment;
  return masses_.LogSum();
}

double Candidates::Logprob(double logit) const {
  const DefaultFloatEnvironment environment;
  // Logits near both ends of a double's range would overflow.
  return std::max((logit - Max()) - LogSum(), kLowestLogit);
}

std::int64_t Candidates::Rank(TokenId id) const {
  const DefaultFloatEnvironment environment;
  const std::optional<double> logit = Logit(id);
  if (!logit.has_value()) return 0;
  const std::optional<std::size_t> counted = set_.CountBefore(id);
  if (counted.has_value()) return static_cast<std::int64_t>(*counted) + 1;
  std::int64_t before = 0;
  set_.ForEachReaching(*logit, [&](TokenId other, double other_logit) {
    before += other_logit > *logit || other < id ? 1 : 0;
  });
  return before + 1;
}

void Candidates::GatherTop(std::int64_t n) const {
  CandidateList& list = scratch_.gathered;
  list.Clear();
  if (n <= 0) return;
  set_.Gather({set_.RoughFloorOfTop(n)}, list);
  if (n >= static_cast<std::int64_t>(list.size())) return;
  KeepFirst(RankByLogit(list, TieOrder::kLowId, scratch_), n, Ties::kExact,
            list, scratch_);
}

absl::Span<const WeightedCandidate> Candidates::InOrder(std::int64_t n) const {
  const DefaultFloatEnvironment environment;
  GatherTop(n);
  listed_.clear();
  const CandidateList& list = scratch_.gathered;
  if (list.size() == 0) return listed_;
  // Positions ascend with ids, so that equal logits come by the lower id.
  const kernels::SortedValues sorted =
      kernels::SortDescending(list.logits(), scratch_.sort);
  const absl::Span<const Weight> weights =
      Weigh(sorted.values, Max(), scratch_);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    listed_.push_back({list.ids()[sorted.positions[i]],
                       WithOneZero(sorted.values[i]), weights[i]});
  }
  return listed_;
}

std::vector<Candidate> Candidates::Top(std::int64_t n) const {
  std::vector<Candidate> top;
  for (const WeightedCandidate& c : InOrder(n)) top.push_back({c.id, c.logit});
  return top;
}

absl::Span<WeightedCandidate> Candidates::OfProbability(double p) const {
  listed_.clear();
  if (HaveBounds()) {
    const MassInterval total = bounds_.Total();
    const std::optional<WeighedList> heavy = GatherHeavy(
        set_, {Target(p, total.low), Target(p, total.high)}, scratch_);
    if (bounds_.Note(heavy.has_value())) {
      for (std::size_t i = 0; i < heavy->weights.size(); ++i) {
        listed_.push_back({heavy->list->ids()[i], heavy->list->logits()[i],
                           heavy->weights[i]});
      }
      return absl::MakeSpan(listed_);
    }
  }
  const Mass least = Target(p, TotalMass());
  const auto list = [&](TokenId id, double logit, Weight weight) {
    if (weight >= least) listed_.push_back({id, logit, weight});
  };
  if (least > 0) {
    ForEachWeighted(list);
  } else {
    const double max = Max();
    ForEach([&](TokenId id, double logit) {
      list(id, logit, kernels::ComputeWeight(logit, max));
    });
  }
  return absl::MakeSpan(listed_);
}

void Candidates::Record(ProbabilityRecord& record) const {
  RecordPartsOf(masses_.support().total, record);
}

void Candidates::RecordPartsOf(Mass total, ProbabilityRecord& record) const {
  const ExactMasses::Support& s = masses_.support();
  record.Set(s.list.ids(), s.weights(), total);
}

TokenId Candidates::AtMassByRank(Mass place) const {
  const ExactMasses::Support& s = masses_.support();
  const kernels::Cut cut =
      kernels::CutAtMass(RankByLogit(s.list, TieOrder::kLowId, scratch_),
                         s.weights(), place + 1, scratch_.select);
  return s.list.ids()[cut.position];
}

TokenId Candidates::DrawAt(std::uint64_t bits) const {
  if (HaveBounds()) {
    const std::optional<TokenId> token = DecideDraw(set_, bounds_, bits);
    if (token.has_value()) return *token;
  }
  return AtMass(sampler::Scale(bits, TotalMass()));
}

}  // namespace sampler
