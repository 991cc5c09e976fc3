// llama.cpp b10573: server requests and command lines.
//
// Order: logit_bias, then the stages of `samplers`, then the draw (dist). With
// mirostat the chain is logit_bias, temperature, mirostat and nothing else.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/spelling.h"

namespace sampler::importers {
namespace {

using enum FieldKind;

constexpr std::int64_t kRandomSeed = 4294967295;

FieldTable Fields() {
  const Value breakers = Value::List{"\n", ":", "\"", "*"};
  const Value samplers =
      Value::List{"penalties", "dry",   "top_n_sigma", "top_k",      "typ_p",
                  "top_p",     "min_p", "xtc",         "temperature"};
  const FieldTable sampling = {
      {"samplers",
       kAny,
       samplers,
       {},
       "the order of the stages: a list of names, or letters; absent stages "
       "are not applied",
       {"--samplers", "--sampler-seq", "--sampling-seq"}},
      {"logit_bias",
       kAny,
       Value::List{},
       {},
       "logit_bias; false bans",
       {"--logit-bias", "-l"}},
      {"repeat_penalty",
       kReal,
       1.0,
       Above(0),
       "repetition_penalty, scope both",
       {"--repeat-penalty"}},
      {"frequency_penalty",
       kReal,
       0.0,
       kFinite,
       "frequency_penalty, scope both",
       {"--frequency-penalty"}},
      {"presence_penalty",
       kReal,
       0.0,
       kFinite,
       "presence_penalty, scope both",
       {"--presence-penalty"}},
      {"repeat_last_n",
       kInteger,
       64,
       AtLeast(-1),
       "window of the penalties; 0 is off, -1 (flag only) the whole context",
       {"--repeat-last-n"}},
      {"dry_multiplier",
       kReal,
       0.0,
       kFinite,
       "dry; 0 is off",
       {"--dry-multiplier"}},
      {"dry_base",
       kReal,
       1.75,
       kFinite,
       "dry; below 1 the default",
       {"--dry-base"}},
      {"dry_allowed_length",
       kInteger,
       2,
       AtLeast(0),
       "dry",
       {"--dry-allowed-length"}},
      {"dry_penalty_last_n",
       kInteger,
       64,
       AtLeast(-1),
       "window of dry; 0 is off, -1 (flag only) the whole context",
       {"--dry-penalty-last-n"}},
      {"dry_sequence_breakers",
       kList,
       breakers,
       {},
       "breakers of dry, by the text of every token",
       {"--dry-sequence-breaker"}},
      {"top_n_sigma",
       kReal,
       -1.0,
       kFinite,
       "top_n_sigma; 0 or less is off",
       {"--top-n-sigma", "--top-nsigma"}},
      {"top_k",
       kInteger,
       40,
       AtLeast(0).Clamped(),
       "top_k; 0 or less is off",
       {"--top-k"}},
      {"typical_p",
       kReal,
       1.0,
       kFinite,
       "typical_p, equality continue",
       {"--typical", "--typical-p"}},
      {"top_p", kReal, 0.95, Between(0, 1).Clamped(), "top_p", {"--top-p"}},
      {"min_p", kReal, 0.05, Between(0, 1).Clamped(), "min_p", {"--min-p"}},
      {"xtc_probability",
       kReal,
       0.0,
       Between(0, 1).Clamped(),
       "xtc, fire le",
       {"--xtc-probability"}},
      {"xtc_threshold",
       kReal,
       0.1,
       Between(0, 1).Clamped(),
       "xtc; above 0.5 it is off",
       {"--xtc-threshold"}},
      {"temperature",
       kReal,
       0.8,
       AtLeast(0).Clamped(),
       "temperature; 0 is greedy",
       {"--temp", "--temperature"}},
      {"dynatemp_range",
       kReal,
       0.0,
       kFinite,
       "dynamic_temperature of temperature -/+ range, count all",
       {"--dynatemp-range"}},
      {"dynatemp_exponent",
       kReal,
       1.0,
       kFinite,
       "dynamic_temperature",
       {"--dynatemp-exp"}},
      {"mirostat",
       kInteger,
       0,
       Between(0, 2).Clamped(),
       "mirostat 1 or 2: only logit_bias and temperature stay beside it",
       {"--mirostat"}},
      {"mirostat_tau", kReal, 5.0, Above(0), "mirostat", {"--mirostat-ent"}},
      {"mirostat_eta", kReal, 0.1, AtLeast(0), "mirostat", {"--mirostat-lr"}},
      {"adaptive_target",
       kReal,
       -1.0,
       AtMost(1).Clamped(),
       "adaptive_p, if it is among the samplers; below 0 it is off",
       {"--adaptive-target"}},
      {"adaptive_decay",
       kReal,
       0.9,
       Between(0, 0.99),
       "adaptive_p",
       {"--adaptive-decay"}},
      {"min_keep", kInteger, 0, AtLeast(0),
       "min_keep of top_p, min_p, typical_p and xtc"},
      {"seed", kInteger, -1, kFinite, "seed; -1 is random", {"--seed", "-s"}},
      {"ignore_eos",
       kBoolean,
       false,
       {},
       "suppress_tokens of the end ids",
       {"--ignore-eos"}}};
  return Join(
      {sampling,
       Idle("the grammar is checked after the draw and is the caller's: for "
            "the same law give its bitmask to a mask stage",
            {"grammar", "json_schema", "grammar_lazy", "grammar_triggers",
             "grammar_type", "preserved_tokens", "response_format", "--grammar",
             "--grammar-file", "-j", "--json-schema", "-jf",
             "--json-schema-file"}),
       Idle("a reasoning budget is the caller's: it forces tokens",
            {"reasoning_budget*", "thinking_budget_tokens",
             "--reasoning-budget*"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"n_predict", "--predict", "-n", "--n-predict", "--reverse-prompt",
             "-r", "t_max_predict_ms", "n_indent", "--n-indent"}),
       Idle(kReported, {"n_probs", "post_sampling_probs", "return_tokens"}),
       Idle(kSeveralSequences, {"n_cmpl"}),
       Idle("where the sampler runs, not what it does",
            {"backend_sampling", "--backend-sampling", "-bs"}),
       Idle("not a sampling setting", {"cache_prompt",
                                       "id_slot",
                                       "n_keep",
                                       "n_discard",
                                       "n_cache_reuse",
                                       "lora",
                                       "response_fields",
                                       "timings_per_token",
                                       "return_progress",
                                       "sse_ping_interval",
                                       "chat_format",
                                       "reasoning_format",
                                       "reasoning_in_content",
                                       "thinking_forced_open",
                                       "generation_prompt",
                                       "parse_tool_calls",
                                       "chat_parser",
                                       "multimodal_data",
                                       "prompt_file",
                                       "speculative.*",
                                       "verbose",
                                       "--prompt",
                                       "-p",
                                       "--file",
                                       "-f",
                                       "--keep",
                                       "--model",
                                       "-m",
                                       "--ctx-size",
                                       "-c",
                                       "--batch-size",
                                       "-b",
                                       "--ubatch-size",
                                       "-ub",
                                       "--threads",
                                       "-t",
                                       "--threads-batch",
                                       "-tb",
                                       "--gpu-layers",
                                       "-ngl",
                                       "--n-gpu-layers",
                                       "--host",
                                       "--port",
                                       "--parallel",
                                       "-np",
                                       "--flash-attn",
                                       "-fa",
                                       "--chat-template*",
                                       "--jinja",
                                       "--conversation",
                                       "-cnv",
                                       "--system-prompt",
                                       "-sys",
                                       "--alias",
                                       "-a",
                                       "--no-mmap",
                                       "--mlock",
                                       "--cache-type-k",
                                       "-ctk",
                                       "--cache-type-v",
                                       "-ctv",
                                       "--hf-repo",
                                       "-hf",
                                       "--hf-file",
                                       "-hff",
                                       "--verbose",
                                       "-v",
                                       "--metrics",
                                       "--slots",
                                       "--no-warmup",
                                       "--cont-batching",
                                       "-cb",
                                       "--escape",
                                       "-e",
                                       "--no-escape",
                                       "--interactive",
                                       "-i",
                                       "--color",
                                       "--log-*",
                                       "--reasoning-format",
                                       "--override-tensor",
                                       "-ot",
                                       "--draft-*",
                                       "--model-draft",
                                       "-md",
                                       "--lora*",
                                       "--api-key",
                                       "--timeout"}),
       RequestFields(), EndFields(), AnswerFields()});
}

// ---- The stages of `samplers` -----------------------------------------------

// The window of a field: null for the whole context, nothing if it is off.
bool ReadWindow(Draft& draft, absl::string_view field,
                std::optional<std::int64_t>& window) {
  const std::int64_t n = draft.Integer(field);
  if (n == -1 && !IsFlag(draft.PointerOf(field))) {
    draft.Reject(field, "an integer >= 0");
    return false;
  }
  if (n > 0) window = n;
  return n != 0;
}

Value::Object KeepOptions(Draft& draft) {
  if (draft.Integer("min_keep") <= 1) return {};
  draft.Applied("min_keep", "min_keep of top_p, min_p, typical_p and xtc");
  return {{"min_keep", draft.Get("min_keep")}};
}

void AddPenalties(Draft& draft) {
  Scope scope = {.window_field = "repeat_last_n"};
  if (!ReadWindow(draft, "repeat_last_n", scope.window)) {
    for (const absl::string_view field :
         {"repeat_penalty", "frequency_penalty", "presence_penalty"}) {
      draft.NoEffectIfUnsaid({field}, "off: repeat_last_n is 0");
    }
    return;
  }
  AddPenalty(draft, "repeat_penalty", "repetition_penalty", scope);
  AddPenalty(draft, "frequency_penalty", "frequency_penalty", scope);
  AddPenalty(draft, "presence_penalty", "presence_penalty", scope);
}

void AddDryStage(Draft& draft) {
  DryRules rules = {.window = {}, .window_field = "dry_penalty_last_n"};
  if (!ReadWindow(draft, "dry_penalty_last_n", rules.window)) return;
  if (draft.Real("dry_base") < 1) draft.UseDefault("dry_base", "below 1");
  AddDry(draft, Strings(draft, "dry_sequence_breakers"), rules);
}

void AddTopNSigma(Draft& draft) {
  AddNumber(draft, "top_n_sigma", Off::kZeroOrLess, "top_n_sigma", "n");
}

void AddTopK(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
}

void AddTypicalP(Draft& draft) {
  if (draft.Real("typical_p") <= 0) {
    draft.Reject("typical_p", "a number > 0");
    return;
  }
  Value::Object options = KeepOptions(draft);
  options["equality"] = "continue";
  AddNumber(draft, "typical_p", Off::kOneOrMore, "typical_p", "p", options);
}

void AddTopP(Draft& draft) {
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p", KeepOptions(draft));
}

void AddMinP(Draft& draft) {
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p", KeepOptions(draft));
}

void AddXtcStage(Draft& draft) {
  Value::Object options = KeepOptions(draft);
  options["fire"] = "le";
  AddXtc(draft, std::move(options));
}

void AddTemperature(Draft& draft) {
  if (AddDynamicRange(draft, "temperature", "dynatemp_range",
                      "dynatemp_exponent", "all")) {
    return;
  }
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

void AddInfill(Draft& draft) {
  draft.Derive("infill",
               "not a stage here: it merges tokens by their text, and ends the "
               "text by the mass of all ends",
               Outcome::kNoEffect);
}

// It takes the place of the draw, wherever it was listed.
void AddNothing(Draft&) {}

struct Sampler {
  Step step;
  char letter;
};

const std::vector<Sampler>& Samplers() {
  static const auto& samplers = *new std::vector<Sampler>{
      {{"penalties",
        {"repeat_penalty", "frequency_penalty", "presence_penalty",
         "repeat_last_n"},
        AddPenalties},
       'e'},
      {{"dry",
        {"dry_multiplier", "dry_base", "dry_allowed_length",
         "dry_penalty_last_n", "dry_sequence_breakers"},
        AddDryStage},
       'd'},
      {{"top_n_sigma", {"top_n_sigma"}, AddTopNSigma}, 's'},
      {{"top_k", {"top_k"}, AddTopK}, 'k'},
      {{"typ_p", {"typical_p"}, AddTypicalP}, 'y'},
      {{"top_p", {"top_p"}, AddTopP}, 'p'},
      {{"min_p", {"min_p"}, AddMinP}, 'm'},
      {{"xtc", {"xtc_probability", "xtc_threshold"}, AddXtcStage}, 'x'},
      {{"temperature",
        {"temperature", "dynatemp_range", "dynatemp_exponent"},
        AddTemperature},
       't'},
      {{"infill", {}, AddInfill}, 'i'},
      {{"adaptive_p", {"adaptive_target", "adaptive_decay"}, AddNothing}, 'a'}};
  return samplers;
}

// Case does not matter, nor does how words are joined; some have other names.
const Sampler* FindSampler(absl::string_view name) {
  const auto joined = [](absl::string_view text) {
    return absl::StrReplaceAll(absl::AsciiStrToLower(text),
                               {{"_", ""}, {"-", ""}});
  };
  static const auto& synonyms = *new std::map<std::string, std::string>{
      {"nucleus", "topp"}, {"temp", "temperature"}, {"typ", "typp"}};
  std::string wanted = joined(name);
  const auto synonym = synonyms.find(wanted);
  if (synonym != synonyms.end()) wanted = synonym->second;
  for (const Sampler& sampler : Samplers()) {
    if (joined(sampler.step.name) == wanted) return &sampler;
  }
  return nullptr;
}

void ReportUnknownSampler(Draft& draft, absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const Sampler& sampler : Samplers()) known.push_back(sampler.step.name);
  draft.Unknown("samplers", Value(std::string(name)),
                absl::StrCat("no sampler of llama.cpp, which drops it",
                             DidYouMean(name, known)));
}

std::vector<const Sampler*> ReadLetters(Draft& draft,
                                        const std::string& letters) {
  std::vector<const Sampler*> order;
  if (absl::StrContains(letters, ";") || FindSampler(letters) != nullptr) {
    draft.Reject("samplers",
                 "a list of names (text is read as letters, \"edskypmxt\")");
    return order;
  }
  for (const char letter : letters) {
    bool found = false;
    for (const Sampler& sampler : Samplers()) {
      if (sampler.letter != letter) continue;
      order.push_back(&sampler);
      found = true;
    }
    if (!found) ReportUnknownSampler(draft, std::string(1, letter));
  }
  return order;
}

std::vector<const Sampler*> ReadOrder(Draft& draft) {
  const Value& value = draft.Get("samplers");
  if (value.text() != nullptr) return ReadLetters(draft, *value.text());
  std::vector<const Sampler*> order;
  if (value.list() == nullptr) {
    draft.Reject("samplers", "a list of names, or letters");
  }
  for (const std::string& name : Strings(draft, "samplers")) {
    const Sampler* sampler = FindSampler(name);
    if (sampler != nullptr) {
      order.push_back(sampler);
    } else {
      ReportUnknownSampler(draft, name);
    }
  }
  return order;
}

// ---- logit_bias -------------------------------------------------------------

// The ids of a key: an id, or each token of a text.
TokenIds ReadBiasKey(Draft& draft, const Value& key,
                     const std::string& pointer) {
  if (key.text() == nullptr) {
    const auto id = ReadId(draft, key, pointer);
    return id.has_value() ? TokenIds{*id} : TokenIds{};
  }
  std::int32_t id = 0;
  if (absl::SimpleAtoi(*key.text(), &id) && id >= 0) return {id};
  if (draft.options().texts == nullptr) {
    draft.NoEffect("logit_bias",
                   absl::StrCat("the bias of ", ToText(key),
                                " is not applied: text; give a vocabulary "
                                "(--vocab-file)"));
    return {};
  }
  return Spell(*draft.options().texts, *key.text());
}

void AddBias(Draft& draft, const Value& key, const Value& bias,
             const std::string& pointer, std::map<std::int32_t, Value>& sum) {
  const bool ban = bias.boolean() != nullptr && !*bias.boolean();
  const bool number = bias.integer() != nullptr || bias.real() != nullptr;
  if (!ban && !number) {
    draft.Problem(pointer, absl::StrCat("got ", ToText(bias),
                                        ", want a number or false"));
    return;
  }
  for (const std::int32_t id : ReadBiasKey(draft, key, pointer)) {
    const auto at = sum.find(id);
    if (at == sum.end() || ban) {
      sum[id] = bias;
    } else if (at->second.boolean() == nullptr) {
      const auto real = [](const Value& value) {
        return value.integer() != nullptr
                   ? static_cast<double>(*value.integer())
                   : *value.real();
      };
      at->second = real(at->second) + real(bias);
    }
  }
}

void AddLogitBias(Draft& draft) {
  const Value& value = draft.Get("logit_bias");
  const std::string pointer = draft.PointerOf("logit_bias");
  std::map<std::int32_t, Value> sum;
  if (value.object() != nullptr) {
    for (const auto& [key, bias] : *value.object()) {
      AddBias(draft, key, bias, absl::StrCat(pointer, "/", EscapePointer(key)),
              sum);
    }
  } else if (value.list() != nullptr) {
    for (std::size_t i = 0; i < value.list()->size(); ++i) {
      const std::string at = absl::StrCat(pointer, "/", i);
      const Value::List* pair = (*value.list())[i].list();
      if (pair != nullptr && pair->size() == 2) {
        AddBias(draft, (*pair)[0], (*pair)[1], at, sum);
        continue;
      }
      // An answer's generation_settings: {"token": id, "bias": b}.
      const Value::Object* object = (*value.list())[i].object();
      if (object != nullptr && object->count("token") != 0 &&
          object->count("bias") != 0) {
        AddBias(draft, object->at("token"), object->at("bias"), at, sum);
      } else {
        draft.Problem(at, "want a pair of a token and its bias");
      }
    }
  } else {
    draft.Reject("logit_bias", "pairs of a token and its bias");
  }
  if (sum.empty()) return;
  Value::Object bias;
  for (const auto& [id, amount] : sum) bias[absl::StrCat(id)] = amount;
  draft.Add({"logit_bias", {{"bias", std::move(bias)}}}, {"logit_bias"});
}

// ---- The chain
// ----------------------------------------------------------------

void BuildMirostat(Draft& draft) {
  AddTemperature(draft);
  AddMirostat(draft, draft.Integer("mirostat"), "mirostat");
  for (const Sampler& sampler : Samplers()) {
    draft.NoEffectIfUnsaid(sampler.step.fields,
                           "llama.cpp ignores it under mirostat");
  }
  draft.NoEffectIfUnsaid({{"samplers", "min_keep"}},
                         "llama.cpp ignores it under mirostat");
}

void BuildChain(Draft& draft) {
  StepTable steps;
  for (const Sampler& sampler : Samplers()) steps.push_back(sampler.step);
  std::vector<const Step*> order;
  bool adaptive = false;
  for (const Sampler* sampler : ReadOrder(draft)) {
    order.push_back(FindStep(steps, sampler->step.name));
    adaptive |= sampler->letter == 'a';
    sampler->step.add(draft);
  }
  if (draft.Given("samplers")) {
    draft.Applied("samplers", "the order of the stages");
  }
  if (adaptive) {
    AddAdaptiveP(draft, /*off=*/draft.Real("adaptive_target") < 0);
  }
  ReportOmitted(steps, order, "its stage is not among the samplers", draft);
}

void Build(Draft& draft) {
  AddLogitBias(draft);
  AddEndBan(draft, "ignore_eos");
  if (draft.Integer("mirostat") > 0) {
    BuildMirostat(draft);
  } else {
    BuildChain(draft);
  }
  AddCategorical(draft, "rank", "llama.cpp draws from the array as it stands");
  const std::int64_t seed = draft.Integer("seed");
  if (seed < -1 || seed > kRandomSeed) {
    draft.Reject("seed", "an integer in [-1, 4294967295]");
    return;
  }
  ReadSeed(draft, "seed", /*random=*/seed == -1 || seed == kRandomSeed,
           draft.options().parity);
  if (draft.options().parity) {
    draft.config().rng = Rng::kLlamaCpp;
    draft.Derive("(random numbers)", "rng llama_cpp: the tokens of a seed too");
  }
}

}  // namespace

const Runtime& LlamaCpp() {
  static const auto& runtime = *new Runtime{
      .name = "llama.cpp",
      .version = "llama.cpp b10573",
      .order =
          "logit_bias, samplers (penalties, dry, top_n_sigma, top_k, "
          "typ_p, top_p, min_p, xtc, temperature), dist",
      .fields = Fields(),
      .containers = {"generation_settings"},
      .build = Build};
  return runtime;
}

}  // namespace sampler::importers
