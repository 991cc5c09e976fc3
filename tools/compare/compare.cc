// `sampler compare`: how do two chains differ on one log, or two logs under one
// chain?

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/commands.h"
#include "tools/compare/gate.h"
#include "tools/compare/kl_report.h"
#include "tools/compare/pairs.h"
#include "tools/compare/report.h"
#include "tools/compare/setup/inputs.h"
#include "tools/compare/setup/options.h"
#include "tools/compare/worst_rows.h"
#include "tools/html/compare_page.h"
#include "tools/html/page.h"
#include "tools/html/steps.h"
#include "tools/options/row_selection.h"
#include "tools/options/unused_options.h"
#include "tools/process/interrupt.h"
#include "tools/replay/warnings.h"
#include "tools/text/exports.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"

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

// One comparison, from checked inputs to the exit code: Prepare, MeasureRows,
// Conclude.
class Comparison {
 public:
  // `asked` and `inputs` must outlive it.
  Comparison(const CompareOptions& asked, const CompareInputs& inputs)
      : asked_(asked),
        inputs_(inputs),
        sides_(inputs.sides()),
        pairs_(asked.pairs),
        warnings_(asked.output.quiet),
        trainer_(asked.trainer.options()) {}

  // Checks that the sides and options fit one another, and warns.
  absl::Status Prepare() {
    absl::Status status = CheckSides(sides_);
    if (!status.ok()) return status;
    const PipelineConfig configs[] = {sides_[0].chain.config,
                                      sides_[1].chain.config};
    status = CheckRunOptionsMatter(pairs_.run, configs);
    if (!status.ok()) return status;
    const auto rows = SelectRows(asked_.rows, inputs_.first->rows());
    if (!rows.ok()) return rows.status();
    pairs_.rows = *rows;
    status =
        CheckHtml(asked_.html, {asked_.log.path, asked_.other}, rows->count());
    if (!status.ok()) return status;
    if (inputs_.two_logs()) {
      kl_absent_ = KlAbsence(*inputs_.first, inputs_.second_log());
    }
    pairs_.kl = inputs_.two_logs() && kl_absent_.empty();
    pairs_.trainer = asked_.trainer.asked;
    return Warn();
  }

  absl::Status MeasureRows() {
    worst_.emplace(asked_.worst.value_or(kWorstRows), pairs_.kl);
    if (asked_.html.wanted()) {
      page_.emplace(asked_.html, pairs_.rows);
      pairs_.describe = StepDescriber(inputs_.shown, asked_.html.top);
    }
    Progress progress(pairs_.rows.count(), asked_.output.quiet);
    absl::Status status = ComparePairs(sides_, pairs_, [&](const RowPair& row) {
      Add(row);
      progress.Step();
    });
    progress.Clear();
    return status;
  }

  // Writes the report, and returns the exit code that the gates give.
  absl::StatusOr<int> Conclude(const std::vector<Gate>& gates) {
    CompareReport report = MakeReport();
    auto results = CheckGates(gates, ReportValues(report));
    if (!results.ok()) return results.status();
    report.gates = *std::move(results);
    report.warnings = warnings_.all();
    Write(Rendered(report));
    absl::Status status = FinishOutput();
    if (!status.ok()) return status;
    status = Export(report);
    if (!status.ok()) return status;
    if (page_.has_value()) {
      status = page_->Write(report, asked_.output.quiet);
      if (!status.ok()) return status;
    }
    return ReportGates(report.gates);
  }

 private:
  // Warnings of both sides; each is said once.
  absl::Status Warn() {
    for (const Side& side : sides_) {
      if (!asked_.output.quiet) TellSpelt(side.chain.spelt, inputs_.text);
      const auto kind = FindRowKind(side.log, asked_.log.kind);
      if (!kind.ok()) return kind.status();
      absl::Status usable = CheckRowKind(*kind);
      if (!usable.ok()) return usable;
      WarnBefore(side.log, side.chain.config, {.run = pairs_.run}, *kind,
                 warnings_);
    }
    return absl::OkStatus();
  }

