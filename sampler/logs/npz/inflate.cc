#include "sampler/logs/npz/inflate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/logs/npz/prefix_code.h"

namespace sampler::logs {
namespace {

// The output, of which matches look back 32 KiB.
class Window {
 public:
  static constexpr std::size_t kReach = 32768;

  explicit Window(absl::FunctionRef<absl::Status(Bytes8)> write)
      : write_(write), bytes_(2 * kReach) {}

  absl::Status Put(unsigned char byte) {
    if (end_ == bytes_.size()) {
      absl::Status status = Flush();
      if (!status.ok()) return status;
    }
    bytes_[end_++] = byte;
    return absl::OkStatus();
  }

  absl::Status Repeat(std::size_t distance, std::size_t length) {
    if (distance > end_) return Damaged("a distance before the beginning");
    for (std::size_t i = 0; i < length; ++i) {
      absl::Status status = Put(bytes_[end_ - distance]);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Writes what was not written, and keeps what matches may look back to.
  absl::Status Flush() {
    absl::Status status =
        write_(absl::MakeConstSpan(bytes_).subspan(written_, end_ - written_));
    const std::size_t kept = std::min(end_, kReach);
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(end_ - kept),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_),
              bytes_.begin());
    end_ = written_ = kept;
    return status;
  }

 private:
  absl::FunctionRef<absl::Status(Bytes8)> write_;
  std::vector<unsigned char> bytes_;
  std::size_t end_ = 0;
  std::size_t written_ = 0;
};

constexpr int kEndOfBlock = 256;
constexpr std::array<std::uint16_t, 29> kLengthBase = {
    3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<unsigned char, 29> kLengthBits = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
    2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::array<std::uint16_t, 30> kDistanceBase = {
    1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
    33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
    1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

// Extra bits of distance code `code`.
constexpr int DistanceBits(std::size_t code) {
  return code < 4 ? 0 : static_cast<int>(code / 2) - 1;
}

class Decoder {
 public:
  Decoder(absl::FunctionRef<absl::StatusOr<Bytes8>()> read,
          absl::FunctionRef<absl::Status(Bytes8)> write)
      : source_(read), window_(write) {}

  absl::Status Run() && {
    for (bool last = false; !last;) {
      last = source_.Bits(1) != 0;
      absl::Status status = Block(source_.Bits(2));
      // What follows from bits beyond the end says nothing of the data.
      absl::Status read = source_.status();
      if (!read.ok()) return read;
      if (!status.ok()) return status;
    }
    return window_.Flush();
  }

 private:
  absl::Status Block(std::uint32_t type) {
    if (type == 0) return Stored();
    if (type == 3) return Damaged("a block of an unknown type");
    absl::Status status = type == 1 ? FixedCodes() : DynamicCodes();
    return status.ok() ? Compressed() : status;
  }

  absl::Status Stored() {
    source_.AlignToByte();
    const std::uint32_t length = source_.Bits(16);
    if ((source_.Bits(16) ^ 0xffff) != length) {
      return Damaged("a stored block whose lengths differ");
    }
    for (std::uint32_t i = 0; i < length; ++i) {
      absl::Status status =
          window_.Put(static_cast<unsigned char>(source_.Bits(8)));
      if (!status.ok()) return status;
      status = source_.status();
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status FixedCodes() {
    std::array<unsigned char, 288> lengths;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    absl::Status status = literals_.Build(lengths);
    if (!status.ok()) return status;
    const std::array<unsigned char, 30> fives = [] {
      std::array<unsigned char, 30> all;
      all.fill(5);
      return all;
    }();
    return distances_.Build(fives);
  }

  absl::Status DynamicCodes() {
    constexpr std::array<unsigned char, 19> kOrder = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const std::size_t literals = source_.Bits(5) + 257;
    const std::size_t distances = source_.Bits(5) + 1;
    const std::size_t codes = source_.Bits(4) + 4;
    std::array<unsigned char, 19> of_lengths = {};
    for (std::size_t i = 0; i < codes; ++i) {
      of_lengths[kOrder[i]] = static_cast<unsigned char>(source_.Bits(3));
    }
    absl::Status status = lengths_.Build(of_lengths);
    if (!status.ok()) return status;
    std::vector<unsigned char> lengths;
    while (lengths.size() < literals + distances) {
      status = ReadLengths(lengths);
      if (!status.ok()) return status;
    }
    if (lengths.size() > literals + distances || literals > 286) {
      return Damaged("too many code lengths");
    }
    const auto all = absl::MakeConstSpan(lengths);
    status = literals_.Build(all.first(literals));
    return status.ok() ? distances_.Build(all.subspan(literals)) : status;
  }

  // The next length, or a run of them.
  absl::Status ReadLengths(std::vector<unsigned char>& lengths) {
    const int symbol = lengths_.Decode(source_);
    absl::Status status = source_.status();
    if (!status.ok()) return status;
    if (symbol < 0) return Damaged("bits that are no code");
    if (symbol < 16) {
      lengths.push_back(static_cast<unsigned char>(symbol));
      return absl::OkStatus();
    }
    if (symbol == 16 && lengths.empty()) return Damaged("a run of nothing");
    const unsigned char value = symbol == 16 ? lengths.back() : 0;
    const std::uint32_t run = symbol == 16   ? 3 + source_.Bits(2)
                              : symbol == 17 ? 3 + source_.Bits(3)
                                             : 11 + source_.Bits(7);
    lengths.insert(lengths.end(), run, value);
    return absl::OkStatus();
  }

  absl::Status Compressed() {
    while (true) {
      const int symbol = literals_.Decode(source_);
      absl::Status status = source_.status();
      if (!status.ok()) return status;
      if (symbol < 0) return Damaged("bits that are no code");
      if (symbol == kEndOfBlock) return absl::OkStatus();
      status = symbol < kEndOfBlock
                   ? window_.Put(static_cast<unsigned char>(symbol))
                   : Match(static_cast<std::size_t>(symbol) - 257);
      if (!status.ok()) return status;
    }
  }

  absl::Status Match(std::size_t code) {
    if (code >= kLengthBase.size()) return Damaged("a length of no code");
    const std::size_t length =
        kLengthBase[code] + source_.Bits(kLengthBits[code]);
    const int symbol = distances_.Decode(source_);
    const auto far = static_cast<std::size_t>(symbol);
    if (symbol < 0 || far >= kDistanceBase.size()) {
      const absl::Status status = source_.status();
      return status.ok() ? Damaged("a distance of no code") : status;
    }
    return window_.Repeat(kDistanceBase[far] + source_.Bits(DistanceBits(far)),
                          length);
  }

  BitSource source_;
  Window window_;
  PrefixCode lengths_;
  PrefixCode literals_;
  PrefixCode distances_;
};

}  // namespace

absl::Status Inflate(absl::FunctionRef<absl::StatusOr<Bytes8>()> read,
                     absl::FunctionRef<absl::Status(Bytes8)> write) {
  return Decoder(read, write).Run();
}

}  // namespace sampler::logs
