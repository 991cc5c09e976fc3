#include "sampler/importers/importer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/input.h"
#include "sampler/importers/recognise.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/byte_order_mark.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

constexpr absl::string_view kExLlama = "exllama";

// What runtimes are called besides, in plain letters.
constexpr std::pair<absl::string_view, absl::string_view> kOtherNames[] = {
    {"llamaserver", "llama.cpp"},
    {"gguf", "llama.cpp"},
    {"hf", "huggingface"},
    {"transformers", "huggingface"},
    {"textgenerationwebui", "textgen"},
    {"oobabooga", "textgen"},
    {"trtllm", "tensorrt-llm"},
    {"textgenerationinference", "tgi"},
    {"onnxruntimegenai", "ort-genai"},
    {"openvinogenai", "openvino"},
    {"mlx", "mlx-lm"},
    {"kobold", "koboldcpp"},
    {"tabby", "tabbyapi"}};

// Letters and digits of a name, in lower case.
std::string Plain(absl::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      plain += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
  }
  return plain;
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

bool Uses(const Runtime& runtime, Extra extra) {
  return std::find(runtime.extras.begin(), runtime.extras.end(), extra) !=
         runtime.extras.end();
}

// What was given and is of no use is an error.
void CheckOptions(const Runtime& runtime, const ImportOptions& options,
                  std::vector<Problem>& problems) {
  const auto check = [&](bool given, Extra extra, absl::string_view flag) {
    if (given && !Uses(runtime, extra)) {
      problems.push_back(
          {std::string(flag),
           absl::StrCat("no use for settings of ", runtime.version)});
    }
  };
  check(!options.runtime_defaults, Extra::kNoDefaults, "--no-defaults");
  check(!options.loader.empty(), Extra::kLoader, "--loader");
  check(!options.backend.empty(), Extra::kBackend, "--backend");
  check(!options.section.empty(), Extra::kSection, "--section");
}

// "; it looks like ollama's (...): import it as ollama", or "".
std::string LooksLike(const Runtime& runtime,
                      const std::vector<Recognition>& found) {
  if (found.size() != 1 || found[0].runtime == runtime.name) return "";
  return absl::StrCat("; it looks like settings of ", found[0].runtime, " (",
                      Shortened(found[0].by, 200), "): import it as ",
                      found[0].runtime);
}

// An input in which nothing was a setting, though fields were given.
void CheckAnythingKnown(const Runtime& runtime, Draft& draft,
                        const std::vector<Recognition>& found) {
  const Draft::Known& known = draft.known();
  const std::string other = LooksLike(runtime, found);
  if (known.settings > 0 || known.unknown == 0) return;
  if (known.others > 0 && other.empty()) return;  // A request without any.
  draft.Problem("", absl::StrCat("none of the ", known.unknown + known.others,
                                 " fields is a sampling setting of ",
                                 runtime.version, other));
}

// Says that a server's own defaults are at work where a request is silent.
void ReportServerDefaults(const Runtime& runtime, const ImportOptions& options,
                          Draft& draft) {
  if (!options.server_defaults.empty()) return;
  std::vector<absl::string_view> silent;
  for (const absl::string_view name : runtime.server_defaults) {
    if (!draft.Given(name)) silent.push_back(name);
  }
  if (silent.empty()) return;
  draft.Derive("(server defaults)",
               absl::StrCat(absl::StrJoin(silent, ", "),
                            ": a server takes what the request leaves out from "
                            "the model's generation_config.json, unknown here; "
                            "give it (--generation-config)"),
               Outcome::kLost);
}

