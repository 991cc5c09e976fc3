#include "sampler/distribution.h"

#include <algorithm>
#include <optional>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidate_view.h"
#include "sampler/candidates/probability_record.h"

namespace sampler {

RowStatus Distribution::status() const {
  if (steps_ != nullptr && *steps_ != step_) return RowStatus::kWrongStep;
  return candidates_->status();
}

std::int64_t Distribution::Count() const {
  return ok() ? candidates_->Count() : 0;
}

bool Distribution::Contains(TokenId id) const {
  return ok() && candidates_->Logit(id).has_value();
}

double Distribution::Probability(TokenId id) const {
  return ok() ? Ratio(candidates_->WeightOf(id), candidates_->TotalMass())
              : 0.0;
}

double Distribution::Logprob(TokenId id) const {
  if (!ok()) return kRemoved;
  const std::optional<double> logit = candidates_->Logit(id);
  return logit.has_value() ? LogprobAt(*logit) : kRemoved;
}

double Distribution::LogprobAt(double logit) const {
  return candidates_->Logprob(logit);
}

std::int64_t Distribution::Rank(TokenId id) const {
  return ok() ? candidates_->Rank(id) : 0;
}

double Distribution::Entropy() const {
  return ok() ? candidates_->Entropy() : 0.0;
}

std::vector<Candidate> Distribution::Top(std::int64_t n) const {
  return ok() ? candidates_->Top(n) : std::vector<Candidate>();
}

absl::Span<const WeightedCandidate> Distribution::TopWeighted(
    std::int64_t n) const {
  return ok() ? candidates_->TopWeighted(n)
              : absl::Span<const WeightedCandidate>();
}

TokenId Distribution::Draw(std::uint64_t bits) const {
  return ok() ? candidates_->DrawAt(bits) : -1;
}

void Distribution::Record(ProbabilityRecord& record) const {
  candidates_->Record(record);
}

Weight Distribution::WeightOf(TokenId id) const {
  return ok() ? candidates_->WeightOf(id) : 0;
}

Mass Distribution::TotalMass() const {
  return ok() ? candidates_->TotalMass() : Mass{0};
}

void Distribution::VisitRuns(
    absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<const double>)>
        f) const {
  if (!ok()) return;
  candidates_->ForEachRun([&](absl::Span<const TokenId> ids,
                              absl::Span<const double> logits) {
    constexpr std::size_t kBatch = 64;
    double shown[kBatch];
    for (std::size_t first = 0; first < ids.size(); first += kBatch) {
      const absl::Span<const double> part = logits.subspan(first, kBatch);
      std::transform(part.begin(), part.end(), shown, WithOneZero);
      f(ids.subspan(first, kBatch), absl::MakeConstSpan(shown, part.size()));
    }
  });
}

}  // namespace sampler
