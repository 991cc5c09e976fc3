// Runs a fuzz target on every file of a folder, in the order of their names:
//   replay_corpus TARGET FOLDER

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/targets.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FilesOf(const char* folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::uint8_t> BytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  return {bytes.begin(), bytes.end()};
}

}  // namespace

int main(int count, char** arguments) {
  const sampler::fuzz::Target* const target =
      count == 3 ? sampler::fuzz::FindTarget(arguments[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: replay_corpus TARGET FOLDER\n");
    return 2;
  }
  const std::vector<fs::path> files = FilesOf(arguments[2]);
  for (const fs::path& file : files) {
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);  // Its name stands last if it ends the process.
    target->run(BytesOf(file));
  }
  std::printf("%zu files\n", files.size());
  return files.empty() ? 1 : 0;  // A test that ran nothing has not passed.
}
