#include "sampler/stages/edits/logit_bias.h"

#include <cmath>

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType LogitBias::Type() {
  return {.name = "logit_bias",
          .group = StageGroup::kEdit,
          .summary = "Adds a constant to chosen logits, or bans tokens.",
          .formula = "l_i += b_i; false: l_i = -inf",
          .source = "OpenAI API",
          .parameters = {Biases("bias",
                                "token id -> number to add, or false to ban")
                             .Default(Value::Object{})},
          .facts = [](const Parameters& p) -> StageFacts {
            StageFacts facts = {.neutral = true};
            for (const auto& [id, bias] : p.Biases("bias")) {
              if (bias != 0.0) facts.neutral = false;
              if (std::isinf(bias)) facts.bans.push_back(id);
            }
            return facts;
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<LogitBias>(p.Biases("bias"));
          }};
}

void LogitBias::Apply(Candidates& candidates, const StepContext&) const {
  for (const auto& [id, bias] : biases_) {
    candidates.Edit(id, [bias = bias](double logit) { return logit + bias; });
  }
}

}  // namespace sampler
