#include "sampler/logs/journal/journal_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/journal/journal.h"

namespace sampler::logs {
namespace {

// Types and dtypes of records, with room for more. A few bits are enough to
// pass over nearly all bytes that begin no record: the checksum decides.
constexpr std::uint32_t kMostTypes = 256;

// Bytes of the file by their offset, through one buffer. After an error of
// reading, which status() keeps, there are none any more.
class Window {
 public:
  static constexpr std::int64_t kMost = std::int64_t{1} << 20;

  explicit Window(const InputFile& file) : file_(file) {}

  std::int64_t size() const { return status_.ok() ? file_.size() : 0; }
  const absl::Status& status() const { return status_; }

  // At most `count` bytes from `at` on: fewer at the end of the file. Valid
  // until the next call. REQUIRES: 0 <= at <= size(), 0 <= count <= kMost.
  ByteSpan At(std::int64_t at, std::int64_t count) {
    count = std::min(count, size() - at);
    if (count <= 0) return {};
    if (at < begin_ || at + count > begin_ + std::ssize(bytes_)) Load(at);
    if (!status_.ok()) return {};
    return absl::MakeConstSpan(bytes_).subspan(
        static_cast<std::size_t>(at - begin_), static_cast<std::size_t>(count));
  }

 private:
  void Load(std::int64_t at) {
    begin_ = at;
    bytes_.resize(static_cast<std::size_t>(std::min(kMost, file_.size() - at)));
    status_ = file_.Read(at, absl::MakeSpan(bytes_));
  }

  const InputFile& file_;
  std::int64_t begin_ = 0;
  std::vector<unsigned char> bytes_;  // Of the file, from begin_ on.
  absl::Status status_;
};

constexpr std::int64_t kHeaderBytes = sizeof(RecordHeader);

std::optional<RecordHeader> HeaderAt(Window& window, std::int64_t at) {
  const ByteSpan bytes = window.At(at, kHeaderBytes);
  if (std::ssize(bytes) < kHeaderBytes) return std::nullopt;
  RecordHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const auto type = static_cast<std::uint32_t>(header.type);
  if (type == 0 || type >= kMostTypes || header.source_dtype >= kMostTypes) {
    return std::nullopt;
  }
  return header;
}

// Whether the file ends before the payload of a header at `at` does.
bool IsCut(const Window& window, const RecordHeader& header, std::int64_t at) {
  return header.payload >
         static_cast<std::uint64_t>(window.size() - at - kHeaderBytes);
}

std::int64_t EndOf(const Record& record) {
  return record.at + static_cast<std::int64_t>(record.header.payload);
}

// Finds records, and counts what the failed attempts cost.
class RecordFinder {
 public:
  explicit RecordFinder(const InputFile& file)
      : window_(file), budget_(8 * static_cast<std::uint64_t>(file.size())) {}

  const absl::Status& status() const { return window_.status(); }

  // The intact record at `at`.
  std::optional<Record> At(std::int64_t at) {
    const auto header = HeaderAt(window_, at);
    if (!header.has_value() || IsCut(window_, *header, at)) {
      return std::nullopt;
    }
    const Record record = {*header, at + kHeaderBytes};
    RecordChecksum checksum(*header);
    for (std::int64_t i = record.at; i < EndOf(record); i += Window::kMost) {
      checksum.Add(window_.At(i, std::min(Window::kMost, EndOf(record) - i)));
    }
    if (checksum.Value() == header->checksum) return record;
    budget_ -= std::min(budget_, header->payload);
    return std::nullopt;
  }

  // The first place after `at` with an intact record.
  std::optional<std::int64_t> After(std::int64_t at) {
    for (++at; at + kHeaderBytes <= window_.size() && budget_ > 0; ++at) {
      // Of the four bytes of a type, the last three are zero.
      const ByteSpan type = window_.At(at, sizeof(RecordType));
      if (type.size() < sizeof(RecordType)) return std::nullopt;
      if (type[1] == 0 && type[2] == 0 && At(at).has_value()) return at;
    }
    return std::nullopt;
  }

