// The config of a pipeline: which stages, in which order, with which
// parameters; and its JSON form, format version 1.
//
//   {
//     "version": 1,
//     "stages": [
//       {"type": "temperature", "temperature": 0.8},
//       {"type": "top_p", "p": 0.95},
//       {"type": "categorical"}
//     ]
//   }
//
// Other top-level keys: "$schema" and "description" (for people and editors),
// "seed" (a default; a sequence may use another), "rng" ("house" or
// "llama_cpp"), "phases" (history/phases.h). Every stage but the draw may say
// "when" it runs (chain/condition.h says how):
//
//   "phases": {"thinking": {"begin": [[151667]], "end": [[151668]]}},
//   "stages": [
//     {"type": "temperature", "temperature": 0.6, "when": {"phase":
//     "thinking"}},
//
// A config is strict: unknown and duplicate keys, wrong types, numbers out of
// range, a missing draw and a stage after the draw are errors. The problems of
// a config are reported together (the first kMostProblems of them), each as
//
//   <line>:<column>: <JSON pointer>: got ..., want ...
//
// What stands in a message is cut where it is long.
//
// Thread-safety: plain values; the functions are pure.
// Cost: linear in the text, in time and memory.
// Errors: absl::InvalidArgumentError, one problem a line. Nothing throws.
// Tested by: tests/config_test.cc and tests/config_values_test.cc (every kind
//   of error), tests/config_phases_test.cc (phases and conditions),
//   tests/config_round_trip_test.cc (and fuzz),
//   tests/tools/presets_test.cc.

#ifndef SAMPLER_CONFIG_H_
#define SAMPLER_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/language.h"
#include "sampler/parameters/value.h"

namespace sampler {

class StageRegistry;

// Every stage of this library (stages/registry.h).
const StageRegistry& BuiltInStages();

// One stage: its type and the parameters that were given. What is absent has
// the default of the type's parameter table.
struct StageConfig {
  std::string type;
  Value::Object parameters = {};
  // The condition under which it runs; absent: always.
  std::optional<Value> when = {};

  friend bool operator==(const StageConfig&, const StageConfig&) = default;
};

// Where random numbers come from. "house": Philox4x32-10 (random.h).
// "llama_cpp": the engines and the arithmetic of llama.cpp, for the same tokens
// as llama.cpp (parity/llama_cpp.h).
enum class Rng { kHouse, kLlamaCpp };

struct PipelineConfig {
  std::string schema = {};       // "$schema", kept for round trips.
  std::string description = {};  // One line of purpose.
  std::optional<std::uint64_t> seed = {};
  Rng rng = Rng::kHouse;
  // By name: when each begins and ends.
  std::map<std::string, Value::Object> phases = {};
  std::vector<StageConfig> stages = {};

  friend bool operator==(const PipelineConfig&,
                         const PipelineConfig&) = default;
};

// Everything wrong with a config: empty if a Pipeline can be made from it.
// Token ids are checked against the vocabulary where its size is given.
std::vector<Problem> CheckConfig(
    const PipelineConfig& config,
    std::optional<std::int64_t> vocabulary_size = std::nullopt,
    const StageRegistry& registry = BuiltInStages());

// Reads and checks a JSON config. If `problems` is not null it receives what
// the error message lists, one by one.
absl::StatusOr<PipelineConfig> ParseConfig(
    StringView json, std::optional<std::int64_t> vocabulary_size = std::nullopt,
    std::vector<JsonProblem>* problems = nullptr,
    const StageRegistry& registry = BuiltInStages());

// The config as JSON, a stage a line, parameters in the order of the tables.
// ParseConfig(ToJson(c)) is c.
std::string ToJson(const PipelineConfig& config,
                   const StageRegistry& registry = BuiltInStages());

// The JSON Schema (draft 2020-12) of the config format, made from the registry.
std::string ConfigSchema(const StageRegistry& registry = BuiltInStages());

// The chain in one line, for people:
// "temperature(0.8) -> top_p(0.95) -> categorical".
std::string ChainText(const PipelineConfig& config,
                      const StageRegistry& registry = BuiltInStages());

}  // namespace sampler

#endif  // SAMPLER_CONFIG_H_
