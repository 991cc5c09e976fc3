// Whose settings a text holds, told by what stands in it.
//
// Thread-safety: pure functions. Cost: linear in the text.
// Tested by: tests/importers/recognise_test.cc.

#ifndef SAMPLER_IMPORTERS_RECOGNISE_H_
#define SAMPLER_IMPORTERS_RECOGNISE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

struct Recognition {
  absl::string_view runtime;  // As Import takes it.
  std::string by;             // "\"options\", \"keep_alive\"".
};

// The runtimes that the text fits, the likeliest first: one where something in
// it is only found in files of that runtime; several where all of its fields
// are settings of each; none where it fits none.
std::vector<Recognition> Recognise(absl::string_view text);

// The same of values that were read elsewhere.
std::vector<Recognition> RecogniseValue(const Value& root);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RECOGNISE_H_
