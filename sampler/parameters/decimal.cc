#include "sampler/parameters/decimal.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace sampler {
namespace {

// Removes the digits that `text` begins with and returns how many they were.
std::size_t TakeDigits(absl::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[count]))) {
    ++count;
  }
  text.remove_prefix(count);
  return count;
}

// Digits without leading zeros, and nothing else.
bool IsNatural(absl::string_view text) {
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  return TakeDigits(text) > 0 && text.empty() && !leading_zero;
}

bool IsReal(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  std::size_t digits = TakeDigits(text);
  if (absl::ConsumePrefix(&text, ".")) digits += TakeDigits(text);
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  return TakeDigits(text) > 0 && text.empty();
}

}  // namespace

absl::StatusOr<std::int64_t> ReadInteger(absl::string_view text) {
  absl::string_view digits = text;
  absl::ConsumePrefix(&digits, "-");
  if (!IsNatural(digits)) {
    return absl::InvalidArgumentError("want an integer (decimal digits only)");
  }
  std::int64_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      "want an integer of 64 bits, in [-2^63, 2^63)");
}

absl::StatusOr<std::uint64_t> ReadUnsigned(absl::string_view text) {
  if (!IsNatural(text)) {
    return absl::InvalidArgumentError(
        "want an integer >= 0 (decimal digits only)");
  }
  std::uint64_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError("want an integer of 64 bits, in [0, 2^64)");
}

absl::StatusOr<double> ReadReal(absl::string_view text) {
  if (!IsReal(text)) {
    return absl::InvalidArgumentError("want a number (decimal digits only)");
  }
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || std::isinf(value)) {
    return absl::InvalidArgumentError(
        "want a number of at most 1.8e308: this one is too large for a double");
  }
  if (Underflows(text, value)) {
    return absl::InvalidArgumentError(
        "want 0 or a number of at least 5e-324: this one is too small for a "
        "double");
  }
  return value;
}

bool Underflows(absl::string_view number, double value) {
  const absl::string_view digits = number.substr(0, number.find_first_of("eE"));
  return value == 0.0 &&
         digits.find_first_of("123456789") != absl::string_view::npos;
}

}  // namespace sampler
