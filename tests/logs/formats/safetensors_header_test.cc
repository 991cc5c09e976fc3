#include "sampler/logs/formats/safetensors_header.h"

#include "tests/logs/log_files.h"

namespace sampler::logs::safetensors_header_test {
namespace {

absl::StatusOr<SafetensorsHeader> Parse(const std::string& bytes) {
  return ParseSafetensorsHeader(
      "f",
      absl::MakeConstSpan(reinterpret_cast<const unsigned char*>(bytes.data()),
                          bytes.size()));
}

TEST(SafetensorsHeaderTest, ReadsTensorsInDataOrderAndMetadata) {
  const auto header = Parse(Safetensors(
      R"({"b":{"shape":[2,3],"data_offsets":[4,16],"dtype":"BF16"},)"
      R"("__metadata__":{"kind":"raw","π":"é"},)"
      R"("a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},)"
      R"("z":{"dtype":"F32","shape":[0,7],"data_offsets":[16,16]}}   )",
      std::string(16, '\0')));
  ASSERT_TRUE(header.ok()) << header.status();
  ASSERT_EQ(header->tensors.size(), 3u);
  EXPECT_EQ(header->tensors[0].name, "a");
  EXPECT_EQ(header->tensors[1].name, "b");
  EXPECT_EQ(header->tensors[1].dtype, "BF16");
  EXPECT_EQ(header->tensors[1].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(header->tensors[1].begin, 4);
  EXPECT_EQ(header->tensors[1].end, 16);
  EXPECT_EQ(header->metadata.at("kind"), "raw");
  EXPECT_EQ(header->metadata.at("π"), "é");
  EXPECT_EQ(header->Find("nope"), nullptr);
}

TEST(SafetensorsHeaderTest, RefusesHeadersOfAnotherShape) {
  const std::string good =
      R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  for (const std::string& json : std::vector<std::string>{
           "", " ", "null", "[]", "1", "{", "{}x", "{\"a\":1}", "{\"a\":[]}",
           "{\"a\":{}}", "{\"a\":null}", "[[[[[[", "{" + good,
           "{" + good + ",}", "{" + good + "}{}",
           // Twice the same tensor, field, or metadata key.
           "{" + good + "," + good + "}",
           R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],)"
           R"("data_offsets":[0,4]}})",
           R"({"__metadata__":{"k":"v","k":"w"}})",
           R"({"__metadata__":{},"__metadata__":{}})",
           // Fields missing, unknown or of another type.
           R"({"a":{"dtype":"F32","shape":[1]}})",
           R"({"a":{"shape":[1],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})",
           R"({"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":{}}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[true,4]}})",
           R"({"__metadata__":{"k":1}})", R"({"__metadata__":{"k":{}}})",
           R"({"__metadata__":[]})",
           // Not UTF-8, and an escape that is none.
           "{\"a\xff\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
           "}",
           R"({"\x":1})"}) {
    EXPECT_TRUE(Refuses(Parse(Safetensors(json, std::string(4, '\0'))),
                        absl::StatusCode::kInvalidArgument,
                        {"f: header, byte", "got", "want"}))
        << json;
  }
}

TEST(SafetensorsHeaderTest, RefusesOffsetsThatDoNotMatchTheShape) {
  for (const absl::string_view rest :
       {R"("F32","shape":[2],"data_offsets":[0,4])",
        R"("F32","shape":[1],"data_offsets":[4,0])",
        R"("F32","shape":[1],"data_offsets":[0,9223372036854775807])",
        R"("F32","shape":[4611686018427387904,4],"data_offsets":[0,0])",
        R"("F32","shape":[4294967296,4294967296],"data_offsets":[0,0])",
        R"("F32","shape":[0,9223372036854775807,2],"data_offsets":[0,0])",
        R"("F64","shape":[2305843009213693952],"data_offsets":[0,0])",
        R"("F4","shape":[3],"data_offsets":[0,1])",
        R"("F32","shape":[],"data_offsets":[0,0])"}) {
    EXPECT_TRUE(
        Refuses(Parse(Safetensors(absl::StrCat(R"({"a":{"dtype":)", rest, "}}"),
                                  std::string(4, '\0'))),
                absl::StatusCode::kInvalidArgument, {"\"a\".data_offsets"}))
        << rest;
  }
}

TEST(SafetensorsHeaderTest, RefusesNegativeAndHugeNumbers) {
  for (const absl::string_view number :
       {"-1", "-9223372036854775808", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "1e3", "1e999"}) {
    EXPECT_TRUE(Refuses(
        Parse(Safetensors(absl::StrCat(R"({"a":{"dtype":"U8","shape":[)",
                                       number, R"(],"data_offsets":[0,1]}})"),
                          "x")),
        absl::StatusCode::kInvalidArgument, {"header"}))
        << number;
  }
}

TEST(SafetensorsHeaderTest, RefusesUnknownTypesByName) {
  EXPECT_TRUE(Refuses(
      Parse(Safetensors(
          R"({"a":{"dtype":"Q9","shape":[1],"data_offsets":[0,1]}})", "x")),
      absl::StatusCode::kInvalidArgument, {"\"a\"", "dtype Q9"}));
}

TEST(SafetensorsHeaderTest, RefusesHolesAndOverlaps) {
  const auto two = [](absl::string_view a, absl::string_view b) {
    return Parse(Safetensors(
        absl::StrCat(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)", a,
                     R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)", b,
                     "}}"),
        "12345678"));
  };
  EXPECT_TRUE(two("[2,4]", "[0,2]").ok());
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_TRUE(Refuses(two("[0,2]", "[3,5]"), kInvalid, {"\"b\"", "no hole"}));
  EXPECT_TRUE(Refuses(two("[1,3]", "[3,5]"), kInvalid, {"\"a\"", "no hole"}));
  EXPECT_TRUE(
      Refuses(two("[0,2]", "[1,3]"), kInvalid, {"\"b\"", "no overlap"}));
  EXPECT_TRUE(Refuses(two("[0,2]", "[0,2]"), kInvalid, {"no overlap"}));
}

TEST(SafetensorsHeaderTest, RefusesAHeaderAboveTheCap) {
  for (const std::uint64_t length :
       {std::uint64_t{100'000'001}, std::uint64_t{1} << 40,
        ~std::uint64_t{0}}) {
    EXPECT_TRUE(Refuses(Parse(Bytes(length) + "{}"),
                        absl::StatusCode::kInvalidArgument,
                        {absl::StrCat("header length ", length), "100000000"}));
    // And through the front door, where it must not pass for something else.
    EXPECT_TRUE(Refuses(Log::Open(WriteFile("s", Bytes(length) + "{}")),
                        absl::StatusCode::kInvalidArgument, {"header length"}));
  }
  EXPECT_TRUE(Refuses(Parse(Bytes(std::uint64_t{3}) + "{}"),
                      absl::StatusCode::kDataLoss, {"3 bytes of header"}));
}

TEST(SafetensorsHeaderTest, StopsAtTheFirstBracketThatDoesNotBelong) {
  const std::string brackets(10'000'000, '[');
  EXPECT_TRUE(Refuses(Parse(Safetensors("{\"a\":{\"shape\":" + brackets, "")),
                      absl::StatusCode::kInvalidArgument, {"an array"}));
}

}  // namespace
}  // namespace sampler::logs::safetensors_header_test
