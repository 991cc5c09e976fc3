#include "tools/generate/generate.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/config/printed.h"
#include "sampler/logs/logger.h"
#include "tools/generate/ban_trace.h"
#include "tools/generate/chooser.h"
#include "tools/generate/streamer.h"
#include "tools/generate/summary.h"
#include "tools/options/unused_options.h"

namespace sampler::tools {
namespace {

absl::Status CheckOptions(const GenerateOptions& options) {
  const std::int64_t first = options.run.stream.value_or(0);
  const std::int64_t last = first + options.sequences - 1;
  if (first < 0 || last > std::numeric_limits<std::uint32_t>::max()) {
    return absl::OutOfRangeError(
        absl::StrCat("--stream ", first, " with ", options.sequences,
                     " sequences: the streams would be ", first, " to ", last,
                     ", want 0 to 2^32 - 1"));
  }
  if (!options.log.empty() &&
      (options.samplers.size() > 1 || options.runs > 1)) {
    return WithHint(absl::InvalidArgumentError("a log is that of one run"),
                    "with --log give one --sampler, and no --runs");
  }
  return absl::OkStatus();
}

ChooserKind KindOf(const std::string& name) {
  for (const ChooserKind kind : {ChooserKind::kOurs, ChooserKind::kAdapter}) {
    if (name == ChooserName(kind)) return kind;
  }
  return ChooserKind::kLlama;
}

// All that a run needs, the same for each.
struct Session {
  const GenerateOptions& options;
  LlamaModel& model;
  const Pipeline& pipeline;
  ChooserOptions choosers;
};

// The log of the run, if one is wanted.
absl::StatusOr<std::optional<logs::Logger>> OpenLogger(const Session& session) {
  const GenerateOptions& options = session.options;
  if (options.log.empty()) return std::nullopt;
  absl::StatusOr<logs::Logger> logger = logs::Logger::Create(
      options.log,
      {.vocabulary_size = session.pipeline.vocabulary_size(),
       .metadata = {
           {"model", session.model.name()},
           {"producer", absl::StrCat("sampler-generate ", kVersion)},
           {"chain", ChainText(session.pipeline.config())},
           {"seed", absl::StrCat(session.choosers.seed)},
           {"first_stream", absl::StrCat(session.choosers.first_stream)}}});
  if (!logger.ok()) return logger.status();
  for (std::int64_t i = 0; i < options.sequences; ++i) {
    absl::Status added = logger->AddPrompt(static_cast<std::uint32_t>(i),
                                           session.choosers.prompt);
    if (!added.ok()) return added;
    const ChooserOptions& choosers = session.choosers;
    added = logger->Describe(
        static_cast<std::uint32_t>(i),
        {.config = ToPrintedJson(session.pipeline.config()),
         .seed = choosers.seed,
         .stream = choosers.first_stream + static_cast<std::uint32_t>(i),
         .clock = choosers.clock});
    if (!added.ok()) return added;
  }
  return std::optional(*std::move(logger));
}

absl::Status Log(const SeenRow& seen, logs::Logger& logger) {
  const auto sequence = static_cast<std::uint32_t>(seen.sequence);
  if (seen.told.taken > 0) {
    absl::Status taken = logger.TakeBack(sequence, seen.told.taken);
    if (!taken.ok()) return taken;
  }
  if (!seen.told.token.has_value()) return absl::OkStatus();
  return logger.Append(sequence, seen.row, *seen.told.token, seen.told.notes);
}

absl::StatusOr<LoopResult> RunOnce(const Session& session, ChooserKind kind,
                                   bool show, Warnings& warnings) {
  const GenerateOptions& options = session.options;
  std::vector<std::string> notes;
  const auto choosers = MakeChoosers(kind, session.pipeline, options.sequences,
                                     session.choosers, show ? &notes : nullptr);
  if (!choosers.ok()) return choosers.status();
  for (std::string& note : notes) warnings.Add(std::move(note));

  std::vector<std::string> names;
  for (std::int64_t i = 0; i < options.sequences; ++i) {
    names.push_back(absl::StrCat(
        options.samplers.size() > 1 ? ChooserName(kind) : "", "[", i, "]"));
  }
  if (names.size() == 1 && options.samplers.size() == 1) names = {""};
  Streamer streamer(names);
  BanTrace trace(options.bans);
  absl::StatusOr<std::optional<logs::Logger>> opened = OpenLogger(session);
  if (!opened.ok()) return opened.status();
  std::optional<logs::Logger>& logger = *opened;
  const auto see = [&](const SeenRow& seen) -> absl::Status {
    if (show && !options.output.json) {
      streamer.Add(seen.sequence, seen.told.text, seen.told.last);
    }
    if (show && options.bans.trace) {
      const std::string lines =
          trace.Lines(seen.sequence, seen.told, seen.rewound);
      // Not behind the text that is shown so far.
      const char* const begin = options.output.json ? "" : "\n";
      if (!lines.empty()) WriteNote(absl::StrCat(begin, lines));
    }
    return logger.has_value() ? Log(seen, *logger) : absl::OkStatus();
  };
  LoopOptions loop = options.loop;
  auto phrases = PhrasesOf(options.bans);
  if (!phrases.ok()) return phrases.status();
  loop.phrases = *std::move(phrases);
  absl::StatusOr<LoopResult> result =
      RunLoop(session.model, session.choosers.prompt, *choosers, loop, see);
  if (logger.has_value()) {  // Also of a run that failed on its way.
    const absl::Status finished = logger->Finish();
    if (result.ok() && !finished.ok()) return finished;
  }
  return result;
}

// Every sampler in turn, as often as asked for, so that none has the quiet
// hours for itself.
absl::StatusOr<std::vector<SamplerRuns>> RunAll(const Session& session,
                                                Warnings& warnings) {
  std::vector<SamplerRuns> all;
  for (const std::string& name : session.options.samplers) {
    all.push_back({KindOf(name), {}});
  }
  for (std::int64_t run = 0; run < session.options.runs; ++run) {
    for (SamplerRuns& runs : all) {
      absl::StatusOr<LoopResult> result =
          RunOnce(session, runs.kind, run == 0, warnings);
      if (!result.ok()) return result.status();
      runs.runs.push_back(*std::move(result));
    }
  }
  return all;
}

}  // namespace

absl::Status Generate(const GenerateOptions& options) {
  absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  absl::StatusOr<LlamaModel> model = LlamaModel::Load(options.model);
  if (!model.ok()) return model.status();
  const absl::StatusOr<PipelineConfig> config =
      ResolveConfig(options.config, model->vocabulary_size(), model->Texts());
  if (!config.ok()) return config.status();
  checked = CheckRunOptionsMatter(options.run, {&*config, 1});
  if (!checked.ok()) return checked;
  checked = CheckBans(options.bans, options.samplers, *config);
  if (!checked.ok()) return checked;
  if (auto phrases = PhrasesOf(options.bans); !phrases.ok()) {
    return phrases.status();
  }
  const absl::StatusOr<Pipeline> pipeline =
      Pipeline::Create(*config, model->vocabulary_size());
  if (!pipeline.ok()) return pipeline.status();
  const auto prompt = model->Tokenize(options.prompt);
  if (!prompt.ok()) return prompt.status();

  const std::int64_t length =
      static_cast<std::int64_t>(prompt->size()) + options.loop.max_tokens;
  Warnings warnings(options.output.quiet);
  if (length > model->trained_context()) {
    warnings.Add(absl::StrCat("texts of ", Grouped(length),
                              " tokens: the model was trained on ",
                              Grouped(model->trained_context())));
  }
  const int threads = options.threads > 0
                          ? options.threads
                          : static_cast<int>(std::max(
                                1U, std::thread::hardware_concurrency() / 2));
  absl::Status room = model->MakeContext(options.sequences, length, threads);
  if (!room.ok()) return room;

  const Session session = {options,
                           *model,
                           *pipeline,
                           {.seed = options.run.SeedFor(*config),
                            .first_stream = static_cast<std::uint32_t>(
                                options.run.stream.value_or(0)),
                            .clock = options.run.step.value_or(0),
                            .prompt = *prompt,
                            .context = length}};
  const auto all = RunAll(session, warnings);
  if (!all.ok()) return all.status();
  if (options.output.json) {
    Json samplers = Json::array();
    for (const SamplerRuns& runs : *all) samplers.push_back(RunsJson(runs));
    Write(ToPages(Json{{"model", model->name()},
                       {"chain", ChainText(*config)},
                       {"seed", session.choosers.seed},
                       {"first_stream", session.choosers.first_stream},
                       {"prompt_tokens", *prompt},
                       {"samplers", samplers},
                       {"warnings", warnings.all()}}) +
          "\n");
  } else if (!options.output.quiet) {
    WriteNote(SpeedText(*all));
  }
  return FinishOutput();
}

}  // namespace sampler::tools