  // The header at `at`, where the file is too short for its payload.
  std::optional<RecordHeader> CutAt(std::int64_t at) {
    const auto header = HeaderAt(window_, at);
    const bool cut = header.has_value() && IsCut(window_, *header, at);
    return cut ? header : std::nullopt;
  }

 private:
  Window window_;
  std::uint64_t budget_;  // Bytes that may still be read in vain.
};

bool IsRow(const Record& record) {
  return record.header.type == RecordType::kDense ||
         record.header.type == RecordType::kSparse;
}

// Reads a journal from its beginning to its end.
class JournalScan {
 public:
  explicit JournalScan(const InputFile& file) : file_(file), finder_(file) {}

  absl::StatusOr<JournalContents> Run() {
    absl::Status status = ReadMagic();
    if (!status.ok()) return status;
    std::int64_t at = kMagicBytes;
    while (at < file_.size()) {
      const auto record = finder_.At(at);
      if (record.has_value()) {
        status = Add(*record);
        if (!status.ok()) return status;
        at = EndOf(*record);
        continue;
      }
      const auto next = finder_.After(at);
      if (!next.has_value()) break;
      AddHole(at, *next);
      at = *next;
    }
    contents_.ignored_bytes = file_.size() - at;
    contents_.cut_record = finder_.CutAt(at);
    if (!finder_.status().ok()) return finder_.status();
    if (!has_options_) return OtherFile("a journal without options");
    return std::move(contents_);
  }

 private:
  static constexpr std::int64_t kMagicBytes{kJournalMagicBytes};

  absl::Status OtherFile(absl::string_view found) const {
    return absl::FailedPreconditionError(absl::StrCat(
        InputName(file_.path()), ": byte 0: got ", found, ", want \"",
        kJournalMagic,
        "\" and the options of a log; name the .partial file of a logger"));
  }

  absl::Status ReadMagic() {
    const auto magic = file_.Prefix(kMagicBytes);
    if (!magic.ok()) return magic.status();
    if (std::ssize(*magic) < kMagicBytes) return OtherFile("other bytes");
    if (std::equal(magic->begin(), magic->end(), kJournalMagic)) {
      return absl::OkStatus();
    }
    // A journal with a damaged beginning goes on with its options.
    const auto first = finder_.At(kMagicBytes);
    if (!finder_.status().ok()) return finder_.status();
    if (!first || first->header.type != RecordType::kOptions) {
      return OtherFile("other bytes");
    }
    AddHole(0, kMagicBytes);
    return absl::OkStatus();
  }

  absl::Status Add(const Record& record) {
    if (record.header.type != RecordType::kOptions) {
      contents_.records.push_back(record);
      rows_ += IsRow(record) ? 1 : 0;
      return absl::OkStatus();
    }
    if (std::exchange(has_options_, true)) return absl::OkStatus();
    std::vector<unsigned char> bytes;
    absl::Status status = ReadPayload(file_, record, bytes);
    contents_.options.assign(bytes.begin(), bytes.end());
    return status;
  }

  void AddHole(std::int64_t begin, std::int64_t end) {
    contents_.holes.push_back({begin, end - begin, rows_});
  }

  const InputFile& file_;
  RecordFinder finder_;
  JournalContents contents_;
  bool has_options_ = false;
  std::int64_t rows_ = 0;
};

}  // namespace

absl::StatusOr<JournalContents> ReadJournal(const InputFile& file) {
  return JournalScan(file).Run();
}

absl::Status ReadPayload(const InputFile& file, const Record& record,
                         std::vector<unsigned char>& bytes, std::int64_t row) {
  bytes.resize(static_cast<std::size_t>(record.header.payload));
  return file.Read(record.at, absl::MakeSpan(bytes), row);
}

}  // namespace sampler::logs
