#include "sampler/stages/truncations/top_p.h"

#include <algorithm>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType TopP::Type() {
  return {.name = "top_p",
          .group = StageGroup::kTruncate,
          .summary = "Keeps the smallest set of tokens of probability p.",
          .formula = "shortest prefix with sum p_i >= p",
          .source = "arXiv 1904.09751",
          .parameters =
              {Real("p", "probability to keep; 1 keeps all")
                   .Within(0, 1)
                   .Required(),
               MinKeepParameter(), TiesParameter(), EqualityParameter(),
               CrossingParameter(), MassParameter(), TieOrderParameter(),
               Real("decay", "factor of p after every output token")
                   .Above(0)
                   .AtMost(1)
                   .Default(1.0),
               Real("least", "p falls no lower").Within(0, 1).Default(0.0),
               Integer("reset_id", "token after which p is as at the beginning")
                   .AtLeast(0)},
          .check = [](const Parameters& p) -> std::string {
            const bool decays = p.Real("decay") < 1.0;
            if (!decays && (p.Real("least") > 0.0 || p.Has("reset_id"))) {
              return "\"least\" and \"reset_id\" have no effect without "
                     "\"decay\" < 1";
            }
            if (p.Real("least") > p.Real("p")) {
              return "want \"least\" <= \"p\"";
            }
            return "";
          },
          .facts = [](const Parameters& p) -> StageFacts {
            const bool decays = p.Real("decay") < 1.0;
            const bool neutral = p.Real("p") == 1.0 && !decays;
            const auto basis = p.Choice<MassBasis>("mass");
            return {.neutral = neutral,
                    .history = decays
                                   ? std::optional<HistoryWindow>(
                                         HistoryWindow{.scope = Scope::kOutput})
                                   : std::nullopt,
                    .reads_original_mass =
                        !neutral && basis == MassBasis::kOriginal,
                    .weighs_the_rest = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<TopP>(
                p.Real("p"),
                MassRule{.ties = p.Choice<Ties>("ties"),
                         .equality = p.Choice<Equality>("equality"),
                         .crossing = p.Choice<Crossing>("crossing"),
                         .basis = p.Choice<MassBasis>("mass"),
                         .tie_order = p.Choice<TieOrder>("tie_order"),
                         .min_keep = p.Integer("min_keep")},
                Fall{.decay = p.Real("decay"),
                     .least = p.Real("least"),
                     .reset_id = p.OptionalInteger("reset_id")});
          }};
}

double TopP::ShareAfter(absl::Span<const TokenId> output) const {
  if (fall_.decay == 1.0) return p_;
  // p falls from p_ anew after the last reset_id. It is multiplied token by
  // token, as the rule is stated: a power would be rounded otherwise.
  double p = p_;
  std::size_t first = 0;
  for (std::size_t i = output.size(); i > 0 && fall_.reset_id.has_value();
       --i) {
    if (output[i - 1] != *fall_.reset_id) continue;
    first = i;
    break;
  }
  for (std::size_t i = first; i < output.size() && p > fall_.least; ++i) {
    p = std::max(p * fall_.decay, fall_.least);
  }
  return p;
}

void TopP::Apply(Candidates& candidates, const StepContext& step) const {
  const double p = ShareAfter(step.history.output());
  if (p == 1.0) return;
  candidates.KeepMass(p, rule_);
}

}  // namespace sampler
