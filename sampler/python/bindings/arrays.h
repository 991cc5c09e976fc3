// Arrays of Python as views of the library, without a copy: NumPy arrays and
// whatever else has the buffer protocol, torch tensors and whatever else speaks
// DLPack on the CPU, and NumPy arrays of ml_dtypes' bfloat16.
//
// Rows are f32, f16, bf16 or f64, read-only or not, in native byte order, their
// elements side by side; masked arrays are refused, for what they mask would be
// read. An array that would have to be copied is refused with
// a ValueError that says what it is; a wrong element type is a TypeError.
//
// Thread-safety: made and destroyed under the GIL; what it shows may be read
// without.
// Cost: some 100 ns for a buffer, some 500 ns by DLPack, whatever the size.
// Tested by: tests/python/test_arrays.py.

#ifndef SAMPLER_PYTHON_BINDINGS_ARRAYS_H_
#define SAMPLER_PYTHON_BINDINGS_ARRAYS_H_

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/candidate.h"
#include "sampler/logits.h"
#include "sampler/token_mask.h"

namespace sampler::python {

enum class ElementKind { kFloat, kBFloat, kInt, kUInt, kOther };

// An array of one or two axes that Python owns, held alive.
class BorrowedArray {
 public:
  // `name` is what errors call it.
  BorrowedArray(nanobind::handle array, absl::string_view name);
  BorrowedArray(BorrowedArray&& other) noexcept;
  BorrowedArray& operator=(BorrowedArray&&) = delete;
  ~BorrowedArray();

  int axes() const { return static_cast<int>(shape_.size()); }
  std::int64_t size(int axis) const {
    return shape_[static_cast<std::size_t>(axis)];
  }
  ElementKind kind() const { return kind_; }
  int bits() const { return bits_; }
  std::string TypeName() const;

  // Begin of row `i` of an array of two axes, or of the one row (i = 0).
  const unsigned char* Row(std::int64_t i) const;

  // Between two neighbours of the last axis, in bytes.
  std::int64_t Step() const { return strides_.back(); }

  // The last axis must be contiguous: ValueError.
  void CheckElementsSideBySide() const;

 private:
  // False if the object has no buffer, or one that it cannot describe.
  bool TakeBuffer(nanobind::handle array);
  bool TakeDLPack(nanobind::handle array);
  bool TakeBFloatsOfNumPy(nanobind::handle array);

  std::string name_;
  Py_buffer buffer_ = {};  // Held while buffer_.obj is not null.
  std::optional<nanobind::ndarray<nanobind::ro>> tensor_;
  const unsigned char* data_ = nullptr;
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> strides_;  // In bytes.
  ElementKind kind_ = ElementKind::kOther;
  int bits_ = 0;
};

// Rows of logits: an array [V] or [1, V] for one, [B, V] for several.
class BorrowedRows {
 public:
  BorrowedRows(nanobind::handle array, absl::string_view name);

  std::int64_t count() const { return array_.axes() == 2 ? array_.size(0) : 1; }
  Logits operator[](std::int64_t row) const;

 private:
  BorrowedArray array_;
  DType dtype_;
};

// Packed masks: int32 or uint32 words, [W] for one row, [B, W] for several.
class BorrowedMasks {
 public:
  BorrowedMasks(nanobind::handle array, absl::string_view name);

  std::int64_t count() const { return array_.axes() == 2 ? array_.size(0) : 1; }
  TokenMask operator[](std::int64_t row) const;

 private:
  BorrowedArray array_;
};

// One row. ValueError if there are several.
BorrowedRows OneRow(nanobind::handle array, absl::string_view name);

// Token ids of a list, a tuple, another iterable, or an array of integers, [n]
// or [1, n] and with any strides. Copied. ValueError for what does not fit 32
// bits, TypeError for what is no integer.
std::vector<std::int32_t> TokenIds(nanobind::handle tokens,
                                   absl::string_view name);

// An array that a function returns: stubs know its type.
template <typename T>
using NumPyArray = nanobind::ndarray<nanobind::numpy, T>;

// Of properties that return one.
inline constexpr nanobind::rv_policy kOwned = nanobind::rv_policy::automatic;

// Values as a NumPy array that owns them.
template <typename T>
NumPyArray<T> ToNumPy(std::vector<T> values,
                      std::vector<std::size_t> shape = {}) {
  auto* const owned = new std::vector<T>(std::move(values));
  const nanobind::capsule owner(
      owned, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  if (shape.empty()) shape = {owned->size()};
  return NumPyArray<T>(owned->data(), shape.size(), shape.data(), owner);
}

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_ARRAYS_H_