absl::StatusOr<Imported> Finish(Input input,
                                const std::vector<Recognition>& found,
                                const ImportOptions& options,
                                ImportReport* report) {
  if (input.runtime == nullptr) return ToStatus(input.problems);
  const Runtime& runtime = *input.runtime;
  std::vector<Problem> others;
  std::vector<Setting> defaults = ReadServerDefaults(runtime, options, others);
  Draft draft(runtime.fields, input.version, runtime.leniency, options);
  draft.Read(input.settings);
  draft.Read(defaults);
  for (const std::string& lost : input.lost) {
    draft.Derive("(others)", lost, Outcome::kLost);
  }
  for (Problem& problem : others) {
    draft.Problem(problem.pointer, problem.message);
  }
  CheckAnythingKnown(runtime, draft, found);
  ReportServerDefaults(runtime, options, draft);
  if (input.problems.empty()) runtime.build(draft);
  std::vector<JsonProblem> problems = std::move(input.problems);
  for (const Problem& problem : draft.problems()) {
    const bool in_text = input.document.has_value() && !IsFlag(problem.pointer);
    problems.push_back(in_text ? At(*input.document, problem)
                               : JsonProblem{0, 0, problem});
  }
  ImportReport all = draft.Report();
  // What could not be read has nothing to report.
  if (report != nullptr && !input.version.empty()) *report = all;
  if (!problems.empty()) return ToStatus(problems);
  Imported imported = {std::move(draft.config()), std::move(all)};
  imported.config.description =
      absl::StrCat("Imported from settings of ", input.version, ".");
  return imported;
}

template <typename Source>
absl::StatusOr<Imported> ImportFrom(absl::string_view name,
                                    const Source& source,
                                    const std::vector<Recognition>& found,
                                    const ImportOptions& options,
                                    ImportReport* report) {
  const Runtime* runtime = FindRuntime(name);
  if (runtime == nullptr && name != kExLlama) {
    return absl::NotFoundError(UnknownName("runtime", name, RuntimeNames()));
  }
  Input input = ReadInput(runtime, source, options);
  std::vector<Problem> unused;
  const Runtime* asked = runtime != nullptr ? runtime : input.runtime;
  if (asked != nullptr) CheckOptions(*asked, options, unused);
  for (Problem& problem : unused) {
    input.problems.push_back({0, 0, std::move(problem)});
  }
  return Finish(std::move(input), found, options, report);
}

}  // namespace

const std::vector<const Runtime*>& AllRuntimes() {
  static const auto& all = *new std::vector<const Runtime*>{
      &LlamaCpp(),  &Ollama(),  &LmStudio(),    &HuggingFace(), &OpenAi(),
      &Vllm(),      &SgLang(),  &TensorRtLlm(), &Tgi(),         &Aphrodite(),
      &KoboldCpp(), &TextGen(), &SillyTavern(), &ExLlamaV2(),   &ExLlamaV3(),
      &TabbyApi(),  &MlxLm(),   &OrtGenAi(),    &OpenVino(),    &LiteLlm()};
  return all;
}

const Runtime* FindRuntime(absl::string_view name) {
  const std::string wanted = Plain(name);
  for (const Runtime* runtime : AllRuntimes()) {
    if (Plain(runtime->name) == wanted) return runtime;
  }
  for (const auto& [other, real] : kOtherNames) {
    if (other == wanted) return FindRuntime(real);
  }
  return nullptr;
}

absl::StatusOr<Imported> Import(absl::string_view name, absl::string_view text,
                                const ImportOptions& options,
                                ImportReport* report) {
  text = WithoutByteOrderMark(text);
  return ImportFrom(name, text, Recognise(text), options, report);
}

absl::StatusOr<Imported> ImportValue(absl::string_view name,
                                     const Value& settings,
                                     const ImportOptions& options,
                                     ImportReport* report) {
  return ImportFrom(name, settings, RecogniseValue(settings), options, report);
}

std::vector<RuntimeInfo> Runtimes() {
  std::vector<RuntimeInfo> infos;
  for (const Runtime* runtime : AllRuntimes()) {
    infos.push_back(
        {runtime->name, runtime->version, runtime->order, &runtime->fields});
  }
  return infos;
}

bool IsRuntimeName(absl::string_view name) {
  return name == kExLlama || FindRuntime(name) != nullptr;
}

std::vector<absl::string_view> RuntimeNames() {
  std::vector<absl::string_view> names;
  for (const Runtime* runtime : AllRuntimes()) names.push_back(runtime->name);
  names.push_back(kExLlama);
  return names;
}

}  // namespace sampler::importers
