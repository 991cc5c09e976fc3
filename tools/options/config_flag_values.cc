#include "tools/options/config_flag_values.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "sampler/importers/token_texts.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "tools/text/output.h"

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

// What a token has, and what a flag adds to it: numbers add up, a ban stays.
Value SumOfBiases(const Value& present, double added) {
  if (present.boolean() != nullptr) return present;
  if (present.real() != nullptr) return *present.real() + added;
  if (present.integer() != nullptr) {
    return static_cast<double>(*present.integer()) + added;
  }
  return added;
}

}  // namespace

absl::Status WrongFlag(const ConfigFlag& flag, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(flag.name, flag.value.empty() ? "" : " ",
                   Printable(Shortened(flag.value)), ": ", message));
}

absl::StatusOr<Value> ReadNumber(const ConfigFlag& flag, FlagKind kind) {
  if (kind == FlagKind::kReal || kind == FlagKind::kOnlyReal) {
    const absl::StatusOr<double> real = ReadReal(flag.value);
    if (!real.ok()) return WrongFlag(flag, real.status().message());
    return Value(*real);
  }
  const absl::StatusOr<std::int64_t> integer = ReadInteger(flag.value);
  if (!integer.ok()) return WrongFlag(flag, integer.status().message());
  return Value(*integer);
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
  constexpr absl::string_view kWant =
      "want a token id and a signed number, as in 15043+1 or 15043-1 "
      "(15043-inf bans)";
  const std::size_t sign = flag.value.find_first_of("+-");
  if (sign == std::string::npos) return WrongFlag(flag, kWant);
  const absl::string_view text = flag.value;
  const absl::StatusOr<std::int64_t> id = ReadInteger(text.substr(0, sign));
  if (!id.ok()) return WrongFlag(flag, kWant);
  const bool plus = text[sign] == '+';
  const absl::string_view number = text.substr(plus ? sign + 1 : sign);
  const bool ban = number == "-inf" || number == "-infinity";
  const absl::StatusOr<double> bias =
      ban ? absl::StatusOr<double>(0.0) : ReadReal(number);
  const bool two_signs = plus && absl::StartsWith(number, "-");
  if (!bias.ok() || two_signs) return WrongFlag(flag, kWant);
  Value::Object object =
      biases.object() == nullptr ? Value::Object{} : *biases.object();
  Value& present = object[absl::StrCat(*id)];
  present = ban ? Value(false) : SumOfBiases(present, *bias);
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
