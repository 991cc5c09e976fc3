// A JSON text as Values, with the place of every value, for error messages.
// Internal to the files that see JSON.
//
// The text is read by nlohmann/json's SAX parser. What it would take silently
// is a problem here: duplicate keys, text behind a NUL byte, and numbers too
// small for a double.
//
// Cost: time and memory linear in the text, whatever its shape: long keys, many
// members and deep nesting too.
// Tested by: tests/parameters/json_document_test.cc, tests/config_test.cc.

#ifndef SAMPLER_PARAMETERS_JSON_DOCUMENT_H_
#define SAMPLER_PARAMETERS_JSON_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"

namespace sampler {

// Where a value stands, in a tree of the same shape as the values: a name is
// kept once, in its own place, and not in the pointers of all that lies below.
struct JsonPlace {
  std::size_t offset = 0;  // Byte of the value; of its key, for members.
  std::uint64_t big = 0;   // An integer above 2^63 - 1, which a Value holds as
                           // a real; 0: it is none.
  std::vector<JsonPlace> items = {};
  std::map<std::string, JsonPlace> members = {};
};

struct JsonDocument {
  Value root;
  JsonPlace place;
  // Byte offset of every line's beginning.
  std::vector<std::size_t> lines;
};

// Reads `text`. What is wrong is added to `problems`, of the harmless kinds the
// first kMostProblems; the result is empty after a syntax error.
std::optional<JsonDocument> ReadJson(absl::string_view text,
                                     std::vector<JsonProblem>& problems);

// The place of the problem's pointer, or of its nearest parent that stands in
// the text. Long steps of the pointer are shortened.
JsonProblem At(const JsonDocument& document, Problem problem);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_JSON_DOCUMENT_H_
