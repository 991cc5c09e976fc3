// The registry of stage types: the values of "type" in a config.
//
// A stage type is its name, its parameter table and a function that makes a
// stage from checked parameters. Code that needs all stages (parser, JSON
// Schema, documentation, tests) asks the registry.
//
// To add a stage of your own, copy BuiltIn(), call Add on the copy, and pass
// the copy to Pipeline::Create and ParseConfig.
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

// The kinds of stages, by their effect on the candidates. A draw ends a
// pipeline.
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
  // True if the next stage must be the draw.
  bool precedes_draw = false;
  // Checks rules that involve several parameters. Returns the error, or "".
  // Null: no such rules.
  std::function<std::string(const Parameters& parameters)> check = nullptr;
  // The facts of the stage with these parameters. Null: the default facts.
  // REQUIRES: `parameters` passed the table and `check`.
  std::function<StageFacts(const Parameters& parameters)> facts = nullptr;
  // Makes the stage; a Draw for types of group kDraw. REQUIRES: `parameters`
  // passed the table and `check`. Several threads may create pipelines at once,
  // so all three functions must be safe to call from several threads.
  std::function<std::unique_ptr<const Stage>(const Parameters& parameters)>
      create;
};

class StageRegistry {
 public:
  StageRegistry() = default;
  // Every stage of this library, in the order of the documentation.
  static const StageRegistry& BuiltIn();

  // Adds a type. AlreadyExists if its name is registered; InvalidArgument if it
  // has no name or no `create`.
  absl::Status Add(StageType type);

  // The type of this name, or null.
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
