#include "sampler/pipeline.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/spelling.h"

namespace sampler {

struct Pipeline::Compiled {
  PipelineConfig config;
  std::int64_t vocabulary_size;
  std::vector<std::unique_ptr<const Stage>> stages;
  const Draw* draw;  // The last of them.
  bool needs_original_mass;
};

Pipeline::Pipeline(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

std::int64_t Pipeline::vocabulary_size() const {
  return compiled_->vocabulary_size;
}

const PipelineConfig& Pipeline::config() const { return compiled_->config; }

absl::StatusOr<Pipeline> Pipeline::Create(const PipelineConfig& config,
                                          std::int64_t vocabulary_size,
                                          const StageRegistry& registry) {
  if (!(1 <= vocabulary_size && vocabulary_size <= kMaxVocabularySize)) {
    return absl::InvalidArgumentError(
        absl::StrCat("vocabulary size: got ", vocabulary_size,
                     ", want an integer in [1, ", kMaxVocabularySize, "]"));
  }
  const std::vector<Problem> problems =
      CheckConfig(config, vocabulary_size, registry);
  if (!problems.empty()) {
    return absl::InvalidArgumentError(
        absl::StrJoin(problems, "\n", [](std::string* out, const Problem& p) {
          absl::StrAppend(out, Printable(p.pointer), ": ",
                          Printable(p.message));
        }));
  }
  auto compiled = std::make_shared<Compiled>();
  compiled->config = config;
  compiled->vocabulary_size = vocabulary_size;
  compiled->needs_original_mass = false;
  for (const StageConfig& stage : config.stages) {
    const StageType& type = *registry.Find(stage.type);
    compiled->stages.push_back(
        type.create(Parameters(type.parameters, stage.parameters)));
    compiled->needs_original_mass |=
        compiled->stages.back()->NeedsOriginalMass();
  }
  // CheckConfig has made sure that the last stage is of group kDraw.
  compiled->draw = static_cast<const Draw*>(compiled->stages.back().get());
  return Pipeline(std::move(compiled));
}

absl::StatusOr<Sequence> Pipeline::NewSequence(
    Sequence::Options options) const {
  if (!options.seed.has_value()) options.seed = compiled_->config.seed;
  return Sequence::Create(compiled_->vocabulary_size, std::move(options));
}

Distribution Pipeline::Process(Logits row, const Sequence& sequence,
                               Workspace& workspace,
                               StepObserver* observer) const {
  const Compiled& compiled = *compiled_;
  Candidates& candidates = workspace.scratch_->candidates;
  TokenCounts& counts = workspace.scratch_->counts;
  if (static_cast<std::int64_t>(row.size()) != compiled.vocabulary_size ||
      sequence.vocabulary_size() != compiled.vocabulary_size) {
    candidates.Reject(RowStatus::kWrongSize);
    return Distribution(candidates);
  }
  counts.Reserve(row.size());
  candidates.Begin(row, observer);
  if (compiled.needs_original_mass) candidates.TrackOriginalMass();
  const Coins coins = sequence.coins();
  for (std::size_t i = 0; i < compiled.stages.size(); ++i) {
    if (candidates.status() != RowStatus::kOk) break;
    if (observer != nullptr) observer->BeforeStage(i, candidates);
    compiled.stages[i]->Apply(
        candidates, {sequence.history(), sequence.position(), sequence.clock(),
                     coins, static_cast<std::uint32_t>(i), counts});
    if (observer != nullptr) observer->AfterStage(i, candidates);
  }
  return Distribution(candidates);
}

Token Pipeline::DrawFrom(const Distribution& distribution,
                         const Sequence& sequence, Workspace& workspace) const {
  const RowStatus status = distribution.status();
  if (status != RowStatus::kOk) return {.status = status};
  const Coins coins = sequence.coins();
  const Drawn drawn = compiled_->draw->Choose(
      *distribution.candidates_,
      {sequence.history(), sequence.position(), sequence.clock(), coins,
       static_cast<std::uint32_t>(compiled_->stages.size() - 1),
       workspace.scratch_->counts});
  return {drawn.token, RowStatus::kOk, drawn.bits};
}

Token Pipeline::Sample(Logits row, const Sequence& sequence,
                       Workspace& workspace) const {
  return DrawFrom(Process(row, sequence, workspace), sequence, workspace);
}

}  // namespace sampler
