// Draws a token of a row and prints it, with stages of its own and a call into
// every library: all that shows that headers and libraries are complete.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/importers/importer.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "sampler/version.h"

namespace {

// Through the templates of candidates.h, which call into the library.
class Divide final : public sampler::Stage {
 public:
  explicit Divide(double divisor) : divisor_(divisor) {}
  void Apply(sampler::Candidates& candidates,
             const sampler::StepContext&) const override {
    candidates.Transform(
        [this](sampler::TokenId, double l) { return l / divisor_; });
    candidates.TransformProbability([](double p) { return 8.0 * p; });
    candidates.ForEach([](sampler::TokenId, double) {});
    candidates.ForEachWeighted(
        [](sampler::TokenId, double, sampler::Weight) {});
  }

 private:
  double divisor_;
};

// Parameters of every kind and with every limit; `create` uses what it
// captures.
sampler::StageType DivideType(double unit) {
  namespace s = sampler;
  return {
      .name = "divide",
      .group = s::StageGroup::kShape,
      .summary = "Divides logits.",
      .formula = "l_i = l_i / (divisor unit)",
      .source = "this file",
      .parameters =
          {s::Real("divisor", "what to divide by").Above(0).Below(9).Required(),
           s::Real("share", "ignored").Within(0, 1).Default(0.5),
           s::Integer("count", "ignored").AtLeast(1).AtMost(9).Nullable(),
           s::Boolean("sure", "ignored").Default(true),
           s::Choice("word", "ignored").Choices({"a", "b"}).Default("a"),
           s::Integers("list", "ignored").NonEmpty(),
           s::TokenIds("ids", "ignored"), s::Biases("bias", "ignored"),
           s::TokenSequences("texts", "ignored"),
           s::SequenceBiases("pulls", "ignored"),
           s::PositionedTokens("at", "ignored"),
           s::Object("more", "ignored")
               .Fields({s::Real("x", "ignored").Default(1.0)})},
      .check = [unit](const s::Parameters& p) -> std::string {
        return p.Real("divisor") * unit > 0 ? "" : "no divisor";
      },
      .create =
          [unit](const s::Parameters& p) -> std::unique_ptr<const s::Stage> {
        return std::make_unique<Divide>(p.Real("divisor") * unit);
      }};
}

}  // namespace

int main() {
  sampler::StageRegistry registry = sampler::StageRegistry::BuiltIn();
  if (!registry.Add(DivideType(0.5)).ok()) return 1;
  const auto config = sampler::ParseConfig(
      R"({"version": 1, "stages": [{"type": "divide", "divisor": 4},
                                   {"type": "top_k", "k": 1},
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
