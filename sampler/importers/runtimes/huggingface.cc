// Hugging Face transformers v5: generation_config.json.
//
// Without "do_sample": true generation is greedy, and a file without top_k
// means top_k 50: transformers' own defaults, of which the second stands in no
// file. (vLLM and SGLang read temperature, top_k and others from the file
// whatever do_sample says, and know no top_k 50.)

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

constexpr std::int64_t kSilentTopK = 50;

// The end ids: of the file, else of the caller.
TokenIds EndIds(Draft& draft) {
  TokenIds ids = ReadIds(draft, "eos_token_id");
  return ids.empty() ? draft.options().end_ids : ids;
}

void UseEndIds(Draft& draft, absl::string_view where) {
  if (draft.Given("eos_token_id")) {
    draft.Applied("eos_token_id", absl::StrCat("end ids of ", where));
  }
}

// A list of token ids at `pointer`.
TokenIds ReadSequence(Draft& draft, const Value& value,
                      const std::string& pointer) {
  TokenIds ids;
  if (value.list() == nullptr || value.list()->empty()) {
    draft.Problem(pointer, absl::StrCat("got ", ToText(value),
                                        ", want a list of token ids"));
    return ids;
  }
  for (std::size_t i = 0; i < value.list()->size(); ++i) {
    const auto id =
        ReadId(draft, (*value.list())[i], absl::StrCat(pointer, "/", i));
    if (id.has_value()) ids.push_back(*id);
  }
  return ids;
}

void AddSequenceBias(Draft& draft) {
  const Value::List* list = draft.Get("sequence_bias").list();
  if (list == nullptr || list->empty()) return;
  Value::List entries;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string at =
        absl::StrCat(draft.PointerOf("sequence_bias"), "/", i);
    const Value::List* pair = (*list)[i].list();
    if (pair == nullptr || pair->size() != 2 ||
        ((*pair)[1].real() == nullptr && (*pair)[1].integer() == nullptr)) {
      draft.Problem(at, "want a pair of token ids and their bias");
      continue;
    }
    const TokenIds ids =
        ReadSequence(draft, (*pair)[0], absl::StrCat(at, "/0"));
    entries.emplace_back(Value::List{ToValue(ids), (*pair)[1]});
  }
  draft.Add({"sequence_bias", {{"entries", std::move(entries)}}},
            {"sequence_bias"});
}

void AddNgrams(Draft& draft) {
  if (draft.Integer("no_repeat_ngram_size") > 0) {
    draft.Add({"no_repeat_ngram", {{"n", draft.Get("no_repeat_ngram_size")}}},
              {"no_repeat_ngram_size"});
  }
  if (draft.Integer("encoder_no_repeat_ngram_size") > 0) {
    draft.Add({"no_repeat_ngram",
               {{"n", draft.Get("encoder_no_repeat_ngram_size")},
                {"scope", "prompt"}}},
              {"encoder_no_repeat_ngram_size"});
  }
}

void AddBadWords(Draft& draft) {
  const Value::List* list = draft.Get("bad_words_ids").list();
  if (list == nullptr || list->empty()) return;
  const TokenIds ends = EndIds(draft);
  std::vector<TokenIds> words;
  for (std::size_t i = 0; i < list->size(); ++i) {
    TokenIds ids =
        ReadSequence(draft, (*list)[i],
                     absl::StrCat(draft.PointerOf("bad_words_ids"), "/", i));
    const bool is_end = ids.size() == 1 && std::find(ends.begin(), ends.end(),
                                                     ids[0]) != ends.end();
    if (is_end) {
      draft.Applied("bad_words_ids",
                    absl::StrCat("[", ids[0],
                                 "] ends the text and is dropped, "
                                 "as in transformers"));
    } else {
      words.push_back(std::move(ids));
    }
  }
  if (words.empty()) return;
  draft.Add({"bad_words", {{"sequences", ToValue(words)}}}, {"bad_words_ids"});
}

