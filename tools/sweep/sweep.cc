// `sampler sweep`: how do the metrics move along a parameter, and what matches
// at equal budget?

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/files/output_target.h"
#include "tools/commands.h"
#include "tools/compare/chain_spec.h"
#include "tools/compare/pairs.h"
#include "tools/html/page.h"
#include "tools/html/sweep_page.h"
#include "tools/options/log_options.h"
#include "tools/options/row_selection.h"
#include "tools/options/run_options.h"
#include "tools/options/thread_options.h"
#include "tools/process/interrupt.h"
#include "tools/replay/warnings.h"
#include "tools/sweep/grid.h"
#include "tools/sweep/print.h"
#include "tools/sweep/run.h"
#include "tools/text/exports.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(How do the metrics move along a parameter, and what matches at equal budget?

Examples:
  sampler sweep run.safetensors --param min_p=0.01:0.2:0.01 --csv > minp.csv
  sampler sweep run.safetensors --param temp=0.5,1,1.5 --param top_p=0.8:0.95:0.05
  sampler sweep run.safetensors --on llama.cpp --param temp=0.2:1.4:0.2
  sampler sweep run.safetensors --family top_p --family min_p --match kept=12
  sampler sweep run.safetensors --param top_k=1:50:1 --plot top_k.svg

Parameters have the names of the sampler flags; several make a grid. All settings
draw with the same seed. --match solves each family's parameter for one value of
a metric, so that families are compared at the same budget.

Exit code: 0 done, 2 usage error or unreadable input.
)";

struct Sweep {
  LogOptions log;
  std::string on;                // Chain that parameters are set in.
  std::string base = kRawChain;  // Chain that agreement is with.
  std::vector<std::string> params;
  std::vector<std::string> families;
  std::string match;
  PairOptions options;
  RowSelectionOptions rows;
  OutputOptions output;
  bool csv = false;
  bool markdown = false;
  std::string plot;
  HtmlOptions html;
  ExportOptions exports;
};

// What is asked for, read.
struct Question {
  std::vector<SweptParameter> parameters;
  std::vector<Setting> settings;
  std::optional<Match> match;
};

absl::StatusOr<Question> ReadQuestion(const Sweep& sweep) {
  Question question;
  const bool by_match = !sweep.match.empty() || !sweep.families.empty();
  if (by_match == !sweep.params.empty() ||
      sweep.match.empty() != sweep.families.empty()) {
    return WithHint(
        absl::InvalidArgumentError(
            "sweep: want --param, or --match with --family"),
        "sampler sweep LOG --param top_p=0.8:0.98:0.02, or sampler sweep LOG "
        "--match kept=12 --family top_p --family min_p");
  }
  for (const std::string& text : sweep.params) {
    auto parameter = ParseSwept(text);
    if (!parameter.ok()) return parameter.status();
    question.parameters.push_back(*std::move(parameter));
  }
  auto settings = SettingsOf(question.parameters);
  if (!settings.ok()) return settings.status();
  question.settings = *std::move(settings);
  if (!by_match) return question;
  auto match = ParseMatch(sweep.match);
  if (!match.ok()) return match.status();
  question.match = *std::move(match);
  return question;
}

// The chains of all settings.
std::vector<std::string> SettingChains(const Sweep& sweep,
                                       const Question& asked) {
  std::vector<std::string> chains;
  for (const Setting& setting : asked.settings) {
    chains.push_back(ChainOf(sweep.on, asked.parameters, setting));
  }
  return chains;
}

// Measures setting after setting, or family after family.
absl::StatusOr<std::vector<SweepRow>> MeasureAll(
    const Sweep& sweep, const Question& asked, const SweepQuestion& question) {
  std::vector<SweepRow> rows;
  const std::vector<std::string> chains = SettingChains(sweep, asked);
  const std::size_t count =
      asked.match ? sweep.families.size() : asked.settings.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto row = asked.match ? MatchFamily(question, sweep.on, sweep.families[i],
                                         *asked.match)
                           : MeasureSetting(question, chains[i]);
    if (absl::IsCancelled(row.status()) && !rows.empty()) break;
    if (!row.ok()) return row.status();
    if (!asked.match) row->setting = asked.settings[i];
    rows.push_back(*std::move(row));
  }
  return rows;
}

// The rows of the report.
absl::StatusOr<std::vector<SweepRow>> Measure(const Sweep& sweep,
                                              const Question& asked,
                                              SweepQuestion question,
                                              Warnings& warnings) {
  const auto settings = static_cast<std::int64_t>(asked.settings.size());
  const auto families = static_cast<std::int64_t>(sweep.families.size());
  const std::int64_t wanted = asked.match ? families * kMostMeasured : settings;
  const Interruptible interruptible;
  Progress progress(wanted * question.options.rows.count(), sweep.output.quiet);
  question.on_row = [&] { progress.Step(); };
  auto rows = MeasureAll(sweep, asked, question);
  progress.Clear();
  if (rows.ok() && Interrupted()) {
    warnings.Add(absl::StrCat("interrupted: ", rows->size(), " of ",
                              asked.match ? families : settings,
                              " settings were measured"));
  }
  return rows;
}

