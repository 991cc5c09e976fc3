// The library's statuses as Python exceptions, with the library's own texts.
//
//   InvalidArgument, OutOfRange    ValueError
//   NotFound                       FileNotFoundError
//   AlreadyExists                  FileExistsError
//   FailedPrecondition             RuntimeError
//   Unimplemented                  NotImplementedError
//   DataLoss and the system's      OSError
//   a row without a token          RowError (a ValueError), with its status
//
// Thread-safety: each function wants the GIL.
// Tested by: tests/python/test_errors.py.

#ifndef SAMPLER_PYTHON_BINDINGS_ERRORS_H_
#define SAMPLER_PYTHON_BINDINGS_ERRORS_H_

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/row_status.h"

namespace sampler::python {

// Raises that exception of Python's.
[[noreturn]] void Raise(PyObject* type, absl::string_view text);
[[noreturn]] void RaiseValueError(absl::string_view text);
[[noreturn]] void RaiseTypeError(absl::string_view text);

// ValueError unless there are `rows` of what `name` names.
void CheckCount(absl::string_view name, std::int64_t got, std::int64_t rows);

// "sequences: got int, want Sequence"; of an object of that very class, that it
// was never made.
std::string TypeMismatch(nanobind::handle got, absl::string_view name,
                         nanobind::handle want);

// Raises what `status` is. REQUIRES: it is not ok.
[[noreturn]] void Raise(const absl::Status& status);

inline void Check(const absl::Status& status) {
  if (!status.ok()) Raise(status);
}

template <typename T>
T Check(absl::StatusOr<T> value) {
  if (!value.ok()) Raise(value.status());
  return *std::move(value);
}

// The C++ object that `object` is; TypeError for any other one.
template <typename T>
T& As(nanobind::handle object, absl::string_view name) {
  T* found = nullptr;
  if (nanobind::try_cast(object, found, false) && found != nullptr) {
    return *found;
  }
  RaiseTypeError(
      TypeMismatch(object, name, nanobind::type<std::remove_const_t<T>>()));
}

// The items of an iterable, held: a generator lets go of each at the next, and
// a list may be emptied while the GIL is released. TypeError, with the
// argument's name, for what is none.
std::vector<nanobind::object> ItemsOf(nanobind::handle items,
                                      absl::string_view name);

// The bytes of a str (in UTF-8) or of bytes. TypeError for others; ValueError
// for half a character (a lone surrogate).
std::string BytesOf(nanobind::handle text, absl::string_view name);

// One sentence on what that status of a row means.
std::string RowStatusText(RowStatus status);

// Raises RowError: "nan: ...", and `detail` after it if there is one.
[[noreturn]] void RaiseRowError(RowStatus status, const std::string& detail);

// Makes RowError in `module`.
void BindErrors(nanobind::module_& module);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_ERRORS_H_
