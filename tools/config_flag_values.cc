#include "tools/config_flag_values.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "sampler/importers/token_texts.h"
#include "tools/output.h"

namespace sampler::tools {
namespace {

using importers::TokenIds;

Value ToValue(const TokenIds& ids) {
  return Value::List(ids.begin(), ids.end());
}

// What `text` means in tokens, one element each.
Value::List TokensFor(FlagKind kind, const TokenText& vocabulary,
                      const std::string& text) {
  Value::List list;
  if (kind == FlagKind::kSubstring) {
    const TokenIds ids = importers::TokensContaining(vocabulary, text);
    list.assign(ids.begin(), ids.end());
    return list;
  }
  std::vector<TokenIds> sequences;
  if (kind == FlagKind::kBreaker) {
    sequences = importers::BreakerSequences(vocabulary, text);
  } else {
    const absl::string_view word = absl::StripLeadingAsciiWhitespace(text);
    sequences = {importers::Spell(vocabulary, word),
                 importers::Spell(vocabulary, absl::StrCat(" ", word))};
  }
  for (const TokenIds& ids : sequences) {
    if (!ids.empty()) list.push_back(ToValue(ids));
  }
  return list;
}

}  // namespace

absl::Status WrongFlag(const ConfigFlag& flag, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(
      flag.name, flag.value.empty() ? "" : " ", flag.value, ": ", message));
}

absl::StatusOr<Value> ReadNumber(const ConfigFlag& flag, FlagKind kind) {
  if (kind == FlagKind::kReal || kind == FlagKind::kOnlyReal) {
    double real = 0;
    if (absl::SimpleAtod(flag.value, &real)) return Value(real);
    return WrongFlag(flag, "want a number");
  }
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(flag.value, &integer)) return Value(integer);
  return WrongFlag(flag, "want an integer");
}

// Null for -1, the whole history.
absl::StatusOr<Value> ReadWindow(const ConfigFlag& flag) {
  absl::StatusOr<Value> window = ReadNumber(flag, FlagKind::kInteger);
  if (!window.ok()) return window;
  const std::int64_t n = *window->integer();
  if (n == -1) return Value();
  if (n >= 1) return window;
  return WrongFlag(
      flag,
      "want -1 (all tokens) or an integer >= 1; to turn the penalty "
      "off, leave it out");
}

absl::StatusOr<Value> AddBias(const ConfigFlag& flag, const Value& biases) {
  const std::size_t sign = flag.value.find_first_of("+-");
  std::int64_t id = 0;
  double bias = 0;
  if (sign == std::string::npos ||
      !absl::SimpleAtoi(flag.value.substr(0, sign), &id) || id < 0 ||
      !absl::SimpleAtod(flag.value.substr(sign), &bias)) {
    return WrongFlag(flag,
                     "want a token id and a signed number, as in 15043+1 "
                     "or 15043-1 (15043-inf bans)");
  }
  Value::Object object =
      biases.object() == nullptr ? Value::Object{} : *biases.object();
  const bool ban = flag.value.substr(sign) == "-inf";
  object[absl::StrCat(id)] = ban ? Value(false) : Value(bias);
  return Value(std::move(object));
}

absl::StatusOr<Value> AddTokens(const ConfigFlag& flag, FlagKind kind,
                                const TokenText& text, const Value& list) {
  if (text.empty()) {
    return WithHint(WrongFlag(flag, "the tokens of a text are not known"),
                    "give the vocabulary: --vocab-file tokenizer.json");
  }
  std::string plain;
  std::string problem;
  if (!absl::CUnescape(flag.value, &plain, &problem)) {
    return WrongFlag(flag, problem);
  }
  const Value::List found = TokensFor(kind, text, plain);
  if (found.empty()) {
    return WrongFlag(flag, "no tokens of the vocabulary spell this text");
  }
  Value::List all = list.list() == nullptr ? Value::List{} : *list.list();
  for (const Value& element : found) {
    if (std::find(all.begin(), all.end(), element) == all.end()) {
      all.push_back(element);
    }
  }
  return Value(std::move(all));
}

}  // namespace sampler::tools
