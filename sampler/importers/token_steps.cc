// Steps that edit single tokens: biases, bans, lengths. Part of steps.h.

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

Value ToValue(const TokenIds& ids) {
  return Value::List(ids.begin(), ids.end());
}

Value ToValue(const std::vector<TokenIds>& sequences) {
  Value::List list;
  for (const TokenIds& ids : sequences) list.push_back(ToValue(ids));
  return list;
}

std::optional<TokenId> ReadId(Draft& draft, const Value& value,
                              const std::string& pointer) {
  if (value.integer() == nullptr || *value.integer() < 0 ||
      !std::in_range<TokenId>(*value.integer())) {
    draft.Problem(pointer,
                  absl::StrCat("got ", ToText(value), ", want a token id"));
    return std::nullopt;
  }
  return static_cast<TokenId>(*value.integer());
}

TokenIds ReadIds(Draft& draft, absl::string_view field) {
  const Value& value = draft.Get(field);
  const std::string pointer = draft.PointerOf(field);
  TokenIds ids;
  std::unordered_set<TokenId> seen;
  const auto add = [&](const Value& item, const std::string& at) {
    const auto id = ReadId(draft, item, at);
    if (id.has_value() && seen.insert(*id).second) ids.push_back(*id);
  };
  if (value.list() == nullptr) {
    if (!value.is_null()) add(value, pointer);
    return ids;
  }
  for (std::size_t i = 0; i < value.list()->size(); ++i) {
    add((*value.list())[i], absl::StrCat(pointer, "/", i));
  }
  return ids;
}

void AddBiasMap(Draft& draft, absl::string_view field,
                std::optional<double> limit) {
  const Value::Object* map = draft.Get(field).object();
  if (map == nullptr || map->empty()) return;
  Value::Object biases;
  bool clamped = false;
  for (const auto& [key, bias] : *map) {
    const std::string pointer =
        absl::StrCat(draft.PointerOf(field), "/", EscapePointer(key));
    TokenId id = 0;
    if (!absl::SimpleAtoi(key, &id) || id < 0) {
      draft.Problem(pointer,
                    absl::StrCat("got \"", key, "\", want a token id"));
    }
    const bool number = bias.integer() != nullptr || bias.real() != nullptr;
    if (!number) {
      draft.Problem(pointer,
                    absl::StrCat("got ", ToText(bias), ", want a number"));
      continue;
    }
    const double x = bias.integer() != nullptr
                         ? static_cast<double>(*bias.integer())
                         : *bias.real();
    Value& kept = biases[key] = bias;
    if (limit.has_value() && !(-*limit <= x && x <= *limit)) {
      kept = x > 0 ? *limit : -*limit;
      clamped = true;
    }
  }
  draft.Add({"logit_bias", {{"bias", std::move(biases)}}}, {field});
  if (clamped) {
    draft.Applied(
        field, absl::StrCat("biases clamped to [-", *limit, ", ", *limit, "]"));
  }
}

void AddBan(Draft& draft, absl::string_view field, const TokenIds& ids,
            absl::string_view remark) {
  if (ids.empty()) return;
  draft.Add({"suppress_tokens", {{"ids", ToValue(ids)}}}, {field}, remark);
}

void AddMinTokens(Draft& draft, absl::string_view field, TokenIds stop_ids,
                  absl::string_view count) {
  if (draft.Integer(field) <= 0) return;
  for (const TokenId id : draft.options().end_ids) {
    if (std::find(stop_ids.begin(), stop_ids.end(), id) == stop_ids.end()) {
      stop_ids.push_back(id);
    }
  }
  if (stop_ids.empty()) {
    draft.Lost(field,
               "not applied: which ids end the text is not known; give "
               "them (--eos-ids)");
    return;
  }
  draft.Add({"min_tokens",
             {{"n", draft.Get(field)},
              {"stop_ids", ToValue(stop_ids)},
              {"count", std::string(count)}}},
            {field});
}

bool AddRequestMinTokens(Draft& draft, absl::string_view field,
                         absl::string_view stop_field) {
  if (draft.Integer(field) <= 0) return false;
  const TokenIds stops = ReadIds(draft, stop_field);
  const std::size_t before = draft.config().stages.size();
  AddMinTokens(draft, field, stops, "output");
  const bool added = draft.config().stages.size() > before;
  if (stops.empty()) return added;
  draft.Applied(stop_field, absl::StrCat("stop ids of ", field));
  if (draft.options().end_ids.empty()) {
    draft.Applied(field,
                  "without the model's own end ids, which are not known; give "
                  "them (--eos-ids)");
  }
  return added;
}

void AddEndBan(Draft& draft, absl::string_view field) {
  if (!draft.Boolean(field)) return;
  if (draft.options().end_ids.empty()) {
    draft.Lost(field,
               "not applied: which ids end the text is not known; give "
               "them (--eos-ids)");
    return;
  }
  AddBan(draft, field, draft.options().end_ids);
}

void ReportNoTexts(Draft& draft, absl::string_view field) {
  draft.Lost(field,
             "not applied: text, and a config holds token ids; give a "
             "vocabulary (--vocab-file)");
}

}  // namespace sampler::importers
