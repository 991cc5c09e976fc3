// A Value as the JSON that it was read from: as the JSON library's tree, and as
// text. The text is made without a tree, which may lose memory or end the
// process where an allocation fails.
//
// Thread-safety: a function of its argument.
// Tested by: tests/config_round_trip_test.cc,
// tests/parameters/value_json_test.cc.

#ifndef SAMPLER_PARAMETERS_VALUE_JSON_H_
#define SAMPLER_PARAMETERS_VALUE_JSON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/value.h"

namespace sampler {

// Members of objects come in the order of Value::Object, which is by name.
// Cost: linear in the size of `value`.
nlohmann::ordered_json ValueToJson(const Value& value);

// The same as text, in one line without spaces.
std::string WriteJson(const Value& value);

// A string in quotes. Bytes that are not UTF-8 become U+FFFD.
std::string WriteJsonString(absl::string_view text);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_VALUE_JSON_H_
