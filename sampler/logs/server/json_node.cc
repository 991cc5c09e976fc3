#include "sampler/logs/server/json_node.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"

namespace sampler::logs {
namespace {

using Json = nlohmann::json;
using Type = JsonNode::Type;

// A key that stands twice, fit to be shown.
std::optional<std::string> DoubledKey(const std::vector<std::string>& keys) {
  std::vector<absl::string_view> sorted(keys.begin(), keys.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return std::nullopt;
  return Printable(Shortened(*twice));
}

class TreeBuilder final : public Json::json_sax_t {
 public:
  bool null() override { return Add({}); }
  bool boolean(bool value) override {
    return Add({.type = Type::kBool, .boolean = value});
  }
  bool number_integer(Json::number_integer_t value) override {
    return Add({.type = Type::kNumber,
                .number = static_cast<double>(value),
                .integer = value});
  }
  bool number_unsigned(Json::number_unsigned_t value) override {
    JsonNode node = {.type = Type::kNumber,
                     .number = static_cast<double>(value)};
    if (value <= std::uint64_t{INT64_MAX}) {
      node.integer = static_cast<std::int64_t>(value);
    }
    return Add(std::move(node));
  }
  bool number_float(Json::number_float_t value,
                    const Json::string_t&) override {
    return Add({.type = Type::kNumber, .number = value});
  }
  bool string(Json::string_t& value) override {
    return Add({.type = Type::kString, .text = std::move(value)});
  }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(Type::kObject); }
  bool key(Json::string_t& value) override {
    open_.back().keys.push_back(std::move(value));
    return true;
  }
  bool end_object() override {
    if (!IsMapOfTokens()) doubled_ = DoubledKey(open_.back().keys);
    return !doubled_.has_value() && Close();
  }
  bool start_array(std::size_t) override { return Open(Type::kArray); }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const Json::exception& error) override {
    position_ = position;
    message_ = error.what();
    return false;
  }

  // What was read, or why it could not be. `size`: of the text.
  absl::StatusOr<JsonNode> Finish(bool read, std::size_t size) && {
    if (read && open_.empty()) return std::move(root_);
    if (doubled_.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key \"", *doubled_, "\" stands twice in one object, want it once"));
    }
    if (too_deep_) {
      return absl::InvalidArgumentError(absl::StrCat(
          "JSON nested deeper than ", JsonNode::kDeepest, " levels"));
    }
    // "[json.exception.parse_error.101] parse error at line 1, ...: WHY".
    const std::size_t why = message_.find(": ");
    const std::string reason = EscapeUnsafe(
        why == std::string::npos ? message_ : message_.substr(why + 2),
        Escapes::kBytes);
    if (position_ > size ||
        absl::StrContains(message_, "unexpected end of input") ||
        absl::StrContains(message_, "missing closing quote")) {
      return absl::DataLossError("the text ends inside a JSON value");
    }
    return absl::InvalidArgumentError(
        absl::StrCat("no JSON at byte ", position_, ": ", reason));
  }

 private:
  bool Add(JsonNode node) {
    JsonNode& into = open_.empty() ? root_ : open_.back();
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      into.items.push_back(std::move(node));
    }
    return true;
  }

  // Some answers list tokens by their texts, {" the": -0.1, ...}, in a member
  // "top_logprobs": there two tokens may have the same.
  bool IsMapOfTokens() const {
    const std::vector<JsonNode>& members = open_.back().items;
    const bool numbers = std::all_of(
        members.begin(), members.end(),
        [](const JsonNode& member) { return member.type == Type::kNumber; });
    if (!numbers) return false;
    for (std::size_t i = open_.size() - 1; i-- > 0;) {
      if (!open_[i].is_object()) continue;
      return open_[i].keys.back() == "top_logprobs";
    }
    return false;
  }

  bool Open(Type type) {
    too_deep_ = std::ssize(open_) >= JsonNode::kDeepest;
    if (too_deep_) return false;
    open_.push_back({.type = type});
    return true;
  }

  bool Close() {
    JsonNode node = std::move(open_.back());
    open_.pop_back();
    return Add(std::move(node));
  }

  JsonNode root_;
  std::vector<JsonNode> open_;  // Arrays and objects not yet closed.
  std::size_t position_ = 0;
  std::string message_;
  bool too_deep_ = false;
  std::optional<std::string>
      doubled_;  // A key that stands twice where that says nothing.
};

// The bare word of Python that `text` begins with, or "".
absl::string_view BareWord(absl::string_view text) {
  for (const absl::string_view word : {"-Infinity", "Infinity", "NaN"}) {
    if (absl::StartsWith(text, word)) return word;
  }
  return "";
}

// Puts bare words into quotes. Strings stay as they are.
std::string QuoteBareWords(absl::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 64);
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside && c == '\\' && i + 1 < text.size()) {
      quoted += c;
      quoted += text[++i];
      continue;
    }
    if (c == '"') inside = !inside;
    const absl::string_view word =
        inside || c == '"' ? "" : BareWord(text.substr(i));
    if (word.empty()) {
      quoted += c;
      continue;
    }
    absl::StrAppend(&quoted, "\"", word, "\"");
    i += word.size() - 1;
  }
  return quoted;
}

}  // namespace

const JsonNode* JsonNode::Find(absl::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

const JsonNode* JsonNode::Get(absl::string_view key) const {
  const JsonNode* const found = Find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

absl::string_view JsonNode::Text(absl::string_view key) const {
  const JsonNode* const found = Find(key);
  if (found == nullptr || !found->is_string()) return "";
  return found->text;
}

bool JsonNode::IsTrue(absl::string_view key) const {
  const JsonNode* const found = Find(key);
  return found != nullptr && found->type == Type::kBool && found->boolean;
}

absl::StatusOr<JsonNode> ParseJsonNode(absl::string_view text) {
  std::string quoted;
  if (absl::StrContains(text, "Infinity") || absl::StrContains(text, "NaN")) {
    quoted = QuoteBareWords(text);
    text = quoted;
  }
  TreeBuilder builder;
  const bool read = Json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).Finish(read, text.size());
}

}  // namespace sampler::logs