void AddForced(Draft& draft) {
  const auto force = [&](std::int64_t position, const TokenIds& ids,
                         absl::string_view field, absl::string_view remark) {
    Value::List at = {Value(Value::List{position, ToValue(ids)})};
    draft.Add({"forced_tokens", {{"at", std::move(at)}, {"value", "zero"}}},
              {field}, remark);
  };
  if (draft.Has("forced_bos_token_id")) {
    force(0, ReadIds(draft, "forced_bos_token_id"), "forced_bos_token_id",
          "transformers does so only after a text of one token");
  }
  if (!draft.Has("forced_eos_token_id")) return;
  if (draft.Has("max_new_tokens")) {
    force(draft.Integer("max_new_tokens") - 1,
          ReadIds(draft, "forced_eos_token_id"), "forced_eos_token_id", "");
    draft.Applied("max_new_tokens", "position of forced_eos_token_id");
  } else {
    draft.Lost("forced_eos_token_id",
               "not applied: its place depends on the prompt's length; "
               "give max_new_tokens");
  }
}

void AddDecay(Draft& draft) {
  const Value& value = draft.Get("exponential_decay_length_penalty");
  if (value.is_null()) return;
  const Value::List* pair = value.list();
  if (pair == nullptr || pair->size() != 2 || (*pair)[0].integer() == nullptr ||
      ((*pair)[1].real() == nullptr && (*pair)[1].integer() == nullptr)) {
    draft.Reject("exponential_decay_length_penalty", "[start, factor]");
    return;
  }
  const TokenIds ends = EndIds(draft);
  if (ends.empty()) {
    draft.Lost("exponential_decay_length_penalty",
               "not applied: which ids end the text is not known; give "
               "them (--eos-ids)");
    return;
  }
  draft.Add({"exponential_decay_length",
             {{"start", (*pair)[0]},
              {"factor", (*pair)[1]},
              {"eos_ids", ToValue(ends)}}},
            {"exponential_decay_length_penalty"});
  UseEndIds(draft, "exponential_decay_length");
}

void AddMinLengths(Draft& draft) {
  for (const auto& [field, count] : {std::pair("min_length", "total"),
                                     std::pair("min_new_tokens", "output")}) {
    if (draft.Integer(field) <= 0) continue;
    AddMinTokens(draft, field, EndIds(draft), count);
    UseEndIds(draft, "min_tokens");
  }
}

void AddEdits(Draft& draft) {
  AddNumber(draft, "guidance_scale", Off::kExactlyOne, "guidance", "scale");
  AddSequenceBias(draft);
  AddNumber(draft, "encoder_repetition_penalty", Off::kExactlyOne,
            "encoder_repetition_penalty", "penalty");
  AddPenalty(draft, "repetition_penalty", "repetition_penalty",
             {.scope = "both"});
  AddNgrams(draft);
  AddBadWords(draft);
  AddMinLengths(draft);
  AddForced(draft);
  AddDecay(draft);
  AddBan(draft, "suppress_tokens", ReadIds(draft, "suppress_tokens"));
  const TokenIds begin = ReadIds(draft, "begin_suppress_tokens");
  if (!begin.empty()) {
    draft.Add({"suppress_tokens", {{"ids", ToValue(begin)}, {"when", "begin"}}},
              {"begin_suppress_tokens"});
  }
}

void AddTopK(Draft& draft) {
  if (draft.Has("top_k")) {
    AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k",
              {{"ties", "keep_all"}});
  } else if (draft.options().runtime_defaults) {
    StageConfig stage = {"top_k", {{"k", kSilentTopK}, {"ties", "keep_all"}}};
    draft.Derive("top_k",
                 absl::StrCat(StageText(stage),
                              ": the default of transformers v5, which stands "
                              "in no file (--no-defaults leaves it out)"));
    draft.config().stages.push_back(std::move(stage));
  } else {
    draft.Derive("top_k",
                 "transformers v5 takes 50, which stands in no file: left out, "
                 "as asked for",
                 Outcome::kLost);
  }
}

void AddWarpers(Draft& draft) {
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
  if (draft.Has("top_h")) {
    draft.Add({"top_h", {{"alpha", draft.Get("top_h")}}}, {"top_h"});
  }
  AddTopK(draft);
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"tie_order", "high_id"}});
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
  AddNumber(draft, "typical_p", Off::kOneOrMore, "typical_p", "p",
            {{"ties", "keep_all"}});
  AddNumber(draft, "epsilon_cutoff", Off::kZeroOrLess, "epsilon_cutoff",
            "epsilon");
  AddNumber(draft, "eta_cutoff", Off::kZeroOrLess, "eta_cutoff", "epsilon");
}

