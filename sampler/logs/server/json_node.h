// A JSON text as a tree that keeps the order of members, for answers of
// servers: the first key of a vLLM position is the token of the text, and only
// its place says so.
//
// Python's bare words NaN, Infinity and -Infinity, which json.dumps writes, are
// read as strings of those letters. A key that stands twice in an object is an
// error, since readers differ in which of the two counts; but in the maps from
// texts of tokens of a "top_logprobs" both members are kept.
//
// Errors: InvalidArgument for text that is no JSON, DataLoss where it ends
//   inside a value; nesting deeper than kDeepest is InvalidArgument.
// Thread-safety: plain data.
// Cost: linear in the text, about 100 bytes a value.
// Tested by: tests/logs/server/json_node_test.cc.

#ifndef SAMPLER_LOGS_SERVER_JSON_NODE_H_
#define SAMPLER_LOGS_SERVER_JSON_NODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sampler::logs {

struct JsonNode {
  enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };

  // Levels of arrays and objects.
  static constexpr int kDeepest = 64;

  Type type = Type::kNull;
  bool boolean = false;
  double number = 0;
  std::optional<std::int64_t> integer = {};  // Of a number that is one.
  std::string text = {};
  std::vector<JsonNode> items = {};  // Of an array, or the values of an object,
  std::vector<std::string> keys = {};  // whose keys stand at the same index.

  bool is_null() const { return type == Type::kNull; }
  bool is_string() const { return type == Type::kString; }
  bool is_array() const { return type == Type::kArray; }
  bool is_object() const { return type == Type::kObject; }

  // The member `key`; null where there is none, or the node is no object.
  const JsonNode* Find(absl::string_view key) const;

  // The same, but null also for a JSON null.
  const JsonNode* Get(absl::string_view key) const;

  // The text of member `key`; "" where there is none.
  absl::string_view Text(absl::string_view key) const;

  // Whether member `key` is the boolean true.
  bool IsTrue(absl::string_view key) const;
};

// Reads one document, which is all of `text`.
absl::StatusOr<JsonNode> ParseJsonNode(absl::string_view text);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_JSON_NODE_H_
