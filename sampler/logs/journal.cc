#include "sampler/logs/journal.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/output_file.h"

namespace sampler::logs {
namespace {

constexpr char kMagic[] = "smpl-log";
constexpr std::size_t kMagicBytes = sizeof(kMagic) - 1;
constexpr std::size_t kMostPieces = 6;

// Sums and sums of sums of 64-bit words, in eight lanes: zeroed, exchanged and
// shifted words are noticed, and compilers make vector code of it, so that it
// costs a tenth of writing the row. Against accidents, not against forgers.
class Checksum {
 public:
  void Add(ByteSpan bytes) {
    length_ += bytes.size();
    if (pending_ > 0) {
      const std::size_t taken = std::min(kBlock - pending_, bytes.size());
      std::copy_n(bytes.begin(), taken, block_ + pending_);
      pending_ += taken;
      bytes.remove_prefix(taken);
      if (pending_ < kBlock) return;
      AddBlock(block_);
      pending_ = 0;
    }
    for (; bytes.size() >= kBlock; bytes.remove_prefix(kBlock)) {
      AddBlock(bytes.data());
    }
    std::copy(bytes.begin(), bytes.end(), block_);
    pending_ = bytes.size();
  }

  std::uint64_t Value() {
    std::fill(block_ + pending_, block_ + kBlock, 0);
    AddBlock(block_);
    std::uint64_t value = length_;
    const auto mix = [&](std::uint64_t word) {
      value = (value ^ word) * 0x9e3779b97f4a7c15u;
      value ^= value >> 32;
    };
    for (std::size_t i = 0; i < kLanes; ++i) {
      mix(sums_[i]);
      mix(sums_of_sums_[i]);
    }
    return value;
  }

 private:
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kBlock = 8 * kLanes;

  void AddBlock(const unsigned char* block) {
    std::uint64_t words[kLanes];
    std::memcpy(words, block, kBlock);
    for (std::size_t i = 0; i < kLanes; ++i) {
      sums_[i] += words[i];
      sums_of_sums_[i] += sums_[i];
    }
  }

  std::uint64_t sums_[kLanes] = {};
  std::uint64_t sums_of_sums_[kLanes] = {};
  std::uint64_t length_ = 0;
  unsigned char block_[kBlock];  // The last, not yet full: `pending_` bytes.
  std::size_t pending_ = 0;
};

ByteSpan HeaderBytes(const RecordHeader& header) {
  return {reinterpret_cast<const unsigned char*>(&header), sizeof(header)};
}

std::uint64_t ChecksumOf(const RecordHeader& header,
                         absl::Span<const ByteSpan> pieces) {
  Checksum checksum;
  checksum.Add(HeaderBytes(header).first(sizeof(header) - 8));
  for (const ByteSpan piece : pieces) checksum.Add(piece);
  return checksum.Value();
}

// Writes all pieces in as few calls as the system makes of it; an errno.
int WritePieces(int descriptor, std::array<iovec, kMostPieces + 1> pieces,
                std::size_t count) {
  iovec* next = pieces.data();
  while (count > 0) {
    if (next->iov_len == 0) {
      ++next;
      --count;
      continue;
    }
    const ssize_t result = writev(descriptor, next, static_cast<int>(count));
    if (result < 0 && errno == EINTR) continue;
    if (result < 0) return errno;
    if (result == 0) return ENOSPC;
    auto written = static_cast<std::size_t>(result);
    while (count > 0 && written >= next->iov_len) {
      written -= next->iov_len;
      ++next;
      --count;
    }
    if (count == 0) break;
    next->iov_base = static_cast<char*>(next->iov_base) + written;
    next->iov_len -= written;
  }
  return 0;
}

}  // namespace

JournalWriter::JournalWriter(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

absl::StatusOr<JournalWriter> JournalWriter::Create(const std::string& path) {
  const int descriptor = open(
      path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(
        path,
        ": exists already: a log that was not finished; recover it "
        "(sampler convert --recover) or remove it"));
  }
  if (descriptor < 0) return FileError(path, "create", errno);
  JournalWriter writer(path, descriptor);
  const int error =
      WriteFully(descriptor, AsBytes(absl::MakeConstSpan(kMagic, kMagicBytes)));
  if (error != 0) {
    unlink(path.c_str());
    return FileError(path, "write", error);
  }
  writer.size_ = kMagicBytes;
  return writer;
}

JournalWriter::JournalWriter(JournalWriter&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      status_(std::move(other.status_)) {}

JournalWriter::~JournalWriter() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status JournalWriter::Append(RecordHeader header,
                                   absl::Span<const ByteSpan> pieces) {
  if (!status_.ok()) return status_;
  if (pieces.size() > kMostPieces) {
    return absl::InternalError("a record of too many pieces");
  }
  header.payload = 0;
  for (const ByteSpan piece : pieces) header.payload += piece.size();
  header.checksum = ChecksumOf(header, pieces);
  std::array<iovec, kMostPieces + 1> parts;
  parts[0] = {&header, sizeof(header)};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    parts[i + 1] = {const_cast<unsigned char*>(pieces[i].data()),
                    pieces[i].size()};
  }
  const int error = WritePieces(descriptor_, parts, pieces.size() + 1);
  if (error != 0) {
    // Half a record is ignored by readers, but takes up room.
    if (ftruncate(descriptor_, size_) != 0) {
      return status_ = FileError(path_, "write, nor truncate", error);
    }
    return status_ = FileError(path_, "write", error);
  }
  size_ += static_cast<std::int64_t>(sizeof(header) + header.payload);
  return absl::OkStatus();
}

absl::Status JournalWriter::Sync() {
  if (status_.ok() && fdatasync(descriptor_) != 0) {
    status_ = FileError(path_, "write", errno);
  }
  return status_;
}

absl::StatusOr<JournalContents> ReadJournal(const std::string& file,
                                            ByteSpan bytes) {
  const auto fail = [&](absl::string_view found) {
    return absl::FailedPreconditionError(absl::StrCat(
        file, ": byte 0: got ", found, ", want \"", kMagic,
        "\" and the options of a log; name the .partial file of a logger"));
  };
  if (bytes.size() < kMagicBytes ||
      !std::equal(kMagic, kMagic + kMagicBytes, bytes.begin())) {
    return fail("other bytes");
  }
  JournalContents contents;
  ByteSpan rest = bytes.subspan(kMagicBytes);
  bool has_options = false;
  while (rest.size() >= sizeof(RecordHeader)) {
    Record record;
    std::memcpy(&record.header, rest.data(), sizeof(RecordHeader));
    const ByteSpan body = rest.subspan(sizeof(RecordHeader));
    if (record.header.payload > body.size()) break;
    record.payload =
        body.first(static_cast<std::size_t>(record.header.payload));
    if (ChecksumOf(record.header, {record.payload}) != record.header.checksum) {
      break;
    }
    if (record.header.type == RecordType::kOptions) {
      contents.options.assign(record.payload.begin(), record.payload.end());
      has_options = true;
    } else {
      contents.records.push_back(record);
    }
    rest = body.subspan(record.payload.size());
  }
  if (!has_options) return fail("a journal without options");
  contents.ignored_bytes = static_cast<std::int64_t>(rest.size());
  return contents;
}

}  // namespace sampler::logs
