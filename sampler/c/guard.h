// What every function of the C interface does at its border: statuses and their
// sentences, no exception, rows that can be read.
//
// Thread-safety: pure functions.
// Tested by: tests/c/c_api_test.c, tests/c/c_logger_test.c.

#ifndef SAMPLER_C_GUARD_H_
#define SAMPLER_C_GUARD_H_

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"
#include "sampler/logits.h"

namespace sampler::c {

inline sampler_status Fail(sampler_error* error, sampler_status status,
                           absl::string_view sentence) {
  if (error != nullptr && error->text != nullptr && error->capacity > 0) {
    const std::size_t size = std::min(sentence.size(), error->capacity - 1);
    std::memcpy(error->text, sentence.data(), size);
    error->text[size] = '\0';
  }
  return status;
}

inline sampler_status Invalid(sampler_error* error,
                              absl::string_view sentence) {
  return Fail(error, SAMPLER_INVALID_ARGUMENT, sentence);
}

// What is no fault of the arguments or of the order of calls is the system's.
inline sampler_status StatusOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return SAMPLER_OK;
    case absl::StatusCode::kOutOfRange:
      return SAMPLER_OUT_OF_RANGE;
    case absl::StatusCode::kInvalidArgument:
      return SAMPLER_INVALID_ARGUMENT;
    case absl::StatusCode::kFailedPrecondition:
      return SAMPLER_WRONG_STATE;
    case absl::StatusCode::kInternal:
      return SAMPLER_INTERNAL;
    default:
      break;
  }
  return SAMPLER_FILE_ERROR;
}

inline sampler_status Fail(sampler_error* error, const absl::Status& status) {
  return Fail(error, StatusOf(status), status.message());
}

// Nothing may be thrown into C: memory can run out, and a defect of ours must
// not end the caller's process.
template <typename Body>
sampler_status Guarded(sampler_error* error, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(error, SAMPLER_OUT_OF_MEMORY, "out of memory");
  } catch (...) {
    return Fail(error, SAMPLER_INTERNAL, "internal error");
  }
}

// Writes all items of what a caller asked for into memory of its own, and how
// many they are; `name` is that of the argument `out`.
template <typename T>
sampler_status WriteAll(absl::Span<const T> items, absl::string_view name,
                        T* out, std::size_t capacity, std::size_t* size,
                        sampler_error* error) {
  if (size == nullptr) return Invalid(error, "size: got NULL");
  if (out == nullptr && capacity > 0) {
    return Invalid(error, absl::StrCat(name, ": got NULL"));
  }
  *size = items.size();
  if (items.size() > capacity) {
    return Fail(
        error, SAMPLER_OUT_OF_RANGE,
        absl::StrCat("capacity: got ", capacity, ", want ", items.size()));
  }
  std::copy(items.begin(), items.end(), out);
  return SAMPLER_OK;
}

// "" if the row can be read.
inline std::string CheckRow(const sampler_row& row, absl::string_view name) {
  if (row.data == nullptr && row.size > 0) {
    return absl::StrCat(name, ": data: got NULL");
  }
  if (row.dtype < SAMPLER_F32 || row.dtype > SAMPLER_F64) {
    return absl::StrCat(name, ": dtype: got ", static_cast<int>(row.dtype),
                        ", want 0 (f32) to 3 (f64)");
  }
  return "";
}

// REQUIRES: CheckRow found nothing.
inline DType ToDType(sampler_dtype dtype) {
  constexpr DType kTypes[] = {DType::kF32, DType::kF16, DType::kBF16,
                              DType::kF64};
  return kTypes[dtype];
}

inline Logits ToLogits(const sampler_row& row) {
  return {row.data, ToDType(row.dtype), row.size};
}

}  // namespace sampler::c

#endif  // SAMPLER_C_GUARD_H_
