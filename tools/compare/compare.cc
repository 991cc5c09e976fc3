// `sampler compare`: how do two chains differ on one log, or two logs under one
// chain?

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/commands.h"
#include "tools/compare/chain_spec.h"
#include "tools/compare/gate.h"
#include "tools/compare/kl_report.h"
#include "tools/compare/pairs.h"
#include "tools/compare/report.h"
#include "tools/compare/trainer/options.h"
#include "tools/compare/worst_rows.h"
#include "tools/html/compare_page.h"
#include "tools/html/page.h"
#include "tools/html/steps.h"
#include "tools/options/log_options.h"
#include "tools/options/row_selection.h"
#include "tools/options/run_options.h"
#include "tools/options/thread_options.h"
#include "tools/options/typed_options.h"
#include "tools/options/unused_options.h"
#include "tools/process/interrupt.h"
#include "tools/replay/warnings.h"
#include "tools/text/exports.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(How do two chains differ on one log, or two logs under one chain?

Examples:
  sampler compare run.safetensors --a top_p=0.95 --b "min_p=0.05;temp=1.5"
  sampler compare run.safetensors --b vllm
  sampler compare bf16.kld q4.kld --fail-if 'mean_kld>0.02' --markdown
  sampler compare rollout.safetensors trainer.safetensors --a vllm --trainer

A CHAIN is a preset, a config file, flags as NAME=VALUE;..., a preset or file
with flags behind it, or raw (the default): the rows as they are. Every row is
conditioned on the logged tokens before it, so all numbers are of one-step
distributions. The report of two logs has llama-perplexity's KL statistics, with
the first log as the base.

Exit code: 0 done, 1 a gate failed, 2 usage error or unreadable input.
)";

struct Compare {
  LogOptions log;
  std::string other;  // The second log; "": the first one again.
  std::array<std::string, 2> chains = {kRawChain, kRawChain};
  PairOptions options;
  RowSelectionOptions rows;
  std::int64_t worst = 5;
  TrainerChoice trainer;
  std::vector<std::string> gates;
  OutputOptions output;
  bool markdown = false;
  HtmlOptions html;
  ExportOptions exports;
};

// What was opened.
struct Opened {
  std::unique_ptr<const logs::Log> first;
  std::unique_ptr<const logs::Log> second;  // Null: the first one.
  std::array<ChainSpec, 2> chains;
  TokenText text;   // Of --vocab-file.
  TokenText shown;  // The same, or what the log tells.
};

absl::StatusOr<Opened> Open(const Compare& compare) {
  Opened opened;
  auto first = OpenLog(compare.log);
  if (!first.ok()) return first.status();
  opened.first = *std::move(first);
  if (!compare.other.empty()) {
    LogOptions options = compare.log;
    options.path = compare.other;
    auto second = OpenLog(options);
    if (!second.ok()) return second.status();
    opened.second = *std::move(second);
  }
  auto text = OpenTokenText(compare.log);
  if (!text.ok()) return text.status();
  opened.text = *std::move(text);
  opened.shown = ShownText(opened.text, *opened.first);
  for (std::size_t s = 0; s < 2; ++s) {
    auto chain = ResolveChain(s == 0 ? "--a" : "--b", compare.chains[s],
                              opened.first->vocabulary_size(), opened.text);
    if (!chain.ok()) return chain.status();
    opened.chains[s] = *std::move(chain);
  }
  return opened;
}

// InvalidArgument for two sides that are one.
absl::Status CheckTwo(const Compare& compare) {
  if (!compare.other.empty() || compare.chains[0] != compare.chains[1]) {
    return absl::OkStatus();
  }
  return WithHint(
      absl::InvalidArgumentError("one log under one chain: nothing to compare"),
      "give --b CHAIN, --a CHAIN --b CHAIN, or a second log");
}

