// The steps that runtimes have in common, each under its own field names.
// Internal to the importers.
//
// A step reads its fields from the draft and adds a stage, or nothing where the
// runtime's value means "off".

#ifndef SAMPLER_IMPORTERS_STEPS_H_
#define SAMPLER_IMPORTERS_STEPS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/importers/draft.h"

namespace sampler::importers {

// ---- Chains ---------------------------------------------------------------

// A step of a runtime whose order is a setting.
struct Step {
  absl::string_view name;                 // As the order setting spells it.
  std::vector<absl::string_view> fields;  // What is idle without the step.
  void (*add)(Draft& draft);
};

using StepTable = std::vector<Step>;

// Null if there is none.
const Step* FindStep(const StepTable& steps, absl::string_view name);

// Says of every field of a step that is not in `order` that it has no effect.
void ReportOmitted(const StepTable& steps,
                   const std::vector<const Step*>& order, absl::string_view why,
                   Draft& draft);

// ---- Stages of one number -------------------------------------------------

// Which values of a field mean that the step is off.
enum class Off { kZeroOrLess, kOneOrMore, kExactlyOne, kExactlyZero, kEnds };

bool IsOff(Off off, double value);

// stage(parameter = the field's value, options...), unless it is off.
void AddNumber(Draft& draft, absl::string_view field, Off off,
               absl::string_view stage, absl::string_view parameter,
               Value::Object options = {});

// ---- Penalties ------------------------------------------------------------

// Whose tokens count, and how many of them; null: all. Beyond the window the
// penalties may fade.
struct Scope {
  absl::string_view scope = "both";
  std::optional<std::int64_t> window = {};
  absl::string_view window_field = {};  // Where the window comes from.
  std::int64_t decay = 0;
  absl::string_view decay_field = {};
  absl::string_view fade = {};  // Of repetition_penalty; "": its own default.
};

// repetition_penalty, frequency_penalty and presence_penalty.
void AddPenalty(Draft& draft, absl::string_view field, absl::string_view stage,
                const Scope& scope);

// The fields that all runtimes with DRY have: dry_multiplier, dry_base,
// dry_allowed_length, dry_sequence_breakers. `window`: null is the whole
// history. Breakers are found by `sequences`.
struct DryRules {
  std::optional<std::int64_t> window;
  absl::string_view window_field;
  bool exempt_breakers = true;
  Value::Object limits = {};  // Parameters of the stage.
  std::vector<TokenIds> (*sequences)(const TokenTexts&,
                                     absl::string_view) = BreakerSequences;
};
void AddDry(Draft& draft, const std::vector<std::string>& breakers,
            const DryRules& rules);

// The strings of a list; problems for other members.
std::vector<std::string> Strings(Draft& draft, absl::string_view field);

// ---- Edits of single tokens -----------------------------------------------

// {"id": bias}: logit_bias, clamped to [-limit, limit].
void AddBiasMap(Draft& draft, absl::string_view field,
                std::optional<double> limit = std::nullopt);

// A token id of the input, or nothing and a problem.
std::optional<TokenId> ReadId(Draft& draft, const Value& value,
                              const std::string& pointer);
// The ids of a list; problems for other members.
TokenIds ReadIds(Draft& draft, absl::string_view field);

Value ToValue(const TokenIds& ids);
Value ToValue(const std::vector<TokenIds>& sequences);

// Bans `ids` from the start: suppress_tokens.
void AddBan(Draft& draft, absl::string_view field, const TokenIds& ids,
            absl::string_view remark = "");

// Bans the end of text while fewer than `field` tokens are there: min_tokens.
void AddMinTokens(Draft& draft, absl::string_view field, TokenIds stop_ids,
                  absl::string_view count);

// The same for requests: the stop ids are the request's and the model's.
// Returns whether the stage was added.
bool AddRequestMinTokens(Draft& draft, absl::string_view field,
                         absl::string_view stop_field);

// A field that says "never end the text": bans the ids that end it.
void AddEndBan(Draft& draft, absl::string_view field);

// A field whose value is text, where no vocabulary was given.
void ReportNoTexts(Draft& draft, absl::string_view field);

// ---- Shaping, truncation, draws -------------------------------------------

// What a negative range of a dynamic temperature means: nothing, or a
// temperature that falls as the entropy rises.
enum class Inverted { kIsOff, kFalls };

// dynamic_temperature of temperature -/+ range; returns false, and adds
// nothing, if the range is off.
bool AddDynamicRange(Draft& draft, absl::string_view temperature,
                     absl::string_view range, absl::string_view exponent,
                     absl::string_view count, Inverted inverted);

// xtc_probability and xtc_threshold.
void AddXtc(Draft& draft, Value::Object options);

// smoothing_factor and smoothing_curve.
void AddQuadratic(Draft& draft);

// Fields <prefix>tau, <prefix>eta.
void AddMirostat(Draft& draft, std::int64_t version,
                 absl::string_view version_field);

// adaptive_target and adaptive_decay; returns whether it was added.
bool AddAdaptiveP(Draft& draft, bool off);

// The draw of runtimes that draw from a sorted array, or by id.
void AddCategorical(Draft& draft, absl::string_view order,
                    absl::string_view why);

// ---- Seeds ----------------------------------------------------------------

// The config's default seed, unless the value asks for a random one.
void ReadSeed(Draft& draft, absl::string_view field, bool random,
              bool same_numbers);

// Parity that cannot be had.
void RefuseParity(Draft& draft, absl::string_view why);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_STEPS_H_
