// `sampler import` of YAML files.

#include <string>

#include "gtest/gtest.h"
#include "sampler/parameters/value.h"
#include "tests/tools/tool.h"
#include "tools/import/yaml.h"

namespace sampler::tools {
namespace {

bool ReadsYaml() { return ReadYaml("a: 1").ok(); }

TEST(ImportYaml, APresetOfTextGenerationWebui) {
  if (!ReadsYaml()) GTEST_SKIP() << "this build has no yaml-cpp";
  const std::string file =
      WriteTemporary("Creative.yaml",
                     "min_p: 0.02\nxtc_probability: 0.5\nxtc_threshold: 0.1\n"
                     "do_sample: true\nsampler_priority: |-\n  xtc\n  min_p\n");
  const ToolResult result = RunTool({"import", "textgen", file});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_LT(result.out.find("\"xtc\""), result.out.find("\"min_p\""));
  EXPECT_EQ(RunTool({"import", file, "-q"}).out, result.out);
}

TEST(ImportYaml, ScalarsAreReadAsPythonReadsThem) {
  if (!ReadsYaml()) GTEST_SKIP() << "this build has no yaml-cpp";
  const auto value =
      ReadYaml("a: yes\nb: '1'\nc: 1\nd: 1.5\ne: ~\nf: [x, \"2\"]\n");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, Value(Value::Object{{"a", true},
                                        {"b", "1"},
                                        {"c", 1},
                                        {"d", 1.5},
                                        {"e", Value()},
                                        {"f", Value::List{"x", "2"}}}));
}

TEST(ImportYaml, ErrorsHaveAPlace) {
  if (!ReadsYaml()) GTEST_SKIP() << "this build has no yaml-cpp";
  const std::string file = WriteTemporary("bad.yaml", "top_k: 3\ntop_k: 4\n");
  EXPECT_TRUE(Says(RunTool({"import", "textgen", file}).err,
                   "bad.yaml:2:1: key \"top_k\" stands twice"));
  EXPECT_FALSE(ReadYaml("a: [1").ok());
  // Aliases that unfold without end.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  EXPECT_FALSE(ReadYaml(bomb).ok());
  EXPECT_FALSE(ReadYaml(std::string(100'000, '[')).ok());
}

TEST(ImportYaml, TellsYamlFromOtherText) {
  EXPECT_TRUE(LooksLikeYaml("x.yaml", "temperature: 1"));
  EXPECT_TRUE(LooksLikeYaml("", "# c\n---\nmin_p: 0.1\n"));
  EXPECT_TRUE(LooksLikeYaml("", "model_list:\n  - a: 1\n"));
  EXPECT_FALSE(LooksLikeYaml("", "{\"a\": 1}"));
  EXPECT_FALSE(LooksLikeYaml("", "--temp 0.8"));
  EXPECT_FALSE(LooksLikeYaml("", "FROM x"));
  EXPECT_FALSE(LooksLikeYaml("", ""));
}

}  // namespace
}  // namespace sampler::tools
