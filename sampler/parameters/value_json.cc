#include "sampler/parameters/value_json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

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

std::string WriteJsonString(absl::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string WriteJson(const Value& value) {
  if (value.boolean() != nullptr) return *value.boolean() ? "true" : "false";
  if (value.integer() != nullptr) return absl::StrCat(*value.integer());
  // The shortest text that is read as the same number.
  if (value.real() != nullptr) return Json(*value.real()).dump();
  if (value.text() != nullptr) return WriteJsonString(*value.text());
  if (value.list() != nullptr) {
    return absl::StrCat("[",
                        absl::StrJoin(*value.list(), ",",
                                      [](std::string* out, const Value& item) {
                                        out->append(WriteJson(item));
                                      }),
                        "]");
  }
  if (value.object() != nullptr) {
    return absl::StrCat("{",
                        absl::StrJoin(*value.object(), ",",
                                      [](std::string* out, const auto& member) {
                                        absl::StrAppend(
                                            out, WriteJsonString(member.first),
                                            ":", WriteJson(member.second));
                                      }),
                        "}");
  }
  return "null";
}

}  // namespace sampler
