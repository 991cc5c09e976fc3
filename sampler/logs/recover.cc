#include "sampler/logs/recover.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/journal.h"
#include "sampler/logs/mapped_file.h"
#include "sampler/logs/safetensors_writer.h"
#include "sampler/logs/sequence_settings.h"

namespace sampler::logs {
namespace {

using Json = nlohmann::json;

constexpr DType kLogTypes[] = {DType::kF32, DType::kF16, DType::kBF16};
constexpr DType kRowTypes[] = {DType::kF32, DType::kF16, DType::kBF16,
                               DType::kF64};

absl::StatusOr<LoggerOptions> OptionsFromJson(const std::string& file,
                                              const std::string& text) {
  const auto fail = [&] {
    return absl::FailedPreconditionError(
        absl::StrCat(file, ": options: got ", text.substr(0, 200),
                     ", want those of a logger of this version"));
  };
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  LoggerOptions options;
  if (!json.is_object() || json.size() != 4) return fail();
  for (const char* name : {"vocabulary_size", "top_k"}) {
    if (!json.contains(name) || !json[name].is_number_integer()) return fail();
  }
  if (!json.contains("dtype") || !json.contains("metadata") ||
      !json["metadata"].is_object()) {
    return fail();
  }
  options.vocabulary_size = json["vocabulary_size"].get<std::int64_t>();
  options.top_k = json["top_k"].get<std::int64_t>();
  const auto* dtype =
      std::find_if(std::begin(kLogTypes), std::end(kLogTypes), [&](DType type) {
        return json["dtype"] == std::string(DTypeName(type));
      });
  if (dtype == std::end(kLogTypes) || options.vocabulary_size < 1 ||
      options.vocabulary_size > kMaxVocabularySize || options.top_k < 0) {
    return fail();
  }
  options.dtype = *dtype;
  for (const auto& [key, value] : json["metadata"].items()) {
    if (!value.is_string()) return fail();
    options.metadata[key] = value.get<std::string>();
  }
  return options;
}

// One sequence as the records give it.
struct SequenceRecords {
  std::vector<std::int32_t> prompt;
  std::vector<const Record*> rows;
  std::optional<SequenceSettings> settings;
};

absl::string_view TextOf(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t PayloadOf(const RecordHeader& header,
                      const LoggerOptions& options) {
  const std::size_t width = DTypeSize(options.dtype);
  if (header.type == RecordType::kDense) {
    return width * static_cast<std::size_t>(options.vocabulary_size);
  }
  return 4 + static_cast<std::size_t>(header.entries) * (4 + 4 + width);
}

// The checksums hold, so what does not fit was not written by a logger.
absl::Status CheckRecord(const std::string& file, const Record& record,
                         const LoggerOptions& options) {
  const RecordHeader& header = record.header;
  const bool row =
      header.type == RecordType::kDense || header.type == RecordType::kSparse;
  const bool sparse = header.type == RecordType::kSparse;
  const auto entries = static_cast<std::uint64_t>(options.vocabulary_size);
  const bool fits =
      row ? sparse == (options.top_k > 0) && header.entries <= entries &&
                header.source_dtype < std::size(kRowTypes) &&
                record.payload.size() == PayloadOf(header, options)
      : header.type == RecordType::kSettings
          ? SettingsFromJson(TextOf(record.payload)).has_value()
          : header.type == RecordType::kPrompt &&
                record.payload.size() % 4 == 0;
  if (fits) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      file, ": got a record of type ", static_cast<std::uint32_t>(header.type),
      " and ", record.payload.size(), " bytes, want those that a logger of ",
      options.vocabulary_size, " tokens writes"));
}

template <typename T>
std::vector<T> ValuesOf(ByteSpan bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  }
  return values;
}

// The parts of a sparse row, copied to where they are aligned.
class SparseReader {
 public:
  explicit SparseReader(std::size_t width) : width_(width) {}

  SparseRow Read(const Record& record) {
    const auto n = static_cast<std::size_t>(record.header.entries);
    SparseRow row;
    std::memcpy(&row.log_sum_exp, record.payload.data(), 4);
    ids_ = ValuesOf<std::int32_t>(record.payload.subspan(4, 4 * n));
    logprobs_ = ValuesOf<float>(record.payload.subspan(4 + 4 * n, 4 * n));
    row.ids = ids_;
    row.logprobs = logprobs_;
    row.logits = record.payload.subspan(4 + 8 * n, width_ * n);
    return row;
  }

