// Numbers as people and files write them: decimal, whole, and as they stand.
//
// One rule for every number that a user writes: digits and nothing beside them.
// No spaces, no "+", no hexadecimal, no "nan" or "inf", nothing after the
// number, whatever the locale; no leading zeros in integers, which some read as
// octal. A number that the type cannot hold is an error, never the nearest one
// that it can: 1e-400 is not 0, and 2^64 not 2^63 - 1.
//
// Errors: InvalidArgument with what was wanted, without the text: "want an
// integer (decimal digits only)". Whoever calls says what stood there.
// Thread-safety: pure functions.
// Tested by: tests/parameters/decimal_test.cc.

#ifndef SAMPLER_PARAMETERS_DECIMAL_H_
#define SAMPLER_PARAMETERS_DECIMAL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sampler {

// "-12". Within 64 bits.
absl::StatusOr<std::int64_t> ReadInteger(absl::string_view text);

// "18446744073709551615". Within 64 bits.
absl::StatusOr<std::uint64_t> ReadUnsigned(absl::string_view text);

// "-12", ".5", "2.5e-3". Within the doubles: neither infinite, nor 0 although a
// digit is not.
absl::StatusOr<double> ReadReal(absl::string_view text);

// Returns true if `value`, read from `number` (any spelling of a number), is 0
// although a digit of it is not.
bool Underflows(absl::string_view number, double value);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_DECIMAL_H_
