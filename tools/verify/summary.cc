#include "tools/verify/summary.h"

#include <cmath>
#include <cstddef>

namespace sampler::tools {
namespace {

void AddFinite(double x, AverageOf& average) {
  if (std::isfinite(x)) average.Add(x);
}

void Count(Basis basis, VerifySummary::Bases& bases) {
  ++bases[static_cast<std::size_t>(basis)];
}

double Share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? TokenCheck::kAbsent
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void VerifySummary::Add(const RowPlace& place,
                        const std::shared_ptr<const TokenCheck>& check) {
  ++rows_;
  if (check == nullptr) {
    ++skipped_;
    return;
  }
  Count(check->match_basis, match_bases_);
  Count(check->prob_basis, prob_bases_);
  Count(check->rank_basis, rank_bases_);
  if (check->rank_basis == Basis::kExact) {
    AddFinite(check->logit_rank, logit_rank_);
  }
  if (!check->decided()) return;
  ++total_;
  AddFinite(check->prob, prob_);
  AddFinite(check->margin, margin_);
  AddFinite(check->gumbel_rank, gumbel_rank_);
  AddFinite(check->gls, gls_);
  AddFinite(check->cgs, cgs_);
  if (check->fssl) ++fssl_[static_cast<std::size_t>(*check->fssl)];
  if (!std::isnan(check->percentile)) {
    percentiles_.push_back(check->percentile);
  }
  ties_ += check->ties > 0 ? 1 : 0;
  drawn_.push_back({place.sequence, check->claimed, check->replayed});
  if (check->exact_match) {
    ++matches_;
    return;
  }
  impossible_ += check->removed ? 1 : 0;
  borderline_ += check->margin <= margin_tol_ ? 1 : 0;
  tied_mismatches_ += check->ties > 0 ? 1 : 0;
  if (kept_.size() < most_kept_) kept_.push_back({place, check});
}

double VerifySummary::exact_match_rate() const {
  return Share(matches_, total_);
}

double VerifySummary::infinite_margin_rate() const {
  return Share(impossible_, total_);
}

ShiftedMatch VerifySummary::BestShift() const {
  ShiftedMatch best;
  for (const std::int64_t shift : {0, -1, 1, -2, 2}) {
    std::int64_t compared = 0;
    std::int64_t matches = 0;
    for (std::int64_t i = 0; i < std::ssize(drawn_); ++i) {
      const std::int64_t other = i + shift;
      if (other < 0 || other >= std::ssize(drawn_)) continue;
      const Drawn& replayed = drawn_[static_cast<std::size_t>(i)];
      const Drawn& claimed = drawn_[static_cast<std::size_t>(other)];
      if (replayed.sequence != claimed.sequence) continue;
      ++compared;
      matches += replayed.replayed == claimed.claimed ? 1 : 0;
    }
    const double rate = Share(matches, compared);
    if (std::isnan(best.rate) || rate > best.rate) best = {shift, rate};
  }
  return best;
}

}  // namespace sampler::tools