absl::Status WriteFiles(const Sweep& sweep, const SweepReport& report) {
  absl::Status status = WriteExports(
      sweep.exports, {sweep.log.path},
      {{ExportFormat::kJson, [&] { return ToPages(SweepJson(report)) + "\n"; }},
       {ExportFormat::kCsv, [&] { return SweepCsv(report); }},
       {ExportFormat::kMarkdown, [&] { return SweepMarkdown(report); }}});
  if (!status.ok()) return status;
  if (!sweep.plot.empty()) {
    status = logs::CheckNotInput(sweep.plot, {sweep.log.path});
    if (!status.ok()) return status;
    status = logs::WriteTextFile(sweep.plot, logs::Overwrite::kYes,
                                 SweepSvg(report));
    if (!status.ok()) return status;
  }
  return sweep.html.wanted()
             ? WritePage(sweep.html, SweepPage(report), sweep.output.quiet)
             : status;
}

std::string Rendered(const Sweep& sweep, const SweepReport& report) {
  if (sweep.markdown) return SweepMarkdown(report);
  if (sweep.csv) return SweepCsv(report);
  if (sweep.output.json) return ToPages(SweepJson(report)) + "\n";
  return SweepText(report, Painter(UseColor(sweep.output)));
}

absl::Status Run(Sweep& sweep) {
  const auto asked = ReadQuestion(sweep);
  if (!asked.ok()) return asked.status();
  const auto log = OpenLog(sweep.log);
  if (!log.ok()) return log.status();
  const auto text = OpenTokenText(sweep.log);
  if (!text.ok()) return text.status();
  const auto base =
      ResolveChain("--base", sweep.base, (*log)->vocabulary_size(), *text);
  if (!base.ok()) return base.status();
  if (!sweep.output.quiet) TellSpelt(base->spelt, *text);
  const auto selection = SelectRows(sweep.rows, (*log)->rows());
  if (!selection.ok()) return selection.status();
  sweep.options.rows = *selection;
  absl::Status status = CheckHtml(sweep.html, {sweep.log.path}, /*steps=*/0);
  if (!status.ok()) return status;
  const auto kind = FindRowKind(**log, sweep.log.kind);
  if (!kind.ok()) return kind.status();
  status = CheckRowKind(*kind);
  if (!status.ok()) return status;
  Warnings warnings(sweep.output.quiet);
  WarnBefore(**log, base->config, {.run = sweep.options.run}, *kind, warnings);

  const SweepQuestion question = {**log, *base, sweep.options, *text,
                                  sweep.log};
  status = CheckSettings(question, asked->match
                                       ? FamilyChains(sweep.on, sweep.families)
                                       : SettingChains(sweep, *asked));
  if (!status.ok()) return status;
  auto rows = Measure(sweep, *asked, question, warnings);
  if (!rows.ok()) return rows.status();
  SweepReport report = {.path = sweep.log.path,
                        .base = *base,
                        .options = sweep.options,
                        .names = {},
                        .rows = *std::move(rows),
                        .best_by = {},
                        .warnings = warnings.all()};
  for (const SweptParameter& parameter : asked->parameters) {
    report.names.push_back(parameter.name);
  }
  if (asked->match) report.names = {"family", "value"};
  report.best_by = MarkBest(report.rows);
  Write(Rendered(sweep, report));
  status = FinishOutput();
  return status.ok() ? WriteFiles(sweep, report) : status;
}

// A repeatable option, a value each.
CLI::Option* AddRepeatable(CLI::App& app, const std::string& name,
                           std::vector<std::string>& values,
                           const std::string& help) {
  return app.add_option(name, values, help)
      ->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
}

}  // namespace

void AddSweep(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("sweep", kDescription);
  const auto sweep = std::make_shared<Sweep>();
  AddLogOptions(*command, sweep->log);
  AddRepeatable(*command, "--param", sweep->params,
                "NAME=LOW:HIGH:STEP or NAME=VALUE,... (repeatable: a grid)")
      ->type_name("P");
  AddRepeatable(*command, "--family", sweep->families,
                "With --match: top_k, top_p, min_p, temp, typical or\n"
                "top_n_sigma (repeatable)")
      ->type_name("NAME");
  command
      ->add_option("--match", sweep->match,
                   "Bring each family to this, such as kept=12")
      ->type_name("M=X");
  command
      ->add_option("--on", sweep->on,
                   "Chain that the parameters are set in (default: they\n"
                   "are the chain)")
      ->type_name("CHAIN");
  command
      ->add_option("--base", sweep->base,
                   "Chain that agreement is with (default: raw)")
      ->type_name("CHAIN");
  AddRunOptions(*command, sweep->options.run);
  AddRowSelection(*command, sweep->rows);
  AddThreads(*command, sweep->options.threads);
  AddOutputOptions(*command, sweep->output);
  CLI::Option* csv = command->add_flag("--csv", sweep->csv, "Settings as CSV")
                         ->group("Output")
                         ->excludes(command->get_option("--json"));
  command->add_flag("--markdown", sweep->markdown, "A table as Markdown")
      ->group("Output")
      ->excludes(command->get_option("--json"))
      ->excludes(csv);
  command->add_option("--plot", sweep->plot, "Also draw the metrics, as SVG")
      ->type_name("FILE")
      ->group("Output");
  AddHtml(*command, sweep->html);
  AddExports(*command, sweep->exports);
  command->callback([sweep, &exit_code] {
    const absl::Status status = Run(*sweep);
    exit_code = status.ok() ? 0 : Fail(status, sweep->output.json_errors());
  });
}

}  // namespace sampler::tools
