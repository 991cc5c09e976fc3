// SGLang (2026), torch backend: /generate bodies with their sampling_params,
// and requests of its OpenAI-shaped server.
//
// top_k and top_p are judged together, on the probabilities before either.

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace sglang {
namespace {

using enum FieldKind;

constexpr double kGreedyBelow = 1e-6;
constexpr std::int64_t kAllTokens = std::int64_t{1} << 30;
constexpr std::uint64_t kDeterministicSeed = 42;

FieldTable Fields() {
  constexpr Range kNucleus = {.low = 0, .high = 1, .low_open = true};
  constexpr Range kPenalty = {.low = 0, .high = 2, .low_open = true};
  const FieldTable sampling = {
      {"min_new_tokens", kInteger, 0, AtLeast(0), "min_tokens", {"min_tokens"}},
      {"stop_token_ids", kList, {}, {}, "stop ids of min_tokens"},
      {"repetition_penalty", kReal, 1.0, kPenalty,
       "repetition_penalty, scope output"},
      {"json_schema", kAny, {}, {}, "mask; the grammar engine is the caller's"},
      {"regex", kText, {}, {}, "mask"},
      {"ebnf", kText, {}, {}, "mask"},
      {"structural_tag", kAny, {}, {}, "mask"},
      {"response_format", kMap, {}, {}, "mask, unless its type is text"},
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"temperature", kReal, 1.0, AtLeast(0), "temperature; below 1e-6 greedy"},
      {"top_k", kInteger, kAllTokens, AtLeast(-1),
       "top_k; -1 is all, 0 is an error"},
      {"top_p", kReal, 1.0, kNucleus,
       "top_p, equality continue, mass original"},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p, after top_k and top_p"},
      {"lz_penalty", kReal, 0.0, Between(0, 2),
       "lz_penalty, of its authors' fork (tginart/sglang)"},
      {"lz_lookback_size", kInteger, 512, AtLeast(1), "window of lz_penalty"},
      {"lz_buffer_size", kInteger, 32, AtLeast(1), "buffer of lz_penalty"},
      {"sampling_seed",
       kInteger,
       {},
       kFinite,
       "seed; with min_p it is not supported",
       {"seed"}}};
  return Join(
      {OutputPenaltyFields(), sampling,
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"ignore_eos"}),
       Lost("a processor of the caller's: register a stage of your own",
            {"custom_params", "custom_logit_processor"}),
       Lost("a mark whose key is not taken over: the draw gumbel_watermark, "
            "variant sglang, writes it",
            {"watermark"}),
       Idle(kReported, {"return_hidden_states"}),
       Idle("not a sampling setting",
            {"stream_interval", "bootstrap_*", "data_parallel_rank",
             "extra_key", "return_routed_experts"}),
       RequestFields(), EndFields(), AnswerFields()});
}

void AddGrammarMask(Draft& draft) {
  constexpr absl::string_view kRemark =
      "the grammar engine's bitmask is handed over at every step";
  int grammars = 0;
  for (const absl::string_view field :
       {"json_schema", "regex", "ebnf", "structural_tag"}) {
    if (!draft.Has(field)) continue;
    if (++grammars > 1) {
      draft.Reject(field, "one of json_schema, regex and ebnf only");
      return;
    }
    draft.Add({"mask", {}}, {field}, kRemark);
  }
  const Value::Object* format = draft.Get("response_format").object();
  if (grammars > 0 || format == nullptr || format->count("type") == 0) return;
  const Value& type = format->at("type");
  if (type.text() != nullptr && *type.text() != "text") {
    draft.Add({"mask", {}}, {"response_format"}, kRemark);
  }
}

// Of the fork that has it: SGLang itself does not know the fields.
void AddLzPenalty(Draft& draft) {
  if (draft.Real("lz_penalty") == 0) {
    return draft.HarmlessIfUnsaid(
        {{"lz_penalty", "lz_lookback_size", "lz_buffer_size"}},
        "changes nothing with these settings");
  }
  draft.Add({"lz_penalty",
             {{"strength", draft.Real("lz_penalty")},
              {"scope", "output"},
              {"window", draft.Integer("lz_lookback_size")},
              {"buffer", draft.Integer("lz_buffer_size")}}},
            {"lz_penalty", "lz_lookback_size", "lz_buffer_size"},
            "a setting of its authors' fork: SGLang itself ignores it");
}

void AddEdits(Draft& draft) {
  AddPenalty(draft, "frequency_penalty", "frequency_penalty",
             {.scope = "output"});
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             {.scope = "output"});
  AddLzPenalty(draft);
  AddRequestMinTokens(draft, "min_new_tokens", "stop_token_ids");
  AddPenalty(draft, "repetition_penalty", "repetition_penalty",
             {.scope = "output"});
  AddGrammarMask(draft);
  AddBiasMap(draft, "logit_bias");
}

void AddTruncation(Draft& draft) {
  const std::int64_t k = draft.Integer("top_k");
  if (k == 0) draft.Reject("top_k", "-1, or an integer >= 1");
  if (k > 0 && k < kAllTokens) {
    AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  }
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"equality", "continue"}, {"mass", "original"}});
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
}

void AddDraw(Draft& draft) {
  if (!draft.options().parity) {
    AddCategorical(draft, "id", "a multinomial draw in SGLang");
    return;
  }
  if (draft.Real("min_p") > 0) {
    draft.Reject("min_p", "0 (SGLang has no seeds with min_p: no parity)");
  }
  const StageConfig draw = {"gumbel_max", {{"noise", "sglang"}}};
  draft.Derive("(draw)",
               absl::StrCat(StageText(draw),
                            ": SGLang's, with deterministic inference"));
  draft.config().stages.push_back(draw);
  if (!draft.Given("sampling_seed")) {
    draft.config().seed = kDeterministicSeed;
    draft.Derive("sampling_seed",
                 "seed 42: what SGLang takes with deterministic inference");
  }
}

void Build(Draft& draft) {
  AddEdits(draft);
  if (draft.Real("temperature") < kGreedyBelow) {
    draft.Add({"greedy", {}}, {"temperature"});
    draft.HarmlessIfUnsaid({{"top_k", "top_p", "min_p"}},
                           "greedy: SGLang takes top_k 1 at temperature 0");
  } else {
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
    AddTruncation(draft);
    AddDraw(draft);
  }
  ReadSeed(draft, "sampling_seed", /*random=*/false, draft.options().parity);
}

}  // namespace
}  // namespace sglang

const Runtime& SgLang() {
  static const auto& runtime = *new Runtime{
      .name = "sglang",
      .version = "SGLang (2026, torch backend)",
      .order =
          "frequency, presence penalty, min_new_tokens, repetition "
          "penalty, grammar mask, logit_bias, temperature, top_k and "
          "top_p together, min_p, draw",
      .fields = sglang::Fields(),
      .containers = {"sampling_params", "extra_body", "body"},
      .build = sglang::Build,
      .leniency = {.texts = true},
      .marks = {"sampling_params", "sampling_seed", "custom_logit_processor",
                "return_hidden_states", "no_stop_trim", "session_params"},
      .server_defaults = {"temperature", "top_p", "top_k", "min_p",
                          "repetition_penalty"}};
  return runtime;
}

}  // namespace sampler::importers
