// A Value as the JSON that it was read from.
//
// Thread-safety: a function of its argument.
// Tested by: tests/config_round_trip_test.cc.

#ifndef SAMPLER_PARAMETERS_VALUE_JSON_H_
#define SAMPLER_PARAMETERS_VALUE_JSON_H_

#include "nlohmann/json.hpp"
#include "sampler/parameters/value.h"

namespace sampler {

// Members of objects come in the order of Value::Object, which is by name.
// Cost: linear in the size of `value`.
nlohmann::ordered_json ValueToJson(const Value& value);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_VALUE_JSON_H_
