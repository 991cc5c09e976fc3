// `sampler replay`: what would this chain have kept and drawn at every row?

#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "tools/commands.h"
#include "tools/html/page.h"
#include "tools/html/replay_page.h"
#include "tools/html/steps.h"
#include "tools/options/config_options.h"
#include "tools/options/log_options.h"
#include "tools/options/row_selection.h"
#include "tools/options/run_options.h"
#include "tools/options/seed_source.h"
#include "tools/options/thread_options.h"
#include "tools/options/typed_options.h"
#include "tools/options/unused_options.h"
#include "tools/process/interrupt.h"
#include "tools/replay/emit.h"
#include "tools/replay/print.h"
#include "tools/replay/rows.h"
#include "tools/replay/summary.h"
#include "tools/replay/warnings.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(What would this chain have kept and drawn at every row of a log?

Examples:
  sampler replay run.safetensors --config balanced --seed 42
  sampler replay run.safetensors --top-k 40 --top-p 0.95 --temp 0.8
  sampler replay run.safetensors -c llama.cpp --temp 1.1 --jsonl > rows.jsonl
  sampler replay logits.npy --tokens ids.npy --min-p 0.05 --rows 100:200 --csv
  sampler replay run.safetensors -c vllm --emit mask,logprob kept.safetensors
  sampler replay run.safetensors --config balanced --html run.html

Every row is conditioned on the logged tokens before it, so the answers are
one-step draws and distributions, not the text the chain would have written.
A log that tells how its sequences were drawn (logs::Logger::Describe) needs no
options: sampler replay run.safetensors --verify

Exit code: 0 done, 1 another token was drawn (--verify), 2 usage error or
unreadable input.
)";

struct Replay {
  LogOptions log;
  ConfigOptions config;
  ReplayOptions options;
  OutputOptions output;
  HtmlOptions html;
  RowSelectionOptions rows;
  std::string history;  // "logged" or "replayed".
  EmitOptions emit;
  bool verify = false;
};

// 1, and a line that says so, unless every row with a logged token drew it.
int Verify(const ReplaySummary& summary) {
  const bool all_drawn = summary.rows_with(RowStatus::kOk) == summary.rows();
  if (all_drawn && summary.scored() > 0 && summary.same() == 1.0) return 0;
  std::fputs(summary.scored() == 0
                 ? "verify: no row has a logged token\n"
                 : "verify: not every row drew the logged token\n",
             stderr);
  return 1;
}

absl::Status FinishEmit(Emitter& emitter, Warnings& warnings) {
  if (emitter.inexact() > 0) {
    warnings.Add(absl::StrCat(
        "--emit: the log does not decide the kept sets of ", emitter.inexact(),
        " rows: their \"exact\" is 0, and their sets may lack tokens"));
  }
  return emitter.Finish();
}

// What a replay reads, opened and checked.
struct ReplayInputs {
  std::unique_ptr<const logs::Log> log;
  TokenText text;
  ReplayConfigs configs;
  RowKind kind;
};

// Completes replay.options. Fails for every reason that is known before the
// first row.
absl::StatusOr<ReplayInputs> OpenInputs(Replay& replay) {
  const Format format = replay.output.format();
  if (replay.options.top_logprobs > 0 && format != Format::kJson &&
      format != Format::kJsonLines) {
    return absl::InvalidArgumentError(
        "--top-logprobs: want --json or --jsonl beside it");
  }
  absl::Status possible = ResolveEmit(replay.emit, replay.log.path);
  if (!possible.ok()) return possible;
  auto log = OpenLog(replay.log);
  if (!log.ok()) return log.status();
  auto text = OpenTokenText(replay.log);
  if (!text.ok()) return text.status();
  auto configs = ResolveReplayConfigs(replay.config, **log, *text);
  if (!configs.ok()) return configs.status();
  ReplayOptions& options = replay.options;
  possible = CheckRunOptionsMatter(options.run, configs->configs);
  if (possible.ok() && replay.verify) {
    possible =
        CheckSeedIsTold(options.run, **log, configs->configs, "--verify: ");
  }
  if (!possible.ok()) return possible;
  if (replay.history == "replayed") options.history = HistorySource::kReplayed;
  const auto rows = SelectRows(replay.rows, (*log)->rows());
  if (!rows.ok()) return rows.status();
  options.rows = *rows;
  possible = CheckHtml(replay.html, {replay.log.path}, options.rows.count());
  if (!possible.ok()) return possible;
  possible = CheckReplay(**log, *configs, options);
  if (!possible.ok()) return possible;
  const auto kind = FindRowKind(**log, replay.log.kind);
  if (!kind.ok()) return kind.status();
  possible = CheckRowKind(*kind);
  if (!possible.ok()) return possible;
  return ReplayInputs{*std::move(log), *std::move(text), *std::move(configs),
                      *kind};
}

