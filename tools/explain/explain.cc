// `sampler explain`: one row of a log under one chain, stage by stage.

#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/logs/row_set_up.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "sampler/pipeline.h"
#include "tools/commands.h"
#include "tools/explain/print.h"
#include "tools/explain/step.h"
#include "tools/html/explain_page.h"
#include "tools/html/page.h"
#include "tools/options/config_options.h"
#include "tools/options/log_options.h"
#include "tools/options/run_options.h"
#include "tools/options/typed_options.h"
#include "tools/options/unused_options.h"
#include "tools/replay/listed_row.h"
#include "tools/replay/row_exactness.h"
#include "tools/replay/rows.h"
#include "tools/replay/warnings.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Why was this token drawn, and which stage removed that one?

Examples:
  sampler explain run.safetensors --row 118 --config balanced
  sampler explain run.safetensors --row 2:17 --top-k 40 --min-p 0.05 --temp 1.2
  sampler explain run.safetensors --row 118 --config chain.json --json
  sampler explain run.safetensors --row 118 --config chain.json --html step.html

A row is conditioned on the logged tokens before it: this explains one step, not
a text that the chain would have written.)";

struct Options {
  LogOptions log;
  ConfigOptions config;
  RunOptions run;
  OutputOptions output;
  std::string row;
  std::string history = "logged";
  ExplainOptions explain;
  HtmlOptions html;
};

// "118", or "2:17" for row 17 of sequence 2.
absl::StatusOr<RowPlace> FindRow(const logs::Log& log,
                                 const std::string& text) {
  const auto wrong = [&](absl::string_view want) {
    return absl::OutOfRangeError(absl::StrCat(
        "--row: got ", Printable(Shortened(text)), ", want ", want));
  };
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const bool split = absl::StrContains(text, ':');
  const auto first_number = ReadInteger(parts.first);
  const auto second_number = ReadInteger(split ? parts.second : "0");
  if (!first_number.ok() || !second_number.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--row: got ", Printable(Shortened(text)),
                     ", want a row, or SEQUENCE:POSITION"));
  }
  const std::int64_t first = *first_number;
  const std::int64_t second = *second_number;
  if (!split) {
    if (first < 0 || first >= log.rows()) {
      return wrong(absl::StrCat("a row in [0, ", log.rows(), ")"));
    }
    return PlaceOf(log, first);
  }
  const auto sequences = log.sequences();
  if (first < 0 || first >= static_cast<std::int64_t>(sequences.size())) {
    return wrong(absl::StrCat("a sequence in [0, ", sequences.size(), ")"));
  }
  const logs::LogSequence& sequence =
      sequences[static_cast<std::size_t>(first)];
  if (second < 0 || second >= sequence.rows) {
    return wrong(absl::StrCat("a position in [0, ", sequence.rows,
                              ") of sequence ", first));
  }
  return RowPlace{sequence.first_row + second, first, second};
}

// The sequence before the row, its earlier steps drawn one by one. The tokens
// that follow each other are the drawn ones (kReplayed; where none is drawn,
// the logged one, as replay has it) or the logged ones.
absl::StatusOr<Sequence> PlayBefore(const logs::Log& log, const RowPlace& place,
                                    const Pipeline& pipeline,
                                    const RunOptions& options,
                                    HistorySource history, bool quiet) {
  absl::StatusOr<Sequence> sequence =
      StartSequence(log, place.sequence, options, pipeline.config());
  if (!sequence.ok()) return sequence;
  Workspace workspace;
  logs::RowBuffer buffer;
  ListedRowReader listed;
  Progress progress(place.position, quiet);
  for (std::int64_t row = place.row - place.position; row < place.row; ++row) {
    const absl::Status ready = SetUpRow(log, row, pipeline.config(), *sequence);
    if (!ready.ok()) return ready;
    const auto logits = log.Row(row, buffer);
    if (!logits.ok()) return logits.status();
    const auto inputs = InputsOf(log, row, pipeline.config(), buffer);
    if (!inputs.ok()) return inputs.status();
    const auto bounds = BoundsOf(log, row);
    if (!bounds.ok()) return bounds.status();
    const SettledRow settled =
        listed.Settle({pipeline, *logits, *bounds, *sequence, *inputs});
    const Token drawn =
        pipeline.Sample(settled.row, *sequence, workspace, *inputs);
    progress.Step();
    TokenId id = drawn.id;
    if ((id < 0 || history == HistorySource::kLogged) &&
        !log.tokens().empty()) {
      id = log.tokens()[static_cast<std::size_t>(row)];
    }
    if (id < 0) continue;
    const absl::Status accepted = sequence->Accept(drawn, id);
    if (!accepted.ok()) return accepted;
  }
  const absl::Status ready =
      SetUpRow(log, place.row, pipeline.config(), *sequence);
  if (!ready.ok()) return ready;
  return sequence;
}

absl::Status CheckTokens(const Options& options, const logs::Log& log) {
  for (const TokenId id : options.explain.tokens) {
    if (id < 0 || id >= log.vocabulary_size()) {
      return absl::OutOfRangeError(absl::StrCat("--token: got ", id,
                                                ", want a token id in [0, ",
                                                log.vocabulary_size(), ")"));
    }
  }
  return absl::OkStatus();
}

