// One record of a journal (journal.h): its header, and the checksum that tells
// an intact record from a damaged one.
//
//   record: RecordHeader (40 bytes), then `payload` bytes
//
// The checksum is over the rest of the header and the payload.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/journal/journal_test.cc.

#ifndef SAMPLER_LOGS_JOURNAL_JOURNAL_RECORD_H_
#define SAMPLER_LOGS_JOURNAL_JOURNAL_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler::logs {

enum class RecordType : std::uint32_t {
  kOptions = 1,
  kPrompt = 2,
  kDense = 3,
  kSparse = 4,
  kSettings = 5,
  kNotes = 6,
  kTakeBack = 7
};

struct RecordHeader {
  RecordType type = RecordType::kOptions;
  std::uint32_t sequence = 0;
  TokenId token = 0;
  std::uint32_t source_dtype = 0;  // Of the row as it was given: a DType.
  // Low half, kSparse: the number of entries. High half: the place in the
  // sequence, see PlaceOf.
  std::uint64_t entries = 0;
  std::uint64_t payload = 0;  // Bytes.
  std::uint64_t checksum = 0;
};
static_assert(sizeof(RecordHeader) == 40);

inline constexpr std::uint64_t kEntriesMask = 0xffffffff;

// kSparse: tokens of the row.
inline std::uint64_t EntriesOf(const RecordHeader& header) {
  return header.entries & kEntriesMask;
}

// Rows (kPrompt: prompt tokens) of the sequence before this record; kTakeBack:
// that are left. Empty where the writer did not say. By it a reader knows which
// rows a damaged part held.
inline std::optional<std::uint32_t> PlaceOf(const RecordHeader& header) {
  const auto place = static_cast<std::uint32_t>(header.entries >> 32);
  if (place == 0) return std::nullopt;
  return place - 1;
}

// The field `entries` of a record. REQUIRES: entries < 2^32. A place from
// 2^32 - 1 on is left out.
std::uint64_t PackEntries(std::uint64_t entries, std::uint64_t place);

using ByteSpan = absl::Span<const unsigned char>;

template <typename T>
ByteSpan AsBytes(absl::Span<const T> values) {
  return {reinterpret_cast<const unsigned char*>(values.data()),
          values.size() * sizeof(T)};
}

// Copied to where they are aligned.
template <typename T>
std::vector<T> ValuesOf(ByteSpan bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  }
  return values;
}

// Sums and sums of sums of 64-bit words, in eight lanes: zeroed, exchanged and
// shifted words are noticed, and compilers make vector code of it, so that it
// costs a tenth of writing the row. Against accidents, not against forgers.
class RecordChecksum {
 public:
  // Begins with the header, as it will be written but for its checksum.
  explicit RecordChecksum(const RecordHeader& header);

  // Adds bytes of the payload, in their order, in pieces of any size.
  void Add(ByteSpan bytes);

  // REQUIRES: called once, at the end.
  std::uint64_t Value();

 private:
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kBlock = 8 * kLanes;

  void AddBlock(const unsigned char* block);

  std::uint64_t sums_[kLanes] = {};
  std::uint64_t sums_of_sums_[kLanes] = {};
  std::uint64_t length_ = 0;
  unsigned char block_[kBlock];  // The last, not yet full: `pending_` bytes.
  std::size_t pending_ = 0;
};

// The same of a payload that is in memory.
std::uint64_t ChecksumOf(const RecordHeader& header,
                         absl::Span<const ByteSpan> pieces);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_JOURNAL_RECORD_H_
