#include "sampler/logs/logger_options.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/value_json.h"
#include "sampler/token.h"

namespace sampler::logs {
namespace {

constexpr DType kLogTypes[] = {DType::kF32, DType::kF16, DType::kBF16};

// What the logger itself writes under these names would replace the caller's.
constexpr absl::string_view kReserved[] = {
    "vocab_size",   "source_precision", "sequences", "top_k",
    "forced_token", "missing_rows",     "configs"};

// Of the header, for its tensors and for the logger's own metadata, and for
// the numbers of sequences at least.
constexpr std::int64_t kOwnBytes = 500'000;
constexpr std::int64_t kLeastRoomForSequences = 500'000;

// Bytes of `text` as JSON, quotes included.
std::int64_t JsonBytes(absl::string_view text) {
  std::int64_t bytes = 2;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const auto length = static_cast<std::int64_t>(character.length);
    if (length != 1) {
      bytes += length > 0 ? length : 3;  // U+FFFD.
    } else if (character.code >= 0x20) {
      bytes += character.code == '"' || character.code == '\\' ? 2 : 1;
    } else {
      bytes += absl::string_view("\b\f\n\r\t").find(text[0]) !=
                       absl::string_view::npos
                   ? 2
                   : 6;
    }
    text.remove_prefix(std::max<std::size_t>(character.length, 1));
  }
  return bytes;
}

std::int64_t MetadataBytes(const LoggerOptions& options) {
  std::int64_t bytes = options.metadata.empty() ? 2 : 1;
  for (const auto& [name, value] : options.metadata) {
    bytes += JsonBytes(name) + JsonBytes(value) + 2;
  }
  return bytes;
}

absl::Status CheckMetadata(const std::string& path,
                           const LoggerOptions& options) {
  const auto fail = [&](absl::string_view found, absl::string_view allowed) {
    return absl::InvalidArgumentError(absl::StrCat(
        OutputName(path), ": metadata: got ", found, ", want ", allowed));
  };
  for (const auto& [name, value] : options.metadata) {
    const std::string shown =
        absl::StrCat("the name \"", Printable(name.substr(0, 80)), "\"");
    if (!IsUtf8(name)) return fail(shown, "UTF-8");
    if (std::find(std::begin(kReserved), std::end(kReserved), name) !=
        std::end(kReserved)) {
      return fail(shown, "another one: the logger writes this one itself");
    }
  }
  constexpr std::int64_t kMost =
      kMaximumSafetensorsHeader - kOwnBytes - kLeastRoomForSequences;
  if (const std::int64_t bytes = MetadataBytes(options); bytes > kMost) {
    return fail(absl::StrCat(bytes, " bytes as JSON"),
                absl::StrCat("at most ", kMost));
  }
  return absl::OkStatus();
}

}  // namespace

std::map<std::string, std::string> WithoutReserved(
    std::map<std::string, std::string> metadata) {
  for (const absl::string_view name : kReserved) {
    metadata.erase(std::string(name));
  }
  return metadata;
}

absl::Status CheckOptions(const std::string& path,
                          const LoggerOptions& options) {
  const auto fail = [&](absl::string_view name, auto found,
                        absl::string_view allowed) {
    return absl::InvalidArgumentError(absl::StrCat(
        OutputName(path), ": ", name, ": got ", found, ", want ", allowed));
  };
  if (options.vocabulary_size < 1 ||
      options.vocabulary_size > kMaxVocabularySize) {
    return fail("vocabulary_size", options.vocabulary_size,
                absl::StrCat("1 to ", kMaxVocabularySize));
  }
  if (options.top_k < 0 || options.top_k > options.vocabulary_size) {
    return fail("top_k", options.top_k,
                absl::StrCat("0 (whole rows) to ", options.vocabulary_size));
  }
  if (options.dtype == DType::kF64) {
    return fail("dtype", DTypeName(options.dtype), "f32, f16 or bf16");
  }
  if constexpr (std::endian::native != std::endian::little) {
    return absl::UnimplementedError(
        "logs are little-endian; this machine is not");
  }
  return CheckMetadata(path, options);
}

std::int64_t RoomForSequences(const LoggerOptions& options) {
  return kMaximumSafetensorsHeader - kOwnBytes - MetadataBytes(options);
}

// Keys in the order of the alphabet.
std::string OptionsToJson(const LoggerOptions& options) {
  const auto note = [](std::string* out, const auto& named) {
    absl::StrAppend(out, WriteJsonString(named.first), ":",
                    WriteJsonString(named.second));
  };
  return absl::StrCat(
      R"({"dtype":")", DTypeName(options.dtype), R"(","metadata":{)",
      absl::StrJoin(options.metadata, ",", note), R"(},"top_k":)",
      options.top_k, R"(,"vocabulary_size":)", options.vocabulary_size, "}");
}

absl::StatusOr<LoggerOptions> OptionsFromJson(const std::string& file,
                                              const std::string& text) {
  const auto fail = [&] {
    return absl::FailedPreconditionError(absl::StrCat(
        InputName(file), ": options: got ", Printable(text.substr(0, 200)),
        ", want those of a logger of this version"));
  };
  std::vector<JsonProblem> problems;
  const std::optional<JsonDocument> json = ReadJson(text, problems);
  const Value::Object* const given =
      json.has_value() ? json->root.object() : nullptr;
  if (given == nullptr || given->size() != 4) return fail();
  const auto get = [&](const char* name) {
    const auto found = given->find(name);
    return found == given->end() ? Value() : found->second;
  };
  const Value size = get("vocabulary_size");
  const Value top_k = get("top_k");
  const Value type = get("dtype");
  const Value metadata = get("metadata");
  if (size.integer() == nullptr || top_k.integer() == nullptr ||
      type.text() == nullptr || metadata.object() == nullptr) {
    return fail();
  }
  LoggerOptions options;
  options.vocabulary_size = *size.integer();
  options.top_k = *top_k.integer();
  const auto* dtype = std::find_if(
      std::begin(kLogTypes), std::end(kLogTypes),
      [&](DType known) { return *type.text() == DTypeName(known); });
  if (dtype == std::end(kLogTypes) || options.vocabulary_size < 1 ||
      options.vocabulary_size > kMaxVocabularySize || options.top_k < 0) {
    return fail();
  }
  options.dtype = *dtype;
  for (const auto& [key, value] : *metadata.object()) {
    if (value.text() == nullptr) return fail();
    options.metadata[key] = *value.text();
  }
  return options;
}

}  // namespace sampler::logs
