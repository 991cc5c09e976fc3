#include "sampler/parameters/decimal.h"

#include <clocale>
#include <cmath>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace sampler {
namespace {

TEST(ReadInteger, TakesDecimalDigits) {
  EXPECT_EQ(ReadInteger("0").value(), 0);
  EXPECT_EQ(ReadInteger("-12").value(), -12);
  EXPECT_EQ(ReadInteger("9223372036854775807").value(),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ReadInteger("-9223372036854775808").value(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(ReadUnsigned("18446744073709551615").value(),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(ReadInteger, TakesNothingElse) {
  for (const absl::string_view text :
       {"",      "-",     "+5",    " 5",  "5 ",  "5\n",     "010", "00",
        "-01",   "0x10",  "0b1",   "1e3", "1.0", "5a",      "a",   "--5",
        "1'000", "1,000", "1_000", "nan", "inf", "\xD9\xA3"}) {
    EXPECT_FALSE(ReadInteger(text).ok()) << text;
    EXPECT_FALSE(ReadUnsigned(text).ok()) << text;
  }
  EXPECT_FALSE(ReadInteger(absl::string_view("5\0", 2)).ok());
  EXPECT_FALSE(ReadInteger(absl::string_view("5\0006", 3)).ok());
  EXPECT_FALSE(ReadUnsigned("-1").ok());
  EXPECT_FALSE(ReadUnsigned("-0").ok());
  EXPECT_EQ(ReadInteger("010").status().message(),
            "want an integer (decimal digits only)");
}

TEST(ReadInteger, NeverTakesTheNearest) {
  for (const absl::string_view text :
       {"9223372036854775808", "-9223372036854775809",
        "99999999999999999999999"}) {
    EXPECT_FALSE(ReadInteger(text).ok()) << text;
  }
  EXPECT_EQ(ReadInteger("99999999999999999999999").status().message(),
            "want an integer of 64 bits, in [-2^63, 2^63)");
  EXPECT_EQ(ReadUnsigned("18446744073709551616").status().message(),
            "want an integer of 64 bits, in [0, 2^64)");
}

TEST(ReadReal, TakesDecimalNumbers) {
  EXPECT_EQ(ReadReal("0.8").value(), 0.8);
  EXPECT_EQ(ReadReal(".8").value(), 0.8);
  EXPECT_EQ(ReadReal("1.").value(), 1.0);
  EXPECT_EQ(ReadReal("-2.5e-3").value(), -0.0025);
  EXPECT_EQ(ReadReal("1E+2").value(), 100.0);
  EXPECT_EQ(ReadReal("007").value(), 7.0);
  EXPECT_EQ(ReadReal("5e-324").value(), 5e-324);
  EXPECT_EQ(ReadReal("0e-999").value(), 0.0);
  EXPECT_TRUE(std::signbit(ReadReal("-0.0").value()));
  EXPECT_EQ(ReadReal("1.7976931348623157e308").value(),
            std::numeric_limits<double>::max());
}

TEST(ReadReal, TakesNothingElse) {
  for (const absl::string_view text :
       {"",         ".",    "-",     "-.",   "+1",     " 1",   "1 ",  "1e",
        "1e+",      "e5",   "0x1p3", "0x10", "nan",    "NaN",  "inf", "-inf",
        "Infinity", "1.5.", "1,5",   "0.8f", "0.8abc", "1e5e5"}) {
    EXPECT_FALSE(ReadReal(text).ok()) << text;
  }
  EXPECT_FALSE(ReadReal(absl::string_view("1\0", 2)).ok());
}

TEST(ReadReal, NeverTakesTheNearest) {
  EXPECT_EQ(ReadReal("1e999").status().message(),
            "want a number of at most 1.8e308: this one is too large for a "
            "double");
  EXPECT_EQ(ReadReal("-1e-400").status().message(),
            "want 0 or a number of at least 5e-324: this one is too small for "
            "a double");
  EXPECT_FALSE(ReadReal("0.0001e-330").ok());
}

TEST(ReadReal, ReadsAlikeInEveryLocale) {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* const name : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C"}) {
    std::setlocale(LC_NUMERIC, name);
    EXPECT_EQ(ReadReal("0.5").value(), 0.5) << name;
    EXPECT_FALSE(ReadReal("0,5").ok()) << name;
  }
  std::setlocale(LC_NUMERIC, before.c_str());
}

}  // namespace
}  // namespace sampler
