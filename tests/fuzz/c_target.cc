// Calls of the C interface in any order, with handles and pointers that may be
// NULL: each gives a status and a sentence, and a failing one writes nothing.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/fuzz/c_program.h"

namespace sampler::fuzz {

sampler_row Program::AnyRow() {
  const std::size_t size =
      source_.Below(16) == 15 ? source_.Below(60) : kVocabulary;
  rows_.emplace_back(source_, size);
  const DType dtype = source_.Of(kDTypes);
  const Logits logits = rows_.back().As(dtype);
  sampler_row row = {OrNull(logits.data()), size, {}};
  const int type = source_.Below(16) == 15 ? 16 + source_.Byte()
                   : dtype == DType::kF64  ? SAMPLER_F64
                                           : static_cast<int>(dtype);
  std::memcpy(&row.dtype, &type,
              sizeof(type));  // As C may set it: to no type, but never
                              // to a wider one than it is.
  return row;
}

sampler_inputs Program::AnyInputs() {
  mask_.assign(source_.Below(4), 0);
  for (std::uint32_t& word : mask_) {
    word = static_cast<std::uint32_t>(source_());
  }
  uniform_ = static_cast<double>(source_.Byte()) / 256;
  sampler_inputs inputs = {};
  inputs.struct_size =
      source_.Below(16) == 15 ? source_.Below(sizeof(inputs)) : sizeof(inputs);
  if (source_.Maybe()) {
    inputs.mask = OrNull(mask_.data());
    inputs.mask_words = mask_.size();
  }
  if (source_.Maybe()) inputs.unconditional = AnyRow();
  if (source_.Maybe()) inputs.uniform = &uniform_;
  return inputs;
}

void Program::Call() {
  using CallOf = void (Program::*)();
  constexpr CallOf kCalls[] = {
      &Program::MakePipeline,  &Program::MakeSequence, &Program::MakeSequence,
      &Program::MakeWorkspace, &Program::Sample,       &Program::Sample,
      &Program::Sample,        &Program::Accept,       &Program::Accept,
      &Program::GoBack,        &Program::SetAttempt,   &Program::Save,
      &Program::Fork,          &Program::Batch,        &Program::Logprobs,
      &Program::MakeRewinder,  &Program::Rewind,       &Program::Ban,
      &Program::FindLoop,      &Program::Speculate,    &Program::MakeLogger,
      &Program::Log,           &Program::Log};
  error_.Begin(source_.Below(41));
  (this->*source_.Of(kCalls))();
}

void FuzzC(Bytes input) {
  constexpr int kMostCalls = 24;
  ByteSource source(input);
  Program program(source);
  for (int i = 0; i < kMostCalls && !source.empty(); ++i) program.Call();
}

}  // namespace sampler::fuzz
