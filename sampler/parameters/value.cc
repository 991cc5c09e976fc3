#include "sampler/parameters/value.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "sampler/parameters/spelling.h"

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

// More of `text` than a message shows, and no more than that.
absl::string_view Head(absl::string_view text) {
  return text.substr(0, 2 * kLongest);
}

void Append(const Value& value, std::string& out) {
  if (out.size() > kLongest) return;
  if (value.is_null()) out += "null";
  if (value.boolean() != nullptr) out += *value.boolean() ? "true" : "false";
  if (value.integer() != nullptr) absl::StrAppend(&out, *value.integer());
  if (value.real() != nullptr) out += RealToText(*value.real());
  // What is beyond the longest text is cut in any case: neither long texts nor
  // long lists are copied first.
  if (value.text() != nullptr) {
    absl::StrAppend(&out, "\"", Head(*value.text()), "\"");
  }
  if (value.list() != nullptr) {
    const char* separator = "[";
    for (const Value& item : *value.list()) {
      if (out.size() > kLongest) return;
      out += separator;
      Append(item, out);
      separator = ", ";
    }
    out += value.list()->empty() ? "[]" : "]";
  }
  if (value.object() != nullptr) {
    const char* separator = "{";
    for (const auto& [key, item] : *value.object()) {
      if (out.size() > kLongest) return;
      absl::StrAppend(&out, separator, "\"", Head(key), "\": ");
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
  return Shortened(text, kLongest);
}

}  // namespace sampler
