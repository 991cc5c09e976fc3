#include "sampler/stages/edits/dry.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"

namespace sampler {
namespace {

constexpr double kLogOfLargestFloat = 88.7228391;

// The largest e for which base^e is a finite float32.
std::int64_t LargestExponent(double base) {
  if (base == 1.0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::floor(kLogOfLargestFloat / Log(base)));
}

// A limit that may be absent.
std::size_t Limit(const Parameters& p, absl::string_view name) {
  const std::optional<std::int64_t> limit = p.OptionalInteger(name);
  return limit.has_value() ? static_cast<std::size_t>(*limit)
                           : RepeatLimits::kNone;
}

Parameter LimitParameter(absl::string_view name, absl::string_view meaning) {
  return Integer(name, meaning).AtLeast(1).Nullable();
}

}  // namespace

StageType Dry::Type() {
  return {
      .name = "dry",
      .group = StageGroup::kEdit,
      .summary = "Lowers tokens that would continue a repetition.",
      .formula =
          "l_x -= multiplier * base^(R(x) - allowed_length) where R(x) >= "
          "allowed_length",
      .source = "text-generation-webui #5677",
      .parameters =
          {Real("multiplier", "size of the penalty; 0 changes nothing")
               .AtLeast(0)
               .Required(),
           Real("base", "growth per repeated token").AtLeast(1).Default(1.75),
           Integer("allowed_length",
                   "shortest repetition whose continuation is punished")
               .AtLeast(1)
               .Default(2),
           ScopeParameter("both"), WindowParameter(),
           TokenSequences("breakers", "sequences that end a repetition")
               .Default(Value::List{}),
           Boolean("exempt_breakers",
                   "leave tokens alone that are a breaker themselves")
               .Default(true),
           LimitParameter("max_ngram",
                          "longest repetition that counts; null: any"),
           LimitParameter("max_occurrences",
                          "latest places of the last token that are looked "
                          "at; null: all"),
           LimitParameter("early_exit",
                          "length of a match after which no earlier place is "
                          "looked at; null: none"),
           Choice("rule",
                  "long enough is allowed_length, or 2 where more than "
                  "allowed_length could match")
               .Choices({"llama_cpp", "aphrodite"})},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("multiplier") == 0.0,
                .history = ReadHistoryWindow(p)};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<Dry>(
            Options{.multiplier = p.Real("multiplier"),
                    .base = p.Real("base"),
                    .allowed_length = p.Integer("allowed_length"),
                    .window = ReadHistoryWindow(p),
                    .breakers = p.TokenSequences("breakers"),
                    .exempt_breakers = p.Boolean("exempt_breakers"),
                    .max_ngram = Limit(p, "max_ngram"),
                    .limits = {.places = Limit(p, "max_occurrences"),
                               .enough = Limit(p, "early_exit")},
                    .rule = p.Choice<Rule>("rule")});
      }};
}

Dry::Dry(Options options)
    : multiplier_(options.multiplier),
      base_(options.base),
      allowed_length_(options.allowed_length),
      largest_exponent_(LargestExponent(options.base)),
      window_(options.window),
      breakers_(std::move(options.breakers)),
      exempt_breakers_(options.exempt_breakers),
      max_ngram_(options.max_ngram),
      limits_(options.limits),
      rule_(options.rule) {
  if (rule_ == Rule::kAphrodite) {
    limits_.enough = std::max<std::size_t>(limits_.enough, 2);
  }
}

bool Dry::MayRepeat(std::size_t size, std::size_t cap) const {
  const auto allowed = static_cast<std::size_t>(allowed_length_);
  if (rule_ == Rule::kLlamaCpp) return size > allowed && cap >= allowed;
  // size and max_ngram are at least 1.
  return std::min({cap, size - 1, max_ngram_ - 1}) > allowed;
}

void Dry::Apply(Candidates& candidates, const StepContext& step) const {
  if (multiplier_ == 0.0) return;
  const HistoryView text = window_.Of(step.history);
  if (static_cast<std::int64_t>(text.size()) <= allowed_length_) return;
  const std::size_t cap = std::min(breakers_.TokensAfterLast(text), max_ngram_);
  if (!MayRepeat(text.size(), cap)) return;
  const auto least = rule_ == Rule::kAphrodite
                         ? std::size_t{2}
                         : static_cast<std::size_t>(allowed_length_);
  step.repeats.ForEach(
      text, text.Last(cap), least, step.vocabulary_size,
      [&](TokenId id, std::uint32_t longest) {
        if (exempt_breakers_ && breakers_.IsBreaker(id)) return;
        const std::int64_t exponent =
            std::min(longest - allowed_length_, largest_exponent_);
        const double penalty =
            multiplier_ * Pow(base_, static_cast<double>(exponent));
        candidates.Edit(id, [=](double logit) { return logit - penalty; });
      },
      limits_);
}

}  // namespace sampler
