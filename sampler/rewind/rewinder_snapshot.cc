// Rewinder <-> JSON text.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/candidate.h"
#include "sampler/rewind/rewinder.h"

namespace sampler {
namespace {

using Json = nlohmann::json;

constexpr int kRewinderVersion = 1;
constexpr std::size_t kRewinderKeys = 5;

absl::Status Refused(absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat("rewinder snapshot: want ", want));
}

std::string ToHex(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

// Empty if it is none.
std::optional<std::string> FromHex(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  const auto is_digit = [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  };
  if (text.size() % 2 != 0 ||
      !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), {}, 16)));
  }
  return bytes;
}

struct HeldToken {
  TokenId token;
  std::string text;
};

// [[token, "its text in hex"], ...]
std::optional<std::vector<HeldToken>> ReadHeld(const Json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<HeldToken> held;
  for (const Json& entry : json) {
    if (!entry.is_array() || entry.size() != 2 ||
        !entry[0].is_number_unsigned() ||
        !std::in_range<TokenId>(entry[0].get<std::uint64_t>())) {
      return std::nullopt;
    }
    std::optional<std::string> text = FromHex(entry[1]);
    if (!text.has_value()) return std::nullopt;
    held.push_back({entry[0].get<TokenId>(), *std::move(text)});
  }
  return held;
}

std::optional<std::vector<std::int64_t>> ReadCounts(const Json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<std::int64_t> counts;
  for (const Json& count : json) {
    if (!count.is_number_unsigned() ||
        !std::in_range<std::int64_t>(count.get<std::uint64_t>())) {
      return std::nullopt;
    }
    counts.push_back(count.get<std::int64_t>());
  }
  return counts;
}

// An object with these keys and no other, each once.
absl::StatusOr<Json> ReadSnapshot(StringView text) {
  std::size_t keys = 0;
  const auto count_keys = [&](int depth, Json::parse_event_t event, Json&) {
    if (depth == 1 && event == Json::parse_event_t::key) ++keys;
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), count_keys,
                          /*allow_exceptions=*/false);
  // The parser takes a NUL byte for the end of the text.
  if (!json.is_object() || text.find('\0') != StringView::npos) {
    return Refused("a JSON object as Rewinder::Snapshot writes");
  }
  const auto version = json.find("version");
  if (version == json.end() || *version != kRewinderVersion) {
    return Refused(absl::StrCat("\"version\": ", kRewinderVersion));
  }
  for (const char* const key : {"before", "held", "phrases", "taken"}) {
    if (!json.contains(key)) return Refused(absl::StrCat("\"", key, "\""));
  }
  if (json.size() != kRewinderKeys || keys != kRewinderKeys) {
    return Refused("the keys that Rewinder::Snapshot writes, each once");
  }
  return json;
}

}  // namespace

// What makes two lists of phrases the same, as far as can be told.
std::string Rewinder::Fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a.
  for (const Phrase& phrase : phrases_) {
    const std::string all = absl::StrCat(
        phrase.text.size(), ":", phrase.text, phrase.ignore_case ? "i" : "",
        phrase.whole_words ? "w" : "", phrase.most.value_or(-1),
        phrase.then == Phrase::Then::kStop ? "s" : "",
        phrase.pattern != nullptr ? absl::StrCat("p", phrase.window) : "", ";");
    for (const char c : all) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16));
}

std::string Rewinder::Snapshot() const {
  std::vector<std::string> held;
  for (std::size_t i = emitted_tokens_; i < tokens_.size(); ++i) {
    const std::size_t text_end =
        i + 1 < tokens_.size() ? tokens_[i + 1].begin : end();
    const std::size_t begin = tokens_[i].begin;
    held.push_back(absl::StrCat(
        "[", tokens_[i].token, ",\"",
        ToHex(text_.substr(begin - left_, text_end - begin)), "\"]"));
  }
  const std::string before =
      emitted_ > 0 ? text_.substr(emitted_ - 1, 1) : std::string();
  return absl::StrCat("{\"before\":\"", ToHex(before), "\",\"held\":[",
                      absl::StrJoin(held, ","), "],\"phrases\":\"",
                      Fingerprint(), "\",\"taken\":[",
                      absl::StrJoin(taken_, ","),
                      "],\"version\":", kRewinderVersion, "}");
}

absl::StatusOr<Rewinder> Rewinder::Restore(std::vector<Phrase> phrases,
                                           StringView snapshot) {
  absl::StatusOr<Rewinder> made = Create(std::move(phrases));
  if (!made.ok()) return made;
  const absl::StatusOr<Json> json = ReadSnapshot(snapshot);
  if (!json.ok()) return json.status();
  if ((*json)["phrases"] != made->Fingerprint()) {
    return Refused("one of these phrases: \"phrases\" tells others");
  }
  auto taken = ReadCounts((*json)["taken"]);
  if (!taken.has_value() || taken->size() != made->phrases_.size()) {
    return Refused("as \"taken\" a count >= 0 for each phrase");
  }
  made->taken_ = *std::move(taken);
  auto before = FromHex((*json)["before"]);
  if (!before.has_value() || before->size() > 1) {
    return Refused("as \"before\" at most one byte in hex");
  }
  made->text_ = *std::move(before);
  made->emitted_ = made->text_.size();
  const auto held = ReadHeld((*json)["held"]);
  if (!held.has_value()) {
    return Refused("as \"held\" a list of [token, \"text in hex\"]");
  }
  // Matching depends on nothing before what is held. A phrase is complete there
  // only where the text has stopped at it.
  for (const HeldToken& token : *held) {
    made->Hold(token.token, token.text);
    for (std::size_t at = made->tokens_.back().begin; at < made->end(); ++at) {
      static_cast<void>(made->Step(at));
    }
  }
  return made;
}

}  // namespace sampler
