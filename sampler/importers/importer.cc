#include "sampler/importers/importer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

constexpr absl::string_view kExLlama = "exllama";

std::vector<const Runtime*> All() {
  return {&LlamaCpp(),  &HuggingFace(), &OpenAi(),    &Vllm(),     &SgLang(),
          &KoboldCpp(), &TextGen(),     &ExLlamaV2(), &ExLlamaV3()};
}

const Runtime* FindRuntime(absl::string_view name) {
  for (const Runtime* runtime : All()) {
    if (runtime->name == name) return runtime;
  }
  return nullptr;
}

// Which of the two knows more of the names; where both know the same, the
// newer.
const Runtime* WhichExLlama(const Value::Object& object) {
  int balance = 0;
  for (const auto& [name, value] : object) {
    balance += FindField(ExLlamaV3().fields, name) != nullptr ? 1 : 0;
    balance -= FindField(ExLlamaV2().fields, name) != nullptr ? 1 : 0;
  }
  return balance >= 0 ? &ExLlamaV3() : &ExLlamaV2();
}

// The members of an object, those of its containers in their place.
void CollectSettings(const Runtime& runtime, const Value::Object& object,
                     const std::string& pointer,
                     std::vector<Setting>& settings) {
  for (const auto& [name, value] : object) {
    const std::string at = absl::StrCat(pointer, "/", EscapePointer(name));
    const bool container =
        value.object() != nullptr && pointer.empty() &&
        std::find(runtime.containers.begin(), runtime.containers.end(), name) !=
            runtime.containers.end();
    if (container) {
      CollectSettings(runtime, *value.object(), at, settings);
    } else {
      settings.push_back({name, at, value});
    }
  }
}

absl::Status ToStatus(const std::vector<JsonProblem>& problems) {
  return absl::InvalidArgumentError(
      absl::StrJoin(problems, "\n", [](std::string* out, const JsonProblem& p) {
        // Flags have no line.
        if (p.line > 0) absl::StrAppend(out, p.line, ":", p.column, ": ");
        absl::StrAppend(out, Printable(p.problem.pointer),
                        p.problem.pointer.empty() ? "" : ": ",
                        Printable(p.problem.message));
      }));
}

// A generation's answer holds its settings; the rest of it is no setting.
bool IsLlamaAnswer(const Value::Object& object) {
  const auto settings = object.find("generation_settings");
  return settings != object.end() && settings->second.object() != nullptr;
}

struct Input {
  std::vector<Setting> settings;
  std::optional<JsonDocument> document;  // None for a command line.
  const Runtime* runtime = nullptr;
};

absl::StatusOr<Input> ReadInput(const Runtime* runtime,
                                absl::string_view text) {
  Input input;
  input.runtime = runtime;
  const absl::string_view trimmed = absl::StripLeadingAsciiWhitespace(text);
  if (runtime == &LlamaCpp() && (trimmed.empty() || trimmed[0] != '{')) {
    std::vector<Problem> problems;
    input.settings = ReadLlamaFlags(text, problems);
    std::vector<JsonProblem> placed;
    placed.reserve(problems.size());
    for (Problem& problem : problems) placed.push_back({0, 0, problem});
    if (!placed.empty()) return ToStatus(placed);
    return input;
  }
  std::vector<JsonProblem> problems;
  input.document = ReadJson(text, problems);
  if (!problems.empty() || !input.document.has_value()) {
    return ToStatus(problems);
  }
  const Value::Object* object = input.document->root.object();
  if (object == nullptr) {
    return ToStatus({At(*input.document,
                        {"", absl::StrCat("got ", ToText(input.document->root),
                                          ", want an object of settings")})});
  }
  if (runtime == nullptr) input.runtime = WhichExLlama(*object);
  std::string pointer;
  if (runtime == &LlamaCpp() && IsLlamaAnswer(*object)) {
    pointer = "/generation_settings";
    object = object->at("generation_settings").object();
  }
  CollectSettings(*input.runtime, *object, pointer, input.settings);
  return input;
}

}  // namespace

absl::StatusOr<Imported> Import(absl::string_view name, absl::string_view text,
                                const ImportOptions& options) {
  const Runtime* runtime = FindRuntime(name);
  if (runtime == nullptr && name != kExLlama) {
    return absl::NotFoundError(UnknownName("runtime", name, RuntimeNames()));
  }
  absl::StatusOr<Input> input = ReadInput(runtime, text);
  if (!input.ok()) return input.status();
  runtime = input->runtime;
  Draft draft(runtime->fields, runtime->version, options);
  draft.Read(input->settings);
  if (draft.problems().empty()) runtime->build(draft);
  if (!draft.problems().empty()) {
    std::vector<JsonProblem> problems;
    for (const Problem& problem : draft.problems()) {
      const bool in_text =
          input->document.has_value() && !IsFlag(problem.pointer);
      problems.push_back(in_text ? At(*input->document, problem)
                                 : JsonProblem{0, 0, problem});
    }
    return ToStatus(problems);
  }
  Imported imported = {std::move(draft.config()), draft.Report()};
  imported.config.description =
      absl::StrCat("Imported from settings of ", runtime->version, ".");
  return imported;
}

std::vector<RuntimeInfo> Runtimes() {
  std::vector<RuntimeInfo> infos;
  for (const Runtime* runtime : All()) {
    infos.push_back(
        {runtime->name, runtime->version, runtime->order, &runtime->fields});
  }
  return infos;
}

std::vector<absl::string_view> RuntimeNames() {
  std::vector<absl::string_view> names;
  for (const Runtime* runtime : All()) names.push_back(runtime->name);
  names.push_back(kExLlama);
  return names;
}

}  // namespace sampler::importers
