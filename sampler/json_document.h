// A JSON text as Values, with the place of every value, for error messages.
// Internal to the files that see JSON.
//
// The text is read by nlohmann/json's SAX parser. Duplicate keys, which a DOM
// would merge silently, are problems here.

#ifndef SAMPLER_JSON_DOCUMENT_H_
#define SAMPLER_JSON_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/value.h"

namespace sampler {

struct JsonDocument {
  Value root;
  // Byte offset of every value (of its key, for members), by JSON pointer.
  std::map<std::string, std::size_t> offsets;
  // Byte offset of every line's beginning.
  std::vector<std::size_t> lines;
  // Integers above 2^63 - 1, which a Value holds as reals, by JSON pointer.
  std::map<std::string, std::uint64_t> big_integers;
};

// Reads `text`. Syntax errors and duplicate keys are added to `problems`; the
// result is empty after a syntax error.
std::optional<JsonDocument> ReadJson(absl::string_view text,
                                     std::vector<JsonProblem>& problems);

// The place of `pointer`, or of its nearest parent that stands in the text.
JsonProblem At(const JsonDocument& document, Problem problem);

}  // namespace sampler

#endif  // SAMPLER_JSON_DOCUMENT_H_