// Warnings of both sides; each is said once.
absl::Status Warn(const Compare& compare, const Sides& sides,
                  Warnings& warnings) {
  for (const Side& side : sides) {
    const auto kind = FindRowKind(side.log, compare.log.kind);
    if (!kind.ok()) return kind.status();
    absl::Status usable = CheckRowKind(*kind);
    if (!usable.ok()) return usable;
    WarnBefore(side.log, side.chain.config, {.run = compare.options.run}, *kind,
               warnings);
  }
  return absl::OkStatus();
}

// The report in the format that is asked for.
std::string Rendered(const Compare& compare, const CompareReport& report) {
  if (compare.markdown) return CompareMarkdown(report);
  switch (compare.output.format()) {
    case Format::kJson:
      return ToPages(CompareJson(report)) + "\n";
    case Format::kCsv:
      return CompareCsv(report);
    case Format::kJsonLines: {
      Json summary = {{"type", "summary"}};
      summary.update(CompareJson(report));
      return ToLine(summary) + "\n";
    }
    case Format::kHuman:
      break;
  }
  return CompareText(report, Painter(UseColor(compare.output)));
}

absl::Status Export(const Compare& compare, const CompareReport& report) {
  return WriteExports(
      compare.exports, {compare.log.path, compare.other},
      {{ExportFormat::kJson,
        [&] { return ToPages(CompareJson(report)) + "\n"; }},
       {ExportFormat::kCsv, [&] { return CompareCsv(report); }},
       {ExportFormat::kMarkdown, [&] { return CompareMarkdown(report); }}});
}

// The exit code.
absl::StatusOr<int> Run(Compare& compare) {
  std::vector<Gate> gates;
  for (const std::string& text : compare.gates) {
    auto gate = ParseGate(text);
    if (!gate.ok()) return gate.status();
    gates.push_back(*std::move(gate));
  }
  absl::Status status = CheckTrainerChoice(compare.trainer);
  if (status.ok()) status = CheckTwo(compare);
  if (!status.ok()) return status;
  const auto opened = Open(compare);
  if (!opened.ok()) return opened.status();
  const logs::Log& second =
      opened->second == nullptr ? *opened->first : *opened->second;
  const Sides sides = {Side{*opened->first, opened->chains[0]},
                       Side{second, opened->chains[1]}};
  status = CheckSides(sides);
  if (!status.ok()) return status;
  const PipelineConfig configs[] = {sides[0].chain.config,
                                    sides[1].chain.config};
  status = CheckRunOptionsMatter(compare.options.run, configs);
  if (!status.ok()) return status;
  PairOptions& options = compare.options;
  const auto rows = SelectRows(compare.rows, opened->first->rows());
  if (!rows.ok()) return rows.status();
  options.rows = *rows;
  status =
      CheckHtml(compare.html, {compare.log.path, compare.other}, rows->count());
  if (!status.ok()) return status;
  const bool two = opened->second != nullptr;
  const std::string kl_absent = two ? KlAbsence(*opened->first, second) : "";
  options.kl = two && kl_absent.empty();
  options.trainer = compare.trainer.asked;
  Warnings warnings(compare.output.quiet);
  status = Warn(compare, sides, warnings);
  if (!status.ok()) return status;

  ComparePage page(compare.html, options.rows);
  if (compare.html.wanted()) {
    options.describe = StepDescriber(opened->shown, compare.html.top);
  }
  Totals totals;
  KlStatistics kl;
  TrainerTotals trainer(compare.trainer.options());
  WorstRows worst(compare.worst, options.kl);
  const bool lines = compare.output.format() == Format::kJsonLines;
  const Interruptible interruptible;
  Progress progress(rows->count(), compare.output.quiet);
  status = ComparePairs(sides, options, [&](const RowPair& row) {
    totals.Add(row);
    if (row.kl) kl.Add(row.place.sequence, *row.kl);
    if (row.trainer) trainer.Add(row.place, *row.trainer);
    worst.Add(row);
    if (compare.html.wanted()) page.Add(row);
    if (lines) {
      Json event = {{"type", "row"}};
      event.update(RowPairJson(row));
      Write(ToLine(event) + "\n");
      std::fflush(stdout);
    }
    progress.Step();
  });
  progress.Clear();
  if (!status.ok()) return status;

  CompareReport report = {
      .sides = sides,
      .paths = {compare.log.path,
                compare.other.empty() ? compare.log.path : compare.other},
      .options = options,
      .text = opened->shown,
      .totals = totals,
      .side = totals.SideEstimates(),
      .pair = totals.PairEstimates(),
      .kl = {},
      .kl_absent = kl_absent,
      .trainer = {},
      .trainer_options = compare.trainer.options(),
      .worst = {},
      .worst_by = worst.by(),
      .gates = {},
      .warnings = {}};
  if (kl.rows() > 0) report.kl = kl.Report();
  if (compare.trainer.asked) report.trainer = trainer.Metrics();
  if (report.kl && report.kl->rows < kFewestKlRows) {
    warnings.Add(absl::StrCat("the KL statistics are of ", report.kl->rows,
                              " tokens; llama-perplexity gives none of fewer "
                              "than ",
                              kFewestKlRows));
  }
  if (report.kl && report.kl->censored > 0) {
    warnings.Add(absl::StrCat(report.kl->censored,
                              " tokens lie at the floor of a _logits_ file: "
                              "their probability is at most what is counted"));
  }
  if (Interrupted()) {
    warnings.Add(InterruptedText(totals.rows(), rows->count()));
  }
  report.worst = worst.Take(compare.log, report.paths, sides, options.run);
  auto results = CheckGates(gates, ReportValues(report));
  if (!results.ok()) return results.status();
  report.gates = *std::move(results);
  report.warnings = warnings.all();
  Write(Rendered(compare, report));
  status = FinishOutput();
  if (!status.ok()) return status;
  status = Export(compare, report);
  if (!status.ok()) return status;
  if (compare.html.wanted()) {
    status = page.Write(report, compare.output.quiet);
    if (!status.ok()) return status;
  }
  return ReportGates(report.gates);
}

}  // namespace

