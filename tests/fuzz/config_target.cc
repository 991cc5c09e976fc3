// From a config's text to a drawn token.

#include <optional>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/fuzz/outcome.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

// The text says the same config again.
void CheckRoundTrip(const PipelineConfig& config) {
  const absl::StatusOr<PipelineConfig> again = ParseConfig(ToJson(config));
  Require(again.ok() && *again == config,
          "a config that is written is read as the same");
  Require(!ChainText(config).empty(), "a config has a text for people");
}

void Sample(const Pipeline& pipeline, ByteSource source) {
  const auto size = static_cast<std::size_t>(pipeline.vocabulary_size());
  absl::StatusOr<Sequence> sequence = pipeline.NewSequence({.seed = source()});
  Require(sequence.ok(), "a pipeline makes sequences");
  Workspaces workspaces;
  for (int step = 0; step < 2; ++step) {
    const TypedRow row(source, size);
    const InputMemory inputs(source, size);
    const Outcome a =
        TakeStep(pipeline, row, inputs, *sequence, FirstWay(), workspaces);
    const Outcome b = TakeStep(
        pipeline, row, inputs, *sequence,
        {DType::kF32, BoundsUse::kTry, FirstWay().instruction_set}, workspaces);
    Require(Difference(a, b).empty(), "bounds and element type decide nothing");
    if (a.token.id < 0 || !sequence->Accept(a.token).ok()) return;
  }
}

}  // namespace

// A byte for the vocabulary, eight for the rows, then the text.
void FuzzConfig(Bytes input) {
  ByteSource source(input);
  constexpr std::int64_t kSizes[] = {64, 1, 2, 37, 1000};
  const std::uint8_t options = source.Byte();
  const std::int64_t size = kSizes[options % std::size(kSizes)];
  const ByteSource rows(source.Take(8));
  const std::string text = source.RestAsText();

  std::vector<JsonProblem> problems;
  const absl::StatusOr<PipelineConfig> config = ParseConfig(
      text, options < 128 ? std::optional(size) : std::nullopt, &problems);
  Require(config.ok() == problems.empty(),
          "a config is an error if it has problems");
  if (!config.ok()) {
    Require(absl::IsInvalidArgument(config.status()) &&
                !config.status().message().empty(),
            "a config's error is a sentence");
    return;
  }
  CheckRoundTrip(*config);
  const absl::StatusOr<Pipeline> pipeline = Pipeline::Create(*config, size);
  if (!pipeline.ok()) {
    Require(options >= 128 && absl::IsInvalidArgument(pipeline.status()),
            "a config that was checked for a vocabulary fits it");
    return;
  }
  Sample(*pipeline, rows);
}

}  // namespace sampler::fuzz
