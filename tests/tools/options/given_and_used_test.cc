// What is given acts, or is an error: every option of every command, in every
// form of its answer. The options are those that the parser knows, so that one
// that is added tomorrow must have a row in the table or a reason to have none.

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/tools/in_process.h"
#include "tests/tools/options/given_options.h"
#include "tests/tools/tool.h"
#include "tools/docs/command_line.h"
#include "tools/options/config_flag_rules.h"

namespace sampler::tools {
namespace {

// All that a user can see of a run.
struct Seen {
  int exit_code = 0;
  std::string out;
  std::string err;
  std::vector<std::string> files;

  friend bool operator==(const Seen&, const Seen&) = default;
};

// The lines but for those of time.
std::string WithoutTimes(const std::string& text) {
  std::string kept;
  for (const std::string& line : Lines(text)) {
    if (absl::StrContains(line, "rows per second")) continue;
    absl::StrAppend(&kept, line, "\n");
  }
  return kept;
}

class Seeing {
 public:
  explicit Seeing(std::vector<std::string> written)
      : written_(std::move(written)) {}

  Seen Run(const std::string& command, const Arguments& base,
           const Arguments& form, const Arguments& more) const {
    for (const std::string& file : written_) std::remove(file.c_str());
    Arguments arguments = {command};
    for (const Arguments& part : {base, form, more}) {
      arguments.insert(arguments.end(), part.begin(), part.end());
    }
    const ToolResult result = RunInProcess(arguments);
    Seen seen = {result.exit_code, result.out, WithoutTimes(result.err), {}};
    for (const std::string& file : written_) {
      seen.files.push_back(ReadAll(file));
    }
    return seen;
  }

 private:
  const std::vector<std::string> written_;
};

TEST(GivenAndUsed, EveryOptionActsInEveryFormOrIsRefused) {
  std::vector<std::string> written;
  const std::vector<GivenCommand> commands = GivenCommands(written);
  const Seeing seeing(written);
  for (const GivenCommand& command : commands) {
    std::set<std::string> silent;
    std::set<std::string> acted;
    for (const GivenOption& given : command.options) {
      const bool own = !given.base.empty() || given.option == "--schema";
      const Arguments& base = own ? given.base : command.base;
      silent.insert(given.option);
      for (const Arguments& form : command.forms) {
        SCOPED_TRACE(absl::StrCat(command.name, " ", absl::StrJoin(base, " "),
                                  " ", absl::StrJoin(form, " "), " + ",
                                  absl::StrJoin(given.arguments, " ")));
        const Seen plain = seeing.Run(command.name, base, form, {});
        const Seen seen = seeing.Run(command.name, base, form, given.arguments);
        if (seen.exit_code == 2) {
          EXPECT_TRUE(Says(seen.err, given.option));
          continue;
        }
        acted.insert(given.option);
        EXPECT_FALSE(seen == plain) << "nothing of it is to be seen";
      }
    }
    EXPECT_EQ(acted, silent) << command.name << ": options without effect";
  }
}

// Options that no row of the table has, and why; of one command: "detect
// --alpha".
const std::map<std::string, std::string>& OptionsWithoutForm() {
  const char form[] = "is a form itself";
  const char bytes[] = "says how the file is read, before there is any form";
  const char scheme[] = "is of a scheme with keys of its own: detect_test";
  static const auto& options = *new std::map<std::string, std::string>{
      {"--help", "shows the help"},
      {"--threads", "changes no result, by promise"},
      {"--color", "is about reports for people alone, and says so"},
      {"--quiet", "asks for silence"},
      {"--force", "matters where a file is in the way: output_names_test"},
      {"--json", form},
      {"--jsonl", form},
      {"--csv", form},
      {"--markdown", form},
      {"--html", form},
      {"--plot", form},
      {"--export-json", form},
      {"--export-csv", form},
      {"--export-markdown", form},
      {"--output", form},
      {"--tensor", bytes},
      {"--axes", bytes},
      {"--dtype", bytes},
      {"--floor", bytes},
      {"--vocab-size", bytes},
      {"--allow-partial", bytes},
      {"--recover", bytes},
      {"--text", "stands in the place of a file: import_test"},
      {"--check", "reads answers in place of writing vectors: vectors_test"},
      {"--weights-within", "is of --check: vectors_test"},
      {"--key-fd", "is another way to --key-file: detect_test"},
      {"detect --vocab-file",
       "is for logs that name tokens by texts: detect_test"},
      {"export --vocab-file", "spells what budgets say: budget_export_test"},
      {"detect --alpha", scheme},
      {"--mixing-probability", scheme},
      {"--ngram-len", scheme},
      {"--context-history", scheme}};
  return options;
}

std::set<std::string> ChainFlags() {
  std::set<std::string> flags;
  for (const FlagRule& rule : FlagRules()) flags.insert(rule.help.name);
  return flags;
}

// "--config" of "-c,--config".
std::string LongNameOf(const ArgumentInfo& argument) {
  for (const std::string& name : argument.names) {
    if (absl::StartsWith(name, "--")) return name;
  }
  return argument.names[0];
}

// Every form names the chain, or what it gives: its flags need no rows.
TEST(GivenAndUsed, TheTableHasEveryOption) {
  std::vector<std::string> written;
  std::set<std::string> used;
  std::vector<GivenCommand> commands = GivenCommands(written);
  for (const CommandInfo& info : DescribeTool().commands) {
    const bool takes_chains =
        std::any_of(info.arguments.begin(), info.arguments.end(),
                    [](const ArgumentInfo& a) {
                      return a.is_option() && LongNameOf(a) == "--xtc-protect";
                    });
    std::set<std::string> rows;
    for (const GivenCommand& command : commands) {
      if (command.name != info.name) continue;
      for (const GivenOption& given : command.options)
        rows.insert(given.option);
    }
    EXPECT_FALSE(rows.empty()) << info.name;
    for (const ArgumentInfo& argument : info.arguments) {
      if (!argument.is_option()) continue;
      const std::string name = LongNameOf(argument);
      if (rows.erase(name) > 0) continue;
      if (takes_chains && ChainFlags().contains(name)) continue;
      const std::string here = absl::StrCat(info.name, " ", name);
      const bool own = OptionsWithoutForm().contains(here);
      EXPECT_TRUE(own || OptionsWithoutForm().contains(name)) << here;
      used.insert(own ? here : name);
    }
    EXPECT_TRUE(rows.empty()) << info.name << " has no " << *rows.begin();
  }
  for (const auto& [name, why] : OptionsWithoutForm()) {
    EXPECT_TRUE(used.contains(name)) << name << " " << why;
  }
}

}  // namespace
}  // namespace sampler::tools
