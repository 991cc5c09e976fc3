// The alphabet of DEFLATE: bits of the input, and prefix codes over them.
//
// Thread-safety: one thread.
// Tested by: tests/logs/npz/inflate_test.cc.

#ifndef SAMPLER_LOGS_NPZ_PREFIX_CODE_H_
#define SAMPLER_LOGS_NPZ_PREFIX_CODE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/logs/npz/inflate.h"

namespace sampler::logs {

inline absl::Status Damaged(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("damaged compressed data: ", what));
}

// Bits of the input, the lowest of a byte first.
class BitSource {
 public:
  explicit BitSource(absl::FunctionRef<absl::StatusOr<Bytes8>()> read)
      : read_(read) {}

  // The next `count` <= 32 bits without taking them; 0 for those beyond the
  // end.
  std::uint32_t Peek(int count) {
    while (available_ < count) {
      bits_ |= std::uint64_t{NextByte()} << available_;
      available_ += 8;
    }
    return static_cast<std::uint32_t>(bits_ &
                                      ((std::uint64_t{1} << count) - 1));
  }

  void Take(int count) {
    bits_ >>= count;
    available_ -= count;
    // Bits that were made up lie on top.
    if (available_ < invented_) overrun_ = true;
  }

  std::uint32_t Bits(int count) {
    if (count == 0) return 0;
    const std::uint32_t bits = Peek(count);
    Take(count);
    return bits;
  }

  void AlignToByte() { Take(available_ % 8); }

  // DataLoss once bits beyond the end were taken.
  absl::Status status() const {
    if (!status_.ok()) return status_;
    if (!overrun_) return absl::OkStatus();
    return absl::DataLossError("the compressed data end too early");
  }

 private:
  unsigned char NextByte() {
    if (at_ == piece_.size() && status_.ok() && !ended_) {
      auto piece = read_();
      status_ = piece.status();
      piece_ = piece.ok() ? *piece : Bytes8();
      at_ = 0;
      ended_ = piece_.empty();
    }
    if (at_ < piece_.size()) return piece_[at_++];
    invented_ += 8;
    return 0;
  }

  absl::FunctionRef<absl::StatusOr<Bytes8>()> read_;
  Bytes8 piece_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::uint64_t bits_ = 0;
  int available_ = 0;
  int invented_ = 0;  // Of the available bits, those beyond the end.
  bool overrun_ = false;
  absl::Status status_;
};

inline constexpr int kLongestCode = 15;

// A prefix code as a table of all ways in which 15 bits can go on.
class PrefixCode {
 public:
  // InvalidArgument if more codes are asked for than there are.
  absl::Status Build(absl::Span<const unsigned char> lengths) {
    std::array<int, kLongestCode + 1> count = {};
    for (const unsigned char length : lengths) ++count[length];
    count[0] = 0;
    std::array<std::uint32_t, kLongestCode + 2> next = {};
    std::uint32_t code = 0;
    for (std::size_t length = 1; length <= kLongestCode; ++length) {
      code = (code + static_cast<std::uint32_t>(count[length - 1])) << 1;
      next[length] = code;
      if (code + static_cast<std::uint32_t>(count[length]) > std::uint32_t{1}
                                                                 << length) {
        return Damaged("code lengths that fit no code");
      }
    }
    table_.assign(std::size_t{1} << kLongestCode, Entry{});
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      const unsigned length = lengths[symbol];
      if (length == 0) continue;
      const std::uint32_t first = Reversed(next[length]++, length);
      for (std::size_t i = first; i < table_.size();
           i += std::size_t{1} << length) {
        table_[i] = {static_cast<std::uint16_t>(symbol),
                     static_cast<std::uint16_t>(length)};
      }
    }
    return absl::OkStatus();
  }

  // -1 for bits that are no code.
  int Decode(BitSource& source) const {
    const Entry entry = table_[source.Peek(kLongestCode)];
    if (entry.length == 0) return -1;
    source.Take(entry.length);
    return entry.symbol;
  }

 private:
  struct Entry {
    std::uint16_t symbol = 0;
    std::uint16_t length = 0;
  };

  static std::uint32_t Reversed(std::uint32_t code, unsigned length) {
    std::uint32_t reversed = 0;
    for (unsigned i = 0; i < length; ++i) {
      reversed = reversed << 1 | (code >> i & 1);
    }
    return reversed;
  }

  std::vector<Entry> table_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_NPZ_PREFIX_CODE_H_
