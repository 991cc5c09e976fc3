#include "sampler/python/bindings/integers.h"

#include <nanobind/stl/string.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;

// A Python int; TypeError for what is none.
nb::object IndexOf(nb::handle number, absl::string_view name) {
  nb::object index = nb::steal(PyNumber_Index(number.ptr()));
  if (index.is_valid()) return index;
  if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw nb::python_error();
  PyErr_Clear();
  RaiseTypeError(absl::StrCat(
      name, ": got ",
      nb::cast<std::string>(nb::str(number.type().attr("__name__"))),
      ", want an integer"));
}

// Its digits; Python writes no number of thousands of them.
std::string DigitsOf(nb::handle index) {
  const nb::object text = nb::steal(PyObject_Str(index.ptr()));
  if (text.is_valid()) return nb::cast<std::string>(text);
  PyErr_Clear();
  return "a number of more than 64 bits";
}

[[noreturn]] void RaiseOutside(nb::handle index, absl::string_view name,
                               absl::string_view allowed) {
  RaiseValueError(
      absl::StrCat(name, ": got ", DigitsOf(index), ", want ", allowed));
}

}  // namespace

std::int64_t IntegerIn(nb::handle number, absl::string_view name,
                       std::int64_t least, std::int64_t most) {
  const nb::object index = IndexOf(number, name);
  int overflow = 0;
  const auto value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow == 0 && value >= least && value <= most) return value;
  RaiseOutside(index, name,
               absl::StrCat("an integer in [", least, ", ", most, "]"));
}

std::uint64_t SeedOf(nb::handle number, absl::string_view name) {
  const nb::object index = IndexOf(number, name);
  const auto value = PyLong_AsUnsignedLongLong(index.ptr());
  if (PyErr_Occurred() == nullptr) return value;
  PyErr_Clear();
  RaiseOutside(index, name,
               absl::StrCat("an integer in [0, ",
                            std::numeric_limits<std::uint64_t>::max(), "]"));
}

std::uint32_t WordOf(nb::handle number, absl::string_view name) {
  return static_cast<std::uint32_t>(
      IntegerIn(number, name, 0, std::numeric_limits<std::uint32_t>::max()));
}

TokenId TokenIn(nb::handle number, absl::string_view name,
                std::int64_t vocabulary_size) {
  const nb::object index = IndexOf(number, name);
  int overflow = 0;
  const auto value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow == 0 && value >= 0 && value < vocabulary_size) {
    return static_cast<TokenId>(value);
  }
  RaiseOutside(index, name,
               absl::StrCat("a token id in [0, ", vocabulary_size, ")"));
}

}  // namespace sampler::python
