// `sampler validate`: is this config right, and what chain does it make?

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/mass.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "tools/chains/chain_doubts.h"
#include "tools/commands.h"
#include "tools/options/config_options.h"
#include "tools/options/foreign_settings.h"
#include "tools/options/spelt_config.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"
#include "tools/text/quote.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Are these configs right, and what chains do they make?

Examples:
  sampler validate chain.json
  sampler validate chain.json other.json --vocab-size 128256
  sampler validate phases/qwen3 --vocab-file tokenizer.json
  sampler validate --schema > schema.json

Prints the problems of every file as file:line:column: pointer: message, and
warns about what is right but hardly meant: a chain that leaves no token, numbers
far outside use. Warnings leave the exit code alone.
Exit code: 0 all are right, 1 some are not, 2 usage error or unreadable file.
)";

struct Validate {
  std::vector<std::string> configs;
  std::optional<std::int64_t> vocabulary_size;
  std::string vocab_file;  // "": none.
  bool schema = false;
  OutputOptions output;
};

// What became of one config.
struct Verdict {
  std::string name;
  absl::Status unreadable;
  std::vector<JsonProblem> problems;
  std::optional<PipelineConfig> config;
  std::vector<SpeltText> spelt;  // Texts of the config, in tokens.
  std::vector<Problem> doubts;   // Of a config that is right.
  std::string hint;              // If it is no config, but known settings.
};

Verdict Judge(const std::string& name,
              std::optional<std::int64_t> vocabulary_size,
              const TokenText& vocabulary) {
  Verdict verdict;
  verdict.name = name == "-" ? "standard input" : name;
  const absl::StatusOr<std::string> text = ReadConfigText(name);
  if (!text.ok()) {
    verdict.unreadable = text.status();
    return verdict;
  }
  const absl::StatusOr<PipelineConfig> config = ReadSpeltConfig(
      *text, vocabulary_size, vocabulary, verdict.spelt, &verdict.problems);
  if (config.ok()) {
    verdict.config = *config;
    verdict.doubts = DoubtsOf(*config, vocabulary_size);
  } else {
    verdict.hint = ImportHint(name, *text);
  }
  return verdict;
}

// Of one that is right, so that this is known.
bool HasNoTexts(const Verdict& verdict) {
  return verdict.config.has_value() && verdict.spelt.empty();
}

void Print(const Verdict& verdict, const TokenText& vocabulary,
           const Painter& paint) {
  if (verdict.config.has_value()) {
    Write(absl::StrCat(Escape(verdict.name), ": ", paint(Style::kGreen, "ok"),
                       ": ", ChainText(*verdict.config), "\n"));
  }
  for (const SpeltText& spelt : verdict.spelt) {
    Write(absl::StrCat(Escape(verdict.name),
                       ": note: ", SpeltLine(spelt, vocabulary), "\n"));
  }
  for (const Problem& doubt : verdict.doubts) {
    Write(absl::StrCat(
        Escape(verdict.name), ": ", paint(Style::kYellow, "warning"), ": ",
        Escape(doubt.pointer), ": ", Escape(doubt.message), "\n"));
  }
  for (const JsonProblem& found : verdict.problems) {
    const Problem& problem = found.problem;
    Write(absl::StrCat(
        paint(Style::kBold, absl::StrCat(Escape(verdict.name), ":", found.line,
                                         ":", found.column, ":")),
        " ", Escape(problem.pointer), problem.pointer.empty() ? "" : ": ",
        Escape(problem.message), "\n"));
  }
  if (!verdict.hint.empty()) {
    Write(absl::StrCat("hint: ", Escape(verdict.hint), "\n"));
  }
}

