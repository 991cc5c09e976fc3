#include "sampler/importers/recognise.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/byte_order_mark.h"
#include "sampler/parameters/json_document.h"

namespace sampler::importers {
namespace {

// The member that a mark's path leads to, or null.
const Value* MemberAt(const Value::Object& root, absl::string_view path) {
  const Value::Object* object = &root;
  const Value* member = nullptr;
  for (const absl::string_view step : absl::StrSplit(path, '/')) {
    if (object == nullptr) return nullptr;
    const auto at = object->find(std::string(step));
    if (at == object->end()) return nullptr;
    member = &at->second;
    object = member->object();
    const Value::List* list = member->list();
    if (list != nullptr && !list->empty()) object = list->front().object();
  }
  return member;
}

std::vector<std::string> MarksIn(const Runtime& runtime,
                                 const Value::Object& root) {
  std::vector<std::string> marks;
  for (const absl::string_view mark : runtime.marks) {
    if (MemberAt(root, mark) != nullptr) {
      marks.push_back(absl::StrCat("\"", mark, "\""));
    }
  }
  return marks;
}

// How many members are no fields of the runtime.
std::size_t UnknownIn(const Runtime& runtime, const Value::Object& root) {
  std::size_t unknown = 0;
  for (const auto& [name, value] : root) {
    unknown += FindField(runtime.fields, name) == nullptr ? 1 : 0;
  }
  return unknown;
}

// The runtimes with the most marks in the input; of those the ones that know
// most of its members.
std::vector<Recognition> ByMarks(const Value::Object& root) {
  std::vector<Recognition> best;
  std::pair<std::size_t, std::size_t> most = {1, 0};
  const std::size_t all = root.size();
  for (const Runtime* runtime : AllRuntimes()) {
    const std::vector<std::string> marks = MarksIn(*runtime, root);
    if (marks.empty()) continue;
    const std::pair<std::size_t, std::size_t> found = {
        marks.size(), all - UnknownIn(*runtime, root)};
    if (found < most) continue;
    if (found > most) best.clear();
    most = found;
    best.push_back({runtime->name, absl::StrJoin(marks, ", ")});
  }
  return best;
}

// Runtimes that know every field, and of which one at least is a setting.
std::vector<Recognition> ByFields(const Value::Object& root) {
  std::vector<Recognition> fitting;
  for (const Runtime* runtime : AllRuntimes()) {
    if (runtime->collect != nullptr) continue;
    std::vector<std::string> settings;
    bool fits = true;
    for (const auto& [name, value] : root) {
      const Field* field = FindField(runtime->fields, name);
      fits = field != nullptr;
      if (!fits) break;
      if (field->use == FieldUse::kSetting) {
        settings.push_back(absl::StrCat("\"", name, "\""));
      }
    }
    if (fits && !settings.empty()) {
      fitting.push_back(
          {runtime->name, absl::StrCat("all fields are its own")});
    }
  }
  return fitting;
}

// A word that only command lines of llama.cpp have.
bool IsLlamaCommand(absl::string_view text) {
  std::vector<Problem> problems;
  const auto words = SplitWords(text, problems);
  if (!words.has_value()) return false;
  for (const ShellWord& word : *words) {
    if (absl::StrContains(word.text, "llama-server") ||
        absl::StrContains(word.text, "llama-cli") ||
        absl::StrContains(word.text, "LLAMA_ARG_")) {
      return true;
    }
  }
  return !words->empty() && absl::StartsWith(words->front().text, "-") &&
         FindField(LlamaCpp().fields, words->front().text) != nullptr;
}

}  // namespace

std::vector<Recognition> RecogniseValue(const Value& root) {
  if (root.list() != nullptr) {
    for (const Value& item : *root.list()) {
      if (item.text() == nullptr) return {};
      if (absl::StartsWith(*item.text(), "-") &&
          FindField(LlamaCpp().fields, *item.text()) != nullptr) {
        return {{LlamaCpp().name, "the words of a command line"}};
      }
    }
    return {};
  }
  const Value::Object* object = root.object();
  if (object == nullptr) return {};
  std::vector<Recognition> marked = ByMarks(*object);
  return marked.empty() ? ByFields(*object) : marked;
}

std::vector<Recognition> Recognise(absl::string_view text) {
  text = WithoutByteOrderMark(text);
  if (IsGguf(text)) return {{LlamaCpp().name, "the metadata of a GGUF file"}};
  const absl::string_view trimmed = absl::StripLeadingAsciiWhitespace(text);
  if (trimmed.empty()) return {};
  const bool section = BeginsWithSection(trimmed);
  if (!section && (trimmed[0] == '{' || trimmed[0] == '[')) {
    std::vector<JsonProblem> problems;
    const std::optional<JsonDocument> document = ReadJson(text, problems);
    return document.has_value() ? RecogniseValue(document->root)
                                : std::vector<Recognition>{};
  }
  if (IsModelfile(text)) {
    return {{"ollama", "the PARAMETER lines of a Modelfile"}};
  }
  if (IsIni(text)) {
    return {{LlamaCpp().name, "the sections of a models preset"}};
  }
  if (IsLlamaCommand(text)) return {{LlamaCpp().name, "its flags"}};
  return {};
}

}  // namespace sampler::importers
