// The manual page and the completions say what the tool's parser knows, and
// shells take them.

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sampler/importers/importer.h"
#include "sampler/presets.h"
#include "tests/tools/tool.h"
#include "tools/docs/command_line.h"
#include "tools/docs/completions.h"
#include "tools/docs/man_page.h"

namespace sampler::tools {
namespace {

const ArgumentInfo* Find(const CommandInfo& command, absl::string_view name) {
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.value == name) return &argument;
    for (const std::string& known : argument.names) {
      if (known == name) return &argument;
    }
  }
  return nullptr;
}

const CommandInfo* Command(const CommandInfo& tool, absl::string_view name) {
  for (const CommandInfo& command : tool.commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

// Runs a shell's program on a script; its exit code.
int RunShell(absl::string_view shell, const std::string& file) {
  return std::system(absl::StrCat(shell, " '", file, "' >/dev/null").c_str());
}

bool IsInstalled(absl::string_view program) {
  return std::system(
             absl::StrCat("command -v ", program, " >/dev/null").c_str()) == 0;
}

TEST(CommandReference, KnowsWhatArgumentsTake) {
  const CommandInfo tool = DescribeTool();
  const CommandInfo* replay = Command(tool, "replay");
  ASSERT_NE(replay, nullptr);
  const std::vector<std::string> histories = {"logged", "replayed"};
  EXPECT_EQ(Find(*replay, "--history")->choices, histories);
  EXPECT_EQ(Find(*replay, "--threads")->choices, std::vector<std::string>());
  EXPECT_EQ(Find(*replay, "-c"), Find(*replay, "--config"));
  EXPECT_EQ(Find(*replay, "--config")->choices.size(),
            Presets().size() + TextPresets().size());
  EXPECT_TRUE(Find(*replay, "--config")->takes_file);
  EXPECT_TRUE(Find(*replay, "LOG")->takes_file);
  EXPECT_EQ(Find(*replay, "--json")->value, "");
  EXPECT_EQ(PositionalChoices(*Command(tool, "import")).size(),
            importers::RuntimeNames().size());
}

// Every command and option of the tool's own help, in every form.
TEST(CommandReference, HasEveryCommandAndOption) {
  const CommandInfo tool = DescribeTool();
  const std::string bash = BashCompletion(tool);
  const std::string zsh = ZshCompletion(tool);
  const std::string fish = FishCompletion(tool);
  const std::string man =
      absl::StrReplaceAll(ManPage(tool, "1.2.3"), {{"\\-", "-"}});
  EXPECT_TRUE(Says(man, "sampler 1.2.3"));
  std::size_t options = 0;
  for (const CommandInfo& command : tool.commands) {
    EXPECT_TRUE(Says(man, absl::StrCat("\n.SS ", command.name, "\n")));
    const std::string help = RunTool({command.name, "--help"}).out;
    const std::string from =
        absl::StrCat("__fish_seen_subcommand_from ", command.name, "'");
    for (const std::string& word : std::vector<std::string>(absl::StrSplit(
             help, absl::ByAnyChar(" \n,"), absl::SkipEmpty()))) {
      if (!absl::StartsWith(word, "--") || Find(command, word) == nullptr) {
        continue;
      }
      ++options;
      EXPECT_TRUE(absl::StrContains(bash, word)) << command.name << word;
      EXPECT_TRUE(absl::StrContains(zsh, word + "[")) << command.name << word;
      EXPECT_TRUE(absl::StrContains(fish, " -l " + word.substr(2)))
          << command.name << word;
      EXPECT_TRUE(absl::StrContains(man, "\\fB" + word)) << command.name;
    }
    EXPECT_TRUE(Says(fish, from));
  }
  EXPECT_GT(options, 100u);
}

TEST(CommandReference, NoLineOfTheManualPageIsARequestByAccident) {
  CommandInfo tool = DescribeTool();
  tool.description = ".hidden\n'quoted\nback\\slash";
  const std::string man = ManPage(tool, "1");
  EXPECT_TRUE(Says(man, "\n\\&.hidden\n\\&'quoted\nback\\eslash\n"));
}

// What bash offers where the cursor stands behind `words`.
std::string Complete(const std::vector<std::string>& words) {
  const std::string script = absl::StrCat(
      "set -u\n", BashCompletion(DescribeTool()), "COMP_WORDS=('",
      absl::StrJoin(words, "' '"), "')\n", "COMP_CWORD=", words.size() - 1,
      "\n_sampler\n", "echo \"${COMPREPLY[*]-}\" > \"$0.out\"\n");
  const std::string file = WriteTemporary("complete.bash", script);
  EXPECT_EQ(RunShell("bash", file), 0);
  return ReadAll(file + ".out");
}

TEST(CommandReference, CompletesInBash) {
  EXPECT_EQ(Complete({"sampler", "re"}), "replay\n");
  EXPECT_EQ(Complete({"sampler", "--v"}), "--version\n");
  EXPECT_EQ(Complete({"sampler", "replay", "x", "--histo"}), "--history\n");
  EXPECT_EQ(Complete({"sampler", "replay", "x", "--history", ""}),
            "logged replayed\n");
  EXPECT_EQ(Complete({"sampler", "replay", "x", "--history", "=", "r"}),
            "replayed\n");
  EXPECT_EQ(Complete({"sampler", "replay", "x", "--history", "="}),
            "logged replayed\n");
  EXPECT_EQ(Complete({"sampler", "replay", "x", "-c", "balan"}), "balanced\n");
  EXPECT_EQ(Complete({"sampler", "replay", "x", "--temp", ""}), "\n");
  EXPECT_EQ(Complete({"sampler", "import", "kobold"}), "koboldcpp\n");
  EXPECT_EQ(Complete({"sampler", "inspect",
                      StoryLog().substr(0, StoryLog().size() - 6)}),
            StoryLog() + "\n");
  EXPECT_EQ(Complete({"sampler", "nothing", "--x"}), "\n");
}

TEST(CommandReference, IsReadByShellsAndMan) {
  const CommandInfo tool = DescribeTool();
  struct Reader {
    const char* program;
    const char* command;
    std::string text;
  };
  const Reader readers[] = {
      {"bash", "bash -n", BashCompletion(tool)},
      {"zsh", "zsh -n", ZshCompletion(tool)},
      {"fish", "fish --no-execute", FishCompletion(tool)},
      {"groff", "test -z \"$(groff -man -ww -z 2>&1 $0)\" #",
       ManPage(tool, "1")}};
  for (const Reader& reader : readers) {
    if (!IsInstalled(reader.program)) {
      std::printf("not installed: %s\n", reader.program);
      continue;
    }
    const std::string file = WriteTemporary("page", reader.text);
    const std::string command = absl::StrReplaceAll(
        reader.command, {{"$0", absl::StrCat("'", file, "'")}});
    EXPECT_EQ(RunShell(command, file), 0) << reader.program;
  }
}

}  // namespace
}  // namespace sampler::tools
