#include "sampler/logs/formats/npy_header.h"

#include "tests/logs/log_files.h"

namespace sampler::logs::npy_header_test {
namespace {

absl::StatusOr<NpyHeader> Parse(const std::string& bytes) {
  return ParseNpyHeader(
      "f.npy",
      absl::MakeConstSpan(reinterpret_cast<const unsigned char*>(bytes.data()),
                          bytes.size()));
}

std::string WithDict(absl::string_view dict, char major = 1) {
  std::string bytes =
      absl::StrCat("\x93NUMPY", std::string(1, major), std::string(1, '\0'));
  bytes += major == 1 ? Bytes(static_cast<std::uint16_t>(dict.size()))
                      : Bytes(static_cast<std::uint32_t>(dict.size()));
  return absl::StrCat(bytes, dict);
}

constexpr absl::string_view kDict =
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n";

TEST(NpyHeaderTest, ReadsAllThreeVersions) {
  for (const char major : {char{1}, char{2}, char{3}}) {
    const std::string bytes = WithDict(kDict, major);
    const auto header = Parse(bytes);
    ASSERT_TRUE(header.ok()) << header.status();
    EXPECT_EQ(header->descr, "<f4");
    EXPECT_FALSE(header->fortran_order);
    EXPECT_EQ(header->shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(header->data_offset, bytes.size());
  }
}

TEST(NpyHeaderTest, TakesAnyOrderEitherQuoteAndOptionalTrailingCommas) {
  for (const absl::string_view dict :
       {"{\"shape\":(7,),\"descr\":\"<f4\",\"fortran_order\":True}",
        "{ 'fortran_order' : True , 'shape' : ( 7 , ) , 'descr' : '<f4' , }"}) {
    const auto header = Parse(WithDict(dict));
    ASSERT_TRUE(header.ok()) << header.status();
    EXPECT_TRUE(header->fortran_order);
    EXPECT_EQ(header->shape, std::vector<std::int64_t>{7});
  }
}

TEST(NpyHeaderTest, AScalarHasAnEmptyShape) {
  const auto header =
      Parse(WithDict("{'descr': '<f4', 'fortran_order': False, 'shape': ()}"));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_TRUE(header->shape.empty());
}

TEST(NpyHeaderTest, RefusesEverythingThatIsNotThisLiteral) {
  for (const absl::string_view dict : {
           "",
           "{}",
           "[]",
           "{'descr': '<f4'}",
           // A key twice, an unknown key, a key missing.
           "{'descr':'<f4','descr':'<f4','fortran_order':False,'shape':(1,)}",
           "{'descr':'<f4','fortran_order':False,'shape':(1,),'x':1}",
           "{'descr':'<f4','fortran_order':False,}",
           // Values of another type.
           "{'descr':[('a','<f4')],'fortran_order':False,'shape':(1,)}",
           "{'descr':'<f4','fortran_order':0,'shape':(1,)}",
           "{'descr':'<f4','fortran_order':False,'shape':(1)}",
           "{'descr':'<f4','fortran_order':False,'shape':[1]}",
           "{'descr':'<f4','fortran_order':False,'shape':(-1,)}",
           "{'descr':'<f4','fortran_order':False,'shape':(1 2)}",
           "{'descr':'<f4','fortran_order':False,'shape':(,)}",
           "{'descr':'<f4','fortran_order':False,'shape':(9223372036854775808,)"
           "}",
           "{'descr':'\\x3cf4','fortran_order':False,'shape':(1,)}",
           // Something to evaluate, and something after the end.
           "{'descr':'<f4','fortran_order':not True,'shape':(1,)}",
           "{'descr':'<f4','fortran_order':False,'shape':(1,)} + {}",
           "{'descr':'<f4' 'fortran_order':False,'shape':(1,)}",
       }) {
    EXPECT_TRUE(Refuses(Parse(WithDict(dict)),
                        absl::StatusCode::kInvalidArgument,
                        {"f.npy: header, byte", "want a dict"}))
        << dict;
  }
}

TEST(NpyHeaderTest, RefusesUnknownVersionsAndAbsurdLengths) {
  EXPECT_TRUE(Refuses(Parse(WithDict(kDict, 4)),
                      absl::StatusCode::kInvalidArgument, {"version 4.0"}));
  EXPECT_TRUE(
      Refuses(Parse(absl::StrCat("\x93NUMPY", absl::string_view("\2\0", 2),
                                 "\xff\xff\xff\xff", kDict)),
              absl::StatusCode::kInvalidArgument, {"4294967295"}));
}

TEST(NpyHeaderTest, EveryPrefixOfTheHeaderIsTruncated) {
  const std::string bytes = WithDict(kDict, 2);
  for (std::size_t size = 6; size < bytes.size(); ++size) {
    EXPECT_TRUE(Refuses(Parse(bytes.substr(0, size)),
                        absl::StatusCode::kDataLoss, {"truncated"}));
  }
}

}  // namespace
}  // namespace sampler::logs::npy_header_test
