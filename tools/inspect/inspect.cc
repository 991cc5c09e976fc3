// `sampler inspect`: what is in a log, and can it be trusted?

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/survey.h"
#include "tools/commands.h"
#include "tools/inspect/findings.h"
#include "tools/inspect/print.h"
#include "tools/options/log_options.h"
#include "tools/options/row_selection.h"
#include "tools/options/typed_options.h"
#include "tools/process/interrupt.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(What is in this log, and can it be trusted?

Examples:
  sampler inspect run.safetensors
  sampler inspect logits.npy --tokens ids.npy --strict
  zstd -dc base.kld.zst | sampler inspect - --json
  sampler inspect huge.npy --every 1000 --limit 500)";

struct Options {
  LogOptions log;
  OutputOptions output;
  logs::SurveyOptions survey;
  RowSelectionOptions rows;
  bool strict = false;
};

// Of the rows that are asked for, with a bar for who waits.
absl::StatusOr<logs::Survey> Survey(const Options& options,
                                    const logs::Log& log) {
  const auto rows = SelectRows(options.rows, log.rows());
  if (!rows.ok()) return rows.status();
  logs::SurveyOptions survey = options.survey;
  survey.first_row = rows->first;
  survey.end_row = rows->end;
  survey.every = rows->every;
  Progress progress(rows->count(), options.output.quiet);
  survey.on_row = [&progress] {
    progress.Step();
    return !Interrupted();
  };
  auto taken = logs::TakeSurvey(log, survey);
  if (taken.ok() && Interrupted() && !options.output.quiet) {
    progress.Clear();
    WriteNote(absl::StrCat(
        "warning: ", InterruptedText(taken->rows, rows->count()), "\n"));
  }
  return taken;
}

// The exit code.
absl::StatusOr<int> Run(const Options& options) {
  const auto log = OpenLog(options.log);
  if (!log.ok()) return log.status();
  const auto text = OpenTokenText(options.log);
  if (!text.ok()) return text.status();
  const Interruptible interruptible;
  const auto survey = Survey(options, **log);
  if (!survey.ok()) return survey.status();
  const auto findings = FindTrouble(**log, *survey, *text, options.log.kind);
  if (!findings.ok()) return findings.status();
  const TokenText shown = ShownText(*text, **log);
  const Inspection inspection = {
      options.log.path, options.log.kind, **log, *survey, shown, *findings};
  Write(options.output.json
            ? ToPages(InspectJson(inspection)) + "\n"
            : InspectText(inspection, Painter(UseColor(options.output))));
  const absl::Status written = FinishOutput();
  if (!written.ok()) return written;
  return options.strict && !findings->empty() ? 1 : 0;
}

}  // namespace

void AddInspect(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("inspect", kDescription);
  const auto options = std::make_shared<Options>();
  AddLogOptions(*command, options->log);
  constexpr IntegerRange kCount = {.maximum = std::numeric_limits<int>::max()};
  AddInteger(*command, "--sample",
             "Rows shown one by one, spread over the log (default: 5)", kCount,
             [options](std::int64_t n) {
               options->survey.sampled_rows = static_cast<int>(n);
             });
  AddInteger(*command, "--top", "Likeliest tokens shown of each (default: 5)",
             kCount, [options](std::int64_t n) {
               options->survey.top_tokens = static_cast<int>(n);
             });
  command->add_flag("--strict", options->strict,
                    "Exit with 1 if there is any warning");
  AddRowSelection(*command, options->rows);
  AddOutputOptions(*command, options->output);
  command->callback([options, &exit_code] {
    const absl::StatusOr<int> code = Run(*options);
    exit_code =
        code.ok() ? *code : Fail(code.status(), options->output.json_errors());
  });
}

}  // namespace sampler::tools
