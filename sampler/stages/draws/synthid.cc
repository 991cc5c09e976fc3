#include "sampler/stages/draws/synthid.h"

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/random/random.h"

namespace sampler {
namespace {

// ln(1 + g - sum g p) for g = 1 and g = 0. If all the mass has g = 1, the
// others weigh nothing and do not change.
Shifts Tournament(Mass favoured, Mass total) {
  return {
      .chosen = Log(Ratio(2 * total - favoured, total)),
      .others = favoured == total ? 0.0 : Log(Ratio(total - favoured, total))};
}

}  // namespace

StageType SynthId::Type() {
  return {
      .name = "synthid",
      .group = StageGroup::kDraw,
      .summary = "A draw after a tournament that marks the text.",
      .formula = "per key: p_i *= 1 + g_i - sum g p, g of key and context",
      .source = "Nature 634:818",
      .parameters =
          {Integers("keys", "secrets shared with the detector, one per layer")
               .Required()
               .NonEmpty(),
           Integer("ngram_len", "tokens that make a bit, the new one included")
               .AtLeast(2)
               .Default(5),
           Integer("context_history", "contexts to remember")
               .AtLeast(0)
               .Default(1024),
           Boolean("skip_first", "leave the first ngram_len - 1 tokens")
               .Default(false),
           Choice("hash", "synthid-text's, or that of transformers")
               .Choices({"deepmind", "hf"}),
           Integers("table", "the bits that hash \"hf\" looks up")
               .Within(0, 1)
               .NonEmpty()},
      .check = [](const Parameters& p) -> std::string {
        const auto hash = p.Choice<SynthIdRule::Hash>("hash");
        if (hash == SynthIdRule::Hash::kDeepMind || p.Has("table")) return "";
        return "want \"table\", as \"hash\" is \"hf\"";
      },
      .facts = [](const Parameters&) -> StageFacts {
        return {.history = HistoryWindow{.scope = Scope::kOutput},
                .draws_by = DrawBy::kMassById};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<SynthId>(
            RuleOf(p), p.Boolean("skip_first") ? First::kSkip : First::kMark);
      }};
}

SynthIdRule SynthId::RuleOf(const Parameters& p) {
  SynthIdRule rule = {.keys = p.Integers("keys"),
                      .ngram_len = p.Integer("ngram_len"),
                      .context_history = p.Integer("context_history"),
                      .hash = p.Choice<SynthIdRule::Hash>("hash")};
  if (p.Has("table")) rule.table = p.Integers("table");
  return rule;
}

void SynthId::Apply(Candidates& candidates, const StepContext& step) const {
  const absl::Span<const TokenId> output = step.history.output();
  if (!hash_.Marks(output, first_)) return;
  const std::uint64_t context = hash_.Context(output);
  // The shifts of a layer are small, and would be rounded away beside large
  // logits.
  candidates.Normalize();
  for (std::size_t layer = 0; layer < hash_.layers(); ++layer) {
    candidates.ShiftByMass(
        [&](TokenId id) { return hash_.G(context, id, layer); }, Tournament);
  }
}

Drawn SynthId::Choose(const Candidates& candidates,
                      const StepContext& step) const {
  const std::uint64_t bits = step.coins.Bits(Purpose::kTokenDraw);
  return {candidates.DrawAt(bits), bits};
}

}  // namespace sampler
