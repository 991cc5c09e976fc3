// No command replaces a file that it reads, nor writes two outputs to one.

#include "tools/options/output_names.h"

#include <filesystem>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"
#include "tools/app.h"

namespace sampler::tools {
namespace {

using Arguments = std::vector<std::string>;

std::string Log() { return MakeLog({{1, 2, 3}, {3, 2, 1}}, {2, 0}); }

std::string Chain() {
  return WriteTemporary("chain.json",
                        R"({"version": 1, "stages": [{"type": "greedy"}]})");
}

// A vocabulary of three tokens.
std::string WordsFile() {
  return WriteTemporary("vocabulary.json", R"(["a", "b", "c"])");
}

// The command line ends with an error that says `part`, and `file` stays as it
// is.
void ExpectRefused(const Arguments& arguments, const std::string& file,
                   const std::string& part) {
  SCOPED_TRACE(testing::PrintToString(arguments));
  const std::string before = ReadAll(file);
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, part));
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(ReadAll(file), before);
}

TEST(OutputNames, NoInputIsReplaced) {
  const std::string log = Log();
  const std::string chain = Chain();
  const std::string tokens = WriteTemporary("tokens.txt", "2\n0\n");
  const std::string prompt = WriteTemporary("prompt.txt", "1\n");
  const std::string words = WordsFile();
  const Arguments replay = {
      "replay",          log,    "-c",           chain, "--tokens", tokens,
      "--prompt-tokens", prompt, "--vocab-file", words};
  for (const std::string& input : {log, chain, tokens, prompt, words}) {
    for (const Arguments& output :
         {Arguments{"--html", input}, Arguments{"--emit", "mask", input}}) {
      Arguments arguments = replay;
      arguments.insert(arguments.end(), output.begin(), output.end());
      ExpectRefused(arguments, input, "got the input");
      arguments.push_back("--force");
      if (output[0] == "--emit") {
        ExpectRefused(arguments, input, "got the input");
      }
    }
  }
  ExpectRefused({"explain", log, "--row", "0", "-c", chain, "--html", chain},
                chain, "got the input");
  const std::string edited = absl::StrCat(chain, ";temp=1");
  for (const std::string output :
       {"--html", "--export-json", "--export-csv", "--export-markdown"}) {
    ExpectRefused(
        {"compare", log, "--a", chain, "--b", "temp=1", output, chain}, chain,
        "got the input");
    ExpectRefused(
        {"compare", log, "--a", "temp=1", "--b", edited, output, chain}, chain,
        "got the input");
    ExpectRefused(
        {"sweep", log, "--base", chain, "--param", "temp=1", output, chain},
        chain, "got the input");
  }
  ExpectRefused(
      {"sweep", log, "--on", edited, "--param", "top_k=1", "--plot", chain},
      chain, "got the input");
  ExpectRefused({"convert", log, words, "--force", "--tokens", words}, words,
                "got the input");
  ExpectRefused({"export", "vllm", chain, "-o", chain, "--force"}, chain,
                "got the input");
  ExpectRefused({"vectors", "-c", chain, "-o", chain, "--force"}, chain,
                "got the input");
  const std::string settings = WriteTemporary("settings.json", R"({"n": 1})");
  const std::string defaults = WriteTemporary("defaults.json", "{}");
  const Arguments import = {"import", "vllm",   settings, "--generation-config",
                            defaults, "--force"};
  for (const std::string& input : {settings, defaults}) {
    Arguments arguments = import;
    arguments.insert(arguments.end(), {"-o", input});
    ExpectRefused(arguments, input, "got the input");
  }
}

TEST(OutputNames, LinksAndSpellingsAreSeenThrough) {
  const std::string log = Log();
  const std::string chain = Chain();
  const std::string folder = std::filesystem::path(chain).parent_path();
  const std::string name = std::filesystem::path(chain).filename();
  const std::string link = absl::StrCat(chain, ".link");
  std::filesystem::remove(link);
  std::filesystem::create_hard_link(chain, link);
  ExpectRefused({"replay", log, "-c", chain, "--html", link}, chain,
                "got the input");
  ExpectRefused(
      {"replay", log, "-c", chain, "--html", absl::StrCat(folder, "/./", name)},
      chain, "got the input");
  std::filesystem::remove(link);
}