// The exit code.
absl::StatusOr<int> Run(Replay& replay) {
  const auto inputs = OpenInputs(replay);
  if (!inputs.ok()) return inputs.status();
  const auto& [log, text, configs, kind] = *inputs;
  ReplayOptions& options = replay.options;
  const OutputOptions& output = replay.output;
  Warnings warnings(output.quiet);
  for (const PipelineConfig& config : configs.configs) {
    WarnBefore(*log, config, options, kind, warnings);
  }

  const TokenText shown = ShownText(text, *log);
  const ReplayHeader header = {replay.log.path, *log, configs, options, shown};
  options.look = EmitLooks(replay.emit);
  std::unique_ptr<Emitter> emitter;
  if (!replay.emit.out.empty()) {
    auto created = Emitter::Create(replay.emit, header);
    if (!created.ok()) return created.status();
    emitter = *std::move(created);
  }
  const auto printer = MakeReplayPrinter(header, output);
  ReplayPage page(header, replay.html);
  if (replay.html.wanted()) {
    options.describe = StepDescriber(shown, replay.html.top);
  }
  ReplaySummaries summaries;
  Progress progress(options.rows.count(), output.quiet);
  const Interruptible interruptible;
  printer->Begin();
  absl::Status replayed =
      ReplayRows(*log, configs, options, [&](const RowResult& row) {
        summaries.Add(row);
        printer->Row(row);
        if (emitter != nullptr) emitter->Add(row);
        if (replay.html.wanted()) page.Add(row);
        progress.Step();
      });
  const double rate = progress.Rate();
  progress.Clear();
  if (!replayed.ok()) return replayed;
  for (const PipelineConfig& config : configs.configs) {
    WarnOfMemory(*log, config, options, summaries.all(), warnings);
  }
  WarnAfter(summaries.all(), kind, warnings);
  if (emitter != nullptr && !Interrupted()) {
    absl::Status emitted = FinishEmit(*emitter, warnings);
    if (!emitted.ok()) return emitted;
  }
  if (Interrupted()) {
    warnings.Add(InterruptedText(summaries.all().rows(), options.rows.count()));
  }
  printer->End(summaries, warnings);
  if (output.format() == Format::kHuman && !output.quiet) {
    std::fflush(stdout);
    std::fprintf(stderr, "%.0f rows per second\n", rate);
  }
  absl::Status written = FinishOutput();
  if (!written.ok()) return written;
  if (replay.html.wanted()) {
    written = page.Write(summaries, warnings, output.quiet);
    if (!written.ok()) return written;
  }
  return replay.verify ? Verify(summaries.all()) : 0;
}

}  // namespace

void AddReplay(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("replay", kDescription);
  const auto replay = std::make_shared<Replay>();
  AddLogOptions(*command, replay->log);
  AddConfigOptions(*command, replay->config);
  AddRunOptions(*command, replay->options.run);
  AddRowSelection(*command, replay->rows);
  command
      ->add_option("--history", replay->history,
                   "Tokens that penalties see: logged (default), or\n"
                   "replayed (the drawn ones)")
      ->check(CLI::IsMember({"logged", "replayed"}).description(""))
      ->type_name("WHICH");
  command->add_flag("--verify", replay->verify,
                    "Exit with 1 unless every row draws its logged token");
  AddThreads(*command, replay->options.threads);
  AddInteger(*command, "--top-logprobs",
             "Also list the N likeliest tokens of the raw and\n"
             "the final distribution (--json, --jsonl)",
             {.maximum = kMaxVocabularySize},
             [replay](std::int64_t n) { replay->options.top_logprobs = n; });
  AddOutputOptions(*command, replay->output);
  AddEmit(*command, replay->emit);
  AddRowFormats(*command, replay->output);
  AddHtmlOfSteps(*command, replay->html);
  command->callback([replay, &exit_code] {
    const absl::StatusOr<int> code = Run(*replay);
    exit_code =
        code.ok() ? *code : Fail(code.status(), replay->output.json_errors());
  });
}

}  // namespace sampler::tools
