// Vectors as JSON text.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tools/vectors/vector.h"

namespace sampler::tools {
namespace {

std::string HexText(std::uint64_t bits) {
  return absl::StrFormat("0x%016x", bits);
}

std::string MassText(Mass mass) {
  std::string digits;
  do {
    digits.insert(digits.begin(),
                  static_cast<char>('0' + static_cast<int>(mass % 10)));
    mass /= 10;
  } while (mass > 0);
  return digits;
}

Json RowJson(const std::vector<float>& row) {
  Json json = Json::array();
  for (const float value : row) {
    json.push_back(value == kGone ? Json(nullptr)
                                  : Json(static_cast<double>(value)));
  }
  return json;
}

Json AnswerJson(const VectorAnswer& answer) {
  return {{"status", answer.status},
          {"kept", answer.kept},
          {"weights", answer.weights},
          {"token", answer.token < 0 ? Json(nullptr) : Json(answer.token)},
          {"bits", HexText(answer.bits)}};
}

Json VectorJson(const ConformanceVector& vector) {
  Json json = {{"id", vector.id},
               {"row", RowJson(vector.row)},
               {"config", Json::parse(ToJson(vector.config))},
               {"seed", vector.seed},
               {"stream", vector.stream},
               {"prompt", vector.prompt},
               {"tokens", vector.tokens}};
  if (!vector.unconditional.empty()) {
    json["unconditional"] = RowJson(vector.unconditional);
  }
  if (vector.uniform) json["uniform"] = *vector.uniform;
  json["answer"] = AnswerJson(vector.answer);
  return json;
}

// "name": [ one line each ],
template <typename Items, typename F>
void AppendList(const char* name, const Items& items, F json_of,
                std::string& text) {
  absl::StrAppend(&text, "  \"", name, "\": [");
  const char* separator = "\n";
  for (const auto& item : items) {
    absl::StrAppend(&text, separator, "    ", ToLine(json_of(item)));
    separator = ",\n";
  }
  absl::StrAppend(&text, "\n  ]");
}

}  // namespace

std::string ToJsonText(const VectorSet& set) {
  std::string text =
      absl::StrCat("{\n  \"schema\": \"", kVectorSchema,
                   "\",\n  \"tool_version\": \"", kVersion, "\",\n");
  AppendList(
      "philox", set.philox,
      [](const PhiloxVector& v) {
        return Json{
            {"counter", v.counter}, {"key", v.key}, {"output", v.output}};
      },
      text);
  text += ",\n";
  AppendList(
      "weights", set.weights,
      [](const WeightVector& v) {
        return Json{{"x", v.x}, {"weight", v.weight}};
      },
      text);
  text += ",\n";
  AppendList(
      "places", set.places,
      [](const PlaceVector& v) {
        return Json{{"bits", HexText(v.bits)},
                    {"total", MassText(v.total)},
                    {"place", MassText(v.place)}};
      },
      text);
  text += ",\n";
  AppendList("vectors", set.vectors, VectorJson, text);
  return text + "\n}\n";
}

}  // namespace sampler::tools