void AddCompare(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("compare", kDescription);
  const auto compare = std::make_shared<Compare>();
  AddLogOptions(*command, compare->log);
  command
      ->add_option("OTHER", compare->other,
                   "A second log of the same text; the first is the base")
      ->type_name("");
  command->add_option("--a", compare->chains[0], "Chain of the first side")
      ->type_name("CHAIN");
  command->add_option("--b", compare->chains[1], "Chain of the second side")
      ->type_name("CHAIN");
  AddRunOptions(*command, compare->options.run);
  AddRowSelection(*command, compare->rows);
  AddThreads(*command, compare->options.threads);
  AddReal(*command, "--eps",
          "What eps_ppl adds to every probability (default: 1e-6)",
          {1e-300, 1.0}, [compare](double x) { compare->options.epsilon = x; });
  AddTrainerOptions(*command, compare->trainer);
  AddInteger(*command, "--worst", "Rows that differ most to show (default: 5)",
             {.maximum = 1000},
             [compare](std::int64_t n) { compare->worst = n; })
      ->type_name("N");
  command
      ->add_option("--fail-if", compare->gates,
                   "Exit with 1 if this holds, such as mean_kld>0.02;\n"
                   "names are those of --json (repeatable)")
      ->type_name("EXPR")
      ->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  AddOutputOptions(*command, compare->output);
  AddRowFormats(*command, compare->output);
  command->add_flag("--markdown", compare->markdown, "Tables as Markdown")
      ->group("Output")
      ->excludes(command->get_option("--json"))
      ->excludes(command->get_option("--jsonl"))
      ->excludes(command->get_option("--csv"));
  AddHtmlOfSteps(*command, compare->html);
  AddExports(*command, compare->exports);
  command->callback([compare, &exit_code] {
    const absl::StatusOr<int> code = Run(*compare);
    exit_code =
        code.ok() ? *code : Fail(code.status(), compare->output.json_errors());
  });
}

}  // namespace sampler::tools
