// The house stands as its folders say: arrows between layers go downwards, only
// kernels/ knows of vectors, and tests that headers name are there.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sampler {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string path;  // From the project's folder.
  std::string text;
};

std::vector<Source> Sources(const std::string& folder) {
  std::vector<Source> sources;
  const fs::path root(SAMPLER_SOURCE_DIR);
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    std::ifstream in(entry.path());
    sources.push_back({fs::relative(entry.path(), root).string(),
                       {std::istreambuf_iterator<char>(in), {}}});
  }
  return sources;
}

std::vector<std::string> Matches(const std::string& text,
                                 const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), regex);
       at != std::sregex_iterator(); ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

// The layers from the ground up: each may include itself and what comes before.
// Leaves know none but themselves, arithmetic and the words below.
const std::vector<std::vector<std::string>> kLayers = {
    {"arithmetic"},
    {"kernels", "random", "history", "parameters"},
    {"rows", "watermark"},
    {"bounds"},
    {"candidates"},
    {"stages"},
    // The library as a caller sees it, and the two implementations of a chain.
    {"", "chain", "config", "parity"},
    {"speculative", "rewind", "importers", "logs", "adapters"},
    {"python", "regex"},
    {"c"}};

// Plain words of the interface, which every layer may speak.
const std::set<std::string> kWords = {
    "sampler/candidate.h",  "sampler/language.h",    "sampler/logits.h",
    "sampler/row_status.h", "sampler/step_inputs.h", "sampler/token_mask.h"};

// "kernels" of "sampler/kernels/exp_sum.h"; empty for what lies on top.
std::string FolderOf(const std::string& path) {
  const std::size_t begin = std::string("sampler/").size();
  const std::size_t end = path.find('/', begin);
  return end == std::string::npos ? "" : path.substr(begin, end - begin);
}

// -1: a folder that no layer has.
int LayerOf(const std::string& path) {
  const std::string folder = FolderOf(path);
  for (std::size_t i = 0; i < kLayers.size(); ++i) {
    for (const std::string& name : kLayers[i]) {
      if (name == folder) return static_cast<int>(i);
    }
  }
  return -1;
}

TEST(House, ArrowsBetweenLayersGoDownwards) {
  int arrows = 0;
  for (const Source& source : Sources("sampler")) {
    const int own = LayerOf(source.path);
    ASSERT_GE(own, 0) << source.path << " is in a folder without a layer";
    for (const std::string& header :
         Matches(source.text, "#include \"(sampler/[^\"]+)\"")) {
      if (kWords.count(header) != 0) continue;
      ++arrows;
      EXPECT_LE(LayerOf(header), own) << source.path << " includes " << header;
      // Folders of one layer do not know each other.
      if (LayerOf(header) == own && own != LayerOf("sampler/pipeline.h")) {
        EXPECT_EQ(FolderOf(header), FolderOf(source.path))
            << source.path << " includes " << header;
      }
    }
  }
  EXPECT_GT(arrows, 500);
}

// The headers that are installed, one a line.
std::vector<std::string> PublicHeaders() {
  std::ifstream in(fs::path(SAMPLER_SOURCE_DIR) /
                   "sampler/package/public_headers.txt");
  std::vector<std::string> headers;
  for (std::string line; std::getline(in, line);) headers.push_back(line);
  return headers;
}

// Every header of the library that comes with `path`.
std::set<std::string> Included(const std::string& path) {
  std::set<std::string> all;
  std::vector<std::string> open = {path};
  while (!open.empty()) {
    std::ifstream in(fs::path(SAMPLER_SOURCE_DIR) / open.back());
    open.pop_back();
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const std::string& header :
         Matches(text, "#include \"(sampler/[^\"]+)\"")) {
      if (all.insert(header).second) open.push_back(header);
    }
  }
  return all;
}

TEST(House, PublicHeadersIncludeNoOthers) {
  const std::vector<std::string> headers = PublicHeaders();
  const std::set<std::string> is_public(headers.begin(), headers.end());
  EXPECT_GT(headers.size(), 40u);
  for (const std::string& header : headers) {
    EXPECT_TRUE(fs::exists(fs::path(SAMPLER_SOURCE_DIR) / header)) << header;
    for (const std::string& included : Included(header)) {
      EXPECT_EQ(is_public.count(included), 1u)
          << header << " brings " << included << ", which is not installed";
    }
  }
}

// What everybody includes stays light.
TEST(House, ThePipelineBringsFewHeaders) {
  EXPECT_LE(Included("sampler/pipeline.h").size(), 15u);
}

TEST(House, FoldersAreSmall) {
  std::map<std::string, int> files;
  for (const std::string folder : {"sampler", "tools", "tests"}) {
    for (const Source& source : Sources(folder)) {
      ++files[fs::path(source.path).parent_path().string()];
    }
  }
  for (const auto& [folder, count] : files) EXPECT_LE(count, 40) << folder;
}

TEST(House, OnlyKernelsKnowOfVectors) {
  for (const Source& source : Sources("sampler")) {
    if (source.path.rfind("sampler/kernels/", 0) == 0) continue;
    EXPECT_TRUE(Matches(source.text, "#include [<\"](hwy/[^>\"]+)").empty())
        << source.path;
  }
}

TEST(House, TestsThatHeadersNameAreThere) {
  std::set<std::string> named;
  for (const std::string folder : {"sampler", "tools"}) {
    for (const Source& source : Sources(folder)) {
      // "Tested by: tests/a_test.cc, tests/b/c_test.cc ...", over lines.
      for (const std::string& note :
           Matches(source.text, "Tested by:((?:[^\\n]*\\n//  )*[^\\n]*)")) {
        for (const std::string& test :
             Matches(note, "(tests/[\\w/]+\\.\\w+)")) {
          named.insert(test);
          EXPECT_TRUE(fs::exists(fs::path(SAMPLER_SOURCE_DIR) / test))
              << source.path << " names " << test;
        }
      }
    }
  }
  EXPECT_GT(named.size(), 50u);
}

}  // namespace
}  // namespace sampler
