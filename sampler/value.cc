#include "sampler/value.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sampler {
namespace {

constexpr std::size_t kLongest = 60;

// The shortest decimal text that reads back as the same double; never that of
// an integer ("1.0", not "1"), which is another value.
std::string RealToText(double real) {
  if (std::isnan(real)) return "NaN";
  if (std::isinf(real)) return real > 0 ? "Infinity" : "-Infinity";
  if (real == std::trunc(real) && std::fabs(real) < 1e15) {
    return absl::StrFormat("%.1f", real);
  }
  for (int digits = 1; digits < 17; ++digits) {
    std::string text = absl::StrFormat("%.*g", digits, real);
    double back = 0.0;
    if (absl::SimpleAtod(text, &back) && back == real) return text;
  }
  return absl::StrFormat("%.17g", real);
}

void Append(const Value& value, std::string& out) {
  if (out.size() > kLongest) return;
  if (value.is_null()) out += "null";
  if (value.boolean() != nullptr) out += *value.boolean() ? "true" : "false";
  if (value.integer() != nullptr) absl::StrAppend(&out, *value.integer());
  if (value.real() != nullptr) out += RealToText(*value.real());
  if (value.text() != nullptr) absl::StrAppend(&out, "\"", *value.text(), "\"");
  if (value.list() != nullptr) {
    const char* separator = "[";
    for (const Value& item : *value.list()) {
      out += separator;
      Append(item, out);
      separator = ", ";
    }
    out += value.list()->empty() ? "[]" : "]";
  }
  if (value.object() != nullptr) {
    const char* separator = "{";
    for (const auto& [key, item] : *value.object()) {
      absl::StrAppend(&out, separator, "\"", key, "\": ");
      Append(item, out);
      separator = ", ";
    }
    out += value.object()->empty() ? "{}" : "}";
  }
}

}  // namespace

std::string ToText(const Value& value) {
  std::string text;
  Append(value, text);
  if (text.size() > kLongest) {
    // Not in the middle of a UTF-8 character.
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
      --end;
    }
    text.resize(end);
    text += "...";
  }
  return text;
}

}  // namespace sampler
