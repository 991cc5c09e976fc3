// The n-th call of a file fails under every command that writes, for every n:
// what is written is whole or as it was, the exit code says which, an error
// names a file of the command line, and nothing is left behind. Interruptions
// and short counts change nothing.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/logs/logger.h"
#include "tests/faults/every_call.h"
#include "tests/faults/failing_calls.h"
#include "tests/logs/log_files.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::faults {
namespace {

namespace fs = std::filesystem;

constexpr char kBefore[] = "what was there before";

// A command line in which IN/ stands for the folder of what is read, and OUT/
// for the one of what is written.
struct Command {
  const char* name;
  std::vector<std::string> arguments;
  bool asks_for_force = true;  // Before it replaces a file.
  const char* input = nullptr;
};

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = {
      {"ConvertToSafetensors", {"convert", "IN/log", "OUT/a.safetensors"}},
      {"ConvertToNpy", {"convert", "IN/log", "OUT/a.npy", "-q"}},
      {"ConvertToLlama", {"convert", "IN/log", "OUT/a.kld", "-q"}},
      {"ConvertToTopK",
       {"convert", "IN/log", "OUT/a.safetensors", "--top-k", "2"}},
      {"ConvertZip", {"convert", "IN/zip.npz", "OUT/a.safetensors", "-q"}},
      {"ConvertWithTokens",
       {"convert", "IN/a.npy", "OUT/a.safetensors", "--tokens", "IN/ids"}},
      {"ConvertStandardInput",
       {"convert", "-", "OUT/a.safetensors"},
       true,
       "log"},
      {"ConvertToStandardOutput",
       {"convert", "IN/log", "-", "--to", "npy", "-q"},
       false},
      {"Recover",
       {"convert", "--recover", "IN/run.partial", "OUT/a.safetensors"}},
      {"Import",
       {"import", "llama.cpp", "IN/settings", "-q", "-o", "OUT/a.json"}},
      {"Export", {"export", "llama.cpp", "IN/chain", "-o", "OUT/a.json"}},
      {"Vectors", {"vectors", "-o", "OUT/a.json"}},
      {"ReplayEmit",
       {"replay", "IN/log", "--config", "IN/chain", "--threads", "1", "-q",
        "--emit", "mask,logprob", "OUT/a.safetensors"}},
      {"ReplayPage",
       {"replay", "IN/log", "--top-k", "2", "--threads", "1", "-q", "--html",
        "OUT/a.html"},
       false},
      {"CompareExports",
       {"compare", "IN/log", "--a", "top_k=2", "--b", "temp=2", "--threads",
        "1", "-q", "--export-json", "OUT/a.json", "--export-markdown",
        "OUT/a.md"},
       false},
      {"SweepExports",
       {"sweep", "IN/log", "--param", "top_k=1,2,3", "--threads", "1", "-q",
        "--export-json", "OUT/a.json", "--plot", "OUT/a.svg"},
       false}};
  return commands;
}

// Standard input from a file, for a while.
class InputFrom {
 public:
  explicit InputFrom(const std::string& path)
      : before_(dup(STDIN_FILENO)), file_(open(path.c_str(), O_RDONLY)) {
    EXPECT_EQ(dup2(file_, STDIN_FILENO), STDIN_FILENO);
  }
  InputFrom(const InputFrom&) = delete;
  InputFrom& operator=(const InputFrom&) = delete;
  ~InputFrom() {
    dup2(before_, STDIN_FILENO);
    close(before_);
    close(file_);
  }

 private:
  int before_;
  int file_;
};

class CommandFaults : public testing::TestWithParam<Command> {
 protected:
  // Thousands of files are synchronised: in memory, where that can be.
  static void SetUpTestSuite() {
    if (access("/dev/shm", W_OK) == 0) {
      setenv("TEST_TMPDIR", "/dev/shm", /*overwrite=*/0);
    }
  }

  void SetUp() override {
    MakeInputs();
    Clear();
    const tools::ToolResult result = Run(Line(false), 0, {});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    printed_ = result.out;
    for (const std::string& name : Names()) {
      names_.push_back(name);
      contents_.push_back(tools::ReadAll(Out(name)));
    }
  }

  std::string In(const std::string& name) const {
    return absl::StrCat(inputs_.path(), "/", name);
  }
  std::string Out(const std::string& name) const {
    return absl::StrCat(outputs_.path(), "/", name);
  }

