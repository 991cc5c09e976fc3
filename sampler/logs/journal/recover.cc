#include "sampler/logs/journal/recover.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/candidate.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/formats/safetensors_writer.h"
#include "sampler/logs/journal/record_check.h"
#include "sampler/logs/journal/recovered_rows.h"
#include "sampler/logs/logger_options.h"
#include "sampler/logs/sequence_settings.h"

namespace sampler::logs {
namespace {

// The parts of a sparse row, copied to where they are aligned.
class SparseReader {
 public:
  explicit SparseReader(std::size_t width) : width_(width) {}

  SparseRow Read(const RecordHeader& header, ByteSpan payload) {
    const auto n = static_cast<std::size_t>(EntriesOf(header));
    SparseRow row;
    std::memcpy(&row.log_sum_exp, payload.data(), 4);
    ids_ = ValuesOf<TokenId>(payload.subspan(4, 4 * n));
    logprobs_ = ValuesOf<float>(payload.subspan(4 + 4 * n, 4 * n));
    row.ids = ids_;
    row.logprobs = logprobs_;
    row.logits = payload.subspan(4 + 8 * n, width_ * n);
    return row;
  }

 private:
  std::size_t width_;
  std::vector<TokenId> ids_;
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
    for (const RowRecords& row : sequence.rows) {
      const RecordHeader& header = row.row->header;
      types.insert(DTypeName(SourceDType(header)));
      forced |= static_cast<std::int64_t>(EntriesOf(header)) > options.top_k;
    }
  }
  metadata["source_precision"] = absl::StrJoin(types, " ");
  if (!counted) metadata["sequences"] = absl::StrJoin(numbers, " ");
  if (options.top_k == 0) return;
  metadata["top_k"] = absl::StrCat(options.top_k);
  // Rows may hold the drawn token beside their likeliest ones, as their last.
  metadata["forced_token"] = forced ? "true" : "false";
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

// Calls `use` with every record and its payload; that of a dense row, which
// nobody needs to know what a journal holds, is left out.
absl::Status ForEachRecord(
    const InputFile& file, const std::vector<Record>& records,
    absl::FunctionRef<absl::Status(const Record&, ByteSpan)> use) {
  std::vector<unsigned char> bytes;
  for (const Record& record : records) {
    bytes.clear();
    if (record.header.type != RecordType::kDense) {
      absl::Status status = ReadPayload(file, record, bytes);
      if (!status.ok()) return status;
    }
    absl::Status status = use(record, bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<Recovery> Read(const InputFile& file) {
  const std::string& journal = file.path();
  Recovery recovery;
  auto read = ReadJournal(file);
  if (!read.ok()) return read.status();
  recovery.journal = *std::move(read);
  auto options = OptionsFromJson(journal, recovery.journal.options);
  if (!options.ok()) return options.status();
  recovery.options = *std::move(options);
  RecoveredLog& result = recovery.result;
  const std::vector<Record>& records = recovery.journal.records;
  const absl::Status no_row = absl::FailedPreconditionError(
      absl::StrCat(InputName(journal), ": got no row, want at least one"));
  bool any = false;
  absl::Status status =
      ForEachRecord(file, records, [&](const Record& record, ByteSpan payload) {
        any |= IsRow(record.header);
        return CheckRecord(journal, record.header, payload, recovery.options);
      });
  if (!status.ok()) return status;
  if (!any) return no_row;
  status =
      ForEachRecord(file, records, [&](const Record& record, ByteSpan payload) {
        AddRecord(record, payload, recovery.sequences[record.header.sequence],
                  result.missing);
        return CheckTokens(journal, record.header, payload, recovery.options);
      });
  if (!status.ok()) return status;
  for (const auto& [number, sequence] : recovery.sequences) {
    result.rows += std::ssize(sequence.rows);
  }
  // All may have been taken back.
  if (result.rows == 0) return no_row;
  result.sequences = std::ssize(recovery.sequences);
  result.holes = recovery.journal.holes;
  result.ignored_bytes = recovery.journal.ignored_bytes;
  result.undamaged = result.holes.empty() && result.missing.empty() &&
                     EndsAsAfterAKill(recovery.journal, recovery.options);
  return recovery;
}

absl::Status Write(const InputFile& file, const Recovery& recovery,
                   const std::string& path, Overwrite overwrite) {
  LogContents contents;
  contents.vocabulary_size = recovery.options.vocabulary_size;
  contents.dtype = recovery.options.dtype;
  std::vector<const RowRecords*> rows;
  SettingsTable settings;
  for (const auto& [number, sequence] : recovery.sequences) {
    settings.Add(sequence.settings);
    contents.prompt_tokens.insert(contents.prompt_tokens.end(),
                                  sequence.prompt.begin(),
                                  sequence.prompt.end());
    contents.prompt_offsets.push_back(std::ssize(contents.prompt_tokens));
    for (const RowRecords& row : sequence.rows) rows.push_back(&row);
    contents.sequence_offsets.push_back(std::ssize(rows));
  }
  for (const RowRecords* row : rows) {
    contents.tokens.push_back(row->row->header.token);
    contents.attempts.push_back(row->attempt);
    contents.banned_tokens.insert(contents.banned_tokens.end(),
                                  row->bans.begin(), row->bans.end());
    contents.ban_offsets.push_back(std::ssize(contents.banned_tokens));
  }
  MaskReader masks(file, rows);
  contents.mask_words = masks.words();
  contents.masks = [&masks](std::int64_t n) { return masks.Read(n); };
  AddMetadata(recovery.options, recovery.sequences, contents.metadata);
  const std::string missing = MissingRowsText(recovery.result.missing);
  if (!missing.empty()) contents.metadata["missing_rows"] = missing;
  if (!settings.empty()) {
    contents.drawn_with = settings.sequences();
    contents.metadata["configs"] = settings.configs();
  }
  std::vector<unsigned char> bytes;
  const auto header_of = [&](std::int64_t n) -> const RecordHeader& {
    return rows[static_cast<std::size_t>(n)]->row->header;
  };
  const auto payload_of = [&](std::int64_t n) -> absl::StatusOr<ByteSpan> {
    absl::Status status =
        ReadPayload(file, *rows[static_cast<std::size_t>(n)]->row, bytes, n);
    if (!status.ok()) return status;
    return absl::MakeConstSpan(bytes);
  };
  if (recovery.options.top_k == 0) {
    return WriteDenseSafetensors(path, overwrite, contents, payload_of);
  }
  SparseReader sparse(DTypeSize(recovery.options.dtype));
  return WriteSparseSafetensors(
      path, overwrite, contents,
      [&](std::int64_t n) -> absl::StatusOr<SparseRow> {
        const auto payload = payload_of(n);
        if (!payload.ok()) return payload.status();
        return sparse.Read(header_of(n), *payload);
      });
}

}  // namespace

absl::StatusOr<RecoveredLog> RecoverLog(const std::string& journal,
                                        const std::string& path,
                                        Overwrite overwrite) {
  absl::Status status = CheckNotInput(path, {journal});
  if (!status.ok()) return status;
  const bool is_being_written = IsBeingWritten(journal);
  const auto file = InputFile::Open(
      journal, is_being_written ? Growth::kIsExpected : Growth::kIsAnError);
  if (!file.ok()) return file.status();
  auto recovery = Read(*file);
  if (!recovery.ok()) return recovery.status();
  recovery->result.is_being_written = is_being_written;
  status = Write(*file, *recovery, path, overwrite);
  if (!status.ok()) return status;
  return std::move(recovery->result);
}

absl::Status FinishLog(const JournalWriter& journal, std::int64_t rows,
                       const std::string& path, Overwrite overwrite) {
  const auto file =
      InputFile::OfDescriptor(journal.descriptor(), journal.path());
  if (!file.ok()) return file.status();
  const auto recovery = Read(*file);
  if (!recovery.ok()) return recovery.status();
  const RecoveredLog& found = recovery->result;
  if (found.rows != rows || !found.undamaged || found.ignored_bytes > 0) {
    return absl::DataLossError(absl::StrCat(
        OutputName(journal.path()), ": got ", found.rows,
        " intact rows, want the ", rows,
        " that were logged; was the file changed by another program?"));
  }
  return Write(*file, *recovery, path, overwrite);
}

}  // namespace sampler::logs
