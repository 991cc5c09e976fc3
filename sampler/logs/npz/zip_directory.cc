#include "sampler/logs/npz/zip_directory.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/little_endian.h"

namespace sampler::logs {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kLocatorSignature = 0x07064b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::int64_t kEndBytes = 22;
constexpr std::int64_t kLocatorBytes = 20;
constexpr std::int64_t kEnd64Bytes = 56;
constexpr std::size_t kEntryBytes = 46;
constexpr std::int64_t kLocalBytes = 30;
constexpr std::int64_t kLongestComment = 65535;
// A directory of arrays is short; more is no .npz.
constexpr std::int64_t kMostDirectoryBytes = std::int64_t{1} << 24;
constexpr std::uint64_t kIn64 = 0xffffffff;

using Bytes = std::vector<unsigned char>;

std::uint64_t Load16(const unsigned char* at) {
  return LoadLittle<std::uint16_t>(at);
}
std::uint64_t Load32(const unsigned char* at) {
  return LoadLittle<std::uint32_t>(at);
}
std::uint64_t Load64(const unsigned char* at) {
  return LoadLittle<std::uint64_t>(at);
}

absl::Status Wrong(const InputFile& file, absl::string_view where,
                   absl::string_view found, absl::string_view allowed) {
  return InvalidLog({file.path(), where, found, allowed,
                     "the archive is damaged: write it again"});
}

absl::StatusOr<Bytes> ReadAt(const InputFile& file, std::int64_t offset,
                             std::int64_t count) {
  if (offset < 0 || count < 0 || offset > file.size() - count) {
    return Wrong(file, absl::StrCat("byte ", offset),
                 absl::StrCat(count, " bytes"), "a place inside the file");
  }
  Bytes bytes(static_cast<std::size_t>(count));
  absl::Status status = file.Read(offset, absl::MakeSpan(bytes));
  if (!status.ok()) return status;
  return bytes;
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// By the end record of ZIP64, where there is one before the end record at
// `end`.
absl::StatusOr<std::optional<Directory>> FindLarge(const InputFile& file,
                                                   std::int64_t end) {
  if (end < kLocatorBytes) return std::nullopt;
  const auto locator = ReadAt(file, end - kLocatorBytes, kLocatorBytes);
  if (!locator.ok()) return locator.status();
  if (Load32(locator->data()) != kLocatorSignature) return std::nullopt;
  const auto record =
      ReadAt(file, static_cast<std::int64_t>(Load64(locator->data() + 8)),
             kEnd64Bytes);
  if (!record.ok()) return record.status();
  if (Load32(record->data()) != kEnd64Signature) {
    return Wrong(file, "zip64 end record", "other bytes", "its signature");
  }
  return Directory{Load64(record->data() + 48), Load64(record->data() + 40)};
}

absl::StatusOr<Directory> FindDirectory(const InputFile& file) {
  const std::int64_t count = std::min(file.size(), kEndBytes + kLongestComment);
  const auto tail = ReadAt(file, file.size() - count, count);
  if (!tail.ok()) return tail.status();
  for (std::int64_t i = count - kEndBytes; i >= 0; --i) {
    const unsigned char* const at = tail->data() + i;
    if (Load32(at) != kEndSignature) continue;
    auto large = FindLarge(file, file.size() - count + i);
    if (!large.ok()) return large.status();
    return large->value_or(Directory{Load32(at + 16), Load32(at + 12)});
  }
  return TruncatedLog({file.path(), "end of file", "no directory",
                       "the directory with which a zip archive ends",
                       "the file is truncated: write it again"});
}

// The members of a directory, one after another.
class EntryReader {
 public:
  EntryReader(const InputFile& file, Bytes bytes)
      : file_(file), bytes_(std::move(bytes)) {}

  absl::StatusOr<std::vector<ZipMember>> Read() && {
    std::vector<ZipMember> members;
    while (at_ + kEntryBytes <= bytes_.size()) {
      auto member = Next();
      if (!member.ok()) return member.status();
      members.push_back(*std::move(member));
    }
    return members;
  }

 private:
  absl::StatusOr<ZipMember> Next() {
    const unsigned char* const entry = bytes_.data() + at_;
    const std::size_t name = Load16(entry + 28);
    const std::size_t extra = Load16(entry + 30);
    const std::size_t whole = kEntryBytes + name + extra + Load16(entry + 32);
    if (Load32(entry) != kEntrySignature || whole > bytes_.size() - at_) {
      return Wrong(file_, "directory", "bytes that are no entry", "entries");
    }
    ZipMember member;
    member.name.assign(reinterpret_cast<const char*>(entry + kEntryBytes),
                       name);
    const std::string where = absl::StrCat("member \"", member.name, "\"");
    if ((Load16(entry + 8) & 1) != 0) {
      return Wrong(file_, where, "an encrypted member", "a plain one");
    }
    const std::uint64_t method = Load16(entry + 10);
    if (method != 0 && method != 8) {
      return Wrong(file_, where, absl::StrCat("compression method ", method),
                   "0 (stored) or 8 (deflated)");
    }
    member.deflated = method == 8;
    std::uint64_t size = Load32(entry + 24);
    std::uint64_t stored = Load32(entry + 20);
    std::uint64_t local = Load32(entry + 42);
    TakeLarge({entry + kEntryBytes + name, extra}, {&size, &stored, &local});
    absl::Status status = Place(where, local, size, stored, member);
    if (!status.ok()) return status;
    at_ += whole;
    return member;
  }

  // The ZIP64 field has the numbers that do not fit, in this order.
  static void TakeLarge(absl::Span<const unsigned char> extra,
                        std::initializer_list<std::uint64_t*> numbers) {
    while (extra.size() >= 4) {
      const std::uint64_t id = Load16(extra.data());
      const std::size_t size = Load16(extra.data() + 2);
      if (size > extra.size() - 4) return;
      if (id == 1) {
        std::size_t at = 4;
        for (std::uint64_t* const number : numbers) {
          if (*number != kIn64 || at + 8 > size + 4) continue;
          *number = Load64(extra.data() + at);
          at += 8;
        }
        return;
      }
      extra.remove_prefix(4 + size);
    }
  }

  // Where the data are: behind the local header, whose lengths are its own.
  absl::Status Place(const std::string& where, std::uint64_t local,
                     std::uint64_t size, std::uint64_t stored,
                     ZipMember& member) const {
    const auto limit = static_cast<std::uint64_t>(file_.size());
    constexpr auto kMost = std::uint64_t{1} << 62;
    if (local > limit || stored > limit || size > kMost) {
      return Wrong(file_, where, "a place outside the file", "one inside");
    }
    const auto header =
        ReadAt(file_, static_cast<std::int64_t>(local), kLocalBytes);
    if (!header.ok()) return header.status();
    if (Load32(header->data()) != kLocalSignature) {
      return Wrong(file_, where, "no header", "a local header");
    }
    member.offset = static_cast<std::int64_t>(
        local + static_cast<std::uint64_t>(kLocalBytes) +
        Load16(header->data() + 26) + Load16(header->data() + 28));
    member.stored = static_cast<std::int64_t>(stored);
    member.size = static_cast<std::int64_t>(size);
    if (member.offset > file_.size() - member.stored) {
      return Wrong(file_, where, "data beyond the end", "data in the file");
    }
    return absl::OkStatus();
  }

  const InputFile& file_;
  Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<ZipMember>> ReadZipDirectory(const InputFile& file) {
  const auto directory = FindDirectory(file);
  if (!directory.ok()) return directory.status();
  if (directory->size > static_cast<std::uint64_t>(kMostDirectoryBytes) ||
      directory->offset > static_cast<std::uint64_t>(file.size())) {
    return Wrong(file, "directory", absl::StrCat(directory->size, " bytes"),
                 "one inside the file");
  }
  auto bytes = ReadAt(file, static_cast<std::int64_t>(directory->offset),
                      static_cast<std::int64_t>(directory->size));
  if (!bytes.ok()) return bytes.status();
  return EntryReader(file, *std::move(bytes)).Read();
}

}  // namespace sampler::logs
