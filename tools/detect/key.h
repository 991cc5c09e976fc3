// The text of a key, as parameters of the stage that writes the mark.
//
// A key is a number (decimal, or hexadecimal with 0x; of some schemes always
// hexadecimal), or several, separated by white space or commas. Or it is JSON:
// a config of ours that has the stage, the stage alone, or the config that the
// engine is given.
//
// Errors: InvalidArgument, which names the source and never what was read.
// Tested by: tests/tools/detect_test.cc, detect_key_test.cc.

#ifndef SAMPLER_TOOLS_DETECT_KEY_H_
#define SAMPLER_TOOLS_DETECT_KEY_H_

#include <cstddef>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/parameters/value.h"

namespace sampler::tools {

inline constexpr std::size_t kAnyNumberOfKeys =
    std::numeric_limits<std::size_t>::max();

// How a scheme's keys look.
struct KeyForm {
  const char* name;     // Of the scheme.
  const char* type;     // Of the stage.
  const char* variant;  // Of gumbel_watermark, or null.
  bool hexadecimal;
  std::size_t most_keys;
};

// `source` is what errors name.
absl::StatusOr<Value::Object> ReadKeyParameters(const KeyForm& form,
                                                const std::string& source,
                                                const std::string& text);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DETECT_KEY_H_