TEST(OutputNames, TwoOutputsAreTwoFiles) {
  const std::string log = Log();
  const std::string page = WriteTemporary("page.html", "before");
  const std::string folder = std::filesystem::path(page).parent_path();
  const std::string name = std::filesystem::path(page).filename();
  const std::string other = absl::StrCat(folder, "/./", name);
  for (const std::string& existing : {page, page + ".new"}) {
    const std::string again =
        existing == page ? other : absl::StrCat(other, ".new");
    const std::string part = "writes too, want another file";
    std::vector<Arguments> wrong = {
        {"sweep", log, "--param", "temp=1", "--plot", existing, "--html",
         again},
        {"compare", log, "--a", "temp=1", "--b", "temp=2", "--export-json",
         existing, "--export-csv", again},
        {"replay", log, "--temp", "1", "--force", "--emit", "mask", existing,
         "--html", again}};
    for (const Arguments& arguments : wrong) {
      ExpectRefused(arguments, page, part);
    }
    EXPECT_FALSE(std::filesystem::exists(page + ".new"));
  }
}

TEST(OutputNames, AnEmptyNameIsNoName) {
  const std::string log = Log();
  const std::vector<Arguments> wrong = {
      {"replay", log, "--temp", "1", "--html", ""},
      {"replay", log, "--temp", "1", "--emit", "mask", ""},
      {"explain", log, "--row", "0", "--temp", "1", "--html", ""},
      {"sweep", log, "--param", "temp=1", "--plot", ""},
      {"compare", log, "--a", "temp=1", "--b", "temp=2", "--export-csv", ""},
      {"convert", log, ""},
      {"import", "vllm", "--text", "{}", "-o", ""},
      {"export", "vllm", "balanced", "-o", ""},
      {"vectors", "-o", ""}};
  for (const Arguments& arguments : wrong) {
    ExpectRefused(arguments, log, "got an empty name");
  }
}

TEST(OutputNames, AnEmptyValueIsNoValue) {
  const std::string log = Log();
  const std::vector<Arguments> wrong = {
      {"replay", ""},
      {"replay", log, "-c", ""},
      {"replay", log, "--temp", "1", "--tokens", ""},
      {"replay", log, "--temp", "1", "--prompt-tokens", ""},
      {"replay", log, "--temp", "1", "--vocab-file", ""},
      {"replay", log, "--temp", "1", "--tensor", ""},
      {"sweep", log, "--param", "temp=1", "--on", ""},
      {"compare", log, "", "--a", "temp=1"},
      {"verify", log, "--temp", "1", "--seed", "1", "--reference", ""},
      {"import", "vllm", "--text", "{}", "--generation-config", ""},
      {"import", "vllm", ""},
      {"validate", "balanced", ""}};
  for (const Arguments& arguments : wrong) {
    ExpectRefused(arguments, log, "got nothing, want");
  }
}

TEST(OutputNames, WhatCannotBeWrittenIsSaidBeforeTheWork) {
  const std::string log = Log();
  const std::string folder = testing::TempDir();
  for (const auto& [name, part] :
       {std::pair<std::string, std::string>{folder, "a folder"},
        {"/dev/full", "got a device"},
        {absl::StrCat(folder, "/no/such/x.svg"),
         "in a folder that is there"}}) {
    ExpectRefused({"sweep", log, "--param", "temp=1", "--plot", name}, log,
                  part);
    ExpectRefused({"compare", log, "--a", "temp=1", "--b", "temp=2",
                   "--export-json", name},
                  log, part);
    ExpectRefused({"export", "vllm", "balanced", "-o", name, "--force"}, log,
                  part);
  }
}