absl::Status Run(Options& options) {
  absl::Status writable =
      CheckHtml(options.html, {options.log.path}, /*steps=*/1);
  if (!writable.ok()) return writable;
  const auto opened = OpenLog(options.log);
  if (!opened.ok()) return opened.status();
  const logs::Log& log = **opened;
  const auto text = OpenTokenText(options.log);
  if (!text.ok()) return text.status();
  const auto configs = ResolveReplayConfigs(options.config, log, *text);
  if (!configs.ok()) return configs.status();
  const auto place = FindRow(log, options.row);
  if (!place.ok()) return place.status();
  const PipelineConfig& config = configs->Of(place->sequence);
  if (auto status = CheckRunOptionsMatter(options.run, {&config, 1});
      !status.ok()) {
    return status;
  }
  if (auto status = CheckTokens(options, log); !status.ok()) {
    return status;
  }
  const auto kind = FindRowKind(log, options.log.kind);
  if (!kind.ok()) return kind.status();
  if (auto status = CheckRowKind(*kind); !status.ok()) return status;
  const auto pipeline = PipelineFor(log, config);
  if (!pipeline.ok()) return pipeline.status();

  const HistorySource history = options.history == "replayed"
                                    ? HistorySource::kReplayed
                                    : HistorySource::kLogged;
  const bool replayed =
      history == HistorySource::kReplayed || log.tokens().empty();
  const auto sequence =
      replayed || pipeline->has_state()
          ? PlayBefore(log, *place, *pipeline, options.run, history,
                       options.output.quiet)
          : SequenceBefore(log, place->row, options.run, config);
  if (!sequence.ok()) return sequence.status();
  if (!log.tokens().empty()) {
    const TokenId logged = log.tokens()[static_cast<std::size_t>(place->row)];
    if (logged != logs::kNoToken) options.explain.logged = logged;
  }
  Warnings warnings(options.output.quiet);
  WarnBefore(log, config, {.run = options.run, .history = history}, *kind,
             warnings);
  const TokenText shown = ShownText(*text, log);
  logs::RowBuffer buffer;
  const auto row = log.Row(place->row, buffer);
  if (!row.ok()) return row.status();
  const auto inputs = InputsOf(log, place->row, config, buffer);
  if (!inputs.ok()) return inputs.status();
  options.explain.inputs = *inputs;
  const auto bounds = BoundsOf(log, place->row);
  if (!bounds.ok()) return bounds.status();
  ListedRowReader listed;
  const SettledRow settled =
      listed.Settle({*pipeline, *row, *bounds, *sequence, *inputs});
  if (settled.completed) options.explain.listed = *row;
  const Explanation explanation =
      Explain(*pipeline, settled.row, *sequence, options.explain);
  const ExplainHeader header = {
      .path = options.log.path,
      .log = log,
      .config = config,
      .text = shown,
      .warnings = warnings,
      .place = *place,
      .seed = sequence->seed(),
      .seed_from = SeedSourceOf(
          options.run,
          log.sequences().subspan(static_cast<std::size_t>(place->sequence), 1),
          {&config, 1}),
      .stream = sequence->stream(),
      .step = sequence->clock(),
      .replayed_history = replayed,
      .basis = settled.basis};
  Write(options.output.json ? ToLine(ExplainJson(header, explanation)) + "\n"
                            : ExplainText(header, explanation,
                                          Painter(UseColor(options.output))));
  absl::Status written = FinishOutput();
  if (!written.ok() || !options.html.wanted()) return written;
  return WritePage(options.html,
                   ExplainPage(header, explanation, options.explain.top),
                   options.output.quiet);
}

}  // namespace

void AddExplain(CLI::App& app, int& exit_code) {
  CLI::App& command = *app.add_subcommand("explain", kDescription);
  auto options = std::make_shared<Options>();
  AddLogOptions(command, options->log);
  command.add_option("--row", options->row, "Row N, or SEQUENCE:POSITION")
      ->required()
      ->type_name("N");
  AddInteger(command, "--top",
             "Candidates shown, by raw and by final rank (default: 20)", {},
             [options](std::int64_t top) { options->explain.top = top; });
  AddIntegers(command, "--token", "Show this token in any case (repeatable)",
              {.maximum = kMaxVocabularySize - 1},
              [options](std::int64_t id) {
                options->explain.tokens.push_back(static_cast<TokenId>(id));
              })
      ->type_name("ID");
  command
      .add_option("--history", options->history,
                  "Tokens before the row: logged (default) or replayed")
      ->check(CLI::IsMember({"logged", "replayed"}).description(""))
      ->type_name("WHICH");
  AddConfigOptions(command, options->config);
  AddRunOptions(command, options->run);
  AddOutputOptions(command, options->output);
  AddHtml(command, options->html);
  command.callback([options, &exit_code] {
    const absl::Status status = Run(*options);
    exit_code = status.ok() ? 0 : Fail(status, options->output.json_errors());
  });
}

}  // namespace sampler::tools
