// A folder with a log, and every command that writes.

#ifndef SAMPLER_TESTS_TOOLS_OUTPUTS_FIXTURE_H_
#define SAMPLER_TESTS_TOOLS_OUTPUTS_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/nameless_files.h"
#include "tests/tools/tool.h"

namespace sampler::tools {

class OutputsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/outputs.XXXXXX");
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    std::filesystem::copy_file(StoryLog(), Path("log.safetensors"));
    settings_ = WriteTemporary("settings", "{\"temperature\": 0.5}");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_, "/", name);
  }

  // A command line of every command that writes, with `out` as what it writes.
  std::vector<std::vector<std::string>> Writers(const std::string& out) const {
    const std::string log = Path("log.safetensors");
    return {{"convert", log, out, "--to", "safetensors", "-q"},
            {"convert", log, out, "--to", "npy", "-q"},
            {"convert", log, out, "--to", "llama", "-q"},
            {"convert", log, out, "--to", "safetensors", "--top-k", "5", "-q"},
            {"import", "llama.cpp", settings_, "-q", "-o", out}};
  }

  // What is in the folder beside the log.
  std::vector<std::string> Others() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    std::erase(names, "log.safetensors");
    std::sort(names.begin(), names.end());
    return names;
  }

  // Of which SIGKILL leaves nothing either.
  bool HasNamelessFiles() const { return sampler::HasNamelessFiles(folder_); }

  std::string settings_;

 private:
  std::string folder_;
};

inline std::vector<std::string> WithForce(std::vector<std::string> arguments) {
  arguments.push_back("--force");
  return arguments;
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_OUTPUTS_FIXTURE_H_
