// vLLM (2026): requests of its OpenAI-shaped server, and SamplingParams.
//
// The chain is V1's; V2 applies the same edits in another order, which changes
// nothing. Under parity the draw is V2's Gumbel-max with float32 noise.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/importers/budget_steps.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace vllm {
namespace {

using enum FieldKind;

constexpr double kGreedyBelow = 1e-5;
constexpr double kLowestTemperature = 0.01;

FieldTable Fields() {
  constexpr Range kNucleus = {.low = 0, .high = 1, .low_open = true};
  const FieldTable edits = {
      {"structured_outputs",
       kMap,
       {},
       {},
       "mask; the grammar engine is the caller's"},
      {"response_format",
       kMap,
       {},
       {},
       "mask, unless its type is text; the grammar engine is the caller's"},
      {"guided_json", kAny, {}, {}, "mask"},
      {"guided_regex", kAny, {}, {}, "mask"},
      {"guided_choice", kAny, {}, {}, "mask"},
      {"guided_grammar", kAny, {}, {}, "mask"},
      {"allowed_token_ids", kList, {}, {}, "allow_tokens"},
      {"bad_words",
       kList,
       {},
       {},
       "bad_words, scope output: the words with and without a space"},
      {"min_tokens", kInteger, 0, AtLeast(0),
       "min_tokens; with a grammar, yield true"},
      {"stop_token_ids", kList, {}, {}, "stop ids of min_tokens"},
      {"logit_bias", kMap, {}, {}, "logit_bias, clamped to [-100, 100]"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"}};
  const FieldTable choices = {
      {"trace_decode_token_ids", kList, {}, {}, "forced_tokens, value keep"},
      {"temperature", kReal, 1.0, Between(0, 2),
       "temperature; below 1e-5 greedy, else at least 0.01"},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p, before top_k and top_p"},
      {"top_k", kInteger, 0, AtLeast(-1),
       "top_k, ties keep_all; 0 and -1 are off"},
      {"top_p", kReal, 1.0, kNucleus, "top_p, tie_order high_id"},
      {"thinking_token_budget",
       kInteger,
       {},
       AtLeast(-1),
       "thinking_budget of a phase \"thinking\", from <think> to </think>; -1: "
       "any number"},
      {"seed", kInteger, {}, kFinite, "seed; -1 is random"}};
  return Join(
      {edits, OutputPenaltyFields(), choices,
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"ignore_eos", "repetition_detection"}),
       Lost("a processor of the caller's: register a stage of your own",
            {"logits_processors", "extra_args", "vllm_xargs"}),
       Lost("a mark by the server's key: the draw gumbel_watermark, variant "
            "vllm or vllm_dual, writes it",
            {"watermarking"}),
       Idle("where and how the grammar is found, not what is drawn",
            {"guided_decoding_backend", "guided_whitespace_pattern"}),
       Idle("not a sampling setting", {"output_kind", "allowed_media_domains",
                                       "skip_reading_prefix_cache"}),
       RequestFields(), EndFields(), AnswerFields()});
}

// Returns whether there is a grammar.
bool AddGrammarMask(Draft& draft) {
  const auto mask = [&](absl::string_view field) {
    draft.Add({"mask", {}}, {field},
              "the grammar engine's bitmask is handed over at every step");
    return true;
  };
  for (const absl::string_view field :
       {"structured_outputs", "guided_json", "guided_regex", "guided_choice",
        "guided_grammar"}) {
    if (draft.Has(field)) return mask(field);
  }
  const Value::Object* format = draft.Get("response_format").object();
  if (format == nullptr || format->count("type") == 0) return false;
  const Value& type = format->at("type");
  return type.text() != nullptr && *type.text() != "text" &&
         mask("response_format");
}

// A grammar that is complete may end the text early (#54218).
void AddLength(Draft& draft, bool grammar) {
  if (!AddRequestMinTokens(draft, "min_tokens", "stop_token_ids")) return;
  if (grammar) draft.config().stages.back().parameters["yield"] = true;
}

void AddAllowed(Draft& draft) {
  if (!draft.Has("allowed_token_ids")) return;
  const TokenIds ids = ReadIds(draft, "allowed_token_ids");
  if (ids.empty()) {
    draft.Reject("allowed_token_ids", "a list of at least one token id");
    return;
  }
  draft.Add({"allow_tokens", {{"ids", ToValue(ids)}}}, {"allowed_token_ids"});
}

// The word without a space, and with one where that is another first token
// and no longer: vLLM's rule. Of a spaced word the space is dropped first.
void AddBadWord(Draft& draft, absl::string_view given,
                std::vector<TokenIds>& sequences) {
  const absl::string_view word = absl::StripLeadingAsciiWhitespace(given);
  const TokenTexts& texts = *draft.options().texts;
  const TokenIds plain = Spell(texts, word);
  const TokenIds spaced = Spell(texts, absl::StrCat(" ", word));
  if (plain.empty()) {
    draft.Problem(draft.PointerOf("bad_words"),
                  absl::StrCat("no tokens spell \"", given, "\""));
    return;
  }
  sequences.push_back(plain);
  if (spaced.size() == plain.size() && spaced[0] != plain[0]) {
    sequences.push_back(spaced);
  } else if (!spaced.empty() && spaced != plain) {
    draft.Applied("bad_words",
                  absl::StrCat("\" ", word, "\" stays allowed, as in vLLM: ",
                               spaced.size(), " tokens, not ", plain.size()));
  }
}

void AddBadWords(Draft& draft) {
  const std::vector<std::string> words = Strings(draft, "bad_words");
  if (words.empty()) return;
  if (draft.options().texts == nullptr) {
    ReportNoTexts(draft, "bad_words");
    return;
  }
  std::vector<TokenIds> sequences;
  for (const std::string& word : words) AddBadWord(draft, word, sequences);
  if (sequences.empty()) return;
  draft.Add(
      {"bad_words", {{"sequences", ToValue(sequences)}, {"scope", "output"}}},
      {"bad_words"}, "spelled in the longest tokens");
}

void AddTrace(Draft& draft) {
  const Value::List* ids = draft.Get("trace_decode_token_ids").list();
  if (ids == nullptr || ids->empty()) return;
  Value::List at;
  for (std::size_t i = 0; i < ids->size(); ++i) {
    const auto id =
        ReadId(draft, (*ids)[i],
               absl::StrCat(draft.PointerOf("trace_decode_token_ids"), "/", i));
    if (id.has_value()) at.emplace_back(Value::List{i, *id});
  }
  draft.Add({"forced_tokens", {{"at", std::move(at)}}},
            {"trace_decode_token_ids"});
}

void AddEdits(Draft& draft) {
  const bool grammar = AddGrammarMask(draft);
  AddAllowed(draft);
  AddBadWords(draft);
  AddLength(draft, grammar);
  AddBiasMap(draft, "logit_bias", 100.0);
  AddPenalty(draft, "repetition_penalty", "repetition_penalty",
             {.scope = "both"});
  AddPenalty(draft, "frequency_penalty", "frequency_penalty",
             {.scope = "output"});
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             {.scope = "output"});
  AddTrace(draft);
  AddThinkingBudget(draft, {.tokens = "thinking_token_budget"});
}

