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
// Files beside the folders belong to no layer but candidates.h.
int LayerOf(const std::string& path) {
  const std::vector<std::string> layers = {
      "sampler/kernels/", "sampler/rows/", "sampler/bounds/",
      "sampler/candidates", "sampler/stages/"};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (path.rfind(layers[i], 0) == 0) return static_cast<int>(i);
  }
  return -1;
}

TEST(House, ArrowsBetweenLayersGoDownwards) {
  int arrows = 0;
  for (const Source& source : Sources("sampler")) {
    const int own = LayerOf(source.path);
    if (own < 0) continue;
    for (const std::string& header :
         Matches(source.text, "#include \"(sampler/[^\"]+)\"")) {
      const int other = LayerOf(header);
      if (other < 0) continue;
      ++arrows;
      EXPECT_LE(other, own) << source.path << " includes " << header;
    }
  }
  EXPECT_GT(arrows, 100);
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
