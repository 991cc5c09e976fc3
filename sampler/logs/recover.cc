#include "sampler/logs/recover.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/logs/file_names.h"
#include "sampler/logs/logger_options.h"
#include "sampler/logs/mapped_file.h"
#include "sampler/logs/record_check.h"
#include "sampler/logs/safetensors_writer.h"
#include "sampler/logs/sequence_settings.h"

namespace sampler::logs {
namespace {

// One sequence as the records give it.
struct SequenceRecords {
  std::vector<std::int32_t> prompt;
  std::vector<const Record*> rows;
  std::optional<SequenceSettings> settings;
  // Where the next row, and the next token of the prompt, had their place when
  // they were logged.
  std::int64_t next_row = 0;
  std::int64_t next_prompt_token = 0;
};

// The parts of a sparse row, copied to where they are aligned.
class SparseReader {
 public:
  explicit SparseReader(std::size_t width) : width_(width) {}

  SparseRow Read(const Record& record) {
    const auto n = static_cast<std::size_t>(EntriesOf(record.header));
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
      types.insert(DTypeName(SourceDType(record->header)));
      forced |=
          static_cast<std::int64_t>(EntriesOf(record->header)) > options.top_k;
    }
  }
  metadata["source_precision"] = absl::StrJoin(types, " ");
  if (!counted) metadata["sequences"] = absl::StrJoin(numbers, " ");
  if (options.top_k == 0) return;
  metadata["top_k"] = absl::StrCat(options.top_k);
  // Rows may hold the drawn token beside their likeliest ones, as their last.
  metadata["forced_token"] = forced ? "true" : "false";
}

// Notes a gap before `record`, and where the next record of its kind belongs.
void NoteGap(const Record& record, std::int64_t units, std::int64_t& next,
             std::vector<MissingRows>& missing) {
  const auto place = PlaceOf(record.header);
  if (place.has_value() && *place > next) {
    missing.push_back(
        {record.header.sequence, !IsRow(record.header), next, *place - next});
  }
  if (place.has_value()) next = std::max<std::int64_t>(next, *place);
  next += units;
}

void AddRecord(const Record& record, SequenceRecords& sequence,
               std::vector<MissingRows>& missing) {
  if (record.header.type == RecordType::kSettings) {
    sequence.settings = SettingsFromJson(TextOf(record.payload));
    return;
  }
  if (record.header.type != RecordType::kPrompt) {
    NoteGap(record, /*units=*/1, sequence.next_row, missing);
    sequence.rows.push_back(&record);
    return;
  }
  const auto ids = ValuesOf<std::int32_t>(record.payload);
  NoteGap(record, std::ssize(ids), sequence.next_prompt_token, missing);
  sequence.prompt.insert(sequence.prompt.end(), ids.begin(), ids.end());
}

// "0:58 3:7-9".
std::string MissingText(const std::vector<MissingRows>& missing) {
  constexpr std::size_t kMost = 10'000;
  std::vector<std::string> places;
  for (const MissingRows& rows : missing) {
    if (rows.prompt) continue;
    if (places.size() == kMost) {
      places.push_back("...");
      break;
    }
    places.push_back(absl::StrCat(rows.sequence, ":", rows.first));
    if (rows.count > 1) {
      absl::StrAppend(&places.back(), "-", rows.first + rows.count - 1);
    }
  }
  return absl::StrJoin(places, " ");
}

// A journal that was read: what it says the log is, and the records in their
// order.
struct Recovery {
  LoggerOptions options;
  JournalContents journal;
  std::map<std::uint32_t, SequenceRecords> sequences;
  RecoveredLog result;
};

// At most part of one record that such a logger writes.
bool EndsAsAfterAKill(const JournalContents& journal,
                      const LoggerOptions& options) {
  if (journal.ignored_bytes < std::int64_t{sizeof(RecordHeader)}) return true;
  return journal.cut_record.has_value() &&
         IsHeaderOf(*journal.cut_record, options);
}

absl::StatusOr<Recovery> Read(const std::string& journal, ByteSpan bytes) {
  Recovery recovery;
  auto read = ReadJournal(journal, bytes);
  if (!read.ok()) return read.status();
  recovery.journal = *std::move(read);
  auto options = OptionsFromJson(journal, recovery.journal.options);
  if (!options.ok()) return options.status();
  recovery.options = *std::move(options);
  RecoveredLog& result = recovery.result;
  const std::vector<Record>& records = recovery.journal.records;
  for (const Record& record : records) {
    absl::Status status = CheckRecord(journal, record, recovery.options);
    if (!status.ok()) return status;
    result.rows += IsRow(record.header) ? 1 : 0;
  }
  if (result.rows == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(InputName(journal), ": got no row, want at least one"));
  }
  for (const Record& record : records) {
    absl::Status status = CheckTokens(journal, record, recovery.options);
    if (!status.ok()) return status;
    AddRecord(record, recovery.sequences[record.header.sequence],
              result.missing);
  }
  result.sequences = std::ssize(recovery.sequences);
  result.holes = recovery.journal.holes;
  result.ignored_bytes = recovery.journal.ignored_bytes;
  result.undamaged = result.holes.empty() && result.missing.empty() &&
                     EndsAsAfterAKill(recovery.journal, recovery.options);
  return recovery;
}

