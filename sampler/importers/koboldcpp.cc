// koboldcpp 1.115: bodies of /api/v1/generate.
//
// Order: logit_bias, DRY, the 3000 likeliest, then `sampler_order` by number,
// XTC, adaptive_p, draw. With mirostat: repetition, temperature, mirostat in
// place of the order.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace {

using enum FieldKind;

constexpr std::int64_t kPrefilter = 3000;

FieldTable Fields() {
  const Value breakers = Value::List{"\n", ":", "\"", "*"};
  const Value order = Value::List{6, 0, 1, 3, 4, 2, 5};
  const FieldTable sampling = {
      {"guidance_scale", kReal, 1.0, kFinite,
       "guidance on the logits as they are; negative values are 0"},
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"banned_tokens",
       kList,
       {},
       {},
       "suppress_tokens of every token whose text contains one"},
      {"ban_eos_token",
       kBoolean,
       false,
       {},
       "suppress_tokens of the end ids",
       {"use_default_badwordsids"}},
      {"dry_multiplier", kReal, 0.0, kFinite, "dry; 0 or less is off"},
      {"dry_base", kReal, 1.75, kFinite, "dry; 0 or less is off"},
      {"dry_allowed_length", kInteger, 2, AtLeast(0), "dry"},
      {"dry_penalty_last_n", kInteger, 320, kFinite,
       "window of dry; 0 or less is the whole context"},
      {"dry_sequence_breakers", kList, breakers, {}, "breakers of dry"},
      {"sampler_order",
       kList,
       order,
       {},
       "the order of the stages: 0 top_k, 1 top_a, 2 top_p and min_p, 3 tfs, "
       "4 typical, 5 temperature, 6 repetition"},
      {"rep_pen", kReal, 1.0, Above(0), "repetition_penalty, scope both"},
      {"presence_penalty", kReal, 0.0, kFinite, "presence_penalty, scope both"},
      {"rep_pen_range", kInteger, 320, kFinite,
       "window of the penalties, at least 1"},
      {"rep_pen_slope", kReal, 1.0, kFinite,
       "a weaker penalty in the window's older half: there is no such stage"},
      {"top_k", kInteger, 100, kFinite, "top_k; 0 or less is off"},
      {"top_a", kReal, 0.0, AtMost(1), "top_a; 0 or less is off"},
      {"top_p", kReal, 0.9, AtLeast(0), "top_p; 1 or more is off"},
      {"min_p", kReal, 0.0, AtMost(1),
       "min_p, directly after top_p; 0 or less is off"},
      {"tfs", kReal, 1.0, AtLeast(0), "tail_free; 1 or more is off"},
      {"typical", kReal, 1.0, Above(0),
       "typical_p, equality continue; 1 or more is off"},
      {"temperature", kReal, 0.7, kFinite, "temperature; 0 or less is greedy"},
      {"dynatemp_range", kReal, 0.0, kFinite,
       "dynamic_temperature of temperature -/+ range"},
      {"dynatemp_exponent", kReal, 1.0, AtLeast(0), "dynamic_temperature"},
      {"smoothing_factor", kReal, 0.0, kFinite,
       "quadratic, after temperature; 0 or less is off"},
      {"smoothing_curve", kReal, 1.0, kFinite, "quadratic"},
      {"nsigma",
       kReal,
       0.0,
       kFinite,
       "top_n_sigma, after temperature; 0 or less is off",
       {"top_n_sigma"}},
      {"mirostat", kInteger, 0, Between(0, 2),
       "mirostat 1 or 2, in place of the order"},
      {"mirostat_tau", kReal, 5.0, Above(0), "mirostat"},
      {"mirostat_eta", kReal, 0.1, AtLeast(0), "mirostat"},
      {"xtc_probability", kReal, 0.0, AtMost(1), "xtc; 0 or less is off"},
      {"xtc_threshold", kReal, 0.2, AtLeast(0), "xtc; above 0.5 it is off"},
      {"adaptive_target", kReal, -1.0, AtMost(1),
       "adaptive_p; 0 or less is off"},
      {"adaptive_decay", kReal, 0.9, Between(0, 0.99), "adaptive_p"},
      {"sampler_seed",
       kInteger,
       -1,
       kFinite,
       "seed; 0 or less, or 4294967295, is random",
       {"seed"}}};
  return Join(
      {sampling,
       Idle("phrases are banned by going back over the text: the caller's loop",
            {"banned_strings", "banned_phrases"}),
       Idle("the grammar's bitmask goes to a mask stage",
            {"grammar", "grammar_retain_state"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_length", "stop_sequence", "trim_stop", "bypass_eos",
             "singleline"}),
       Idle("what a negative prompt is: the second row of guidance",
            {"negative_prompt"}),
       Idle("not a sampling setting", {"max_context_length",
                                       "memory",
                                       "quiet",
                                       "genkey",
                                       "images",
                                       "render_special",
                                       "replace_instruct_placeholders",
                                       "frmttriminc",
                                       "frmtrmblln",
                                       "frmtrmspch",
                                       "frmtadsnsp",
                                       "use_story",
                                       "use_memory",
                                       "use_authors_note",
                                       "use_world_info",
                                       "disable_input_formatting",
                                       "disable_output_formatting",
                                       "chatmode",
                                       "chatname",
                                       "sampler_len",
                                       "reasoning_budget",
                                       "using_openai_tools",
                                       "soft_prompt"}),
       RequestFields(), EndFields(), AnswerFields()});
}

