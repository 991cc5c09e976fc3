#include "sampler/logs/journal_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sampler/logs/file_names.h"
#include "sampler/logs/journal.h"

namespace sampler::logs {
namespace {

// Types and dtypes of records, with room for more. A few bits are enough to
// pass over nearly all bytes that begin no record: the checksum decides.
constexpr std::uint32_t kMostTypes = 256;

std::optional<RecordHeader> HeaderAt(ByteSpan bytes) {
  if (bytes.size() < sizeof(RecordHeader)) return std::nullopt;
  RecordHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const auto type = static_cast<std::uint32_t>(header.type);
  if (type == 0 || type >= kMostTypes || header.source_dtype >= kMostTypes) {
    return std::nullopt;
  }
  return header;
}

// Finds records, and counts what the failed attempts cost.
class RecordFinder {
 public:
  explicit RecordFinder(ByteSpan bytes)
      : bytes_(bytes), budget_(8 * static_cast<std::uint64_t>(bytes.size())) {}

  // The intact record at `at`.
  std::optional<Record> At(std::size_t at) {
    const ByteSpan rest = bytes_.subspan(at);
    const auto header = HeaderAt(rest);
    if (!header.has_value()) return std::nullopt;
    const ByteSpan body = rest.subspan(sizeof(RecordHeader));
    if (header->payload > body.size()) return std::nullopt;
    const Record record = {
        *header, body.first(static_cast<std::size_t>(header->payload))};
    if (ChecksumOf(*header, {record.payload}) == header->checksum) {
      return record;
    }
    budget_ -= std::min(budget_, header->payload);
    return std::nullopt;
  }

  // The first place after `at` with an intact record.
  std::optional<std::size_t> After(std::size_t at) {
    // Of the four bytes of a type, the last three are zero.
    for (++at; at + sizeof(RecordHeader) <= bytes_.size() && budget_ > 0;
         ++at) {
      if (bytes_[at + 1] != 0 || bytes_[at + 2] != 0) continue;
      if (At(at).has_value()) return at;
    }
    return std::nullopt;
  }

  // The header at `at`, where the file is too short for its payload.
  std::optional<RecordHeader> CutAt(std::size_t at) const {
    const auto header = HeaderAt(bytes_.subspan(at));
    const bool cut =
        header.has_value() &&
        header->payload > bytes_.size() - at - sizeof(RecordHeader);
    return cut ? header : std::nullopt;
  }

 private:
  ByteSpan bytes_;
  std::uint64_t budget_;  // Bytes that may still be read in vain.
};

bool IsRow(const Record& record) {
  return record.header.type == RecordType::kDense ||
         record.header.type == RecordType::kSparse;
}

}  // namespace

absl::StatusOr<JournalContents> ReadJournal(const std::string& file,
                                            ByteSpan bytes) {
  const auto fail = [&](absl::string_view found) {
    return absl::FailedPreconditionError(absl::StrCat(
        InputName(file), ": byte 0: got ", found, ", want \"", kJournalMagic,
        "\" and the options of a log; name the .partial file of a logger"));
  };
  RecordFinder finder(bytes);
  JournalContents contents;
  std::int64_t rows = 0;
  const auto add_hole = [&](std::size_t begin, std::size_t end) {
    contents.holes.push_back({static_cast<std::int64_t>(begin),
                              static_cast<std::int64_t>(end - begin), rows});
  };
  std::size_t at = kJournalMagicBytes;
  if (bytes.size() < at) return fail("other bytes");
  if (!std::equal(kJournalMagic, kJournalMagic + kJournalMagicBytes,
                  bytes.begin())) {
    // A journal with a damaged beginning goes on with its options.
    const auto first = finder.At(at);
    if (!first || first->header.type != RecordType::kOptions) {
      return fail("other bytes");
    }
    add_hole(0, at);
  }
  bool has_options = false;
  while (at < bytes.size()) {
    const auto record = finder.At(at);
    if (!record.has_value()) {
      const auto next = finder.After(at);
      if (!next.has_value()) break;
      add_hole(at, *next);
      at = *next;
      continue;
    }
    if (record->header.type != RecordType::kOptions) {
      contents.records.push_back(*record);
      rows += IsRow(*record) ? 1 : 0;
    } else if (!has_options) {
      contents.options.assign(record->payload.begin(), record->payload.end());
      has_options = true;
    }
    at += sizeof(RecordHeader) + record->payload.size();
  }
  if (!has_options) return fail("a journal without options");
  contents.ignored_bytes = static_cast<std::int64_t>(bytes.size() - at);
  contents.cut_record = finder.CutAt(at);
  return contents;
}

}  // namespace sampler::logs
