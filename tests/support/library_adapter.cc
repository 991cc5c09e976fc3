#include "tests/support/library_adapter.h"

#include <stdexcept>
#include <string>

#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "sampler/step_observer.h"

namespace sampler {
namespace {

using nlohmann::json;

oracle::Status ToOracle(RowStatus status) {
  switch (status) {
    case RowStatus::kOk:
      return oracle::Status::kOk;
    case RowStatus::kNan:
      return oracle::Status::kNan;
    case RowStatus::kInfinite:
      return oracle::Status::kInfinite;
    case RowStatus::kNoCandidate:
      return oracle::Status::kNoCandidate;
    case RowStatus::kMissingInput:
      return oracle::Status::kMissingInput;
    case RowStatus::kWrongInput:
      return oracle::Status::kWrongInput;
    case RowStatus::kWrongSize:
    case RowStatus::kWrongState:
    case RowStatus::kUnusedInput:
    case RowStatus::kWrongStep:
      break;
  }
  throw std::invalid_argument(std::string(RowStatusName(status)));
}

unsigned __int128 ToNative(Mass mass) {
  return static_cast<unsigned __int128>(absl::Uint128High64(mass)) << 64 |
         absl::Uint128Low64(mass);
}

// Notes how many candidates each stage left.
class Recorder : public StepObserver {
 public:
  explicit Recorder(const PipelineConfig& config) : config_(config) {}

  void BeforeStage(std::size_t, const Candidates&) override {}
  void AfterStage(std::size_t index, const Candidates& candidates) override {
    if (candidates.status() != RowStatus::kOk) return;
    snapshots.push_back({config_.stages[index].type,
                         static_cast<std::size_t>(candidates.Count())});
  }
  void OnTruncation(const Truncation&) override {}

  std::vector<oracle::Snapshot> snapshots;

 private:
  const PipelineConfig& config_;
};

template <typename T>
T OrThrow(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  throw std::invalid_argument(std::string(value.status().message()));
}

}  // namespace

bool EndsInDraw(const json& stages) {
  if (stages.empty()) return false;
  const StageType* type =
      StageRegistry::BuiltIn().Find(stages.back()["type"].get<std::string>());
  return type != nullptr && type->group == StageGroup::kDraw;
}

LibraryRun RunLibrary(Logits row, const json& stages,
                      const oracle::Context& context) {
  json config = {{"version", 1}, {"stages", stages}};
  if (!context.phases.empty()) config["phases"] = context.phases;
  const bool draws = EndsInDraw(stages);
  if (!draws) config["stages"].push_back({{"type", "categorical"}});

  const auto vocabulary_size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = OrThrow(
      Pipeline::Create(OrThrow(ParseConfig(config.dump())), vocabulary_size));
  Sequence sequence = OrThrow(Sequence::Create(
      vocabulary_size, {context.seed, context.stream, context.prompt}));
  for (const std::int32_t token : context.output) {
    if (!sequence.AcceptId(token).ok()) throw std::invalid_argument("token");
  }
  sequence.set_clock(context.step);

  // One workspace for all calls, as in a generation loop, so that a test would
  // see anything that one row leaves behind for the next.
  static thread_local Workspace workspace;
  Recorder recorder(pipeline.config());
  StepInputs inputs;
  if (!context.unconditional.empty()) {
    inputs.unconditional = absl::MakeConstSpan(context.unconditional);
  }
  inputs.uniform = context.uniform;
  if (context.mask.has_value()) {
    inputs.mask = TokenMask(absl::MakeConstSpan(*context.mask));
  }
  const Distribution distribution = pipeline.Process(
      row, sequence, workspace, pipeline.OnlyRead(inputs), &recorder);

  LibraryRun run;
  oracle::Result& result = run.result;
  result.status = ToOracle(distribution.status());
  result.snapshots = std::move(recorder.snapshots);
  if (!draws && !result.snapshots.empty() &&
      result.status == oracle::Status::kOk) {
    result.snapshots.pop_back();
  }
  if (result.status != oracle::Status::kOk) return run;
  for (const Candidate& c : distribution.Top(distribution.Count())) {
    result.candidates.push_back({c.id, c.logit, distribution.WeightOf(c.id)});
  }
  result.total = ToNative(distribution.TotalMass());
  if (draws) {
    const Token token = pipeline.DrawFrom(distribution, sequence, workspace);
    result.token = token.id;
    if (stages.back()["type"] == "arithmetic") {
      result.interval = {ToNative(token.interval.low),
                         ToNative(token.interval.high)};
    }
    if (stages.back()["type"] == "gumbel_top_k") {
      const auto all = pipeline.DrawAll(distribution, sequence, workspace);
      result.tokens.assign(all.begin(), all.end());
    }
    const std::string type = stages.back()["type"];
    if (type == "categorical" || type == "synthid") result.u = token.u();
  }
  const TokenId head = result.candidates.front().id;
  run.entropy = distribution.Entropy();
  run.head_probability = distribution.Probability(head);
  run.head_logprob = distribution.Logprob(head);
  run.last_logprob = distribution.Logprob(result.candidates.back().id);

  // Unobserved, bounds may decide what exact sums decided above.
  const Distribution unobserved =
      pipeline.Process(row, sequence, workspace, pipeline.OnlyRead(inputs));
  const Token token = pipeline.DrawFrom(unobserved, sequence, workspace);
  bool same =
      unobserved.Count() == static_cast<std::int64_t>(result.candidates.size());
  for (const oracle::Candidate& c : result.candidates) {
    same &= unobserved.Contains(c.id);
  }
  if (draws) same &= token.id == result.token;
  if (!same) throw std::logic_error("an observer changes the result");
  return run;
}

}  // namespace sampler
