// Token ids from what Python has them in (arrays.h).

#include <nanobind/stl/string.h>

#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;

template <typename T>
T ReadAs(const unsigned char* data) {
  T value;
  std::memcpy(&value, data, sizeof(value));
  return value;
}

// An integer of an array, or empty if it does not fit.
std::optional<std::int64_t> ReadInteger(const unsigned char* data,
                                        ElementKind kind, int bits) {
  const bool is_signed = kind == ElementKind::kInt;
  switch (bits) {
    case 8:
      return is_signed ? ReadAs<std::int8_t>(data) : ReadAs<std::uint8_t>(data);
    case 16:
      return is_signed ? ReadAs<std::int16_t>(data)
                       : ReadAs<std::uint16_t>(data);
    case 32:
      if (is_signed) return ReadAs<std::int32_t>(data);
      return ReadAs<std::uint32_t>(data);
    case 64:
      // An unsigned one beyond 2^63 becomes negative, and no token id.
      return ReadAs<std::int64_t>(data);
    default:
      break;
  }
  return std::nullopt;
}

std::int32_t ToTokenId(std::int64_t value, absl::string_view name) {
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max()) {
    RaiseValueError(absl::StrCat(name, ": got the token id ", value,
                                 ", want one of 32 bits"));
  }
  return static_cast<std::int32_t>(value);
}

std::vector<std::int32_t> IdsOfArray(const BorrowedArray& array,
                                     absl::string_view name) {
  const bool integers =
      array.kind() == ElementKind::kInt || array.kind() == ElementKind::kUInt;
  // [1, n] is how tokenizers give one text.
  const bool one_text =
      array.axes() == 1 || (array.axes() == 2 && array.size(0) == 1);
  if (!integers || !one_text) {
    RaiseTypeError(absl::StrCat(name, ": got an array of ", array.TypeName(),
                                " with ", array.axes(),
                                " axes, want integers, [n] or [1, n]"));
  }
  std::vector<std::int32_t> ids;
  for (std::int64_t i = 0; i < array.size(array.axes() - 1); ++i) {
    const auto value = ReadInteger(array.Row(0) + i * array.Step(),
                                   array.kind(), array.bits());
    ids.push_back(ToTokenId(value.value_or(-1), name));
  }
  return ids;
}

std::vector<std::int32_t> IdsOfIterable(nb::handle tokens,
                                        absl::string_view name) {
  const nb::object iterator = nb::steal(PyObject_GetIter(tokens.ptr()));
  if (!iterator.is_valid()) {
    PyErr_Clear();
    RaiseTypeError(absl::StrCat(
        name, ": got ",
        nb::cast<std::string>(nb::str(tokens.type().attr("__name__"))),
        ", want a list or an array of token ids"));
  }
  std::vector<std::int32_t> ids;
  while (true) {
    const nb::object item = nb::steal(PyIter_Next(iterator.ptr()));
    if (!item.is_valid()) {
      if (PyErr_Occurred() != nullptr) throw nb::python_error();
      return ids;
    }
    ids.push_back(static_cast<std::int32_t>(
        IntegerIn(item, name, std::numeric_limits<std::int32_t>::min(),
                  std::numeric_limits<std::int32_t>::max())));
  }
}

}  // namespace

std::vector<std::int32_t> TokenIds(nb::handle tokens, absl::string_view name) {
  const bool is_array = !nb::isinstance<nb::list>(tokens) &&
                        !nb::isinstance<nb::tuple>(tokens) &&
                        !nb::isinstance<nb::bytes>(tokens) &&
                        (PyObject_CheckBuffer(tokens.ptr()) != 0 ||
                         nb::hasattr(tokens, "__dlpack__"));
  if (is_array) return IdsOfArray(BorrowedArray(tokens, name), name);
  return IdsOfIterable(tokens, name);
}

}  // namespace sampler::python
