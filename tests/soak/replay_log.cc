#include "tests/soak/replay_log.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "tests/soak/kept.h"
#include "tests/soak/toy_model.h"

namespace sampler::soak {
namespace {

// A log leaves out the keys of watermarks: where there are none, it has all of
// the config.
Pipeline PipelineOf(const std::string& config, const Pipeline& drawn_by) {
  absl::StatusOr<PipelineConfig> parsed = ParseConfig(config, kVocabulary);
  if (!parsed.ok()) return drawn_by;
  return Kept(Pipeline::Create(*parsed, kVocabulary));
}

}  // namespace

void ReplaySequence(const logs::Log& log, const logs::LogSequence& logged,
                    const DrawnBy& drawn_by, Workspace& workspace) {
  Require(logged.drawn_with.has_value(), "a log tells its settings");
  const logs::DrawnWith& with = *logged.drawn_with;
  const Pipeline pipeline = PipelineOf(
      log.description().configs[static_cast<std::size_t>(with.config)],
      *drawn_by.pipeline);
  Sequence sequence = Kept(pipeline.NewSequence(
      {.seed = with.seed,
       .stream = with.stream,
       .prompt = {logged.prompt.begin(), logged.prompt.end()}}));
  sequence.set_clock(with.clock);
  logs::RowBuffer buffer;
  for (std::int64_t row = logged.first_row;
       row < logged.first_row + logged.rows; ++row) {
    if (!log.attempts().empty()) {
      sequence.set_attempt(log.attempts()[static_cast<std::size_t>(row)]);
    }
    for (const TokenId token : log.Bans(row)) Keep(sequence.Ban(token));
    const ModelStep step(sequence.history(), drawn_by.model);
    StepInputs inputs = step.inputs();
    inputs.mask = Kept(log.Mask(row, buffer));
    const Logits logits = Kept(log.Row(row, buffer));
    const Token token =
        pipeline.Sample(logits, sequence, workspace, pipeline.OnlyRead(inputs));
    const TokenId expected = log.tokens()[static_cast<std::size_t>(row)];
    if (token.id != expected) {
      Require(false, absl::StrCat("row ", row, " has token ", expected,
                                  ", and token ", token.id, " in a replay, by ",
                                  ToJson(pipeline.config())));
    }
    Keep(sequence.Accept(token));
  }
}

}  // namespace sampler::soak