// ---- The stages of `sampler_order`
// -------------------------------------------

void AddTopK(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
}

void AddTopA(Draft& draft) {
  AddNumber(draft, "top_a", Off::kZeroOrLess, "top_a", "a");
}

void AddTopPAndMinP(Draft& draft) {
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p");
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
}

void AddTailFree(Draft& draft) {
  AddNumber(draft, "tfs", Off::kOneOrMore, "tail_free", "z");
}

void AddTypical(Draft& draft) {
  AddNumber(draft, "typical", Off::kOneOrMore, "typical_p", "p",
            {{"equality", "continue"}});
}

void AddTemperature(Draft& draft) {
  if (draft.Real("temperature") <= 0) {
    draft.Add({"temperature", {{"temperature", 0}}}, {"temperature"},
              "greedy: koboldcpp takes top_k 1");
  } else if (!AddDynamicRange(draft, "temperature", "dynatemp_range",
                              "dynatemp_exponent", "finite")) {
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
  }
  AddQuadratic(draft);
  AddNumber(draft, "nsigma", Off::kZeroOrLess, "top_n_sigma", "n");
}

void AddRepetition(Draft& draft) {
  Scope scope = {.window = draft.Integer("rep_pen_range"),
                 .window_field = "rep_pen_range"};
  if (*scope.window < 1) scope.window = 1;
  AddPenalty(draft, "rep_pen", "repetition_penalty", scope);
  AddPenalty(draft, "presence_penalty", "presence_penalty", scope);
  if (draft.Real("rep_pen_slope") != 1 && draft.Real("rep_pen") != 1) {
    draft.NoEffect("rep_pen_slope",
                   "not expressible: the older half of the window is "
                   "penalised as much as the newer");
  }
}

const StepTable& Steps() {  // By number.
  static const auto& steps = *new StepTable{
      {"top_k", {"top_k"}, AddTopK},
      {"top_a", {"top_a"}, AddTopA},
      {"top_p", {"top_p", "min_p"}, AddTopPAndMinP},
      {"tfs", {"tfs"}, AddTailFree},
      {"typical", {"typical"}, AddTypical},
      {"temperature",
       {"temperature", "dynatemp_range", "dynatemp_exponent",
        "smoothing_factor", "smoothing_curve", "nsigma"},
       AddTemperature},
      {"repetition",
       {"rep_pen", "presence_penalty", "rep_pen_range", "rep_pen_slope"},
       AddRepetition}};
  return steps;
}

void AddOrder(Draft& draft) {
  std::vector<const Step*> order;
  const Value::List& numbers = *draft.Get("sampler_order").list();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::int64_t* number = numbers[i].integer();
    if (number == nullptr || *number < 0 || *number > 6) {
      draft.Problem(absl::StrCat(draft.PointerOf("sampler_order"), "/", i),
                    absl::StrCat("got ", ToText(numbers[i]),
                                 ", want an integer in [0, 6]"));
      continue;
    }
    order.push_back(&Steps()[static_cast<std::size_t>(*number)]);
    order.back()->add(draft);
  }
  if (draft.Given("sampler_order")) {
    draft.Applied("sampler_order", "the order of the stages");
  }
  ReportOmitted(Steps(), order, "its stage is not in sampler_order", draft);
}

