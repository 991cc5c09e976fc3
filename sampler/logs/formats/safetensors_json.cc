#include "sampler/logs/formats/safetensors_json.h"

#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/printable.h"

namespace sampler::logs {
namespace {

using Json = nlohmann::json;

// Where in the header the next event belongs.
enum class Place { kStart, kTensors, kTensor, kShape, kOffsets, kMetadata };

class HeaderHandler final : public Json::json_sax_t {
 public:
  explicit HeaderHandler(SafetensorsJson& out) : out_(out) {}

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTensors;
      return true;
    }
    if (place_ != Place::kTensors) return Refuse("an object");
    fields_.clear();
    if (key_ == "__metadata__") {
      place_ = Place::kMetadata;
      return true;
    }
    place_ = Place::kTensor;
    out_.tensors.emplace_back().name = key_;
    offsets_ = 0;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor && (fields_.size() != 3 || offsets_ != 2)) {
      return Fail(absl::StrCat("tensor \"", out_.tensors.back().name,
                               "\" without dtype, shape and two data_offsets"));
    }
    place_ = Place::kTensors;  // After the outermost brace nothing may follow.
    return true;
  }

  bool key(Json::string_t& name) override {
    key_ = std::move(name);
    const bool known = place_ != Place::kTensor || key_ == "dtype" ||
                       key_ == "shape" || key_ == "data_offsets";
    auto& seen = place_ == Place::kTensors ? names_ : fields_;
    if (!seen.insert(key_).second) return FailAtKey("duplicate");
    return known || FailAtKey("unknown");
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kTensor && key_ == "shape") {
      place_ = Place::kShape;
    } else if (place_ == Place::kTensor && key_ == "data_offsets") {
      place_ = Place::kOffsets;
    } else {
      return Refuse("an array");
    }
    return true;
  }

  bool end_array() override {
    place_ = Place::kTensor;
    return true;
  }

  bool number_unsigned(Json::number_unsigned_t value) override {
    constexpr auto kMaximum = std::numeric_limits<std::int64_t>::max();
    if (value > static_cast<std::uint64_t>(kMaximum)) {
      return Refuse("a number above 2^63 - 1");
    }
    const auto number = static_cast<std::int64_t>(value);
    if (place_ == Place::kShape) {
      out_.tensors.back().shape.push_back(number);
      return true;
    }
    if (place_ != Place::kOffsets || offsets_ == 2) return Refuse("a number");
    TensorInfo& tensor = out_.tensors.back();
    (offsets_++ == 0 ? tensor.begin : tensor.end) = number;
    return true;
  }

  bool string(Json::string_t& value) override {
    if (place_ == Place::kMetadata) {
      out_.metadata[key_] = std::move(value);
      return true;
    }
    if (place_ != Place::kTensor || key_ != "dtype") return Refuse("a string");
    out_.tensors.back().dtype = std::move(value);
    return true;
  }

  bool null() override { return Refuse("null"); }
  bool boolean(bool) override { return Refuse("a boolean"); }
  bool number_integer(Json::number_integer_t) override {
    return Refuse("a negative number");
  }
  bool number_float(Json::number_float_t, const Json::string_t&) override {
    return Refuse("a number that is not an integer");
  }
  bool binary(Json::binary_t&) override { return Refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string&,
                   const Json::exception&) override {
    if (out_.problem.empty()) out_.position = position;
    return Fail("malformed JSON or text that is not UTF-8");
  }

 private:
  bool Fail(std::string problem) {
    if (out_.problem.empty()) out_.problem = std::move(problem);
    return false;
  }
  bool FailAtKey(absl::string_view what) {
    return Fail(absl::StrCat(what, " key \"",
                             EscapeUnsafe(key_.substr(0, 80), Escapes::kBytes),
                             "\""));
  }
  bool Refuse(absl::string_view what) {
    return Fail(absl::StrCat(what, " at key \"",
                             EscapeUnsafe(key_.substr(0, 80), Escapes::kBytes),
                             "\""));
  }

  SafetensorsJson& out_;
  Place place_ = Place::kStart;
  std::string key_;
  std::set<std::string> names_;
  std::set<std::string> fields_;
  int offsets_ = 0;
};

}  // namespace

SafetensorsJson ParseSafetensorsJson(absl::string_view text) {
  SafetensorsJson result;
  HeaderHandler handler(result);
  if (!Json::sax_parse(text.begin(), text.end(), &handler) &&
      result.problem.empty()) {
    result.problem = "malformed JSON";
  }
  return result;
}

}  // namespace sampler::logs
