// Keys of watermarks: nothing that people or logs see shows one.

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/config/printed.h"

namespace sampler {
namespace {

TEST(Secrets, AreInNoErrorChainOrPrintedConfig) {
  const std::string stages =
      R"("stages": [{"type": "kgw_watermark", "key": 77731},
                    {"type": "synthid", "keys": [77731, 77732]}]})";
  const absl::StatusOr<PipelineConfig> config =
      ParseConfig(absl::StrCat(R"({"version": 1, )", stages));
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string printed = ToPrintedJson(*config);
  for (const std::string& text : {ChainText(*config), printed}) {
    EXPECT_EQ(text.find("7773"), std::string::npos) << text;
    EXPECT_NE(text.find("secret"), std::string::npos) << text;
  }
  EXPECT_NE(ToJson(*config).find("77731"), std::string::npos);
  // A printed config says what it lacks.
  const std::string again = ParseConfig(printed).status().ToString();
  EXPECT_NE(again.find("/stages/0/key: got \"secret\", as in a copy"),
            std::string::npos)
      << again;
  for (const char* wrong : {"77731.5", "\"77731\"", "[77731]"}) {
    const std::string error =
        ParseConfig(absl::StrCat(R"({"version": 1, "stages": [
                        {"type": "gumbel_watermark", "context_width": 1,
                         "key": )",
                                 wrong, "}]}"))
            .status()
            .ToString();
    EXPECT_NE(error.find("/stages/0/key: got a secret"), std::string::npos);
    EXPECT_EQ(error.find("77731"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace sampler