 private:
  std::size_t width_;
  std::vector<std::int32_t> ids_;
  std::vector<float> logprobs_;
};

// What the file says about itself beside what the caller said.
void AddMetadata(const LoggerOptions& options,
                 const std::map<std::uint32_t, SequenceRecords>& sequences,
                 std::map<std::string, std::string>& metadata) {
  metadata = options.metadata;
  metadata.try_emplace("kind", "raw");
  metadata["vocab_size"] = absl::StrCat(options.vocabulary_size);
  std::set<absl::string_view> types;
  bool forced = false;
  std::vector<std::uint32_t> numbers;
  bool counted = true;
  for (const auto& [number, sequence] : sequences) {
    counted &= number == numbers.size();
    numbers.push_back(number);
    for (const Record* record : sequence.rows) {
      types.insert(DTypeName(kRowTypes[record->header.source_dtype]));
      forced |=
          static_cast<std::int64_t>(record->header.entries) > options.top_k;
    }
  }
  metadata["source_precision"] = absl::StrJoin(types, " ");
  if (!counted) metadata["sequences"] = absl::StrJoin(numbers, " ");
  if (options.top_k == 0) return;
  metadata["top_k"] = absl::StrCat(options.top_k);
  // Rows may hold the drawn token beside their likeliest ones, as their last.
  metadata["forced_token"] = forced ? "true" : "false";
}

}  // namespace

std::string OptionsToJson(const LoggerOptions& options) {
  const Json json = {{"vocabulary_size", options.vocabulary_size},
                     {"dtype", std::string(DTypeName(options.dtype))},
                     {"top_k", options.top_k},
                     {"metadata", options.metadata}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<RecoveredLog> RecoverLog(const std::string& journal,
                                        const std::string& path,
                                        Overwrite overwrite) {
  const auto file = MappedFile::Open(journal);
  if (!file.ok()) return file.status();
  const auto read = ReadJournal(journal, file->bytes());
  if (!read.ok()) return read.status();
  const auto options = OptionsFromJson(journal, read->options);
  if (!options.ok()) return options.status();
  std::map<std::uint32_t, SequenceRecords> sequences;
  for (const Record& record : read->records) {
    absl::Status status = CheckRecord(journal, record, *options);
    if (!status.ok()) return status;
    SequenceRecords& sequence = sequences[record.header.sequence];
    if (record.header.type == RecordType::kPrompt) {
      const auto ids = ValuesOf<std::int32_t>(record.payload);
      sequence.prompt.insert(sequence.prompt.end(), ids.begin(), ids.end());
    } else if (record.header.type == RecordType::kSettings) {
      sequence.settings = SettingsFromJson(TextOf(record.payload));
    } else {
      sequence.rows.push_back(&record);
    }
  }
  LogContents contents;
  contents.vocabulary_size = options->vocabulary_size;
  contents.dtype = options->dtype;
  std::vector<const Record*> rows;
  SettingsTable settings;
  for (auto& [number, sequence] : sequences) {
    settings.Add(sequence.settings);
    contents.prompt_tokens.insert(contents.prompt_tokens.end(),
                                  sequence.prompt.begin(),
                                  sequence.prompt.end());
    contents.prompt_offsets.push_back(std::ssize(contents.prompt_tokens));
    rows.insert(rows.end(), sequence.rows.begin(), sequence.rows.end());
    contents.sequence_offsets.push_back(std::ssize(rows));
  }
  for (const Record* row : rows) contents.tokens.push_back(row->header.token);
  if (rows.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(journal, ": got no row, want at least one"));
  }
  AddMetadata(*options, sequences, contents.metadata);
  if (!settings.empty()) {
    contents.drawn_with = settings.sequences();
    contents.metadata["configs"] = settings.configs();
  }
  const auto row_of = [&](std::int64_t n) -> const Record& {
    return *rows[static_cast<std::size_t>(n)];
  };
  SparseReader sparse(DTypeSize(options->dtype));
  absl::Status written =
      options->top_k == 0
          ? WriteDenseSafetensors(
                path, overwrite, contents,
                [&](std::int64_t n) -> absl::StatusOr<ByteSpan> {
                  return row_of(n).payload;
                })
          : WriteSparseSafetensors(
                path, overwrite, contents,
                [&](std::int64_t n) { return sparse.Read(row_of(n)); });
  if (!written.ok()) return written;
  return RecoveredLog{std::ssize(rows), std::ssize(sequences),
                      read->ignored_bytes};
}

}  // namespace sampler::logs