Json ToJsonVerdict(const Verdict& verdict) {
  Json json = {{"file", verdict.name}, {"ok", verdict.config.has_value()}};
  if (verdict.config.has_value()) {
    json["chain"] = ChainText(*verdict.config);
    json["seed"] = verdict.config->seed.has_value()
                       ? Json(*verdict.config->seed)
                       : Json(nullptr);
  }
  for (const SpeltText& spelt : verdict.spelt) {
    json["spelt"].push_back({{"pointer", spelt.pointer},
                             {"text", spelt.text},
                             {"tokens", spelt.tokens}});
  }
  json["warnings"] = Json::array();
  for (const Problem& doubt : verdict.doubts) {
    json["warnings"].push_back(
        {{"pointer", doubt.pointer}, {"message", doubt.message}});
  }
  if (!verdict.unreadable.ok()) json["error"] = ErrorJson(verdict.unreadable);
  json["problems"] = Json::array();
  for (const JsonProblem& found : verdict.problems) {
    json["problems"].push_back({{"line", found.line},
                                {"column", found.column},
                                {"pointer", found.problem.pointer},
                                {"message", found.problem.message}});
  }
  return json;
}

absl::StatusOr<int> Run(const Validate& validate) {
  const OutputOptions& output = validate.output;
  if (validate.schema) {
    if (!validate.configs.empty() || validate.vocabulary_size.has_value() ||
        !validate.vocab_file.empty()) {
      return absl::InvalidArgumentError(
          "--schema: it describes all configs, want neither a CONFIG nor "
          "--vocab-size nor --vocab-file beside it");
    }
    Write(ConfigSchema());
    const absl::Status finished = FinishOutput();
    if (!finished.ok()) return finished;
    return 0;
  }
  if (validate.configs.empty()) {
    return WithHint(absl::InvalidArgumentError("no config to validate"),
                    "name files or presets, or ask for --schema");
  }
  absl::StatusOr<TokenText> vocabulary = TokenText();
  if (!validate.vocab_file.empty()) {
    vocabulary = TokenText::Open(validate.vocab_file);
  }
  if (!vocabulary.ok()) return vocabulary.status();
  std::vector<Verdict> verdicts;
  for (const std::string& name : validate.configs) {
    verdicts.push_back(Judge(name, validate.vocabulary_size, *vocabulary));
  }
  if (!validate.vocab_file.empty() &&
      std::all_of(verdicts.begin(), verdicts.end(), HasNoTexts)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--vocab-file: got ", Printable(validate.vocab_file),
                     ", want none: no config names tokens by their texts"));
  }
  const Painter paint(UseColor(output));
  int exit_code = 0;
  Json files = Json::array();
  for (const Verdict& verdict : verdicts) {
    if (!verdict.unreadable.ok()) {
      exit_code = Fail(verdict.unreadable, /*json=*/false);
    } else if (!verdict.config.has_value()) {
      exit_code = std::max(exit_code, 1);
    }
    if (output.json) {
      files.push_back(ToJsonVerdict(verdict));
    } else {
      Print(verdict, *vocabulary, paint);
    }
  }
  if (output.json) {
    Write(ToPages({{"schema", "sampler.validate/1"},
                   {"tool_version", std::string(kVersion)},
                   {"ok", exit_code == 0},
                   {"configs", std::move(files)}}) +
          "\n");
  }
  const absl::Status finished = FinishOutput();
  if (!finished.ok()) return finished;
  return exit_code;
}

}  // namespace

void AddValidate(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("validate", kDescription);
  const auto validate = std::make_shared<Validate>();
  command->add_option("CONFIG", validate->configs, "Files or presets")
      ->type_name("");
  AddInteger(
      *command, "--vocab-size", "Check token ids against this vocabulary",
      {.minimum = 1, .maximum = kMaxVocabularySize},
      [validate](std::int64_t size) { validate->vocabulary_size = size; });
  command
      ->add_option("--vocab-file", validate->vocab_file,
                   "tokenizer.json or the like: spells the texts of phases\n"
                   "in tokens, and tells how")
      ->type_name("FILE");
  command->add_flag("--schema", validate->schema,
                    "Print the JSON Schema of configs");
  AddOutputOptions(*command, validate->output);
  command->callback([validate, &exit_code] {
    const absl::StatusOr<int> code = Run(*validate);
    exit_code =
        code.ok() ? *code : Fail(code.status(), validate->output.json_errors());
  });
}

}  // namespace sampler::tools