// Members of watermarking_config that our stage has under another name.
struct WatermarkMember {
  absl::string_view theirs;
  absl::string_view ours;
};

void CopyMembers(Draft& draft, const Value::Object& config,
                 std::initializer_list<WatermarkMember> members,
                 Value::Object& parameters) {
  for (const auto& [name, value] : config) {
    const auto member = std::find_if(
        members.begin(), members.end(),
        [&key = name](const WatermarkMember& m) { return m.theirs == key; });
    if (member == members.end()) {
      draft.Lost("watermarking_config", absl::StrCat(name, " is not used"));
    } else {
      parameters[std::string(member->ours)] = value;
    }
  }
}

// Whether it draws, too.
bool AddWatermark(Draft& draft) {
  const Value::Object* config = draft.Get("watermarking_config").object();
  if (config == nullptr) return false;
  if (config->count("keys") != 0) {
    StageConfig stage = {"synthid", {}};
    CopyMembers(draft, *config,
                {{"keys", "keys"},
                 {"ngram_len", "ngram_len"},
                 {"context_history_size", "context_history"},
                 {"skip_first_ngram_calls", "skip_first"}},
                stage.parameters);
    draft.Add(std::move(stage), {"watermarking_config"},
              "hashed as in synthid-text; for the detector of transformers set "
              "\"hash\": \"hf\" and \"table\" to its exported table");
    return true;
  }
  StageConfig stage = {"kgw_watermark", {}};
  CopyMembers(draft, *config,
              {{"bias", "delta"},
               {"greenlist_ratio", "gamma"},
               {"hashing_key", "key"},
               {"context_width", "context_width"},
               {"seeding_scheme", "scheme"}},
              stage.parameters);
  draft.Add(std::move(stage), {"watermarking_config"},
            "the green list is the house's: other detectors do not see it");
  return false;
}

void Build(Draft& draft) {
  RefuseParity(draft,
               "transformers draws from torch's global generator, whose state "
               "is in no file");
  AddEdits(draft);
  if (draft.Boolean("do_sample")) {
    draft.Applied("do_sample", "the settings below it are in force");
    AddWarpers(draft);
    if (!AddWatermark(draft)) {
      AddCategorical(draft, "id", "a multinomial draw in transformers");
    }
    return;
  }
  draft.Applied("do_sample",
                "greedy; for sampling the file must say \"do_sample\": true");
  const bool synthid =
      draft.Get("watermarking_config").object() != nullptr &&
      draft.Get("watermarking_config").object()->count("keys") != 0;
  if (!synthid) AddWatermark(draft);
  draft.config().stages.push_back({"greedy", {}});
  draft.HarmlessIfUnsaid(
      {{"temperature", "top_h", "top_k", "top_p", "min_p", "typical_p",
        "epsilon_cutoff", "eta_cutoff", "watermarking_config"}},
      "no sampling: do_sample is false");
}

}  // namespace

const Runtime& HuggingFace() {
  static const auto& runtime = *new Runtime{
      .name = "huggingface",
      .version = "transformers v5",
      .order =
          "guidance, sequence_bias, encoder_repetition_penalty, "
          "repetition_penalty, no_repeat_ngram, bad_words, min_length, "
          "min_new_tokens, forced_bos, forced_eos, "
          "exponential_decay_length_penalty, suppress_tokens, "
          "begin_suppress_tokens, then with do_sample: temperature, "
          "top_h, top_k, top_p, min_p, typical_p, epsilon_cutoff, "
          "eta_cutoff; watermark, draw",
      .fields = HuggingFaceFields(),
      .build = Build,
      .marks = {"transformers_version", "_from_model_config", "do_sample",
                "bad_words_ids", "eos_token_id", "num_beams", "suppress_tokens",
                "begin_suppress_tokens", "pad_token_id", "forced_eos_token_id",
                "watermarking_config"},
      .extras = {Extra::kNoDefaults}};
  return runtime;
}

}  // namespace sampler::importers
