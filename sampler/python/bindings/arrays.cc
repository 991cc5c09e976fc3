#include "sampler/python/bindings/arrays.h"

#include <nanobind/stl/string.h>

#include <atomic>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;

std::string PythonTypeName(nb::handle object) {
  return nb::cast<std::string>(nb::str(object.type().attr("__name__")));
}

// Of a format of the struct module: one native element.
ElementKind KindOfFormat(const char* format) {
  if (format == nullptr) return ElementKind::kUInt;  // Bytes.
  constexpr char kNative =
      std::endian::native == std::endian::little ? '<' : '>';
  if (*format == '@' || *format == '=' || *format == kNative) ++format;
  if (std::strlen(format) != 1) return ElementKind::kOther;
  if (std::strchr("efd", *format) != nullptr) return ElementKind::kFloat;
  if (std::strchr("bhilqn", *format) != nullptr) return ElementKind::kInt;
  if (std::strchr("BHILQN", *format) != nullptr) return ElementKind::kUInt;
  return ElementKind::kOther;
}

ElementKind KindOfCode(std::uint8_t code) {
  switch (static_cast<nb::dlpack::dtype_code>(code)) {
    case nb::dlpack::dtype_code::Float:
      return ElementKind::kFloat;
    case nb::dlpack::dtype_code::Bfloat:
      return ElementKind::kBFloat;
    case nb::dlpack::dtype_code::Int:
      return ElementKind::kInt;
    case nb::dlpack::dtype_code::UInt:
      return ElementKind::kUInt;
    default:
      break;
  }
  return ElementKind::kOther;
}

std::optional<DType> DTypeOf(const BorrowedArray& array) {
  if (array.kind() == ElementKind::kBFloat && array.bits() == 16) {
    return DType::kBF16;
  }
  if (array.kind() != ElementKind::kFloat) return std::nullopt;
  switch (array.bits()) {
    case 16:
      return DType::kF16;
    case 32:
      return DType::kF32;
    case 64:
      return DType::kF64;
    default:
      break;
  }
  return std::nullopt;
}

// Is it NumPy's masked array, whose buffer has the masked values too?
bool IsMasked(nb::handle array) {
  // ndarray itself is seen at once: asking for an attribute that is not there
  // costs more than everything else here.
  static std::atomic<PyObject*> plain = nullptr;
  const nb::handle type = array.type();
  if (type.ptr() == plain.load(std::memory_order_relaxed)) return false;
  if (nb::hasattr(type, "filled") && nb::hasattr(type, "mask")) return true;
  if (nb::hasattr(type, "__array_finalize__") &&
      nb::cast<std::string>(nb::str(type.attr("__name__"))) == "ndarray") {
    // Kept for ever, so that no other type gets its address.
    plain = type.inc_ref().ptr();
  }
  return false;
}

}  // namespace

BorrowedArray::BorrowedArray(nb::handle array, absl::string_view name)
    : name_(name) {
  if (!TakeBuffer(array) && !TakeBFloatsOfNumPy(array) && !TakeDLPack(array)) {
    RaiseTypeError(absl::StrCat(
        name, ": got ", PythonTypeName(array),
        ", want an array on the CPU that NumPy, the buffer protocol or DLPack "
        "shows as it is"));
  }
}

BorrowedArray::BorrowedArray(BorrowedArray&& other) noexcept
    : name_(std::move(other.name_)),
      buffer_(std::exchange(other.buffer_, {})),
      tensor_(std::exchange(other.tensor_, {})),
      data_(other.data_),
      shape_(std::move(other.shape_)),
      strides_(std::move(other.strides_)),
      kind_(other.kind_),
      bits_(other.bits_) {
  // A consumer's strides may point into the struct itself; ours are copies.
}

BorrowedArray::~BorrowedArray() {
  if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
}

bool BorrowedArray::TakeBuffer(nb::handle array) {
  if (PyObject_CheckBuffer(array.ptr()) == 0) return false;
  if (IsMasked(array)) {
    RaiseTypeError(
        absl::StrCat(name_,
                     ": got a masked array, whose mask would be lost: want "
                     "array.filled(...), with -inf for forbidden logits"));
  }
  if (PyObject_GetBuffer(array.ptr(), &buffer_, PyBUF_RECORDS_RO) != 0) {
    PyErr_Clear();
    buffer_ = {};
    return false;
  }
  data_ = static_cast<const unsigned char*>(buffer_.buf);
  kind_ = KindOfFormat(buffer_.format);
  bits_ = static_cast<int>(8 * buffer_.itemsize);
  shape_.assign(buffer_.shape, buffer_.shape + buffer_.ndim);
  strides_.assign(buffer_.strides, buffer_.strides + buffer_.ndim);
  return true;
}

