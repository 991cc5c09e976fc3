#include "tools/chains/stage_memory.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/stages/registry.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

std::unique_ptr<const Stage> Make(const StageConfig& stage) {
  const StageType& type = *StageRegistry::BuiltIn().Find(stage.type);
  return type.create(Parameters(type.parameters, stage.parameters));
}

StageMemory MirostatMemory(const Parameters&, absl::Span<const double> state) {
  return {{"mu", state[0]}};
}

StageMemory AdaptiveMemory(const Parameters& parameters,
                           absl::Span<const double> state) {
  const double mean = state[0] / state[1];
  const double aim =
      std::clamp(2.0 * parameters.Real("target") - mean, 0.0, 1.0);
  return {{"mean_drawn", mean}, {"aim", aim}};
}

// The stages with a memory; a test holds that no other has one.
struct MemoryNames {
  absl::string_view type;
  StageMemory (*read)(const Parameters&, absl::Span<const double> state);
};
constexpr MemoryNames kNames[] = {{"mirostat", MirostatMemory},
                                  {"adaptive_p", AdaptiveMemory}};

StageMemory Named(const StageConfig& stage, absl::Span<const double> state) {
  for (const MemoryNames& names : kNames) {
    if (names.type != stage.type) continue;
    const StageType& type = *StageRegistry::BuiltIn().Find(stage.type);
    return names.read(Parameters(type.parameters, stage.parameters), state);
  }
  return {};
}

// What llama.cpp's samplers remember.
std::vector<StageMemory> LlamaCppMemory(const PipelineConfig& config,
                                        const Sequence& sequence) {
  const parity::LlamaCppChain chain(config.stages, StageRegistry::BuiltIn(),
                                    sequence.vocabulary_size());
  const absl::Span<const double> state =
      sequence.state().empty() ? chain.initial_state() : sequence.state();
  std::vector<StageMemory> memories(config.stages.size());
  for (const parity::MemoryNumber& number :
       chain.MemoryAt(state, sequence.history())) {
    memories[number.stage].emplace_back(number.name, number.value);
  }
  return memories;
}

// "mirostat and adaptive_p learn", "mirostat learns".
std::string WhoLearns(const std::vector<std::string>& types) {
  return absl::StrCat(absl::StrJoin(types, " and "),
                      types.size() == 1 ? " learns" : " learn");
}

// Of rows, those that taught: "3 of 24 rows".
std::string OfRows(std::int64_t learned, std::int64_t rows) {
  return absl::StrCat(Grouped(learned), " of ", Grouped(rows), " rows");
}

}  // namespace

std::vector<StageMemory> MemoryOfStages(const PipelineConfig& config,
                                        const Sequence& sequence) {
  if (config.rng == Rng::kLlamaCpp) return LlamaCppMemory(config, sequence);
  std::vector<StageMemory> memories(config.stages.size());
  absl::Span<const double> carried = sequence.state();
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    const std::unique_ptr<const Stage> made = Make(config.stages[i]);
    std::vector<double> state(made->StateSize());
    if (state.empty()) continue;
    made->InitializeState(absl::MakeSpan(state));
    if (carried.size() >= state.size()) {
      const auto own = carried.first(state.size());
      state.assign(own.begin(), own.end());
      carried.remove_prefix(own.size());
    }
    memories[i] = Named(config.stages[i], state);
  }
  return memories;
}

std::string MemoryText(const StageMemory& memory) {
  return absl::StrJoin(memory, ", ", [](std::string* out, const auto& number) {
    const auto& [name, value] = number;
    // A count of words has all its digits.
    const int digits = value == std::floor(value) ? 16 : 6;
    absl::StrAppend(out, name, " ", absl::StrFormat("%.*g", digits, value));
  });
}

std::vector<std::string> StagesWithMemory(const PipelineConfig& config) {
  std::vector<std::string> types;
  for (const StageConfig& stage : config.stages) {
    if (Make(stage)->StateSize() > 0) types.push_back(stage.type);
  }
  return types;
}

std::string MemoryWarning(const PipelineConfig& config, std::int64_t learned,
                          std::int64_t rows) {
  const std::vector<std::string> types = StagesWithMemory(config);
  if (types.empty() || learned == rows) return "";
  if (config.rng == Rng::kLlamaCpp && types.front() == "mirostat") {
    return absl::StrCat(WhoLearns(types),
                        " from the tokens that it draws, as in llama.cpp: they "
                        "are the logged ones at ",
                        OfRows(learned, rows),
                        " (with --history replayed at every row)");
  }
  return absl::StrCat(WhoLearns(types),
                      " only where the drawn token is the logged one, at ",
                      OfRows(learned, rows),
                      ": elsewhere the memory stays as it was "
                      "(--history replayed moves it at every row)");
}

}  // namespace sampler::tools
