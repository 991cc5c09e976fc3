// The registry of stage types: what a config's "type" may say.
//
// A stage type is its name, its parameter table and a function that makes a
// stage from checked parameters. Everything that must know all stages (parser,
// JSON Schema, documentation, tests) asks the registry.
//
// Users add stages of their own by copying BuiltIn() and calling Add, and hand
// the result to Pipeline::Create and ParseConfig.
//
// Thread-safety: const methods from any number of threads.
// Tested by: tests/stages/registry_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_STAGES_REGISTRY_H_
#define SAMPLER_STAGES_REGISTRY_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sampler/language.h"
#include "sampler/parameters/parameter.h"
#include "sampler/stages/stage.h"
#include "sampler/stages/stage_facts.h"

namespace sampler {

// What a stage does to the candidates; kDraw ends a pipeline.
enum class StageGroup { kEdit, kShape, kTruncate, kDraw };

// "edit", "shape", "truncate" or "draw".
StringView StageGroupName(StageGroup group);

// Texts are string literals: they are not copied.
struct StageType {
  absl::string_view name;  // As configs spell it.
  StageGroup group;
  absl::string_view summary;  // One line.
  absl::string_view formula;  // As in the source, in plain text.
  absl::string_view source;   // Paper or project.
  ParameterTable parameters;
  // Must the next stage be the draw?
  bool precedes_draw = false;
  // Rules that involve several parameters: what is wrong, or "".
  std::function<std::string(const Parameters& parameters)> check = nullptr;
  // What can be told of the stage without making it; null: nothing. REQUIRES:
  // `parameters` passed the table and `check`.
  std::function<StageFacts(const Parameters& parameters)> facts = nullptr;
  // REQUIRES: `parameters` passed the table and `check`. Types of group kDraw
  // make a Draw. All three functions may capture what they need; pipelines may
  // be made, and so they may be called, by several threads at once.
  std::function<std::unique_ptr<const Stage>(const Parameters& parameters)>
      create;
};

class StageRegistry {
 public:
  StageRegistry() = default;
  // Every stage of this library, in the order of the documentation.
  static const StageRegistry& BuiltIn();

  // AlreadyExists if a type of that name is registered; InvalidArgument if it
  // has no name or no `create`.
  absl::Status Add(StageType type);

  // Null if there is none.
  const StageType* Find(StringView name) const;

  const std::vector<StageType>& types() const { return types_; }
  std::vector<absl::string_view> names() const;

 private:
  explicit StageRegistry(std::vector<StageType> types)
      : types_(std::move(types)) {}

  std::vector<StageType> types_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_REGISTRY_H_
