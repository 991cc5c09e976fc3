// The sampling metadata of a GGUF file: general.sampling.*. Tensors are not
// touched.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "sampler/importers/formats/formats.h"

namespace sampler::importers {
namespace {

constexpr absl::string_view kMagic = "GGUF";
constexpr absl::string_view kPrefix = "general.sampling.";
constexpr std::uint64_t kMostKeys = 1'000'000;

// Numbers of the format.
enum Type : std::uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12
};

std::size_t SizeOf(std::uint32_t type) {
  switch (type) {
    case kUint8:
    case kInt8:
    case kBool:
      return 1;
    case kUint16:
    case kInt16:
      return 2;
    case kUint32:
    case kInt32:
    case kFloat32:
      return 4;
    case kUint64:
    case kInt64:
    case kFloat64:
      return 8;
    default:
      return 0;
  }
}

// The decimal number that a writer of a float32 most likely meant.
double Shortest(float x) {
  if (!std::isfinite(x)) return static_cast<double>(x);
  for (int digits = 1; digits < 9; ++digits) {
    const std::string text = absl::StrFormat("%.*g", digits, x);
    float back = 0;
    double exact = 0;
    if (absl::SimpleAtof(text, &back) && back == x &&
        absl::SimpleAtod(text, &exact)) {
      return exact;
    }
  }
  return static_cast<double>(x);
}

// Reads little-endian values; after the end everything fails.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }

  template <typename T>
  T Number() {
    T value{};
    const absl::string_view raw = Bytes(sizeof(T));
    if (!failed_) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }

  absl::string_view Bytes(std::uint64_t size) {
    if (failed_ || size > bytes_.size() - at_) {
      failed_ = true;
      return "";
    }
    const absl::string_view read =
        bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return read;
  }

  absl::string_view String() { return Bytes(Number<std::uint64_t>()); }

  void SkipArray() {
    const auto type = Number<std::uint32_t>();
    const auto count = Number<std::uint64_t>();
    if (type == kString) {
      for (std::uint64_t i = 0; i < count && !failed_; ++i) String();
      return;
    }
    const std::size_t size = SizeOf(type);
    if (size == 0 || count > bytes_.size()) {
      failed_ = true;  // Arrays of arrays are not in any file.
      return;
    }
    Bytes(count * size);
  }

 private:
  absl::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// The value of a type, null for an array.
Value ReadValue(ByteReader& reader, std::uint32_t type) {
  switch (type) {
    case kUint8:
      return static_cast<std::int64_t>(reader.Number<std::uint8_t>());
    case kInt8:
      return static_cast<std::int64_t>(reader.Number<std::int8_t>());
    case kUint16:
      return static_cast<std::int64_t>(reader.Number<std::uint16_t>());
    case kInt16:
      return static_cast<std::int64_t>(reader.Number<std::int16_t>());
    case kUint32:
      return static_cast<std::int64_t>(reader.Number<std::uint32_t>());
    case kInt32:
      return static_cast<std::int64_t>(reader.Number<std::int32_t>());
    case kUint64:
      return reader.Number<std::uint64_t>();
    case kInt64:
      return reader.Number<std::int64_t>();
    case kFloat32:
      return Shortest(reader.Number<float>());
    case kFloat64:
      return reader.Number<double>();
    case kBool:
      return reader.Number<std::uint8_t>() != 0;
    case kString:
      return std::string(reader.String());
    default:
      reader.SkipArray();
      return {};
  }
}

// "a;b" as names.
Value Names(const std::string& text) {
  Value::List names;
  for (const absl::string_view name :
       absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    names.emplace_back(std::string(name));
  }
  return names;
}

}  // namespace

bool IsGguf(absl::string_view bytes) { return absl::StartsWith(bytes, kMagic); }

std::vector<Setting> ReadGguf(absl::string_view bytes,
                              std::vector<Problem>& problems) {
  ByteReader reader(bytes);
  reader.Bytes(kMagic.size());
  const auto version = reader.Number<std::uint32_t>();
  reader.Number<std::uint64_t>();  // Tensors.
  const auto keys = reader.Number<std::uint64_t>();
  std::vector<Setting> settings;
  if (reader.failed() || version < 2 || version > 3 || keys > kMostKeys) {
    problems.push_back({"", absl::StrCat("a GGUF file of version ", version,
                                         ", want 2 or 3, little-endian")});
    return settings;
  }
  for (std::uint64_t i = 0; i < keys && !reader.failed(); ++i) {
    const std::string key(reader.String());
    Value value = ReadValue(reader, reader.Number<std::uint32_t>());
    if (!absl::StartsWith(key, kPrefix)) continue;
    if (value.text() != nullptr && absl::EndsWith(key, ".sequence")) {
      value = Names(*value.text());
    }
    settings.push_back({key, absl::StrCat("/", key), std::move(value)});
  }
  if (reader.failed()) {
    problems.push_back({"", absl::StrCat("a GGUF file that ends within its ",
                                         keys, " keys of metadata")});
  } else if (settings.empty()) {
    problems.push_back(
        {"",
         absl::StrCat("a GGUF file without general.sampling.* among its ", keys,
                      " keys: the model brings no settings, and "
                      "llama.cpp takes its own defaults")});
  }
  return settings;
}

}  // namespace sampler::importers
