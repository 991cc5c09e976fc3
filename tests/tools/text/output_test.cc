#include "tools/text/output.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sampler::tools {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(OutputTest, NumbersReadBackExactly) {
  for (const double x : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -2.5,
                         0.30000000000000004}) {
    EXPECT_EQ(std::strtod(Digits(x).c_str(), nullptr), x);
    EXPECT_EQ(Json::parse(ToLine(Number(x))).get<double>(), x);
  }
  EXPECT_EQ(Digits(0.1), "0.1");
}

TEST(OutputTest, WhatIsNotFiniteIsNullOrEmpty) {
  for (const double x : {kInfinity, -kInfinity, std::nan("")}) {
    EXPECT_EQ(ToLine(Number(x)), "null");
    EXPECT_EQ(Digits(x), "");
  }
}

TEST(OutputTest, GroupsThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(49152), "49,152");
  EXPECT_EQ(Grouped(-1234567), "-1,234,567");
  EXPECT_EQ(Grouped(-123), "-123");
}

TEST(OutputTest, QuotesCsvOnlyWhereItMust) {
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(CsvField("a\nb"), "\"a\nb\"");
}

TEST(OutputTest, BrokenUtf8CannotStopAnAnswer) {
  EXPECT_EQ(ToLine("a\xC3"), "\"a\xEF\xBF\xBD\"");
}

TEST(OutputTest, PaintsOnlyWithColor) {
  EXPECT_EQ(Painter(true)(Style::kRed, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(Painter(true)(Style::kRed, ""), "");
  EXPECT_EQ(Painter(false)(Style::kRed, "x"), "x");
}

TEST(OutputTest, ColorFollowsTheUser) {
  OutputOptions output;
  output.color = "always";
  EXPECT_TRUE(UseColor(output));
  output.color = "never";
  EXPECT_FALSE(UseColor(output));
}

TEST(OutputTest, ErrorsCarryCodeMessageAndHint) {
  const Json error = ErrorJson(
      WithHint(absl::NotFoundError("x: no such file"), "look elsewhere"));
  EXPECT_EQ(ToLine(error),
            "{\"code\":\"not_found\",\"message\":\"x: no such file\","
            "\"hint\":\"look elsewhere\"}");
}

TEST(OutputTest, AWarningIsSaidOnce) {
  Warnings warnings(/*quiet=*/true);
  warnings.Add("a");
  warnings.Add("b");
  warnings.Add("a");
  EXPECT_EQ(warnings.all(), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace sampler::tools
