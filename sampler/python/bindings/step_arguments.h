// What a call of Python's gives a step besides its row and sequence.
//
// Thread-safety: made and destroyed under the GIL.
// Tested by: tests/python/test_inputs.py.

#ifndef SAMPLER_PYTHON_BINDINGS_STEP_ARGUMENTS_H_
#define SAMPLER_PYTHON_BINDINGS_STEP_ARGUMENTS_H_

#include <nanobind/nanobind.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/row_status.h"
#include "sampler/step_inputs.h"

namespace sampler::python {

// Of `rows` rows, each argument None or with something for every row.
class StepArguments {
 public:
  StepArguments(nanobind::handle mask, nanobind::handle unconditional,
                nanobind::handle uniform, std::int64_t rows);

  StepInputs Of(std::int64_t row) const;

 private:
  std::optional<BorrowedMasks> masks_;
  std::optional<BorrowedRows> unconditional_;
  std::vector<double> uniforms_;  // Empty: not given.
};

// What a status leaves to be said: sizes, or what is missing or unused.
std::string DetailOf(RowStatus status, const Pipeline& pipeline, Logits row,
                     const Sequence& sequence, const StepInputs& inputs);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_STEP_ARGUMENTS_H_
