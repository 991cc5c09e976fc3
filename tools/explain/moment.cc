#include "tools/explain/moment.h"

#include <algorithm>
#include <limits>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"

namespace sampler::tools {

Moment::Moment(const Candidates& candidates, std::int64_t vocabulary_size)
    : status_(candidates.status()),
      place_(static_cast<std::size_t>(vocabulary_size), -1) {
  if (status_ != RowStatus::kOk) return;
  total_ = candidates.TotalMass();
  entropy_ = candidates.Entropy();
  mean_logit_ = candidates.MeanLogit();
  log_sum_ = candidates.LogSum();
  ranked_.reserve(static_cast<std::size_t>(candidates.Count()));
  candidates.ForEach([&](TokenId id, double logit) {
    ranked_.push_back({logit, candidates.WeightOf(id), id});
  });
  std::sort(ranked_.begin(), ranked_.end(),
            [](const RankedCandidate& a, const RankedCandidate& b) {
              return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
            });
  for (std::size_t i = 0; i < ranked_.size(); ++i) {
    place_[static_cast<std::size_t>(ranked_[i].id)] =
        static_cast<std::int32_t>(i);
  }
}

const RankedCandidate* Moment::Find(TokenId id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= place_.size()) return nullptr;
  const std::int32_t place = place_[static_cast<std::size_t>(id)];
  return place < 0 ? nullptr : &ranked_[static_cast<std::size_t>(place)];
}

double Moment::Logprob(const RankedCandidate& candidate) const {
  return std::max((candidate.logit - ranked_[0].logit) - log_sum_,
                  std::numeric_limits<double>::lowest());
}

std::optional<Standing> Moment::StandingOf(TokenId id) const {
  const RankedCandidate* found = Find(id);
  if (found == nullptr) return std::nullopt;
  Mass ahead = 0;
  for (const RankedCandidate* c = ranked_.data(); c != found; ++c) {
    ahead += c->weight;
  }
  const double logprob = Logprob(*found);
  return Standing{found->logit, logprob, Exp(logprob),
                  found - ranked_.data() + 1, Ratio(ahead, total_)};
}

std::vector<RankedCandidate> Moment::LaidOut(bool by_rank) const {
  std::vector<RankedCandidate> line;
  for (const RankedCandidate& candidate : ranked_) {
    if (candidate.weight > 0) line.push_back(candidate);
  }
  if (!by_rank) {
    std::sort(line.begin(), line.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
  }
  return line;
}

double Moment::MassOf(const Moment& later) const {
  Mass mass = 0;
  for (const RankedCandidate& candidate : later.ranked_) {
    const RankedCandidate* here = Find(candidate.id);
    if (here != nullptr) mass += here->weight;
  }
  return Ratio(mass, total_);
}

}  // namespace sampler::tools
