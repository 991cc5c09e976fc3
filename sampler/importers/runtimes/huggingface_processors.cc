// transformers' logits processors: what generate() does to the logits before
// anything is drawn, with or without do_sample.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/runtimes/huggingface.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

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

}  // namespace

void AddHuggingFaceProcessors(Draft& draft) {
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

}  // namespace sampler::importers