  void MakeInputs() const {
    fs::rename(tools::MakeLog({{3, 2, 1, 0}, {0, 1, 2, 5}, {1, 4, 2, 1}},
                              {0, 3, 1}, {2}),
               In("log"));
    fs::copy_file(tools::DataFile("conformance/vllm.npz"), In("zip.npz"));
    std::ofstream(In("settings")) << R"({"temperature": 0.5, "top_k": 2})";
    std::ofstream(In("ids")) << "0 3 1";
    std::ofstream(In("chain")) << R"({"version": 1, "stages": [
        {"type": "top_k", "k": 2}, {"type": "categorical"}]})";
    ASSERT_EQ(tools::RunInProcess({"convert", In("log"), In("a.npy"), "-q"})
                  .exit_code,
              0);
    // What a process leaves that is killed.
    auto logger = logs::Logger::Create(In("run"), {.vocabulary_size = 4});
    ASSERT_TRUE(logger.ok()) << logger.status();
    for (const TokenId token : {1, 0, 3}) {
      ASSERT_TRUE(
          logger->Append(0, std::vector<float>{4, 3, 2, 1}, token).ok());
    }
  }

  std::vector<std::string> Line(bool replaces) const {
    std::vector<std::string> line = GetParam().arguments;
    for (std::string& argument : line) {
      if (argument.rfind("IN/", 0) == 0) argument = In(argument.substr(3));
      if (argument.rfind("OUT/", 0) == 0) argument = Out(argument.substr(4));
    }
    if (replaces && GetParam().asks_for_force) line.push_back("--force");
    return line;
  }

  // The command with its n-th call faulty; with none if n is 0.
  tools::ToolResult Run(const std::vector<std::string>& line, std::int64_t n,
                        const Fault& fault) {
    const char* const input = GetParam().input;
    const InputFrom from(input == nullptr ? "/dev/null" : In(input));
    return tools::Captured([&] {
      if (n == 0) return tools::ExitCodeInProcess(line);
      const FailingCalls failing(n, fault.how, fault.error);
      const int code = tools::ExitCodeInProcess(line);
      happened_ = failing.happened();
      return code;
    });
  }

  // Names of the files in the folder of what is written, hidden ones too.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(outputs_.path())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  void Clear() const {
    for (const std::string& name : Names()) fs::remove(Out(name));
  }

  void Prepare(bool replaces) const {
    Clear();
    if (!replaces) return;
    for (const std::string& name : names_) {
      std::ofstream(Out(name)) << kBefore;
    }
  }

  // Every file is whole or as it was; whole if the command says so.
  void CheckFiles(const tools::ToolResult& result, bool replaces) const {
    std::set<std::string> left = Names();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string content = tools::ReadAll(Out(names_[i]));
      const bool is_there = left.erase(names_[i]) == 1;
      const bool whole = content == contents_[i];
      const bool as_it_was = replaces ? content == kBefore : !is_there;
      EXPECT_TRUE(whole || as_it_was) << names_[i] << ": " << content.size();
      if (result.exit_code == 0) {
        EXPECT_TRUE(whole) << names_[i];
      }
    }
    EXPECT_TRUE(left.empty()) << "left behind: " << absl::StrJoin(left, " ");
  }

  // An error, and of which file.
  void CheckError(const tools::ToolResult& result) const {
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(tools::Says(result.err, "error: "));
    const std::string known[] = {inputs_.path(), outputs_.path(),
                                 "standard input", "standard output"};
    EXPECT_TRUE(std::any_of(std::begin(known), std::end(known),
                            [&](const std::string& name) {
                              return result.err.find(name) != std::string::npos;
                            }))
        << result.err;
  }

  void Check(const tools::ToolResult& result, bool replaces) const {
    CheckFiles(result, replaces);
    if (result.exit_code != 0) return CheckError(result);
    // Where the log goes to standard output.
    if (names_.empty()) {
      EXPECT_TRUE(result.out == printed_);
    }
  }

  const logs::ScratchFolder inputs_;
  const logs::ScratchFolder outputs_;
  std::vector<std::string> names_;  // Of what is written, with its content.
  std::vector<std::string> contents_;
  std::string printed_;
  std::string happened_;  // The call that was faulty.
};

TEST_P(CommandFaults, LeaveEveryFileWholeOrAsItWas) {
  for (const bool replaces : {false, true}) {
    if (replaces && names_.empty()) break;
    const std::vector<std::string> line = Line(replaces);
    for (const Fault& fault : Errors()) {
      int errors = 0;
      ForEveryCall(GetParam().name, fault, [&](std::int64_t n) {
        Prepare(replaces);
        const tools::ToolResult result = Run(line, n, fault);
        SCOPED_TRACE(absl::StrCat("call ", n, ", ", happened_, ", error ",
                                  fault.error, ", exit ", result.exit_code,
                                  ": ", result.err));
        Check(result, replaces);
        if (happened_.empty()) {
          EXPECT_EQ(result.exit_code, 0);
        }
        errors += result.exit_code == 0 ? 0 : 1;
        return happened_;
      });
      EXPECT_GE(errors, 1);
    }
  }
}

TEST_P(CommandFaults, ThatAreMadeGoodChangeNothing) {
  const std::vector<std::string> line = Line(false);
  for (const Fault& fault : kNuisances) {
    ForEveryCall(GetParam().name, fault, [&](std::int64_t n) {
      Clear();
      const tools::ToolResult result = Run(line, n, fault);
      SCOPED_TRACE(absl::StrCat("call ", n, ", ", happened_));
      EXPECT_EQ(result.exit_code, 0) << result.err;
      Check(result, /*replaces=*/false);
      return happened_;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Tool, CommandFaults, testing::ValuesIn(Commands()),
                         [](const testing::TestParamInfo<Command>& info) {
                           return info.param.name;
                         });

}  // namespace
}  // namespace sampler::faults
