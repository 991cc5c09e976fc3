#include "sampler/importers/input.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

// Containers within containers: {"body": {"extra_body": {...}}}.
constexpr int kDeepest = 3;

int MarksOf(const Runtime& runtime, const Value::Object& object) {
  int marks = 0;
  for (const absl::string_view mark : runtime.marks) {
    marks += object.count(std::string(mark)) != 0 ? 1 : 0;
  }
  return marks;
}

// Which of its versions, or its server, has marks in the input; the newest
// where none has.
const Runtime* WhichExLlama(const Value::Object& object) {
  const Runtime* best = &ExLlamaV3();
  int most = MarksOf(*best, object);
  for (const Runtime* other : {&ExLlamaV2(), &TabbyApi()}) {
    const int marks = MarksOf(*other, object);
    if (marks > most) best = other;
    most = std::max(most, marks);
  }
  return best;
}

bool IsContainer(const Runtime& runtime, absl::string_view name) {
  return std::find(runtime.containers.begin(), runtime.containers.end(),
                   name) != runtime.containers.end();
}

// The object that a text holds as JSON: koboldcpp's "gendefaults" is such a
// text.
std::optional<Value::Object> ObjectInText(const Value& value) {
  if (value.text() == nullptr) return std::nullopt;
  std::vector<JsonProblem> problems;
  const std::optional<JsonDocument> document =
      ReadJson(*value.text(), problems);
  if (!problems.empty() || !document.has_value() ||
      document->root.object() == nullptr) {
    return std::nullopt;
  }
  return *document->root.object();
}

// The members of an object, those of its containers in their place.
void CollectSettings(const Runtime& runtime, const Value::Object& object,
                     const std::string& pointer, int depth, Input& input) {
  for (const auto& [name, value] : object) {
    const std::string at = absl::StrCat(pointer, "/", EscapePointer(name));
    const bool container = depth < kDeepest && IsContainer(runtime, name);
    const Value::List* list = value.list();
    const bool batch = container && list != nullptr && !list->empty() &&
                       list->front().object() != nullptr;
    const std::optional<Value::Object> told =
        container ? ObjectInText(value) : std::nullopt;
    if (told.has_value()) {
      CollectSettings(runtime, *told, at, depth + 1, input);
    } else if (container && value.object() != nullptr) {
      CollectSettings(runtime, *value.object(), at, depth + 1, input);
    } else if (batch) {
      CollectSettings(runtime, *list->front().object(), absl::StrCat(at, "/0"),
                      depth + 1, input);
      if (list->size() > 1) {
        input.lost.push_back(absl::StrCat("the settings of ", list->size() - 1,
                                          " more in ", Shortened(name),
                                          ": import each by itself"));
      }
    } else {
      input.settings.push_back({name, at, value});
    }
  }
}

// A generation's answer holds its settings, and so does /props; the rest of it
// is no setting.
const Value::Object* SettingsOfAnswer(const Value::Object& object,
                                      std::string& pointer) {
  for (const char* name :
       {"generation_settings", "default_generation_settings"}) {
    const auto settings = object.find(name);
    if (settings == object.end() || settings->second.object() == nullptr) {
      continue;
    }
    pointer = absl::StrCat("/", name);
    const Value::Object& inner = *settings->second.object();
    const auto params = inner.find("params");
    if (params == inner.end() || params->second.object() == nullptr) {
      return &inner;
    }
    absl::StrAppend(&pointer, "/params");
    return params->second.object();
  }
  return nullptr;
}

void AddUnplaced(std::vector<Problem>& problems, Input& input) {
  for (Problem& problem : problems) {
    input.problems.push_back({0, 0, std::move(problem)});
  }
  problems.clear();
}

// A list of words: the "command" of a container's description.
bool ReadWordList(const Value::List& list, Input& input) {
  std::vector<ShellWord> words;
  for (const Value& item : list) {
    if (item.object() != nullptr || item.list() != nullptr) return false;
    words.push_back(
        {item.text() != nullptr ? *item.text() : ToText(item), false});
  }
  if (words.empty()) return false;
  std::vector<Problem> problems;
  input.settings = ReadLlamaWords(words, problems);
  AddUnplaced(problems, input);
  return true;
}

