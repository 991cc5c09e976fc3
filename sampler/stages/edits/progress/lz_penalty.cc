#include "sampler/stages/edits/progress/lz_penalty.h"

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/history/repeats.h"
#include "sampler/stages/edits/history_parameters.h"

namespace sampler {
namespace {

// The best place of every token of a text.
class BestPlaces : public StageScratch {
 public:
  struct Place {
    TokenId token;
    std::uint32_t length;  // Of the match before it.
    std::uint32_t distance;
  };

  void Begin(std::int64_t vocabulary_size) {
    for (const Place& place : places_) Index(place.token) = 0;
    places_.clear();
    if (index_.size() < static_cast<std::size_t>(vocabulary_size)) {
      index_.resize(static_cast<std::size_t>(vocabulary_size));
    }
  }

  // Takes a place, unless an earlier call gave one with as long a match.
  void Offer(const Place& place) {
    std::uint32_t& index = Index(place.token);
    if (index == 0) {
      places_.push_back(place);
      index = static_cast<std::uint32_t>(places_.size());
    } else if (place.length > places_[index - 1].length) {
      places_[index - 1] = place;
    }
  }

  absl::Span<const Place> places() const { return places_; }

 private:
  std::uint32_t& Index(TokenId token) {
    return index_[static_cast<std::size_t>(token)];
  }

  std::vector<std::uint32_t> index_;  // By token, plus 1; else 0.
  std::vector<Place> places_;
};

}  // namespace

StageType LzPenalty::Type() {
  return {
      .name = "lz_penalty",
      .group = StageGroup::kEdit,
      .summary = "Lowers tokens that would make the text compressible.",
      .formula = "l_x -= strength (log2 V - log2 d(x)), d(x) tokens back",
      .source = "arXiv 2504.20131",
      .parameters = {Real("strength", "logits per bit saved; 0 changes nothing")
                         .Required(),
                     ScopeParameter("output"),
                     Integer("window", "last tokens of the scope that count")
                         .AtLeast(1)
                         .Default(512),
                     Integer("buffer", "longest match; the text must be longer")
                         .AtLeast(1)
                         .Default(32)},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("strength") == 0.0,
                .history = ReadHistoryWindow(p)};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<LzPenalty>(
            p.Real("strength"), ReadHistoryWindow(p), p.Integer("buffer"));
      }};
}

std::unique_ptr<StageScratch> LzPenalty::MakeScratch() const {
  return std::make_unique<BestPlaces>();
}

void LzPenalty::Apply(Candidates& candidates, const StepContext& step) const {
  if (strength_ == 0.0) return;
  const HistoryView text = window_.Of(step.history);
  if (static_cast<std::int64_t>(text.size()) <= buffer_) return;
  const auto buffer = static_cast<std::size_t>(buffer_);
  const std::size_t farthest = text.size() - buffer;
  auto& best = *static_cast<BestPlaces*>(step.scratch);
  best.Begin(step.vocabulary_size);
  // The latest places first; those without a match after those with one.
  for (const RepeatMatch& match :
       step.repeats.Matches(text, text.Last(buffer))) {
    if (match.distance > farthest) break;
    best.Offer({match.next, match.length, match.distance});
  }
  for (std::size_t d = 1; d <= farthest; ++d) {
    best.Offer({text[text.size() - d], 0, static_cast<std::uint32_t>(d)});
  }
  const double bits_of_all = Log2(static_cast<double>(step.vocabulary_size));
  for (const BestPlaces::Place& place : best.places()) {
    if (place.distance >= step.vocabulary_size) continue;
    const double penalty =
        strength_ * (bits_of_all - Log2(static_cast<double>(place.distance)));
    candidates.Edit(place.token, [=](double logit) { return logit - penalty; });
  }
}

}  // namespace sampler
