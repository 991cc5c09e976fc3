#include "tools/detect/key.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/byte_order_mark.h"
#include "sampler/parameters/secret.h"

namespace sampler::tools {
namespace {

// 64 bits of one key; empty for any other text.
std::optional<std::int64_t> ParseKey(absl::string_view text, bool hexadecimal) {
  const bool prefixed =
      absl::StartsWith(text, "0x") || absl::StartsWith(text, "0X");
  if (hexadecimal || prefixed) {
    if (prefixed) text.remove_prefix(2);
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t bits = 0;
    for (const char c : text) {
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
        return std::nullopt;
      }
      const int digit =
          absl::ascii_isdigit(static_cast<unsigned char>(c))
              ? c - '0'
              : absl::ascii_tolower(static_cast<unsigned char>(c)) - 'a' + 10;
      bits = bits << 4 | static_cast<std::uint64_t>(digit);
    }
    return static_cast<std::int64_t>(bits);
  }
  std::int64_t number = 0;
  if (absl::SimpleAtoi(text, &number)) return number;
  std::uint64_t bits = 0;
  if (absl::SimpleAtoi(text, &bits)) return static_cast<std::int64_t>(bits);
  return std::nullopt;
}

// Names of the engines' own configs that this project has others for, and those
// that say nothing to a detector.
constexpr std::pair<const char*, const char*> kEngineNames[] = {
    {"context_window", "context_width"},
    {"deduplicate_contexts_max_history", "max_history"},
    {"context_history_size", "context_history"}};
constexpr const char* kOfTheEngine[] = {
    "algorithm",          "prf",         "deduplicate_contexts",
    "default_enabled",    "enforce_all", "allow_target_only_watermarking",
    "max_history",        "enabled",     "sampling_table_size",
    "sampling_table_seed"};

class KeyReader {
 public:
  KeyReader(const KeyForm& form, const std::string& source)
      : form_(form), source_(source) {}

  absl::StatusOr<Value::Object> Read(const std::string& text) const {
    const absl::string_view stripped =
        absl::StripAsciiWhitespace(WithoutByteOrderMark(text));
    if (absl::StartsWith(stripped, "{")) return ReadJson(text);
    return ReadBare(stripped);
  }

 private:
  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(source_, ": ", what));
  }

  std::string Wanted() const {
    const char* number = form_.hexadecimal
                             ? "1 to 16 hexadecimal digits"
                             : "a whole number (decimal, or 0x...)";
    return absl::StrCat("want ", number,
                        form_.most_keys == 1   ? ""
                        : form_.most_keys == 2 ? ", or two such keys"
                                               : " for each layer",
                        ", or a JSON object");
  }

  absl::StatusOr<Value::Object> ReadBare(absl::string_view text) const {
    Value::List keys;
    for (const absl::string_view word : absl::StrSplit(
             text, absl::ByAnyChar(" \t\r\n,[]"), absl::SkipEmpty())) {
      const auto key = ParseKey(word, form_.hexadecimal);
      if (!key.has_value()) {
        return Error(absl::StrCat("holds what is no key, ", Wanted()));
      }
      keys.push_back(*key);
    }
    if (keys.empty()) return Error(absl::StrCat("is empty, ", Wanted()));
    if (keys.size() > form_.most_keys) {
      return Error(absl::StrCat("holds ", keys.size(), " keys, ", Wanted()));
    }
    if (form_.most_keys == kAnyNumberOfKeys) {
      return Value::Object{{"keys", keys}};
    }
    Value::Object given = {{"key", keys.front()}};
    if (keys.size() == 2) given["key_b"] = keys.back();
    return given;
  }

  absl::StatusOr<Value::Object> ReadJson(const std::string& text) const {
    const nlohmann::json json =
        nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return Error("is no JSON object");
    if (!json.contains("stages")) return ReadObject(json);
    const nlohmann::json* found = nullptr;
    for (const nlohmann::json& stage : json["stages"]) {
      if (!IsOurs(stage)) continue;
      if (found != nullptr) {
        return Error(absl::StrCat("has several stages of scheme ", form_.name,
                                  ", want one"));
      }
      found = &stage;
    }
    if (found == nullptr) {
      return Error(
          absl::StrCat("has no stage ", form_.type, " of scheme ", form_.name));
    }
    return ReadObject(*found);
  }

  bool IsOurs(const nlohmann::json& stage) const {
    if (!stage.is_object() ||
        stage.value("type", nlohmann::json()) != form_.type) {
      return false;
    }
    return form_.variant == nullptr ||
           stage.value("variant", nlohmann::json("house")) == form_.variant;
  }

  // A stage of ours, or the engine's own config.
  absl::StatusOr<Value::Object> ReadObject(const nlohmann::json& json) const {
    if (json.contains("type") && !IsOurs(json)) {
      return Error(
          absl::StrCat("is another stage than scheme ", form_.name, " writes"));
    }
    const char* const algorithm = absl::string_view(form_.name) == "vllm-dual"
                                      ? "dual_key_gumbel"
                                      : "gumbel";
    if (json.contains("algorithm") && json["algorithm"] != algorithm) {
      return Error(absl::StrCat("has another \"algorithm\" than scheme ",
                                form_.name, " (\"", algorithm, "\")"));
    }
    Value::Object given;
    for (const auto& [name, value] : json.items()) {
      std::string ours = name;
      for (const auto& [theirs, known] : kEngineNames) {
        if (name == theirs) ours = known;
      }
      const bool of_engine =
          std::any_of(std::begin(kOfTheEngine), std::end(kOfTheEngine),
                      [&](const char* known) { return ours == known; });
      if (of_engine || ours == "type" || ours == "variant" || ours == "when" ||
          value.is_null()) {
        continue;
      }
      auto read = ReadValue(ours, value);
      if (!read.ok()) return read.status();
      given[ours] = *std::move(read);
    }
    return given;
  }

  absl::StatusOr<Value> ReadValue(const std::string& name,
                                  const nlohmann::json& json) const {
    if (json.is_number_unsigned() && IsSecretName(name)) {
      return Value(static_cast<std::int64_t>(json.get<std::uint64_t>()));
    }
    if (json.is_number_integer()) return Value(json.get<std::int64_t>());
    if (json.is_number_float()) return Value(json.get<double>());
    if (json.is_boolean()) return Value(json.get<bool>());
    if (json.is_string()) {
      const auto text = json.get<std::string>();
      if (!IsSecretName(name)) return Value(text);
      const auto key = ParseKey(text, form_.hexadecimal);
      if (key.has_value()) return Value(*key);
      return Error(absl::StrCat("/", name, ": is no key, ", Wanted()));
    }
    Value::List list;
    if (json.is_array()) {
      for (const nlohmann::json& item : json) {
        auto read = ReadValue(name, item);
        if (!read.ok()) return read.status();
        list.push_back(*std::move(read));
      }
      return Value(list);
    }
    return Error(absl::StrCat("/", name, ": got an object, want a value"));
  }

  const KeyForm& form_;
  const std::string& source_;
};

}  // namespace

absl::StatusOr<Value::Object> ReadKeyParameters(const KeyForm& form,
                                                const std::string& source,
                                                const std::string& text) {
  return KeyReader(form, source).Read(text);
}

}  // namespace sampler::tools