  void Add(const RowPair& row) {
    totals_.Add(row);
    if (row.kl) kl_.Add(row.place.sequence, *row.kl);
    if (row.trainer) trainer_.Add(row.place, *row.trainer);
    worst_->Add(row);
    if (page_.has_value()) page_->Add(row);
    if (asked_.output.format() == Format::kJsonLines) {
      Json event = {{"type", "row"}};
      event.update(RowPairJson(row));
      Write(ToLine(event) + "\n");
      std::fflush(stdout);
    }
  }

  // The report but for its gates and warnings.
  CompareReport MakeReport() {
    CompareReport report = {
        .sides = sides_,
        .paths = {asked_.log.path,
                  asked_.other.empty() ? asked_.log.path : asked_.other},
        .options = pairs_,
        .text = inputs_.shown,
        .totals = totals_,
        .side = totals_.SideEstimates(),
        .pair = totals_.PairEstimates(),
        .kl = {},
        .kl_absent = kl_absent_,
        .trainer = {},
        .trainer_options = asked_.trainer.options(),
        .worst = {},
        .worst_by = worst_->by(),
        .gates = {},
        .warnings = {}};
    if (kl_.rows() > 0) report.kl = kl_.Report();
    if (pairs_.trainer) report.trainer = trainer_.Metrics();
    WarnAfter(report);
    report.worst = worst_->Take(asked_.log, report.paths, sides_, pairs_.run);
    return report;
  }

  // Warnings of what the rows turned out to be.
  void WarnAfter(const CompareReport& report) {
    if (report.kl && report.kl->rows < kFewestKlRows) {
      warnings_.Add(absl::StrCat("the KL statistics are of ", report.kl->rows,
                                 " tokens; llama-perplexity gives none of "
                                 "fewer than ",
                                 kFewestKlRows));
    }
    if (report.kl && report.kl->censored > 0) {
      warnings_.Add(absl::StrCat(report.kl->censored,
                                 " tokens lie at the floor of a _logits_ "
                                 "file: their probability is at most what is "
                                 "counted"));
    }
    if (Interrupted()) {
      warnings_.Add(InterruptedText(totals_.rows(), pairs_.rows.count()));
    }
  }

  // The report in the format that is asked for.
  std::string Rendered(const CompareReport& report) const {
    if (asked_.markdown) return CompareMarkdown(report);
    switch (asked_.output.format()) {
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
    return CompareText(report, Painter(UseColor(asked_.output)));
  }

  absl::Status Export(const CompareReport& report) const {
    return WriteExports(
        asked_.exports, {asked_.log.path, asked_.other},
        {{ExportFormat::kJson,
          [&] { return ToPages(CompareJson(report)) + "\n"; }},
         {ExportFormat::kCsv, [&] { return CompareCsv(report); }},
         {ExportFormat::kMarkdown, [&] { return CompareMarkdown(report); }}});
  }

  const CompareOptions& asked_;
  const CompareInputs& inputs_;
  const Sides sides_;
  PairOptions pairs_;
  std::string kl_absent_;  // Why there is no KL report; "": nobody asked.
  Warnings warnings_;
  Totals totals_;
  KlStatistics kl_;
  TrainerTotals trainer_;
  std::optional<WorstRows> worst_;
  std::optional<ComparePage> page_;
};

// The exit code.
absl::StatusOr<int> Run(const CompareOptions& options) {
  std::vector<Gate> gates;
  for (const std::string& text : options.gates) {
    auto gate = ParseGate(text);
    if (!gate.ok()) return gate.status();
    gates.push_back(*std::move(gate));
  }
  absl::Status status = CheckTrainerChoice(options.trainer);
  if (status.ok()) status = CheckTwoSides(options);
  if (status.ok()) status = CheckRowsShown(options);
  if (!status.ok()) return status;
  const auto inputs = OpenCompareInputs(options);
  if (!inputs.ok()) return inputs.status();
  Comparison comparison(options, *inputs);
  status = comparison.Prepare();
  if (!status.ok()) return status;
  const Interruptible interruptible;
  status = comparison.MeasureRows();
  if (!status.ok()) return status;
  return comparison.Conclude(gates);
}

}  // namespace

void AddCompare(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("compare", kDescription);
  const auto options = std::make_shared<CompareOptions>();
  AddCompareOptions(*command, options);
  command->callback([options, &exit_code] {
    const absl::StatusOr<int> code = Run(*options);
    exit_code =
        code.ok() ? *code : Fail(code.status(), options->output.json_errors());
  });
}

}  // namespace sampler::tools
