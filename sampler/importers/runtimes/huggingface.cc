// Hugging Face transformers v5: generation_config.json.
//
// Without "do_sample": true generation is greedy, and a file without top_k
// means top_k 50: transformers' own defaults, of which the second stands in no
// file. (vLLM and SGLang read temperature, top_k and others from the file
// whatever do_sample says, and know no top_k 50.)

#include "sampler/importers/runtimes/huggingface.h"

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
namespace huggingface {
namespace {

constexpr std::int64_t kSilentTopK = 50;

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
  AddHuggingFaceProcessors(draft);
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
}  // namespace huggingface

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
      .build = huggingface::Build,
      .marks = {"transformers_version", "_from_model_config", "do_sample",
                "bad_words_ids", "eos_token_id", "num_beams", "suppress_tokens",
                "begin_suppress_tokens", "pad_token_id", "forced_eos_token_id",
                "watermarking_config"},
      .extras = {Extra::kNoDefaults}};
  return runtime;
}

}  // namespace sampler::importers
