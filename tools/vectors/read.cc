// Vectors read from JSON text, with the place of what is wrong.

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "tools/vectors/vector.h"

namespace sampler::tools {
namespace {

// A value and where it stands.
struct Place {
  const Json& value;
  std::string pointer;
};

absl::Status Wrong(const Place& place, absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat(place.pointer.empty() ? "/" : place.pointer, ": got ",
                   Printable(Shortened(ToLine(place.value))), ", want ", want));
}

// Reads fields one after another; the first problem stays, and the rest is not
// read.
class Reader {
 public:
  explicit Reader(Place place) : place_(std::move(place)) {
    if (!place_.value.is_object()) status_ = Wrong(place_, "an object");
  }

  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // Calls f(place) for the field, which must be there.
  template <typename F>
  void Field(const char* name, F f) {
    known_.insert(name);
    if (!status_.ok()) return;
    const auto found = place_.value.find(name);
    const std::string pointer = absl::StrCat(place_.pointer, "/", name);
    if (found == place_.value.end()) {
      Fail(absl::InvalidArgumentError(absl::StrCat(pointer, ": missing")));
      return;
    }
    absl::Status status = f(Place{*found, pointer});
    if (!status.ok()) Fail(std::move(status));
  }

  bool Has(const char* name) const {
    return place_.value.is_object() && place_.value.contains(name);
  }

  // The status; InvalidArgument also for a field that nobody asked for.
  absl::Status Finish(std::initializer_list<const char*> unread = {}) {
    for (const char* name : unread) known_.insert(name);
    if (!status_.ok()) return status_;
    for (const auto& [name, value] : place_.value.items()) {
      if (known_.count(name) != 0) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          place_.pointer, "/", Printable(Shortened(name)), ": no such field"));
    }
    return absl::OkStatus();
  }

 private:
  Place place_;
  std::set<std::string> known_;
  absl::Status status_;
};

