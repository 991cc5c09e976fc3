// `sampler vectors`: does a sampler in another language agree with this one?

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/config/printed.h"
#include "sampler/logs/files/output_file.h"
#include "tools/commands.h"
#include "tools/import/settings_file.h"
#include "tools/options/config_options.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"
#include "tools/text/quote.h"
#include "tools/vectors/check.h"
#include "tools/vectors/vector.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Does a sampler in another language agree with this one?

Examples:
  sampler vectors > vectors.json
  sampler vectors --config chain.json -o vectors.json
  sampler vectors --check answers.json
  sampler vectors --check answers.json --weights-within 1

Writes conformance vectors as JSON: small rows with a config, a seed and a
history, and for each what is kept, its weights and the drawn token; and the
parts that these rest on (Philox blocks, weights, places of random bits). Write
your own answers in their place, and --check says which differ. Weights are
rint(exp(l - max) * 2^51); an exponential that is rounded otherwise is off by 1.

Exit code: 0 done or all answers agree, 1 some differ, 2 usage error or
unreadable input.
)";

// Differences to show to people.
constexpr std::size_t kShownDifferences = 20;

struct Vectors {
  ConfigOptions config;
  std::string out;    // "": stdout.
  std::string check;  // The file to check; "": write vectors.
  std::int64_t slack = 0;
  bool force = false;
  OutputOptions output;
};

absl::StatusOr<int> WriteVectors(const Vectors& vectors) {
  std::vector<PipelineConfig> chains;
  if (GivesConfig(vectors.config)) {
    auto config = ResolveConfig(vectors.config, std::nullopt, TokenText());
    if (!config.ok()) return config.status();
    // Vectors show their configs, and are made to be passed on.
    if (ToPrintedJson(*config) != ToJson(*config)) {
      return WithHint(absl::InvalidArgumentError(
                          "--config: got a chain with the key of a watermark, "
                          "want one without: vectors would show it"),
                      "the standard vectors have watermarks with public keys");
    }
    chains.push_back(*std::move(config));
  }
  const std::string text = ToJsonText(StandardVectors(chains));
  if (vectors.out.empty()) {
    Write(text);
    absl::Status written = FinishOutput();
    if (!written.ok()) return written;
    return 0;
  }
  absl::Status written = logs::WriteTextFile(
      vectors.out, vectors.force ? logs::Overwrite::kYes : logs::Overwrite::kNo,
      text);
  if (!written.ok()) return written;
  return 0;
}

std::string CheckText(const VectorCheck& check) {
  std::string text =
      absl::StrCat(check.agreeing, " of ", check.checked, " answers agree");
  if (check.close > 0) {
    absl::StrAppend(&text, ", ", check.close,
                    " of them with weights that are off by a little");
  }
  text += "\n";
  for (std::size_t i = 0;
       i < std::min(check.differences.size(), kShownDifferences); ++i) {
    const VectorDifference& difference = check.differences[i];
    absl::StrAppend(&text, Escape(difference.id), ": ", difference.field,
                    ": got ", Escape(difference.got), ", want ",
                    difference.want, "\n");
  }
  if (check.differences.size() > kShownDifferences) {
    absl::StrAppend(&text, "and ", check.differences.size() - kShownDifferences,
                    " more (--json lists all)\n");
  }
  return text;
}

Json CheckJson(const VectorCheck& check) {
  Json differences = Json::array();
  for (const VectorDifference& difference : check.differences) {
    differences.push_back({{"id", difference.id},
                           {"field", difference.field},
                           {"got", difference.got},
                           {"want", difference.want}});
  }
  return {{"schema", "sampler.vectors-check/1"},
          {"tool_version", std::string(kVersion)},
          {"checked", check.checked},
          {"agreeing", check.agreeing},
          {"close", check.close},
          {"differences", std::move(differences)}};
}

absl::StatusOr<int> CheckFile(const Vectors& vectors) {
  const auto text = ReadSettingsFile(vectors.check);
  if (!text.ok()) return text.status();
  const auto set = ParseVectors(*text);
  if (!set.ok()) {
    return absl::Status(
        set.status().code(),
        absl::StrCat(Escape(vectors.check), ": ", set.status().message()));
  }
  const VectorCheck check = CheckVectors(*set, vectors.slack);
  if (check.checked == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(Escape(vectors.check), ": there is no vector in it"));
  }
  Write(vectors.output.json ? ToPages(CheckJson(check)) + "\n"
                            : CheckText(check));
  absl::Status written = FinishOutput();
  if (!written.ok()) return written;
  return check.differences.empty() ? 0 : 1;
}

// The exit code.
absl::StatusOr<int> Run(const Vectors& vectors) {
  if (vectors.check.empty()) {
    if (vectors.output.json || vectors.slack > 0) {
      return absl::InvalidArgumentError(
          "--json and --weights-within: want --check FILE beside them");
    }
    return WriteVectors(vectors);
  }
  if (GivesConfig(vectors.config) || !vectors.out.empty() || vectors.force) {
    return absl::InvalidArgumentError(
        "--check: the vectors have their own configs, and nothing is written; "
        "leave out --config, --output and --force");
  }
  return CheckFile(vectors);
}

}  // namespace

void AddVectors(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("vectors", kDescription);
  const auto vectors = std::make_shared<Vectors>();
  AddConfigOptions(*command, vectors->config);
  command
      ->add_option("--check", vectors->check,
                   "Compare the answers in FILE with this library's")
      ->type_name("FILE");
  AddInteger(*command, "--weights-within",
             "By how much a weight may differ (default: 0)", {.maximum = 1024},
             [vectors](std::int64_t n) { vectors->slack = n; })
      ->type_name("N");
  command
      ->add_option("-o,--output", vectors->out,
                   "Write to FILE instead of standard output")
      ->type_name("FILE");
  command->add_flag("--force", vectors->force, "Replace FILE if it exists");
  AddOutputOptions(*command, vectors->output);
  command->callback([vectors, &exit_code] {
    const absl::StatusOr<int> code = Run(*vectors);
    exit_code =
        code.ok() ? *code : Fail(code.status(), vectors->output.json_errors());
  });
}

}  // namespace sampler::tools
