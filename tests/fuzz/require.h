// How a program says that a promise of the library is broken.

#ifndef SAMPLER_TESTS_FUZZ_REQUIRE_H_
#define SAMPLER_TESTS_FUZZ_REQUIRE_H_

#include "absl/strings/string_view.h"

namespace sampler::fuzz {

// Ends the process, with the sentence on stderr, unless `holds`.
void Require(bool holds, absl::string_view promise);

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_REQUIRE_H_
