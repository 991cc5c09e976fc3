// Settings files as people have them, in every format (tests/data/import): each
// becomes the config, and the report, that stand beside it.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sampler/importers/importer.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"
#include "tools/import/yaml.h"

namespace sampler::tools {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Sample {
  std::string path;
  json expected;
};

std::vector<Sample> Samples() {
  std::vector<Sample> samples;
  for (const auto& folder : fs::directory_iterator(DataFile("import"))) {
    const fs::path expected = folder.path() / "expected.json";
    if (!folder.is_directory() || !fs::exists(expected)) continue;
    const json cases = json::parse(ReadAll(expected.string()));
    for (const auto& [name, sample] : cases.items()) {
      samples.push_back({(folder.path() / name).string(), sample});
    }
  }
  return samples;
}

bool IsYaml(const std::string& path) { return absl::EndsWith(path, ".yaml"); }

// llama.cpp's command lines stand in YAML files as text.
bool NeedsYaml(const Sample& sample) {
  const json& arguments = sample.expected["arguments"];
  const bool llama = !arguments.empty() && arguments[0] == "llama.cpp";
  return IsYaml(sample.path) && !llama;
}

json Import(const Sample& sample, int& exit_code) {
  std::vector<std::string> arguments = {"import"};
  for (const std::string argument : sample.expected["arguments"]) {
    // A second file is named as from the folder above.
    arguments.push_back(absl::EndsWith(argument, ".json")
                            ? DataFile("import/" + argument)
                            : argument);
  }
  arguments.insert(arguments.end(), {"--json", sample.path});
  const ToolResult result = RunInProcess(arguments);
  exit_code = result.exit_code;
  const json answer = json::parse(result.out, nullptr, false);
  EXPECT_FALSE(answer.is_discarded()) << sample.path << result.out;
  return answer;
}

void Check(const Sample& sample) {
  SCOPED_TRACE(sample.path);
  int exit_code = -1;
  const json answer = Import(sample, exit_code);
  const json& expected = sample.expected;
  EXPECT_EQ(exit_code, expected["exit"]);
  if (answer.is_discarded()) return;
  if (expected.contains("error")) {
    EXPECT_EQ(expected["error"],
              absl::StrReplaceAll(answer["error"]["message"].get<std::string>(),
                                  {{sample.path, "FILE"}}));
  }
  if (expected.contains("stages")) {
    EXPECT_EQ(answer["config"]["stages"], expected["stages"]);
    EXPECT_EQ(answer["config"].value("seed", json()),
              expected.value("seed", json()));
  }
  if (!expected.contains("counts")) return;
  EXPECT_EQ(answer["runtime"], expected["runtime"]);
  EXPECT_EQ(answer["counts"], expected["counts"]);
  json fields = json::object();
  json derived = json::array();
  for (const json& entry : answer["report"]) {
    const std::string field = entry["field"];
    const std::string outcome = entry["outcome"];
    if (entry["from"] == "given") {
      fields[field] = outcome;
    } else {
      derived.push_back(field + ": " + outcome);
    }
  }
  EXPECT_EQ(fields, expected["fields"]);
  EXPECT_EQ(derived, expected["derived"]);
}

TEST(ImportCorpus, EveryFileBecomesWhatStandsBesideIt) {
  const std::vector<Sample> samples = Samples();
  EXPECT_GE(samples.size(), 120u);
  const bool yaml = ReadYaml("a: 1").ok();
  for (const Sample& sample : samples) {
    if (yaml || !NeedsYaml(sample)) Check(sample);
  }
}

TEST(ImportCorpus, HasFilesOfEveryRuntime) {
  std::map<std::string, int> files;
  for (const Sample& sample : Samples()) {
    ++files[fs::path(sample.path).parent_path().filename().string()];
  }
  for (const absl::string_view name : importers::RuntimeNames()) {
    // The two versions of exllama share a folder.
    const bool version = absl::StartsWith(name, "exllamav");
    EXPECT_GE(files[version ? "exllama" : std::string(name)], 3) << name;
  }
}

}  // namespace
}  // namespace sampler::tools