template <typename F>
absl::Status ForEachItem(const Place& list, F f) {
  if (!list.value.is_array()) return Wrong(list, "a list");
  for (std::size_t i = 0; i < list.value.size(); ++i) {
    absl::Status status =
        f(Place{list.value[i], absl::StrCat(list.pointer, "/", i)});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

template <typename T>
auto IntoInteger(T& out, T minimum = 0,
                 T maximum = std::numeric_limits<T>::max()) {
  return [&out, minimum, maximum](const Place& place) {
    const bool whole =
        place.value.is_number_unsigned() || place.value.is_number_integer();
    const bool fits = whole && (place.value.is_number_unsigned()
                                    ? place.value.get<std::uint64_t>() <=
                                          static_cast<std::uint64_t>(maximum)
                                    : place.value.get<std::int64_t>() >=
                                          static_cast<std::int64_t>(minimum));
    if (!fits) {
      return Wrong(place,
                   absl::StrCat("an integer from ", minimum, " to ", maximum));
    }
    out = place.value.get<T>();
    return absl::OkStatus();
  };
}

template <typename T>
auto IntoIntegers(std::vector<T>& out) {
  return [&out](const Place& list) {
    return ForEachItem(list, [&](const Place& item) {
      return IntoInteger(out.emplace_back())(item);
    });
  };
}

template <typename T, std::size_t N>
auto IntoWords(std::array<T, N>& out) {
  return [&out](const Place& list) {
    std::vector<T> words;
    absl::Status status = IntoIntegers(words)(list);
    if (!status.ok()) return status;
    if (words.size() != N) return Wrong(list, absl::StrCat(N, " words"));
    std::copy(words.begin(), words.end(), out.begin());
    return absl::OkStatus();
  };
}

auto IntoText(std::string& out) {
  return [&out](const Place& place) {
    if (!place.value.is_string()) return Wrong(place, "a text");
    out = place.value.get<std::string>();
    return absl::OkStatus();
  };
}

auto IntoReal(double& out) {
  return [&out](const Place& place) {
    if (!place.value.is_number()) return Wrong(place, "a number");
    out = place.value.get<double>();
    return absl::OkStatus();
  };
}

auto IntoRow(std::vector<float>& out) {
  return [&out](const Place& list) {
    return ForEachItem(list, [&](const Place& item) {
      if (item.value.is_null()) {
        out.push_back(kGone);
        return absl::OkStatus();
      }
      double value = 0;
      absl::Status status = IntoReal(value)(item);
      if (!status.ok()) return status;
      out.push_back(static_cast<float>(value));
      if (static_cast<double>(out.back()) != value) {
        return Wrong(item, "a number that float32 holds exactly, or null");
      }
      return absl::OkStatus();
    });
  };
}

auto IntoBits(std::uint64_t& out) {
  return [&out](const Place& place) {
    const bool text = place.value.is_string();
    if (!text || !absl::SimpleHexAtoi(place.value.get<std::string>(), &out)) {
      return Wrong(place, "64 bits as \"0x...\"");
    }
    return absl::OkStatus();
  };
}

auto IntoMass(Mass& out) {
  return [&out](const Place& place) {
    const bool text = place.value.is_string();
    const std::string digits =
        text ? place.value.get<std::string>() : std::string();
    const bool decimal =
        !digits.empty() && digits.size() <= 30 &&
        digits.find_first_not_of("0123456789") == std::string::npos;
    if (!decimal) return Wrong(place, "a whole number as decimal text");
    out = 0;
    for (const char digit : digits) out = out * 10 + Mass(digit - '0');
    return absl::OkStatus();
  };
}

auto IntoConfig(PipelineConfig& out) {
  return [&out](const Place& place) {
    auto config = ParseConfig(ToLine(place.value));
    if (!config.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(place.pointer, ": ", config.status().message()));
    }
    out = *std::move(config);
    return absl::OkStatus();
  };
}

auto IntoAnswer(VectorAnswer& out) {
  return [&out](const Place& place) {
    Reader reader(place);
    reader.Field("status", IntoText(out.status));
    reader.Field("kept", IntoIntegers(out.kept));
    reader.Field("weights", IntoIntegers(out.weights));
    reader.Field("token", [&](const Place& token) {
      return token.value.is_null() ? absl::OkStatus()
                                   : IntoInteger(out.token)(token);
    });
    reader.Field("bits", IntoBits(out.bits));
    return reader.Finish();
  };
}

absl::Status ReadVector(const Place& place, ConformanceVector& vector) {
  Reader reader(place);
  reader.Field("id", IntoText(vector.id));
  reader.Field("row", IntoRow(vector.row));
  reader.Field("config", IntoConfig(vector.config));
  reader.Field("seed", IntoInteger(vector.seed));
  reader.Field("stream", IntoInteger(vector.stream));
  reader.Field("prompt", IntoIntegers(vector.prompt));
  reader.Field("tokens", IntoIntegers(vector.tokens));
  if (reader.Has("unconditional")) {
    reader.Field("unconditional", IntoRow(vector.unconditional));
  }
  if (reader.Has("uniform")) {
    double uniform = 0;
    reader.Field("uniform", IntoReal(uniform));
    vector.uniform = uniform;
  }
  reader.Field("answer", IntoAnswer(vector.answer));
  return reader.Finish();
}

// Reads a list of T by `read(place, item)`.
template <typename T, typename F>
auto IntoList(std::vector<T>& out, F read) {
  return [&out, read](const Place& list) {
    return ForEachItem(list, [&](const Place& item) {
      return read(item, out.emplace_back());
    });
  };
}

}  // namespace

absl::StatusOr<VectorSet> ParseVectors(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError("the file is not JSON");
  }
  VectorSet set;
  Reader reader({json, ""});
  reader.Field("schema", [](const Place& place) {
    return place.value == kVectorSchema
               ? absl::OkStatus()
               : Wrong(place, absl::StrCat("\"", kVectorSchema, "\""));
  });
  reader.Field("philox", IntoList(set.philox, [](const Place& place,
                                                 PhiloxVector& vector) {
                 Reader item(place);
                 item.Field("counter", IntoWords(vector.counter));
                 item.Field("key", IntoWords(vector.key));
                 item.Field("output", IntoWords(vector.output));
                 return item.Finish();
               }));
  reader.Field("weights", IntoList(set.weights, [](const Place& place,
                                                   WeightVector& vector) {
                 Reader item(place);
                 item.Field("x", IntoReal(vector.x));
                 item.Field("weight", IntoInteger(vector.weight));
                 return item.Finish();
               }));
  reader.Field("places", IntoList(set.places,
                                  [](const Place& place, PlaceVector& vector) {
                                    Reader item(place);
                                    item.Field("bits", IntoBits(vector.bits));
                                    item.Field("total", IntoMass(vector.total));
                                    item.Field("place", IntoMass(vector.place));
                                    return item.Finish();
                                  }));
  reader.Field("vectors", IntoList(set.vectors, ReadVector));
  absl::Status status = reader.Finish({"tool_version"});
  if (!status.ok()) return status;
  return set;
}

}  // namespace sampler::tools
