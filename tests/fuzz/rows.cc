#include "tests/fuzz/rows.h"

#include <limits>

#include "sampler/logs/rows/narrow.h"
#include "sampler/token_mask.h"

namespace sampler::fuzz {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Eighths(std::uint8_t byte) {
  return (static_cast<double>(byte) - 128.0) / 8.0;
}

// The first byte says how the others become values.
std::vector<double> Values(ByteSource& source, std::size_t size) {
  std::vector<double> values(size);
  const std::uint8_t form = source.Byte();
  // A short pattern, over and over; or of every token its own.
  std::vector<double> pattern(form % 4 == 0 ? size : 1 + form % 61);
  for (double& value : pattern) {
    const std::uint8_t byte = source.Byte();
    value = byte == 0xff ? -kInfinity : Eighths(byte);
  }
  for (std::size_t i = 0; i < size; ++i)
    values[i] = pattern[i % pattern.size()];
  // A few tokens stand out.
  for (std::size_t n = form / 64; n > 0 && size > 0; --n) {
    const std::size_t at = source() % size;
    const std::uint8_t byte = source.Byte();
    values[at] = byte == 0xff   ? kInfinity
                 : byte == 0xfe ? std::numeric_limits<double>::quiet_NaN()
                                : Eighths(byte) + 8.0;
  }
  return values;
}

}  // namespace

TypedRow::TypedRow(ByteSource& source, std::size_t size)
    : values_(Values(source, size)) {
  const Logits row(values_);
  for (std::size_t i = 1; i < std::size(kDTypes); ++i) {
    bytes_[i].resize(size * DTypeSize(kDTypes[i]));
    logs::Narrow(row, kDTypes[i], bytes_[i].data());
  }
}

Logits TypedRow::As(DType dtype) const {
  for (std::size_t i = 1; i < std::size(kDTypes); ++i) {
    if (kDTypes[i] == dtype) return {bytes_[i].data(), dtype, values_.size()};
  }
  return Logits(values_);
}

InputMemory::InputMemory(ByteSource& source, std::size_t vocabulary_size)
    : has_mask_(source.Maybe()), unconditional_(source, vocabulary_size) {
  const std::size_t words = (vocabulary_size + 31) / 32;
  // As long as the row, or another number of words.
  mask_.resize(source.Maybe() ? words : source.Below(2 * words + 1) % 256);
  for (std::uint32_t& word : mask_) {
    word = static_cast<std::uint32_t>(source() >> (source.Maybe() ? 0 : 40));
  }
  uniform_ = static_cast<double>(source() >> 11) * 0x1p-53;
}

StepInputs InputMemory::Offered(DType dtype) const {
  StepInputs inputs = {.unconditional = unconditional_.As(dtype),
                       .uniform = uniform_};
  if (has_mask_) inputs.mask = TokenMask(absl::MakeConstSpan(mask_));
  return inputs;
}

}  // namespace sampler::fuzz
