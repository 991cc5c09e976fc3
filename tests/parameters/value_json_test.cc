// Values written as text: as the JSON library writes them.

#include "sampler/parameters/value_json.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace sampler {
namespace {

TEST(WriteJson, WritesWhatTheJsonLibraryWrites) {
  const Value values[] = {
      nullptr,
      true,
      false,
      0,
      -7,
      std::numeric_limits<std::int64_t>::min(),
      std::numeric_limits<std::int64_t>::max(),
      0.1,
      -0.0,
      1e300,
      5e-324,
      1.0,
      "",
      "a \"quote\", a \\ and a line\nbreak\x01\x7f",
      std::string("a NUL \0 byte", 12),
      "h\xc3\xa9llo \xf0\x9f\x98\x80",
      Value::List{},
      Value::Object{},
      Value::List{1, Value::List{"x", nullptr}, Value::Object{{"k", 2.5}}},
      Value::Object{{"b", Value::List{1}}, {"a", "x"}, {"\"", false}}};
  for (const Value& value : values) {
    EXPECT_EQ(WriteJson(value), ValueToJson(value).dump());
  }
}

TEST(WriteJson, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(WriteJsonString("a\xff"), "\"a\xef\xbf\xbd\"");
  EXPECT_EQ(WriteJson(Value("\xc3")), "\"\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace sampler