void ReadRoot(const Value& root, const ImportOptions& options, Input& input) {
  if (root.list() != nullptr && input.runtime == &LlamaCpp() &&
      ReadWordList(*root.list(), input)) {
    return;
  }
  const Value::Object* object = root.object();
  if (object == nullptr) {
    input.problems.push_back(
        {0,
         0,
         {"",
          absl::StrCat("got ", ToText(root), ", want an object of settings")}});
    return;
  }
  if (input.runtime == nullptr) input.runtime = WhichExLlama(*object);
  std::string pointer;
  if (input.runtime == &LlamaCpp()) {
    const Value::Object* inner = SettingsOfAnswer(*object, pointer);
    if (inner != nullptr) object = inner;
  }
  if (input.runtime->collect != nullptr) {
    std::vector<Problem> problems;
    input.runtime->collect(*object, options, input.settings, problems);
    AddUnplaced(problems, input);
  } else {
    CollectSettings(*input.runtime, *object, pointer, 0, input);
  }
}

void Translate(const ImportOptions& options, Input& input) {
  if (input.runtime == nullptr) return;
  input.version = std::string(input.runtime->version);
  if (input.runtime->translate == nullptr) return;
  std::vector<Problem> problems;
  const Runtime* target =
      input.runtime->translate(options, input.settings, problems);
  AddUnplaced(problems, input);
  if (target == nullptr || target == input.runtime) return;
  absl::StrAppend(&input.version, " for ", target->version);
  input.runtime = target;
}

void Place(Input& input) {
  for (JsonProblem& problem : input.problems) {
    if (input.document.has_value() && problem.line == 0) {
      problem = At(*input.document, problem.problem);
    }
  }
}

}  // namespace

Input ReadInput(const Runtime* runtime, absl::string_view text,
                const ImportOptions& options) {
  Input input;
  input.runtime = runtime;
  const absl::string_view trimmed = absl::StripLeadingAsciiWhitespace(text);
  const bool json =
      !trimmed.empty() && (trimmed[0] == '{' || trimmed[0] == '[');
  // INI files and systemd units begin with a bracket too.
  const bool other = runtime != nullptr && runtime->read_text != nullptr &&
                     (!json || BeginsWithSection(trimmed));
  if (other) {
    std::vector<Problem> problems;
    input.settings = runtime->read_text(text, options, problems);
    AddUnplaced(problems, input);
  } else {
    input.document = ReadJson(text, input.problems);
    if (!input.problems.empty() || !input.document.has_value()) return input;
    ReadRoot(input.document->root, options, input);
    Place(input);
  }
  Translate(options, input);
  return input;
}

Input ReadInput(const Runtime* runtime, const Value& root,
                const ImportOptions& options) {
  Input input;
  input.runtime = runtime;
  ReadRoot(root, options, input);
  Translate(options, input);
  return input;
}

std::vector<Setting> ReadServerDefaults(const Runtime& runtime,
                                        const ImportOptions& options,
                                        std::vector<Problem>& problems) {
  std::vector<Setting> settings;
  const std::string& text = options.server_defaults;
  if (text.empty()) return settings;
  constexpr char kOption[] = "--generation-config";
  if (IsGguf(text) && !runtime.server_defaults.empty()) {
    problems.push_back({kOption, "a GGUF file, want a generation_config.json"});
    return settings;
  }
  if (IsGguf(text) && &runtime == &LlamaCpp()) {
    settings = ReadGguf(text, problems);
    for (Setting& setting : settings) {
      setting.pointer = absl::StrCat(kOption, setting.pointer);
      setting.is_default = true;
    }
    return settings;
  }
  if (runtime.server_defaults.empty()) {
    problems.push_back({kOption, absl::StrCat(runtime.version,
                                              " takes no defaults from such a "
                                              "file")});
    return settings;
  }
  std::vector<JsonProblem> found;
  const std::optional<JsonDocument> document = ReadJson(text, found);
  if (!document.has_value() || !found.empty() ||
      document->root.object() == nullptr) {
    problems.push_back(
        {kOption, found.empty() ? "want the object of a generation_config.json"
                                : found.front().problem.message});
    return settings;
  }
  for (const auto& [name, value] : *document->root.object()) {
    const bool taken = std::find(runtime.server_defaults.begin(),
                                 runtime.server_defaults.end(),
                                 name) != runtime.server_defaults.end();
    if (!taken || value.is_null()) continue;
    settings.push_back(
        {name, absl::StrCat(kOption, "/", name), value, "", true});
  }
  return settings;
}

}  // namespace sampler::importers
