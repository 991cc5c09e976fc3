#include "tools/import/source.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sampler/importers/recognise.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/parameters/spelling.h"
#include "tools/import/settings_file.h"
#include "tools/import/yaml.h"
#include "tools/options/foreign_settings.h"

namespace sampler::tools {
namespace {

// One argument that is no runtime's name is the file.
void SortArguments(ImportCommand& command) {
  const bool one = command.file.empty() && !command.text.has_value();
  if (one && !command.runtime.empty() &&
      !importers::IsRuntimeName(command.runtime)) {
    command.file = std::exchange(command.runtime, "");
  }
}

absl::StatusOr<std::string> ReadSettings(const ImportCommand& command) {
  if (command.text.has_value() && !command.file.empty()) {
    return WithHint(absl::InvalidArgumentError(
                        absl::StrCat("got the file ", Printable(command.file),
                                     " and --text, want one of them")),
                    "the settings of one import come from one place");
  }
  if (command.text.has_value()) return *command.text;
  if (command.file.empty()) {
    return WithHint(absl::InvalidArgumentError("no settings to import"),
                    "name a file, - for stdin, or give them with --text");
  }
  return ReadSettingsFile(command.file);
}

// llama.cpp's command lines stand in YAML files too, as text.
bool MayBeYaml(const ImportCommand& command, const std::string& text) {
  return command.runtime != "llama.cpp" && command.runtime != "ollama" &&
         LooksLikeYaml(NameOf(command), text);
}

std::string Listed(const std::vector<importers::Recognition>& found) {
  return absl::StrJoin(
      found, "\n  ",
      [](std::string* out, const importers::Recognition& recognition) {
        absl::StrAppend(out, recognition.runtime, " (", recognition.by, ")");
      });
}

// Finds the runtime where none was named.
absl::Status RecogniseRuntime(ImportCommand& command, Source& source) {
  if (!command.runtime.empty()) return absl::OkStatus();
  if (LooksLikeConfig(source.text)) {
    return WithHint(absl::InvalidArgumentError(
                        "got a config of this tool, want settings of "
                        "another runtime"),
                    "it needs no import: sampler replay LOG --config FILE");
  }
  std::vector<importers::Recognition> found;
  if (!source.yaml.has_value()) found = importers::Recognise(source.text);
  if (source.yaml.has_value()) {
    found = importers::RecogniseValue(*source.yaml);
  }
  if (found.size() == 1) {
    command.runtime = std::string(found[0].runtime);
    source.recognised = found[0].by;
    return absl::OkStatus();
  }
  if (found.empty()) {
    return WithHint(
        absl::InvalidArgumentError("settings of no runtime that is known"),
        absl::StrCat("name it: sampler import RUNTIME FILE, where RUNTIME is "
                     "one of ",
                     absl::StrJoin(importers::RuntimeNames(), ", ")));
  }
  return WithHint(
      absl::InvalidArgumentError(absl::StrCat(
          "settings of several runtimes look so:\n  ", Listed(found))),
      "name the one that is meant: sampler import RUNTIME FILE");
}

}  // namespace

std::string NameOf(const ImportCommand& command) {
  return command.text.has_value() ? "" : command.file;
}

absl::Status Prefixed(const absl::Status& status, const std::string& name) {
  if (name.empty()) return status;
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    // A place in the file follows at once: FILE:1:2: ...
    const bool has_place =
        !line.empty() &&
        absl::ascii_isdigit(static_cast<unsigned char>(line[0]));
    lines.push_back(
        absl::StrCat(logs::InputName(name), has_place ? ":" : ": ", line));
  }
  return {status.code(), absl::StrJoin(lines, "\n")};
}

absl::StatusOr<Source> ReadSource(ImportCommand& command) {
  SortArguments(command);
  absl::StatusOr<std::string> text = ReadSettings(command);
  if (!text.ok()) return text.status();
  Source source;
  source.text = *std::move(text);
  if (MayBeYaml(command, source.text)) {
    absl::StatusOr<Value> yaml = ReadYaml(source.text);
    if (!yaml.ok()) return Prefixed(yaml.status(), NameOf(command));
    source.yaml = *std::move(yaml);
  }
  absl::Status recognised = RecogniseRuntime(command, source);
  if (!recognised.ok()) return recognised;
  if (!command.generation_config.empty()) {
    absl::StatusOr<std::string> defaults =
        ReadSettingsFile(command.generation_config);
    if (!defaults.ok()) return defaults.status();
    if (defaults->empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--generation-config: got ", Printable(command.generation_config),
          ", an empty file, want a generation_config.json"));
    }
    command.options.server_defaults = *std::move(defaults);
  }
  return source;
}

}  // namespace sampler::tools
