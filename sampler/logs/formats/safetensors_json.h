// The JSON of a safetensors header as a stream of parser events.
//
// Not a DOM, for two reasons: a DOM forgets that a key came twice, and its size
// is the attacker's choice. Here every event is checked against the one shape
// that is allowed, and the first that does not fit ends the parse.
//
// Thread-safety: pure function.
// Tested by: tests/logs/formats/safetensors_header_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_JSON_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_JSON_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/logs/formats/safetensors_header.h"

namespace sampler::logs {

struct SafetensorsJson {
  std::vector<TensorInfo> tensors;  // In file order, offsets unchecked.
  std::map<std::string, std::string> metadata;
  // Empty if the text was understood; else what was wrong and where.
  std::string problem;
  std::size_t position = 0;  // Byte of `text` near the problem.
};

SafetensorsJson ParseSafetensorsJson(absl::string_view text);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_JSON_H_
