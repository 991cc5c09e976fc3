// Arguments that the functions of speculation share.
//
// Thread-safety: under the GIL.
// Tested by: tests/python/test_speculative.py, tests/python/test_trees.py.

#ifndef SAMPLER_PYTHON_BINDINGS_SPECULATIVE_ARGUMENTS_H_
#define SAMPLER_PYTHON_BINDINGS_SPECULATIVE_ARGUMENTS_H_

#include <nanobind/nanobind.h>

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/candidates/probability_record.h"

namespace sampler::python {

using Records = std::vector<ProbabilityRecord>;

// The records of `want` Distributions. ValueError for another number.
Records RecordsOf(nanobind::handle distributions, absl::string_view name,
                  std::size_t want);

// `value`, if it is in (0, 1]; else ValueError.
double InUnitInterval(absl::string_view name, double value);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_SPECULATIVE_ARGUMENTS_H_
