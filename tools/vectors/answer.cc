// What this library answers to a vector.

#include <limits>
#include <utility>

#include "sampler/arithmetic/weight.h"
#include "sampler/pipeline.h"
#include "sampler/random/random.h"
#include "sampler/row_status.h"
#include "tools/vectors/vector.h"

namespace sampler::tools {
namespace {

VectorAnswer Failed(absl::string_view status) {
  VectorAnswer answer;
  answer.status = std::string(status);
  return answer;
}

// The inputs that the vector has for the step.
StepInputs InputsOf(const ConformanceVector& vector) {
  StepInputs inputs;
  if (!vector.unconditional.empty()) {
    inputs.unconditional = absl::MakeConstSpan(vector.unconditional);
  }
  inputs.uniform = vector.uniform;
  return inputs;
}

}  // namespace

VectorAnswer AnswerOf(const ConformanceVector& vector) {
  const auto size = static_cast<std::int64_t>(vector.row.size());
  const auto pipeline = Pipeline::Create(vector.config, size);
  if (!pipeline.ok()) return Failed("wrong_config");
  auto sequence = pipeline->NewSequence(
      {.seed = vector.seed, .stream = vector.stream, .prompt = vector.prompt});
  if (!sequence.ok()) return Failed("wrong_prompt");
  for (const std::int32_t token : vector.tokens) {
    if (!sequence->AcceptId(token).ok()) return Failed("wrong_tokens");
  }
  const StepInputs inputs = InputsOf(vector);
  Workspace workspace;
  const Step step = pipeline->Process(vector.row, *sequence, workspace, inputs);
  const Token token = step.Draw();
  VectorAnswer answer = Failed(RowStatusName(token.status));
  if (token.status != RowStatus::kOk) return answer;
  answer.token = token.id;
  answer.bits = token.bits;
  step.ForEach([&](TokenId id, double) { answer.kept.push_back(id); });
  for (const std::int32_t id : answer.kept) {
    answer.weights.push_back(static_cast<std::int64_t>(step.WeightOf(id)));
  }
  return answer;
}

PhiloxVector AnswerOf(const PhiloxVector& vector) {
  return {vector.counter, vector.key, Philox4x32(vector.counter, vector.key)};
}

WeightVector AnswerOf(const WeightVector& vector) {
  return {vector.x, static_cast<std::int64_t>(WeightOf(vector.x, 0.0))};
}

PlaceVector AnswerOf(const PlaceVector& vector) {
  return {vector.bits, vector.total, PlaceOfBits(vector.bits, vector.total)};
}

}  // namespace sampler::tools
