// `sampler convert --recover`: what a damaged file still holds, and no option
// without effect.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/logger.h"
#include "tests/tools/tool.h"

namespace sampler::tools::recover_command_test {
namespace {

using nlohmann::json;

constexpr int kRows = 50;

std::string Out(absl::string_view name) {
  std::string path = WriteTemporary(name, "");
  std::filesystem::remove(path);
  return path;
}

std::vector<float> RowOf(int n) {
  std::vector<float> row(100);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(n)) % 100);
  }
  return row;
}

// The journal of kRows rows, as its process leaves it.
std::string JournalBytes() {
  const std::string path = Out("run");
  auto logger = logs::Logger::Create(path, {.vocabulary_size = 100});
  EXPECT_TRUE(logger.ok()) << logger.status();
  EXPECT_TRUE(logger->AddPrompt(0, {1, 2, 3}).ok());
  for (int n = 0; n < kRows; ++n) {
    EXPECT_TRUE(logger->Append(0, RowOf(n), n).ok());
  }
  std::string bytes = ReadAll(path + ".partial");
  logger->Discard();
  return bytes;
}

constexpr std::size_t kRecord = 40 + 4 * 100;

TEST(RecoverCommand, AFlippedBitCostsOneRowAndIsToldWithExitCode1) {
  std::string bytes = JournalBytes();
  // In row 5 of 50.
  const std::size_t at = bytes.size() - 45 * kRecord + 100;
  bytes[at] = static_cast<char>(bytes[at] ^ 4);
  const std::string journal = WriteTemporary("damaged.partial", bytes);
  const std::string out = Out("out.safetensors");
  ToolResult result = RunTool({"convert", "--recover", journal, out});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.out, "safetensors, 49 rows, 1 sequence"));
  EXPECT_TRUE(Says(result.err, "hold no intact record; 5 rows before them"));
  EXPECT_TRUE(Says(result.err, "sequence 0: row 5 is missing"));
  const json log = json::parse(RunTool({"inspect", out, "--json"}).out);
  EXPECT_TRUE(Says(log.dump(), "\"missing_rows\":\"0:5\""));

  result = RunTool(
      {"convert", "--recover", journal, out, "--force", "--json", "--quiet"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "");
  const json report = json::parse(result.out);
  EXPECT_EQ(report["rows"], 49);
  EXPECT_EQ(report["damage"]["missing"],
            json::parse(R"([{"sequence": 0, "of": "rows", "first": 5,
                             "count": 1}])"));
  EXPECT_EQ(report["damage"]["holes"][0]["bytes"], kRecord);
  EXPECT_EQ(report["damage"]["holes"][0]["rows_before"], 5);
}

TEST(RecoverCommand, TheEndOfAKilledProcessIsNoDamage) {
  const std::string bytes = JournalBytes();
  for (const std::size_t cut : {0u, 1u, 39u, 40u, 200u, 439u}) {
    const std::string journal =
        WriteTemporary("cut.partial", bytes.substr(0, bytes.size() - cut));
    const ToolResult result = RunTool(
        {"convert", "--recover", journal, Out("out.safetensors"), "--json"});
    EXPECT_EQ(result.exit_code, 0) << cut << result.err;
    const json report = json::parse(result.out);
    EXPECT_EQ(report["rows"], cut == 0 ? kRows : kRows - 1);
    EXPECT_EQ(report["losses"].size(), cut == 0 ? 0u : 1u);
    EXPECT_EQ(report["damage"]["ignored_bytes"],
              cut == 0 ? 0 : static_cast<int>(kRecord - cut));
  }
  // Zeros of a whole record are.
  std::string zeros = bytes;
  std::fill(zeros.end() - kRecord, zeros.end(), '\0');
  const ToolResult result =
      RunTool({"convert", "--recover", WriteTemporary("zeros.partial", zeros),
               Out("out.safetensors")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.err, "the last 440 bytes of LOG"));
}

TEST(RecoverCommand, TheFormatAskedForIsHonouredOrRefused) {
  const std::string journal = WriteTemporary("run.partial", JournalBytes());
  struct Case {
    std::string name;
    std::vector<std::string> more;
    bool works;
  };
  for (const Case& c : {Case{"a.safetensors", {}, true},
                        {"plain", {}, true},
                        {"b.npy", {"--to", "safetensors"}, true},
                        {"c.npy", {}, false},
                        {"d.kld", {}, false},
                        {"e.dat", {}, false},
                        {"f.safetensors", {"--to", "npy"}, false},
                        {"g.safetensors", {"--to", "llama"}, false}}) {
    const std::string out = Out(c.name);
    std::vector<std::string> arguments = {"convert", "--recover", journal, out};
    arguments.insert(arguments.end(), c.more.begin(), c.more.end());
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, c.works ? 0 : 2) << c.name << result.err;
    EXPECT_EQ(std::filesystem::exists(out), c.works);
    EXPECT_TRUE(c.works || Says(result.err, "want a safetensors log"));
    if (c.works) {
      EXPECT_EQ(RunTool({"inspect", out, "-q"}).exit_code, 0);
      std::filesystem::remove(out);
    }
  }
}

TEST(RecoverCommand, NoOptionIsIgnored) {
  const std::string journal = WriteTemporary("run.partial", JournalBytes());
  const std::string ids = WriteTemporary("ids.txt", "1");
  const std::string out = Out("out.safetensors");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--tensor", "logits"},
        {"--tokens", ids},
        {"--prompt-tokens", ids},
        {"--vocab-size", "100"},
        {"--dtype", "f32"},
        {"--floor", "keep"},
        {"--allow-partial"},
        {"--to-dtype", "f16"},
        {"--top-k", "3"}}) {
    std::vector<std::string> arguments = {"convert", "--recover", journal, out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 2) << more[0];
    EXPECT_TRUE(Says(result.err, absl::StrCat("--recover: got ", more[0])));
    EXPECT_FALSE(std::filesystem::exists(out));
  }
}

TEST(RecoverCommand, ReadsAndWritesStandardStreams) {
  const ToolResult result =
      RunTool({"convert", "--recover", "-", "-"}, JournalBytes());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string log = WriteTemporary("log.safetensors", result.out);
  EXPECT_TRUE(Says(RunTool({"inspect", log}).out, "50"));
}

}  // namespace
}  // namespace sampler::tools::recover_command_test
