#include "sampler/logs/journal/recovered_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sampler/logs/journal/notes_record.h"
#include "sampler/logs/journal/record_check.h"

namespace sampler::logs {
namespace {

void AddNotes(const Record& record, ByteSpan payload,
              SequenceRecords& sequence) {
  NotesRecord notes = NotesOfPayload(payload);
  sequence.next = {.attempt = notes.attempt,
                   .bans = std::move(notes.bans),
                   .masked = notes.mask.empty() ? nullptr : &record,
                   .mask_words = notes.mask.size()};
  sequence.next_place = PlaceOf(record.header);
}

void AddRow(const Record& record, SequenceRecords& sequence,
            std::vector<MissingRows>& missing) {
  NoteGap(record.header, /*units=*/1, sequence.next_row, missing);
  // Notes whose own row is lost are not those of a later one.
  const bool noted = sequence.next_place.has_value() &&
                     sequence.next_place == PlaceOf(record.header);
  RowRecords row = noted ? std::move(sequence.next) : RowRecords();
  row.row = &record;
  sequence.rows.push_back(std::move(row));
  sequence.next = {};
  sequence.next_place.reset();
}

// Drops the rows from the place on, those that are missing too.
void TakeBack(const RecordHeader& header, SequenceRecords& sequence,
              std::vector<MissingRows>& missing) {
  const std::int64_t left = *PlaceOf(header);
  while (!sequence.rows.empty()) {
    const auto place = PlaceOf(sequence.rows.back().row->header);
    if (!place.has_value() || *place < left) break;
    sequence.rows.pop_back();
  }
  std::erase_if(missing, [&](MissingRows& rows) {
    if (rows.sequence != header.sequence || rows.prompt) return false;
    rows.count = std::min(rows.count, left - rows.first);
    return rows.count <= 0;
  });
  // What lies between is missing as soon as a later row tells.
  sequence.next_row = std::min(sequence.next_row, left);
  sequence.next = {};
  sequence.next_place.reset();
}

}  // namespace

void AddRecord(const Record& record, ByteSpan payload,
               SequenceRecords& sequence, std::vector<MissingRows>& missing) {
  switch (record.header.type) {
    case RecordType::kSettings:
      sequence.settings = SettingsFromJson(TextOf(payload));
      return;
    case RecordType::kNotes:
      return AddNotes(record, payload, sequence);
    case RecordType::kTakeBack:
      return TakeBack(record.header, sequence, missing);
    case RecordType::kPrompt: {
      const auto ids = ValuesOf<TokenId>(payload);
      NoteGap(record.header, std::ssize(ids), sequence.next_prompt_token,
              missing);
      sequence.prompt.insert(sequence.prompt.end(), ids.begin(), ids.end());
      return;
    }
    case RecordType::kOptions:
    case RecordType::kDense:
    case RecordType::kSparse:
      break;
  }
  AddRow(record, sequence, missing);
}

MaskReader::MaskReader(const InputFile& file,
                       std::vector<const RowRecords*> rows)
    : file_(file), rows_(std::move(rows)) {
  for (const RowRecords* row : rows_) {
    words_ = std::max(words_, row->mask_words);
  }
}

absl::StatusOr<absl::Span<const std::uint32_t>> MaskReader::Read(
    std::int64_t n) {
  const RowRecords& row = *rows_[static_cast<std::size_t>(n)];
  if (row.masked == nullptr) {
    mask_.assign(words_, ~std::uint32_t{0});
    return absl::MakeConstSpan(mask_);
  }
  absl::Status status = ReadPayload(file_, *row.masked, bytes_, n);
  if (!status.ok()) return status;
  mask_ = NotesOfPayload(bytes_).mask;
  return absl::MakeConstSpan(mask_);
}

}  // namespace sampler::logs