TEST(OutputNames, ForceIsOfAFile) {
  const std::string log = Log();
  const std::vector<Arguments> wrong = {
      {"vectors", "--force"},
      {"export", "vllm", "balanced", "--force"},
      {"import", "vllm", "--text", "{}", "--force"},
      {"import", "vllm", "--text", "{}", "-o", "-", "--force"},
      {"convert", log, "-", "--force"},
      {"replay", log, "--temp", "1", "--force"}};
  for (const Arguments& arguments : wrong) {
    ExpectRefused(arguments, log, "--force: want");
  }
}

TEST(OutputNames, StandardInputIsReadOnce) {
  const std::string log = Log();
  const std::vector<Arguments> wrong = {
      {"replay", "-", "-c", "-"},
      {"replay", "-", "--temp", "1", "--tokens", "-"},
      {"replay", log, "-c", "-", "--vocab-file", "-"},
      {"compare", "-", "-", "--a", "temp=1"},
      {"validate", "-", "-"},
      {"import", "vllm", "-", "--generation-config", "-"},
      {"detect", "-", "--scheme", "vllm", "--key-file", "-"}};
  for (const Arguments& arguments : wrong) {
    ExpectRefused(arguments, log, "standard input cannot be both");
  }
}

// "-" is a word of the command line, not the name of a log.
TEST(OutputNames, StandardInputIsCalledSo) {
  const std::string log = ReadAll(Log());
  const std::vector<Arguments> commands = {
      {"inspect", "-"},
      {"replay", "-", "--temp", "1"},
      {"explain", "-", "--row", "0", "--temp", "1"},
      {"verify", "-", "--temp", "1", "--seed", "1"},
      {"sweep", "-", "--param", "temp=1"},
      {"compare", "-", "--a", "temp=1", "--b", "temp=2"}};
  for (const Arguments& arguments : commands) {
    const ToolResult result = RunTool(arguments, log);
    EXPECT_TRUE(Says(result.out, "standard input")) << result.err;
  }
}

// A config may come through a pipe.
TEST(OutputNames, AConfigIsReadFromStandardInput) {
  const std::string chain = R"({"version": 1, "stages": [{"type": "greedy"}]})";
  const ToolResult exported = RunTool({"export", "vllm", "-", "-q"}, chain);
  EXPECT_EQ(exported.exit_code, 0) << exported.err;
  const ToolResult replayed =
      RunTool({"replay", Log(), "-c", "-", "-q"}, chain);
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_TRUE(Says(replayed.out, "greedy"));
}

// A device that never ends is no file.
TEST(OutputNames, NoInputIsReadForEver) {
  const std::string log = Log();
  const std::vector<Arguments> wrong = {
      {"validate", "/dev/zero"},
      {"inspect", "/dev/zero"},
      {"replay", log, "-c", "/dev/zero"},
      {"replay", log, "--temp", "1", "--tokens", "/dev/zero"},
      {"replay", log, "--temp", "1", "--vocab-file", "/dev/zero"},
      {"import", "vllm", "/dev/zero"},
      {"export", "vllm", "/dev/zero"},
      {"vectors", "--check", "/dev/zero"}};
  for (const Arguments& arguments : wrong) {
    ExpectRefused(arguments, log, "got a device of more than 64 MB");
  }
}

// An option that is described as one that writes is known as one.
TEST(OutputNames, EveryOptionThatWritesIsKnown) {
  int exit_code = 0;
  const auto app = MakeApp(exit_code);
  const std::string file = WriteTemporary("in_and_out", "x");
  int outputs = 0;
  for (CLI::App* command :
       app->get_subcommands([](CLI::App*) { return true; })) {
    for (CLI::Option* option : command->get_options()) {
      const std::string help = option->get_description();
      if (!absl::StrContains(option->get_type_name(), "FILE") ||
          !(absl::StrContains(help, "rite") ||
            absl::StrContains(help, "Where the") ||
            absl::StrContains(help, "draw the"))) {
        continue;
      }
      ++outputs;
      option->clear();
      option->add_result("");
      EXPECT_THROW(CheckOutputNames(*command), CLI::ValidationError)
          << command->get_name() << " " << option->get_name();
      option->clear();
    }
  }
  EXPECT_GE(outputs, 14);
}

}  // namespace
}  // namespace sampler::tools
