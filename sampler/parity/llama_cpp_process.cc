#include "sampler/parity/llama_cpp_process.h"

#include <algorithm>
#include <cmath>

#include "sampler/pipeline.h"
#include "sampler/random/random.h"
#include "sampler/step_observer.h"

namespace sampler::parity {
namespace {

// Makes the survivors of the array the candidates.
void HandOver(const CandidateArray& array, LlamaCppWork& work,
              Candidates& candidates) {
  std::vector<Entry>& by_id = work.by_id;
  by_id.clear();
  for (const Entry& entry : array.entries()) {
    if (!std::isinf(entry.logit)) by_id.push_back(entry);
  }
  const auto earlier = [](const Entry& a, const Entry& b) {
    return a.id < b.id;
  };
  if (!std::is_sorted(by_id.begin(), by_id.end(), earlier)) {
    std::sort(by_id.begin(), by_id.end(), earlier);
  }
  CandidateList& survivors = work.survivors;
  survivors.Clear();
  survivors.Reserve(by_id.size());
  for (const Entry& entry : by_id) {
    survivors.AppendIf(true, entry.id, static_cast<double>(entry.logit));
  }
  candidates.ResetTo(survivors.ids(), survivors.logits());
}

// Tells an observer of a stage that removed candidates and edited none.
class TruncationWatch {
 public:
  explicit TruncationWatch(const Candidates& before)
      : count_(before.Count()), total_(before.TotalMass()) {
    before.ForEach([this, &before](TokenId id, double logit) {
      logits_.push_back({id, logit});
      weights_.push_back(before.WeightOf(id));
    });
  }

  void Tell(const Candidates& after, StepObserver& observer) const {
    if (after.status() != RowStatus::kOk || after.Count() >= count_) return;
    Mass kept = 0;
    double lowest = after.Max();
    std::size_t at = 0;
    bool edited = false;
    after.ForEach([&](TokenId id, double logit) {
      while (logits_[at].id != id) ++at;
      edited = edited || logits_[at].logit != logit;
      kept += weights_[at];
      lowest = std::min(lowest, logit);
    });
    if (edited) return;
    observer.OnTruncation({.before = count_,
                           .kept = after.Count(),
                           .threshold = lowest,
                           .mass_removed = Ratio(total_ - kept, total_)});
  }

 private:
  std::int64_t count_;
  Mass total_;
  std::vector<Candidate> logits_;
  std::vector<Weight> weights_;
};

}  // namespace

std::uint32_t SeedOf(const Sequence& sequence) {
  // At an attempt above 0 the key is not the seed: other engines.
  return static_cast<std::uint32_t>(sequence.coins().key() + sequence.stream());
}

void ProcessAsLlamaCpp(const LlamaCppChain& chain, Logits row,
                       const Sequence& sequence, absl::Span<const double> state,
                       Candidates& candidates, StepObserver* observer,
                       LlamaCppWork& work) {
  Token& drawn = work.drawn;
  drawn.state.values.resize(state.size());
  drawn.state.holds_for_any_token = true;
  LlamaCppStep step = {.history = sequence.history(),
                       .seed = SeedOf(sequence),
                       .state = state,
                       .next = absl::MakeSpan(drawn.state.values),
                       .scratch = work.scratch};
  chain.Begin(row, step);
  if (observer != nullptr && step.status == RowStatus::kOk) {
    HandOver(work.scratch.array, work, candidates);
  }
  for (std::size_t i = 0; i < chain.stages(); ++i) {
    if (step.status != RowStatus::kOk) break;
    if (observer == nullptr) {
      chain.Run(i, step);
      continue;
    }
    observer->BeforeStage(i, candidates);
    const TruncationWatch watch(candidates);
    chain.Run(i, step);
    if (step.status == RowStatus::kOk) {
      HandOver(work.scratch.array, work, candidates);
      watch.Tell(candidates, *observer);
    } else {
      candidates.Reject(step.status);
    }
    observer->AfterStage(i, candidates);
  }
  drawn.status = step.status;
  drawn.id = step.token;
  drawn.bits = step.bits;
  if (step.status != RowStatus::kOk) {
    candidates.Reject(step.status);
  } else if (observer == nullptr) {
    HandOver(work.scratch.array, work, candidates);
  }
}

}  // namespace sampler::parity
