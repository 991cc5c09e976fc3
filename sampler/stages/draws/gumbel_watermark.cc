#include "sampler/stages/draws/gumbel_watermark.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidates/gumbel_race.h"
#include "sampler/stages/draws/gumbel_noise.h"
#include "sampler/watermark/sglang_mark.h"
#include "sampler/watermark/vllm_mark.h"

namespace sampler {
namespace {

using Variant = GumbelMarkRule::Variant;
using RepeatRule = GumbelWatermark::RepeatRule;

bool IsVllm(Variant variant) {
  return variant == Variant::kVllm || variant == Variant::kVllmDual;
}

// Names of parameters that only some variants read, if one is given.
std::string CheckOwners(const Parameters& p, Variant variant) {
  if (p.Has("alpha") && variant != Variant::kVllmDual) {
    return "\"alpha\" is for variant \"vllm_dual\" alone";
  }
  if (p.Has("max_history") && !IsVllm(variant)) {
    return "\"max_history\" is for variants \"vllm\" and \"vllm_dual\" alone";
  }
  for (const char* name :
       {"key_b", "mixing_probability", "max_probability", "max_contexts"}) {
    if (p.Has(name) && variant != Variant::kSglang) {
      return absl::StrCat("\"", name, "\" is for variant \"sglang\" alone");
    }
  }
  return "";
}

// An engine's numbers take every token of the context, whether it is there or
// not, so its width is bounded: SGLang's own bound, and one that no text needs.
std::string CheckWidth(std::int64_t width, Variant variant) {
  if (variant == Variant::kHouse) return "";
  const std::int64_t most = variant == Variant::kSglang ? 64 : 4096;
  if (width <= most) return "";
  return absl::StrCat("got \"context_width\" ", width, ", want at most ", most,
                      ", as \"variant\" is an engine's");
}

std::string Check(const Parameters& p) {
  const auto variant = p.Choice<Variant>("variant");
  std::string stranger = CheckOwners(p, variant);
  if (!stranger.empty()) return stranger;
  const bool skips = p.Boolean("skip_repeated");
  const bool both =
      p.Choice<RepeatRule::In>("repeated_in") == RepeatRule::In::kBoth;
  if (!skips && (both || p.Has("max_history"))) {
    return "\"repeated_in\" and \"max_history\" have no effect, as "
           "\"skip_repeated\" is false";
  }
  if (p.Has("mixing_probability") && !p.Has("key_b")) {
    return "\"mixing_probability\" has no effect without \"key_b\"";
  }
  if (variant == Variant::kSglang && (!skips || both)) {
    return "variant \"sglang\" leaves the contexts that repeat in the output: "
           "want \"skip_repeated\" true and \"repeated_in\" \"output\"";
  }
  return CheckWidth(p.Integer("context_width"), variant);
}

}  // namespace

GumbelMarkRule GumbelWatermark::RuleOf(const Parameters& p) {
  GumbelMarkRule rule = {.key = p.Integer("key"),
                         .context_width = p.Integer("context_width"),
                         .variant = p.Choice<Variant>("variant"),
                         .key_b = p.OptionalInteger("key_b")};
  if (p.Has("alpha")) rule.alpha = p.Real("alpha");
  if (p.Has("mixing_probability")) {
    rule.mixing_probability = p.Real("mixing_probability");
  }
  if (p.Has("max_contexts")) rule.most_contexts = p.Integer("max_contexts");
  return rule;
}

namespace {

RepeatRule RepeatsOf(const Parameters& p) {
  constexpr std::int64_t kVllmHistory = 8192;
  RepeatRule repeats = {.skip = p.Boolean("skip_repeated"),
                        .in = p.Choice<RepeatRule::In>("repeated_in"),
                        .history = p.OptionalInteger("max_history")};
  if (IsVllm(p.Choice<Variant>("variant")) && !repeats.history.has_value()) {
    repeats.history = kVllmHistory;
  }
  return repeats;
}

// Returns true if the last `width` tokens of `text` also end before a token at
// `begin` or later. A shorter text repeats nothing: its context is the only one
// of its length.
bool ContextIsRepeated(const HistoryView& text, std::size_t begin,
                       std::size_t width) {
  const std::size_t now = text.size();
  if (now < width) return false;
  for (std::size_t end = std::max(width, begin); end < now; ++end) {
    std::size_t i = 1;
    while (i <= width && text[end - i] == text[now - i]) ++i;
    if (i > width) return true;
  }
  return false;
}

// The hashes of the contexts that a text has had.
struct ContextHashes final : StageScratch {
  std::vector<std::uint32_t> hashes;
};

// How many contexts of output tokens differ, by their hashes.
std::size_t CountContexts(const History& history, std::size_t width,
                          const SglangMarkKeys& keys,
                          std::vector<std::uint32_t>& hashes) {
  hashes.clear();
  for (std::size_t i = 0; i < history.output().size(); ++i) {
    const HistoryView context =
        HistoryView{history.prompt(), history.output().first(i)}.Last(width);
    if (context.size() == 0) continue;
    hashes.push_back(SglangMarkRandom(keys, context).context_hash());
  }
  std::sort(hashes.begin(), hashes.end());
  return static_cast<std::size_t>(
      std::distance(hashes.begin(), std::unique(hashes.begin(), hashes.end())));
}

}  // namespace

StageType GumbelWatermark::Type() {
  return {
      .name = "gumbel_watermark",
      .group = StageGroup::kDraw,
      .summary = "A draw that marks the text without distorting its law.",
      .formula = "argmax r_i^(1 / p_i), r of key and context",
      .source = "Aaronson 2022",
      .parameters =
          {Integer("key",
                   "secret shared with the detector; of an engine, its 64 bits")
               .Required(),
           Integer("context_width", "previous tokens that make the noise")
               .AtLeast(1)
               .Required(),
           Boolean("skip_repeated", "leave tokens of a context seen before")
               .Default(true),
           Choice("variant", "whose numbers: the house's, or an engine's")
               .Choices({"house", "vllm", "vllm_dual", "sglang"}),
           Choice("repeated_in", "where a context counts as seen")
               .Choices({"output", "both"}),
           Integer("max_history",
                   "vllm: last tokens to search for the context (8192)")
               .AtLeast(1),
           Real("alpha", "vllm_dual: chance of key B (0.1)").Within(0, 1),
           Integer("key_b", "sglang: a second secret"),
           Real("mixing_probability",
                "sglang: share of contexts that key A marks (0.5)")
               .Above(0)
               .Below(1),
           Real("max_probability",
                "sglang: leave steps whose likeliest token has more (1)")
               .Above(0)
               .AtMost(1),
           Integer("max_contexts", "sglang: contexts to mark in a text (4096)")
               .Within(1, 4096)},
      .check = Check,
      .facts = [](const Parameters&) -> StageFacts {
        return {.neutral = true,
                .history = HistoryWindow{},
                .draws_by = DrawBy::kNoise};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<GumbelWatermark>(
            RuleOf(p), RepeatsOf(p),
            p.Has("max_probability") ? p.Real("max_probability") : 1.0);
      }};
}

void GumbelWatermark::Apply(Candidates&, const StepContext&) const {}

std::unique_ptr<StageScratch> GumbelWatermark::MakeScratch() const {
  if (rule_.variant != Variant::kSglang) return nullptr;
  return std::make_unique<ContextHashes>();
}

bool GumbelWatermark::Marks(const Candidates& candidates,
                            const StepContext& step) const {
  const auto width = static_cast<std::size_t>(rule_.context_width);
  const History& history = step.history;
  const HistoryView text = history.View(Scope::kBoth, std::nullopt);
  const bool both = repeats_.in == RepeatRule::In::kBoth;
  // Where the contexts of this variant end, and the first that counts.
  const HistoryView of =
      IsVllm(rule_.variant) && !both ? HistoryView{{}, history.output()} : text;
  std::size_t begin =
      both || IsVllm(rule_.variant) ? 0 : history.prompt().size();
  if (repeats_.history.has_value()) {
    const auto back = static_cast<std::uint64_t>(*repeats_.history);
    begin = of.size() > back ? of.size() - back : 0;
  }
  switch (rule_.variant) {
    case Variant::kHouse:
      if (text.size() < width) return false;
      break;
    case Variant::kVllm:
    case Variant::kVllmDual:
      if (both && history.output().size() < width) return false;
      break;
    case Variant::kSglang: {
      if (text.size() == 0) return false;
      if (max_probability_ < 1.0 &&
          kLikeliestWeight >
              MostMass(max_probability_, candidates.TotalMass())) {
        return false;
      }
      const auto most = static_cast<std::size_t>(rule_.most_contexts);
      if (history.output().size() >= most &&
          CountContexts(history, width, rule_.sglang_keys(),
                        static_cast<ContextHashes&>(*step.scratch).hashes) >=
              most) {
        return false;
      }
      break;
    }
  }
  return !repeats_.skip || !ContextIsRepeated(of, begin, width);
}

TokenId GumbelWatermark::ChooseMarked(const Candidates& candidates,
                                      const StepContext& step) const {
  const auto race = [&](const auto& random) {
    return step.race
        .Run(candidates, /*n=*/1, [&](TokenId id) { return random.Bits(id); })
        .front();
  };
  const HistoryView context =
      step.history.View(Scope::kBoth, rule_.context_width);
  const auto key = static_cast<std::uint64_t>(rule_.key);
  switch (rule_.variant) {
    case Variant::kVllm:
      return race(
          VllmMarkRandom(key, rule_.context_width, step.history.output()));
    case Variant::kVllmDual: {
      const VllmDualKeys keys = DeriveVllmKeys(key);
      const bool use_b = step.coins.Bits(Purpose::kTokenDraw) <
                         LeastMass(rule_.alpha, Mass{1} << 64);
      return race(VllmMarkRandom(use_b ? keys.b : keys.a, rule_.context_width,
                                 step.history.output()));
    }
    case Variant::kSglang:
      return race(SglangMarkRandom(rule_.sglang_keys(), context));
    case Variant::kHouse:
      break;
  }
  return race(GumbelMarkRandom(rule_, context));
}

Drawn GumbelWatermark::Choose(const Candidates& candidates,
                              const StepContext& step) const {
  if (Marks(candidates, step)) return {ChooseMarked(candidates, step), 0};
  return {RunGumbelRace(candidates, step, Noise::kHouse, /*n=*/1).front(), 0};
}

}  // namespace sampler
