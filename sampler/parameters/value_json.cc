#include "sampler/parameters/value_json.h"

namespace sampler {

using Json = nlohmann::ordered_json;

Json ValueToJson(const Value& value) {
  if (value.boolean() != nullptr) return *value.boolean();
  if (value.integer() != nullptr) return *value.integer();
  if (value.real() != nullptr) return *value.real();
  if (value.text() != nullptr) return *value.text();
  if (value.list() != nullptr) {
    Json list = Json::array();
    for (const Value& item : *value.list()) list.push_back(ValueToJson(item));
    return list;
  }
  if (value.object() != nullptr) {
    Json object = Json::object();
    for (const auto& [key, item] : *value.object()) {
      object[key] = ValueToJson(item);
    }
    return object;
  }
  return nullptr;
}

}  // namespace sampler