bool BorrowedArray::TakeDLPack(nb::handle array) {
  nb::ndarray<nb::ro> tensor;
  if (!nb::try_cast(array, tensor, false)) {
    PyErr_Clear();
    return false;
  }
  if (tensor.device_type() != nb::device::cpu::value) {
    RaiseTypeError(absl::StrCat(name_,
                                ": got an array on another device, want ",
                                "one on the CPU: copy it there first"));
  }
  kind_ = KindOfCode(tensor.dtype().code);
  bits_ = tensor.dtype().bits * tensor.dtype().lanes;
  for (std::size_t axis = 0; axis < tensor.ndim(); ++axis) {
    shape_.push_back(static_cast<std::int64_t>(tensor.shape(axis)));
    strides_.push_back(tensor.stride(axis) * bits_ / 8);
  }
  data_ = static_cast<const unsigned char*>(tensor.data());
  tensor_ = std::move(tensor);
  return true;
}

bool BorrowedArray::TakeBFloatsOfNumPy(nb::handle array) {
  // It has a buffer, which it cannot describe; a tensor of torch has none.
  if (PyObject_CheckBuffer(array.ptr()) == 0) return false;
  const nb::object dtype = nb::getattr(array, "dtype", nb::none());
  const nb::object name = nb::getattr(dtype, "name", nb::none());
  if (!nb::isinstance<nb::str>(name) ||
      nb::cast<std::string>(name) != "bfloat16" ||
      !nb::hasattr(array, "view")) {
    return false;
  }
  const nb::object words = array.attr("view")("uint16");
  if (!TakeBuffer(words)) return false;
  kind_ = ElementKind::kBFloat;
  return true;
}

std::string BorrowedArray::TypeName() const {
  switch (kind_) {
    case ElementKind::kFloat:
      return absl::StrCat("float", bits_);
    case ElementKind::kBFloat:
      return absl::StrCat("bfloat", bits_);
    case ElementKind::kInt:
      return absl::StrCat("int", bits_);
    case ElementKind::kUInt:
      return absl::StrCat("uint", bits_);
    case ElementKind::kOther:
      break;
  }
  if (buffer_.format != nullptr) {
    return absl::StrCat("the format \"", buffer_.format, "\"");
  }
  return "another element type";
}

const unsigned char* BorrowedArray::Row(std::int64_t i) const {
  return axes() == 2 ? data_ + i * strides_[0] : data_;
}

void BorrowedArray::CheckElementsSideBySide() const {
  if (shape_.back() > 1 && strides_.back() != bits_ / 8) {
    RaiseValueError(
        absl::StrCat(name_, ": got elements ", strides_.back(),
                     " bytes apart, want them ", bits_ / 8,
                     " bytes apart: make a contiguous copy "
                     "(numpy.ascontiguousarray, tensor.contiguous)"));
  }
}

BorrowedRows::BorrowedRows(nb::handle array, absl::string_view name)
    : array_(array, name), dtype_(DType::kF32) {
  const std::optional<DType> dtype = DTypeOf(array_);
  if (!dtype.has_value()) {
    RaiseTypeError(absl::StrCat(name, ": got elements of ", array_.TypeName(),
                                ", want float32, float16, bfloat16 or float64 "
                                "in native byte order"));
  }
  if (array_.axes() != 1 && array_.axes() != 2) {
    RaiseValueError(absl::StrCat(name, ": got an array with ", array_.axes(),
                                 " axes, want 1 (a row) or 2 (rows)"));
  }
  array_.CheckElementsSideBySide();
  dtype_ = *dtype;
}

Logits BorrowedRows::operator[](std::int64_t row) const {
  return {array_.Row(row), dtype_,
          static_cast<std::size_t>(array_.size(array_.axes() - 1))};
}

BorrowedMasks::BorrowedMasks(nb::handle array, absl::string_view name)
    : array_(array, name) {
  const bool words =
      array_.kind() == ElementKind::kInt || array_.kind() == ElementKind::kUInt;
  if (!words || array_.bits() != 32) {
    RaiseTypeError(absl::StrCat(name, ": got elements of ", array_.TypeName(),
                                ", want int32 or uint32 words of 32 tokens "
                                "each (token_sampler.pack_mask makes them)"));
  }
  if (array_.axes() != 1 && array_.axes() != 2) {
    RaiseValueError(absl::StrCat(name, ": got an array with ", array_.axes(),
                                 " axes, want 1 (a mask) or 2 (masks)"));
  }
  array_.CheckElementsSideBySide();
}

TokenMask BorrowedMasks::operator[](std::int64_t row) const {
  // Words of NumPy and torch are aligned unless someone takes pains.
  const unsigned char* const words = array_.Row(row);
  if (reinterpret_cast<std::uintptr_t>(words) % alignof(std::uint32_t) != 0) {
    RaiseValueError(
        "mask: got words at an odd address, want aligned ones: "
        "make a copy");
  }
  return TokenMask(absl::MakeConstSpan(
      reinterpret_cast<const std::uint32_t*>(words),
      static_cast<std::size_t>(array_.size(array_.axes() - 1))));
}

BorrowedRows OneRow(nb::handle array, absl::string_view name) {
  BorrowedRows rows(array, name);
  if (rows.count() != 1) {
    RaiseValueError(absl::StrCat(name, ": got ", rows.count(),
                                 " rows, want 1 (sample_batch takes several)"));
  }
  return rows;
}

}  // namespace sampler::python
