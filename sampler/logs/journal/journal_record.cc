#include "sampler/logs/journal/journal_record.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

namespace sampler::logs {
namespace {

ByteSpan HeaderBytes(const RecordHeader& header) {
  return {reinterpret_cast<const unsigned char*>(&header), sizeof(header)};
}

}  // namespace

RecordChecksum::RecordChecksum(const RecordHeader& header) {
  Add(HeaderBytes(header).first(sizeof(header) - sizeof(header.checksum)));
}

void RecordChecksum::Add(ByteSpan bytes) {
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

std::uint64_t RecordChecksum::Value() {
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

void RecordChecksum::AddBlock(const unsigned char* block) {
  std::uint64_t words[kLanes];
  std::memcpy(words, block, kBlock);
  for (std::size_t i = 0; i < kLanes; ++i) {
    sums_[i] += words[i];
    sums_of_sums_[i] += sums_[i];
  }
}

std::uint64_t PackEntries(std::uint64_t entries, std::uint64_t place) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint32_t>::max();
  return entries | (place < kLast ? (place + 1) << 32 : 0);
}

std::uint64_t ChecksumOf(const RecordHeader& header,
                         absl::Span<const ByteSpan> pieces) {
  RecordChecksum checksum(header);
  for (const ByteSpan piece : pieces) checksum.Add(piece);
  return checksum.Value();
}

}  // namespace sampler::logs
