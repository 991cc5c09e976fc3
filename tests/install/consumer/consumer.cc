// Draws a token of a row and prints it, with a stage of its own and a call into
// every library: all that shows that headers and libraries are complete.

#include <cstdio>
#include <memory>
#include <vector>

#include "sampler/importers/importer.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "sampler/version.h"

namespace {

// Through the templates of candidates.h, which call into the library.
class Halve final : public sampler::Stage {
 public:
  void Apply(sampler::Candidates& candidates,
             const sampler::StepContext&) const override {
    candidates.Transform([](sampler::TokenId, double l) { return l / 2.0; });
    candidates.TransformProbability([](double p) { return 8.0 * p; });
    candidates.ForEach([](sampler::TokenId, double) {});
    candidates.ForEachWeighted(
        [](sampler::TokenId, double, sampler::Weight) {});
  }
};

sampler::StageType HalveType() {
  return {.name = "halve",
          .group = sampler::StageGroup::kShape,
          .summary = "Halves logits.",
          .formula = "l_i = l_i / 2",
          .source = "this file",
          .parameters = {},
          .create = [](const sampler::Parameters&)
              -> std::unique_ptr<const sampler::Stage> {
            return std::make_unique<Halve>();
          }};
}

}  // namespace

int main() {
  sampler::StageRegistry registry = sampler::StageRegistry::BuiltIn();
  if (!registry.Add(HalveType()).ok()) return 1;
  const auto config = sampler::ParseConfig(
      R"({"version": 1, "stages": [{"type": "halve"}, {"type": "top_k", "k": 1},
                                   {"type": "categorical"}]})",
      4, /*problems=*/nullptr, registry);
  if (!config.ok()) return 1;
  const auto pipeline = sampler::Pipeline::Create(*config, 4, registry);
  if (!pipeline.ok()) return 1;
  const auto sequence = pipeline->NewSequence();
  sampler::Workspace workspace;
  const std::vector<float> logits = {0.5f, 2.0f, -1.0f, 1.0f};
  const sampler::Token token = pipeline->Sample(logits, *sequence, workspace);
  if (sampler::logs::Log::Open("/nowhere", {}).ok()) return 1;
  if (sampler::importers::RuntimeNames().empty()) return 1;
  std::printf("token %d, headers of version %s\n", token.id, SAMPLER_VERSION);
  return token.id == 1 ? 0 : 1;
}
