// Rows of logits and inputs of steps, made of the bytes of a fuzzer's input.

#ifndef SAMPLER_TESTS_FUZZ_ROWS_H_
#define SAMPLER_TESTS_FUZZ_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sampler/logits.h"
#include "sampler/step_inputs.h"
#include "tests/fuzz/byte_source.h"

namespace sampler::fuzz {

inline constexpr DType kDTypes[] = {DType::kF64, DType::kF32, DType::kF16,
                                    DType::kBF16};

// One row in every element type, with the same values: eighths in [-16, 16),
// which all types hold exactly, -inf, and now and then +inf and NaN.
class TypedRow {
 public:
  TypedRow(ByteSource& source, std::size_t size);

  Logits As(DType dtype) const;

 private:
  std::vector<double> values_;
  std::vector<unsigned char> bytes_[4];  // In the order of kDTypes.
};

// What a caller may hand to a step: all of it; a pipeline reads a part
// (Pipeline::OnlyRead).
class InputMemory {
 public:
  InputMemory(ByteSource& source, std::size_t vocabulary_size);

  StepInputs Offered(DType dtype) const;

 private:
  std::vector<std::uint32_t> mask_;
  bool has_mask_;
  TypedRow unconditional_;
  double uniform_;
};

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_ROWS_H_
