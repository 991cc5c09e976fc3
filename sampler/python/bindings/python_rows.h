// Rows that a function of Python's gives to the library.
//
// Thread-safety: under the GIL.
// Tested by: tests/python/test_speculative.py, tests/python/test_trees.py.

#ifndef SAMPLER_PYTHON_BINDINGS_PYTHON_ROWS_H_
#define SAMPLER_PYTHON_BINDINGS_PYTHON_ROWS_H_

#include <nanobind/nanobind.h>

#include <exception>
#include <optional>

#include "sampler/logits.h"
#include "sampler/python/bindings/arrays.h"

namespace sampler::python {

// The library knows no exceptions: one of the function's is kept until the
// library has put everything back, the row being empty.
template <typename Place>
class RowsOfFunction {
 public:
  explicit RowsOfFunction(nanobind::handle function) : function_(function) {}

  Logits operator()(Place place) {
    if (error_ != nullptr) return {};
    try {
      row_.reset();
      return row_.emplace(OneRow(function_(place), "row"))[0];
    } catch (...) {
      error_ = std::current_exception();
      return {};
    }
  }

  void Rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  nanobind::handle function_;
  std::optional<BorrowedRows> row_;
  std::exception_ptr error_;
};

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_PYTHON_ROWS_H_
