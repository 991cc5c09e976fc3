// Words and forced tokens as fields of vLLM's requests, and back.

#include <gtest/gtest.h>

#include "sampler/config.h"
#include "sampler/importers/exporter.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

PipelineConfig WithStage(absl::string_view stage) {
  const auto config =
      ParseConfig(absl::StrCat(R"({"version": 1, "stages": [)", stage,
                               R"(, {"type": "categorical"}]})"));
  EXPECT_TRUE(config.ok()) << stage << config.status();
  return config.ok() ? *config : PipelineConfig{};
}

// vLLM's bad_words are texts: a word stands for its spelling with a space too.
TEST(VllmExport, WritesWordsAsVllmTakesThem) {
  const ListedTexts texts({" cat", "cat", "x", " dog", "do", "g"});
  const PipelineConfig cat = WithStage(
      R"({"type": "bad_words", "sequences": [[1], [0], [2]],
          "scope": "output"})");
  const auto exported = Export("vllm", cat, {.texts = &texts});
  ASSERT_TRUE(exported.ok());
  EXPECT_EQ(exported->report.lost, 0) << exported->text;
  EXPECT_TRUE(Contains(exported->text, R"("bad_words": ["cat","x"])"))
      << exported->text;
  EXPECT_EQ(Chain(Importing("vllm", exported->text, {.texts = &texts}).config),
            Chain(cat));
  // Without texts, or where the engine would ban another spelling.
  const auto bare = Export("vllm", cat);
  ASSERT_TRUE(bare.ok());
  EXPECT_EQ(bare->report.lost, 1) << bare->text;
  EXPECT_FALSE(Contains(bare->text, "bad_words"));
  const auto dog = Export(
      "vllm",
      WithStage(
          R"({"type": "bad_words", "sequences": [[3]], "scope": "output"})"),
      {.texts = &texts});
  ASSERT_TRUE(dog.ok());
  EXPECT_GE(dog->report.lost, 1) << dog->text;
}

TEST(VllmExport, WritesForcedIdsAsVllmsTrace) {
  const PipelineConfig traced =
      WithStage(R"({"type": "forced_tokens", "at": [[0, 5], [1, 7], [2, 5]]})");
  const auto exported = Export("vllm", traced);
  ASSERT_TRUE(exported.ok());
  EXPECT_EQ(exported->report.lost, 0) << exported->text;
  EXPECT_EQ(Chain(Importing("vllm", exported->text).config), Chain(traced));
  // A trace has one id for each place from the first, whose logit stays.
  for (const char* other :
       {R"({"type": "forced_tokens", "at": [[1, 5]]})",
        R"({"type": "forced_tokens", "at": [[0, [5, 6]]]})",
        R"({"type": "forced_tokens", "at": [[0, 5]], "value": "zero"})"}) {
    const auto lost = Export("vllm", WithStage(other));
    ASSERT_TRUE(lost.ok());
    EXPECT_GE(lost->report.lost, 1) << other << lost->text;
  }
}

}  // namespace
}  // namespace sampler::importers