// ---- Around the order
// ----------------------------------------------------------

void AddGuidance(Draft& draft) {
  if (draft.Real("guidance_scale") == 1) return;
  StageConfig stage = {
      "guidance",
      {{"scale", draft.Get("guidance_scale")}, {"normalize", false}}};
  if (draft.Real("guidance_scale") < 0) stage.parameters["scale"] = 0;
  draft.Add(std::move(stage), {"guidance_scale"});
}

void AddBannedTokens(Draft& draft) {
  const std::vector<std::string> words = Strings(draft, "banned_tokens");
  if (words.empty()) return;
  const TokenTexts* texts = draft.options().texts;
  if (texts == nullptr) {
    ReportNoTexts(draft, "banned_tokens");
    return;
  }
  TokenIds ids;
  for (std::int32_t id = 0; id < texts->size(); ++id) {
    const std::string bytes = texts->Bytes(id);
    for (const std::string& word : words) {
      if (!word.empty() && absl::StrContains(bytes, word)) {
        ids.push_back(id);
        break;
      }
    }
  }
  AddBan(draft, "banned_tokens", ids);
}

void AddDryStage(Draft& draft) {
  if (draft.Real("dry_base") <= 0) {
    draft.NoEffectIfUnsaid({{"dry_multiplier", "dry_base"}},
                           "off: dry_base is not positive");
    return;
  }
  DryRules rules = {.window = {},
                    .window_field = "dry_penalty_last_n",
                    .exempt_breakers = false};
  const std::int64_t n = draft.Integer("dry_penalty_last_n");
  if (n > 0) rules.window = n;
  AddDry(draft, Strings(draft, "dry_sequence_breakers"), rules);
}

void AddPrefilter(Draft& draft) {
  const StageConfig stage = {"top_k", {{"k", kPrefilter}}};
  draft.Derive("(prefilter)", absl::StrCat(StageText(stage),
                                           ": koboldcpp's, before the order"));
  draft.config().stages.push_back(stage);
}

void AddMirostatChain(Draft& draft) {
  AddRepetition(draft);
  AddTemperature(draft);
  AddMirostat(draft, draft.Integer("mirostat"), "mirostat");
  for (const Step& step : Steps()) {
    draft.NoEffectIfUnsaid(step.fields, "koboldcpp skips it under mirostat");
  }
  draft.NoEffectIfUnsaid({{"sampler_order", "xtc_probability", "xtc_threshold",
                           "adaptive_target", "adaptive_decay"}},
                         "koboldcpp skips it under mirostat");
}

void Build(Draft& draft) {
  RefuseParity(draft, "koboldcpp's generator is not offered");
  AddGuidance(draft);
  AddBiasMap(draft, "logit_bias");
  AddBannedTokens(draft);
  AddEndBan(draft, "ban_eos_token");
  AddDryStage(draft);
  AddPrefilter(draft);
  if (draft.Integer("mirostat") > 0) {
    AddMirostatChain(draft);
  } else {
    AddOrder(draft);
    AddXtc(draft, {});
    if (AddAdaptiveP(draft, draft.Real("adaptive_target") <= 0)) {
      draft.Applied("adaptive_target",
                    "koboldcpp averages the probability in the raw logits, "
                    "adaptive_p that before the stage");
    }
  }
  AddCategorical(draft, "rank", "koboldcpp draws from a sorted array");
  const std::int64_t seed = draft.Integer("sampler_seed");
  ReadSeed(draft, "sampler_seed",
           /*random=*/seed <= 0 || seed == 0xFFFFFFFF, false);
}

}  // namespace

const Runtime& KoboldCpp() {
  static const auto& runtime = *new Runtime{
      .name = "koboldcpp",
      .version = "koboldcpp 1.115",
      .order =
          "guidance, logit_bias, dry, top_k 3000, sampler_order "
          "(repetition, top_k, top_a, tfs, typical, top_p and min_p, "
          "temperature), xtc, adaptive_p, draw",
      .fields = Fields(),
      .containers = {},
      .build = Build};
  return runtime;
}

}  // namespace sampler::importers
