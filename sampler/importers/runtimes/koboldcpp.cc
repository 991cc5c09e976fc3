// koboldcpp 1.115: bodies of /api/v1/generate.
//
// Order: logit_bias, DRY, the 3000 likeliest, then `sampler_order` by number,
// XTC, adaptive_p, draw. With mirostat: repetition, temperature, mirostat in
// place of the order.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/config.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace koboldcpp {
namespace {

constexpr std::int64_t kPrefilter = 3000;

// Spellings of one setting.
constexpr absl::string_view kRepetitionPenalties[] = {
    "rep_pen", "repetition_penalty", "repeat_penalty"};

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
                              "dynatemp_exponent", "finite",
                              Inverted::kFalls)) {
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
  }
  AddQuadratic(draft);
  AddNumber(draft, "nsigma", Off::kZeroOrLess, "top_n_sigma", "n");
}

// Of its three spellings the largest counts, and one that is absent is 1.
double RepetitionPenalty(Draft& draft) {
  double penalty = 0;
  for (const absl::string_view field : kRepetitionPenalties) {
    penalty = std::max(penalty, draft.Given(field) ? draft.Real(field) : 1.0);
  }
  for (const absl::string_view field : kRepetitionPenalties) {
    if (draft.Given(field) && draft.Real(field) != penalty) {
      draft.Harmless(field, absl::StrCat("koboldcpp takes the largest of "
                                         "rep_pen, repetition_penalty and "
                                         "repeat_penalty, where absent 1: ",
                                         penalty));
    }
  }
  return penalty;
}

void AddPenaltyOfWindow(Draft& draft, double penalty, std::int64_t window,
                        absl::string_view remark) {
  if (penalty == 1) return;
  StageConfig stage = {
      "repetition_penalty",
      {{"penalty", penalty}, {"scope", "both"}, {"window", window}}};
  const std::string text = remark.empty()
                               ? StageText(stage)
                               : absl::StrCat(StageText(stage), ": ", remark);
  for (const absl::string_view field : kRepetitionPenalties) {
    if (draft.Given(field) && draft.Real(field) == RepetitionPenalty(draft)) {
      draft.Applied(field, text);
    }
  }
  if (!remark.empty()) draft.Applied("rep_pen_slope", text);
  draft.Applied("rep_pen_range", "window of repetition_penalty");
  draft.config().stages.push_back(std::move(stage));
}

// The older half of the window has a penalty of its own. Penalties multiply:
// that of the older half over the whole window, and what is missing to the
// newer half's over the newer half.
void AddSlope(Draft& draft, double penalty, std::int64_t window) {
  const double older = 1 + (penalty - 1) * draft.Real("rep_pen_slope");
  if (older <= 0) {
    draft.Lost("rep_pen_slope",
               "the older half of the window would have a penalty below 0");
    AddPenaltyOfWindow(draft, penalty, window, "");
    return;
  }
  AddPenaltyOfWindow(draft, older, window, "the older half");
  AddPenaltyOfWindow(draft, penalty / older, window - window / 2,
                     "the newer half");
}

void AddRepetition(Draft& draft) {
  const std::int64_t window =
      std::max<std::int64_t>(draft.Integer("rep_pen_range"), 1);
  const double penalty = RepetitionPenalty(draft);
  if (penalty == 1 || draft.Real("rep_pen_slope") == 1) {
    AddPenaltyOfWindow(draft, penalty, window, "");
  } else {
    AddSlope(draft, penalty, window);
  }
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             {.window = window, .window_field = "rep_pen_range"});
}

const StepTable& Steps() {  // By number.
  static const auto& steps =
      *new StepTable{{"top_k", {"top_k"}, AddTopK},
                     {"top_a", {"top_a"}, AddTopA},
                     {"top_p", {"top_p", "min_p"}, AddTopPAndMinP},
                     {"tfs", {"tfs"}, AddTailFree},
                     {"typical", {"typical"}, AddTypical},
                     {"temperature",
                      {"temperature", "dynatemp_range", "dynatemp_exponent",
                       "smoothing_factor", "smoothing_curve", "nsigma"},
                      AddTemperature},
                     {"repetition",
                      {"rep_pen", "repetition_penalty", "repeat_penalty",
                       "presence_penalty", "rep_pen_range", "rep_pen_slope"},
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
  for (TokenId id = 0; id < texts->size(); ++id) {
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
    draft.HarmlessIfUnsaid({{"dry_multiplier", "dry_base"}},
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
    draft.HarmlessIfUnsaid(step.fields, "koboldcpp skips it under mirostat");
  }
  draft.HarmlessIfUnsaid({{"sampler_order", "xtc_probability", "xtc_threshold",
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
}  // namespace koboldcpp

const Runtime& KoboldCpp() {
  static const auto& runtime = *new Runtime{
      .name = "koboldcpp",
      .version = "koboldcpp 1.115",
      .order =
          "guidance, logit_bias, dry, top_k 3000, sampler_order "
          "(repetition, top_k, top_a, tfs, typical, top_p and min_p, "
          "temperature), xtc, adaptive_p, draw",
      .fields = KoboldCppFields(),
      .containers = {"gendefaults"},
      .build = koboldcpp::Build,
      .leniency = {.truncates = true, .texts = true, .empty_lists = true},
      .marks = {"rep_pen_slope", "sampler_order", "max_context_length",
                "sampler_seed", "use_default_badwordsids", "gendefaults",
                "model_param", "genkey", "bypass_eos", "nsigma", "trim_stop"}};
  return runtime;
}

}  // namespace sampler::importers
