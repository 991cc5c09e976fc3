#include "sampler/python/bindings/errors.h"

#include <nanobind/stl/string.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;

// Made once, and alive as long as the process: modules of extensions are.
PyObject* row_error = nullptr;

PyObject* TypeOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return PyExc_ValueError;
    case absl::StatusCode::kNotFound:
      return PyExc_FileNotFoundError;
    case absl::StatusCode::kAlreadyExists:
      return PyExc_FileExistsError;
    case absl::StatusCode::kFailedPrecondition:
      return PyExc_RuntimeError;
    case absl::StatusCode::kUnimplemented:
      return PyExc_NotImplementedError;
    default:
      break;
  }
  return PyExc_OSError;
}

}  // namespace

void Raise(PyObject* type, absl::string_view text) {
  PyErr_SetString(type, std::string(text).c_str());
  throw nb::python_error();
}

void RaiseValueError(absl::string_view text) { Raise(PyExc_ValueError, text); }

void RaiseTypeError(absl::string_view text) { Raise(PyExc_TypeError, text); }

void CheckCount(absl::string_view name, std::int64_t got, std::int64_t rows) {
  if (got == rows) return;
  RaiseValueError(absl::StrCat(name, ": got ", got, ", want ", rows,
                               " (one for each row)"));
}

std::string TypeMismatch(nb::handle got, absl::string_view name,
                         nb::handle want) {
  const auto name_of = [](nb::handle type) {
    return nb::cast<std::string>(nb::str(type.attr("__name__")));
  };
  const int same = PyObject_IsInstance(got.ptr(), want.ptr());
  if (same < 0) PyErr_Clear();
  // The class that users see is the one without the underscore.
  return absl::StrCat(name, ": got ", same == 1 ? "an unmade " : "",
                      name_of(got.type()),
                      same == 1 ? " (its __init__ has not run)" : "", ", want ",
                      absl::StripPrefix(name_of(want), "_"));
}

std::vector<nb::object> ItemsOf(nb::handle items, absl::string_view name) {
  const nb::object iterator = nb::steal(PyObject_GetIter(items.ptr()));
  if (!iterator.is_valid()) {
    PyErr_Clear();
    RaiseTypeError(absl::StrCat(
        name, ": got ",
        nb::cast<std::string>(nb::str(items.type().attr("__name__"))),
        ", want a list of them"));
  }
  std::vector<nb::object> held;
  while (true) {
    nb::object item = nb::steal(PyIter_Next(iterator.ptr()));
    if (!item.is_valid()) break;
    held.push_back(std::move(item));
  }
  if (PyErr_Occurred() != nullptr) throw nb::python_error();
  return held;
}

std::string BytesOf(nb::handle text, absl::string_view name) {
  if (nb::isinstance<nb::bytes>(text)) {
    const nb::bytes bytes = nb::borrow<nb::bytes>(text);
    return {bytes.c_str(), bytes.size()};
  }
  if (nb::isinstance<nb::str>(text)) {
    Py_ssize_t size = 0;
    const char* const utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
    if (utf8 == nullptr) throw nb::python_error();  // A ValueError.
    return {utf8, static_cast<std::size_t>(size)};
  }
  RaiseTypeError(
      absl::StrCat(name, ": got ",
                   nb::cast<std::string>(nb::str(text.type().attr("__name__"))),
                   ", want str or bytes"));
}

void Raise(const absl::Status& status) {
  const absl::string_view text = status.message();
  Raise(TypeOf(status.code()), {text.data(), text.size()});
}

std::string RowStatusText(RowStatus status) {
  switch (status) {
    case RowStatus::kOk:
      return "the row has a token";
    case RowStatus::kNan:
      return "a NaN, in the row as received or made by a stage";
    case RowStatus::kInfinite:
      return "a +inf, in the row as received or made by a stage";
    case RowStatus::kNoCandidate:
      return "every token is at -inf";
    case RowStatus::kWrongSize:
      return "row or sequence is not of the pipeline's vocabulary size";
    case RowStatus::kMissingInput:
      return "a stage wants an input that was not given";
    case RowStatus::kWrongInput:
      return "an input is of the wrong size or out of range";
    case RowStatus::kWrongState:
      return "the sequence carries the memory of other stages, or is of "
             "another "
             "config";
    case RowStatus::kUnusedInput:
      return "an input was given that no stage looks at";
    case RowStatus::kWrongStep:
      return "the step is over, or is not this sequence's";
  }
  return "unknown status";
}

void RaiseRowError(RowStatus status, const std::string& detail) {
  const std::string name = RowStatusName(status);
  std::string text = absl::StrCat(name, ": ", RowStatusText(status));
  if (!detail.empty()) absl::StrAppend(&text, ": ", detail);
  const nb::object error = nb::borrow(row_error)(text);
  error.attr("status") = name;
  PyErr_SetObject(row_error, error.ptr());
  throw nb::python_error();
}

void BindErrors(nb::module_& module) {
  row_error = PyErr_NewExceptionWithDoc(
      "token_sampler.RowError",
      "A row of logits that has no token.\n\n"
      "Attributes:\n"
      "    status (str): \"nan\", \"infinite\", \"no_candidate\", "
      "\"wrong_size\",\n"
      "        \"missing_input\", \"wrong_input\", \"wrong_state\", or "
      "\"unused_input\".",
      PyExc_ValueError, nullptr);
  if (row_error == nullptr) throw nb::python_error();
  module.attr("RowError") = nb::borrow(row_error);
}

}  // namespace sampler::python
