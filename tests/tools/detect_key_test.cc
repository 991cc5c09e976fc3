// `sampler detect` of keys and options that are wrong: it says so, and shows no
// key.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools::detect_key_test {
namespace {

using nlohmann::json;

// A key that stands nowhere but in the key file.
constexpr char kKey[] = "7773170242";

// Whatever is wrong, and whatever is right: no digit of the key comes out.
TEST(DetectTest, NeverShowsAKey) {
  const std::string tokens = WriteTemporary("tokens.txt", "1 2 3 4 5 6 7 8");
  const std::string keys[] = {
      kKey,
      absl::StrCat("x", kKey),
      absl::StrCat(kKey, " ", kKey, " ", kKey),
      absl::StrCat("{\"key\": ", kKey, "}"),
      absl::StrCat("{\"key\": ", kKey),
      absl::StrCat("{\"key\": ", kKey, ".5}"),
      absl::StrCat("{\"key\": \"g", kKey, "\"}"),
      absl::StrCat("{\"key\": [", kKey, "]}"),
      absl::StrCat("{\"keys\": [", kKey, ", 1.5]}"),
      absl::StrCat("{\"key\": ", kKey, ", \"alpha\": 3}"),
      absl::StrCat("{\"key\": ", kKey, ", \"nonsense\": 3}"),
      absl::StrCat("{\"version\": 1, \"stages\": [{\"type\": \"synthid\", "
                   "\"keys\": [",
                   kKey, "]}]}"),
      absl::StrCat("{\"stages\": ", kKey, "}"),
      "",
      "{}"};
  for (const char* scheme : {"vllm", "vllm-dual", "sglang", "textseal", "kgw",
                             "synthid", "gumbel"}) {
    for (const std::string& key : keys) {
      const std::string file = WriteTemporary("k", key);
      for (const char* form : {"--json", "--each"}) {
        const ToolResult result =
            RunTool({"detect", tokens, "--scheme", scheme, "--key-file", file,
                     "--context-width", "2", form});
        EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 2);
        EXPECT_EQ(result.out.find(kKey), std::string::npos) << result.out;
        EXPECT_EQ(result.err.find(kKey), std::string::npos) << result.err;
        if (result.exit_code == 2) {
          EXPECT_TRUE(Says(result.err, "--key-file"));
        }
      }
    }
  }
}

TEST(DetectTest, Errors) {
  const std::string tokens = WriteTemporary("tokens.txt", "1 2 3");
  const std::string key = WriteTemporary("k", kKey);
  const auto error = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "detect");
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_TRUE(Says(error({tokens, "--scheme", "vllm"}),
                   "want either --key-file or --key-fd"));
  EXPECT_TRUE(
      Says(error({tokens, "--scheme", "vlm", "--key-file", key}), "vllm-dual"));
  EXPECT_TRUE(
      Says(error({tokens, "--scheme", "vllm", "--key-file", "/no/such/file"}),
           "--key-file /no/such/file: cannot be opened"));
  EXPECT_TRUE(Says(
      error({tokens, "--scheme", "vllm", "--key-file", key, "--gamma", "0.5"}),
      "/gamma: unknown parameter \"gamma\""));
  EXPECT_TRUE(Says(error({tokens, "--scheme", "gumbel", "--key-file", key}),
                   "/context_width: missing"));
  const std::string config =
      WriteTemporary("c", R"({"key": 1, "context_width": 3})");
  EXPECT_TRUE(Says(error({tokens, "--scheme", "vllm", "--key-file", config,
                          "--context-width", "2"}),
                   "says \"context_width\", too"));
  EXPECT_TRUE(Says(error({WriteTemporary("t", "1 -5 3"), "--scheme", "vllm",
                          "--key-file", key}),
                   "token 1: got -5"));
  const std::vector<std::vector<float>> rows(3, std::vector<float>(10));
  EXPECT_TRUE(
      Says(error({MakeLog(rows), "--scheme", "vllm", "--key-file", key}),
           "the log has no tokens"));
  EXPECT_TRUE(Says(error({MakeLog(rows, {1, -100, 2}), "--scheme", "vllm",
                          "--key-file", key}),
                   "row 1: got no token"));
  // Tokens that are no ids, and options that nothing reads.
  const auto of_ids = [&](const std::string& ids,
                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        WriteTemporary("ids.json", ids), "--scheme", "vllm", "--key-file", key};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return error(arguments);
  };
  for (const char* const wrong : {"[1, 2", "[1, 2.5]", "[[1, 2], [3]]", "[]"}) {
    const std::string said = of_ids(wrong);
    EXPECT_TRUE(Says(said, "ids.json: token")) << wrong;
    EXPECT_FALSE(absl::StrContains(said, "format")) << said;
  }
  EXPECT_TRUE(
      Says(of_ids("[1, 99999999999]"), "want a token id in [0, 2147483647]"));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--vocab-size", "9"},
        {"--dtype", "f16"},
        {"--tensor", "x"}}) {
    EXPECT_TRUE(Says(of_ids("[1, 2, 3]", more), "got a file of token ids"));
  }
  const std::string words = WriteTemporary("words.json", R"(["a", "b"])");
  EXPECT_TRUE(Says(of_ids("[1, 2, 3]", {"--vocab-file", words}),
                   "want none beside a file of token ids"));
  EXPECT_TRUE(Says(error({MakeLog(rows, {1, 3, 2}), "--scheme", "vllm",
                          "--key-file", key, "--vocab-file", words}),
                   "want none beside a log"));
}

}  // namespace
}  // namespace sampler::tools::detect_key_test
