#include "tools/options/output_names.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/parameters/spelling.h"

namespace sampler::tools {
namespace {

namespace fs = std::filesystem;

// The last value of each is the name of a file that is written.
constexpr const char* kOutputs[] = {
    "--output",      "--html",       "--plot",           "--emit",
    "--export-json", "--export-csv", "--export-markdown"};
constexpr absl::string_view kOutputArgument = "OUT";

bool IsOutput(const CLI::Option& option) {
  return option.get_name(/*positional=*/true) == kOutputArgument ||
         std::any_of(
             std::begin(kOutputs), std::end(kOutputs),
             [&](const char* name) { return option.check_lname(name + 2); });
}

bool NamesFiles(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return option.get_positional() || absl::StrContains(type, "FILE") ||
         absl::StrContains(type, "LOG") || absl::StrContains(type, "CHAIN");
}

// The files that an option reads, if there are files of these names: of a chain
// ("chain.json;temp=1") each part.
void AddInputs(const CLI::Option& option, std::vector<std::string>& inputs) {
  for (const std::string& value : option.results()) {
    inputs.push_back(value);
    if (!absl::StrContains(value, ';')) continue;
    for (const absl::string_view part : absl::StrSplit(value, ';')) {
      inputs.emplace_back(part);
    }
  }
}

// One spelling of a name, whether there is such a file or not.
std::string Spelled(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  return error ? fs::path(path).lexically_normal() : canonical;
}

struct Named {
  std::string option;  // "--html".
  std::string path;
};

// The files of a command line.
struct FileNames {
  std::vector<Named> outputs;
  std::vector<std::string> inputs;
  std::vector<std::string> of_standard_input;  // Options that read it.
};

FileNames NamesOf(const CLI::App& command) {
  FileNames names;
  for (const CLI::Option* const option : command.get_options()) {
    if (option->count() == 0) continue;
    const std::string name = option->get_name();
    if (IsOutput(*option)) {
      names.outputs.push_back({name, option->results().back()});
    } else if (NamesFiles(*option)) {
      AddInputs(*option, names.inputs);
      for (const std::string& value : option->results()) {
        if (value == "-") names.of_standard_input.push_back(name);
      }
    }
  }
  return names;
}

void CheckOutput(const Named& output, const std::vector<std::string>& inputs) {
  const auto& [option, path] = output;
  if (path.empty()) {
    throw CLI::ValidationError(option,
                               "got an empty name, want that of a file");
  }
  if (path == "-") return;
  absl::Status status = logs::CheckNotInput(path, inputs);
  if (status.ok()) status = logs::CheckTarget(path, logs::Overwrite::kYes);
  if (!status.ok()) {
    throw CLI::ValidationError(option, std::string(status.message()));
  }
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, error)) {
    throw CLI::ValidationError(
        option, absl::StrCat("got ", Printable(Shortened(path)),
                             ", want a file in a folder that is there"));
  }
}

void CheckDiffer(const Named& a, const Named& b) {
  if (a.path == "-" || Spelled(a.path) != Spelled(b.path)) return;
  throw CLI::ValidationError(
      b.option, absl::StrCat("got ", Printable(Shortened(b.path)), ", which ",
                             a.option, " writes too, want another file"));
}

// An empty value is a variable of the shell that was not set: it would be as if
// the option had not been given.
void CheckValues(const CLI::App& command) {
  for (const CLI::Option* const option : command.get_options()) {
    if (option->count() == 0 || IsOutput(*option)) continue;
    for (const std::string& value : option->results()) {
      if (!value.empty()) continue;
      const std::string type = option->get_type_name();
      throw CLI::ValidationError(
          option->get_name(),
          absl::StrCat("got nothing, want ", type.empty() ? "a value" : type));
    }
  }
}

}  // namespace

void CheckOutputNames(const CLI::App& command) {
  CheckValues(command);
  const FileNames names = NamesOf(command);
  const auto& readers = names.of_standard_input;
  if (readers.size() > 1) {
    throw CLI::ValidationError(
        readers[1], absl::StrCat("standard input cannot be both ", readers[0],
                                 " and ", readers[1]));
  }
  bool writes_a_file = false;
  for (std::size_t i = 0; i < names.outputs.size(); ++i) {
    CheckOutput(names.outputs[i], names.inputs);
    for (std::size_t j = 0; j < i; ++j) {
      CheckDiffer(names.outputs[j], names.outputs[i]);
    }
    writes_a_file |= names.outputs[i].path != "-";
  }
  const CLI::Option* const force = command.get_option_no_throw("--force");
  if (force != nullptr && force->count() > 0 && !writes_a_file) {
    throw CLI::ValidationError("--force", "want the name of a file to write");
  }
}

}  // namespace sampler::tools