absl::Status Write(const Recovery& recovery, const std::string& path,
                   Overwrite overwrite) {
  LogContents contents;
  contents.vocabulary_size = recovery.options.vocabulary_size;
  contents.dtype = recovery.options.dtype;
  std::vector<const Record*> rows;
  SettingsTable settings;
  for (const auto& [number, sequence] : recovery.sequences) {
    settings.Add(sequence.settings);
    contents.prompt_tokens.insert(contents.prompt_tokens.end(),
                                  sequence.prompt.begin(),
                                  sequence.prompt.end());
    contents.prompt_offsets.push_back(std::ssize(contents.prompt_tokens));
    rows.insert(rows.end(), sequence.rows.begin(), sequence.rows.end());
    contents.sequence_offsets.push_back(std::ssize(rows));
  }
  for (const Record* row : rows) contents.tokens.push_back(row->header.token);
  AddMetadata(recovery.options, recovery.sequences, contents.metadata);
  const std::string missing = MissingText(recovery.result.missing);
  if (!missing.empty()) contents.metadata["missing_rows"] = missing;
  if (!settings.empty()) {
    contents.drawn_with = settings.sequences();
    contents.metadata["configs"] = settings.configs();
  }
  const auto row_of = [&](std::int64_t n) -> const Record& {
    return *rows[static_cast<std::size_t>(n)];
  };
  if (recovery.options.top_k == 0) {
    return WriteDenseSafetensors(
        path, overwrite, contents,
        [&](std::int64_t n) -> absl::StatusOr<ByteSpan> {
          return row_of(n).payload;
        });
  }
  SparseReader sparse(DTypeSize(recovery.options.dtype));
  return WriteSparseSafetensors(path, overwrite, contents, [&](std::int64_t n) {
    return sparse.Read(row_of(n));
  });
}

}  // namespace

absl::StatusOr<RecoveredLog> RecoverLog(const std::string& journal,
                                        const std::string& path,
                                        Overwrite overwrite) {
  absl::Status status = CheckNotInput(path, {journal});
  if (!status.ok()) return status;
  const bool is_being_written = IsBeingWritten(journal);
  const auto file = MappedFile::Open(journal);
  if (!file.ok()) return file.status();
  auto recovery = Read(journal, file->bytes());
  if (!recovery.ok()) return recovery.status();
  recovery->result.is_being_written = is_being_written;
  status = Write(*recovery, path, overwrite);
  if (!status.ok()) return status;
  return std::move(recovery->result);
}

absl::Status FinishLog(const JournalWriter& journal, std::int64_t rows,
                       const std::string& path, Overwrite overwrite) {
  const auto file =
      MappedFile::OfDescriptor(journal.descriptor(), journal.path());
  if (!file.ok()) return file.status();
  const auto recovery = Read(journal.path(), file->bytes());
  if (!recovery.ok()) return recovery.status();
  const RecoveredLog& found = recovery->result;
  if (found.rows != rows || !found.undamaged || found.ignored_bytes > 0) {
    return absl::DataLossError(absl::StrCat(
        OutputName(journal.path()), ": got ", found.rows,
        " intact rows, want the ", rows,
        " that were logged; was the file changed by another program?"));
  }
  return Write(*recovery, path, overwrite);
}

}  // namespace sampler::logs