void AddTemperature(Draft& draft) {
  const double t = draft.Real("temperature");
  if (t >= kLowestTemperature) {
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
  } else {
    draft.Add({"temperature", {{"temperature", kLowestTemperature}}},
              {"temperature"}, "vLLM raises what is below 0.01");
  }
}

void AddDraw(Draft& draft) {
  if (!draft.options().parity) {
    AddCategorical(draft, "id", "the same law as vLLM's exponential race");
    return;
  }
  const StageConfig draw = {"gumbel_max", {{"noise", "vllm_v2"}}};
  draft.Derive("(draw)",
               absl::StrCat(StageText(draw), ": the noise of vLLM V2"));
  draft.config().stages.push_back(draw);
}

void Build(Draft& draft) {
  AddEdits(draft);
  if (draft.Real("temperature") < kGreedyBelow) {
    draft.Add({"greedy", {}}, {"temperature"});
    draft.HarmlessIfUnsaid({{"min_p", "top_k", "top_p"}},
                           "vLLM resets it where the temperature is 0");
  } else {
    AddTemperature(draft);
    AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
    AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k",
              {{"ties", "keep_all"}});
    AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
              {{"tie_order", "high_id"}});
    AddDraw(draft);
  }
  ReadSeed(draft, "seed", /*random=*/draft.Integer("seed") == -1,
           draft.options().parity);
}

}  // namespace
}  // namespace vllm

const Runtime& Vllm() {
  static const auto& runtime = *new Runtime{
      .name = "vllm",
      .version = "vLLM (2026)",
      .order =
          "grammar mask, allowed_token_ids, bad_words, min_tokens, "
          "logit_bias, repetition, frequency, presence penalty, "
          "temperature, min_p, top_k, top_p, draw",
      .fields = vllm::Fields(),
      .containers = {"extra_body", "sampling_params", "body"},
      .build = vllm::Build,
      .leniency = {.texts = true},
      .marks = {"structured_outputs", "guided_json", "guided_regex",
                "guided_choice", "guided_grammar", "vllm_xargs",
                "truncate_prompt_tokens", "prompt_logprobs",
                "trace_decode_token_ids"},
      .server_defaults = {"temperature", "top_p", "top_k", "min_p",
                          "repetition_penalty"}};
  return runtime;
}

}  // namespace sampler::importers
