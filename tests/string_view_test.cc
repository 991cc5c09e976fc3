// Text that goes in and comes out as any of the views and strings.

#include "absl/strings/string_view.h"

#include <sstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/language.h"
#include "sampler/logits.h"
#include "sampler/pipeline.h"
#include "sampler/presets.h"
#include "sampler/row_status.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

TEST(StringView, BecomesAnyText) {
  const std::string copied = RowStatusName(RowStatus::kNan);
  const std::string direct(RowStatusName(RowStatus::kNan));
  const std::string_view standard = RowStatusName(RowStatus::kNan);
  const absl::string_view abseil = RowStatusName(RowStatus::kNan);
  std::string assigned;
  assigned = RowStatusName(RowStatus::kNan);
  std::ostringstream printed;
  printed << RowStatusName(RowStatus::kNan);
  for (const std::string& text :
       {copied, direct, std::string(standard), std::string(abseil), assigned,
        printed.str(), absl::StrCat(RowStatusName(RowStatus::kNan))}) {
    EXPECT_EQ(text, "nan");
  }
  EXPECT_EQ(RowStatusName(RowStatus::kNan), "nan");
  EXPECT_TRUE(RowStatusName(RowStatus::kNan) == standard);
  EXPECT_TRUE(RowStatusName(RowStatus::kNan) == abseil);
  EXPECT_TRUE(RowStatusName(RowStatus::kNan) == copied);
  const std::string dtype = DTypeName(DType::kBF16);
  EXPECT_EQ(dtype, "bf16");
  const std::string group = StageGroupName(StageGroup::kDraw);
  EXPECT_EQ(group, "draw");
}

TEST(StringView, IsMadeFromAnyText) {
  const std::string text =
      R"({"version": 1, "seed": 3, "stages": [{"type": "greedy"}]})";
  const PipelineConfig config = ParseConfig(text).value();
  EXPECT_EQ(ParseConfig(std::string_view(text)).value(), config);
  EXPECT_EQ(ParseConfig(absl::string_view(text)).value(), config);
  EXPECT_EQ(ParseConfig(text.c_str()).value(), config);
  const Pipeline pipeline = Pipeline::Create(config, 8).value();
  const std::string snapshot = pipeline.NewSequence().value().Snapshot();
  EXPECT_TRUE(Sequence::Restore(std::string_view(snapshot)).ok());
  EXPECT_TRUE(Sequence::Restore(absl::string_view(snapshot)).ok());
  EXPECT_TRUE(pipeline.RestoreSequence(std::string_view(snapshot)).ok());
  EXPECT_NE(FindPreset(std::string_view("greedy")), nullptr);
  EXPECT_NE(StageRegistry::BuiltIn().Find(std::string_view("top_p")), nullptr);
}

}  // namespace
}  // namespace sampler
