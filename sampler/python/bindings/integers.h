// Integers that Python gives, in their range.
//
//   seed: got -1, want an integer in [0, 18446744073709551615]     ValueError
//   seed: got float, want an integer                               TypeError
//
// Thread-safety: under the GIL.
// Tested by: tests/python/test_integers.py.

#ifndef SAMPLER_PYTHON_BINDINGS_INTEGERS_H_
#define SAMPLER_PYTHON_BINDINGS_INTEGERS_H_

#include <nanobind/nanobind.h>

#include <cstdint>
#include <limits>

#include "absl/strings/string_view.h"
#include "sampler/candidate.h"

namespace sampler::python {

// Whatever has __index__: int, NumPy's integers, Token. Both ends are allowed.
std::int64_t IntegerIn(nanobind::handle number, absl::string_view name,
                       std::int64_t least, std::int64_t most);

// An integer of 0 to 2^64 - 1.
std::uint64_t SeedOf(nanobind::handle number, absl::string_view name);

// An integer of 0 to 2^32 - 1.
std::uint32_t WordOf(nanobind::handle number, absl::string_view name);

// A count that the library checks itself: any number of 64 bits.
inline std::int64_t CountOf(nanobind::handle number, absl::string_view name) {
  return IntegerIn(number, name, std::numeric_limits<std::int64_t>::min(),
                   std::numeric_limits<std::int64_t>::max());
}

// A token of a vocabulary of that size.
TokenId TokenIn(nanobind::handle number, absl::string_view name,
                std::int64_t vocabulary_size);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_INTEGERS_H_
