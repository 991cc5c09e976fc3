// llama.cpp's logit_bias: pairs of an id or text and a number or false, in a
// list or a map.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

// The ids of a key: an id, or each token of a text.
TokenIds ReadBiasKey(Draft& draft, const Value& key,
                     const std::string& pointer) {
  if (key.text() == nullptr) {
    const auto id = ReadId(draft, key, pointer);
    return id.has_value() ? TokenIds{*id} : TokenIds{};
  }
  TokenId id = 0;
  if (absl::SimpleAtoi(*key.text(), &id) && id >= 0) return {id};
  if (draft.options().texts == nullptr) {
    draft.Lost("logit_bias",
               absl::StrCat("the bias of ", ToText(key),
                            " is not applied: text; give a vocabulary "
                            "(--vocab-file)"));
    return {};
  }
  return Spell(*draft.options().texts, *key.text());
}

void AddBias(Draft& draft, const Value& key, const Value& bias,
             const std::string& pointer, std::map<TokenId, Value>& sum) {
  const bool ban = bias.boolean() != nullptr && !*bias.boolean();
  const bool number = bias.integer() != nullptr || bias.real() != nullptr;
  if (!ban && !number) {
    draft.Problem(pointer, absl::StrCat("got ", ToText(bias),
                                        ", want a number or false"));
    return;
  }
  for (const TokenId id : ReadBiasKey(draft, key, pointer)) {
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

}  // namespace

void AddLlamaBias(Draft& draft) {
  const Value& value = draft.Get("logit_bias");
  const std::string pointer = draft.PointerOf("logit_bias");
  std::map<TokenId, Value> sum;
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

}  // namespace sampler::importers
