#include "tools/basis.h"

#include "sampler/numeric.h"
#include "sampler/stages/registry.h"

namespace sampler::tools {
namespace {

bool CutsWithinTheList(const logs::TailInfo& tail,
                       const PipelineConfig& config) {
  double temperature = 1.0;
  for (const StageConfig& stage : config.stages) {
    const StageType* type = StageRegistry::BuiltIn().Find(stage.type);
    if (type == nullptr) return false;
    const Parameters p(type->parameters, stage.parameters);
    if (stage.type == "greedy") return tail.above >= 1;
    if (stage.type == "temperature") {
      if (p.Has("schedule")) return false;
      if (p.Real("temperature") == 0.0) return tail.above >= 1;
      temperature *= p.Real("temperature");
    } else if (stage.type == "top_k") {
      const std::int64_t k = p.Integer("k");
      if (k > 0) return k <= tail.above;
    } else if (stage.type == "min_p") {
      if (p.Real("p") == 0.0) continue;
      return p.Integer("min_keep") <= tail.above &&
             tail.bound / temperature <
                 tail.maximum / temperature + Log(p.Real("p"));
    } else {
      return false;
    }
  }
  return false;
}

}  // namespace

bool IsExact(const logs::Log& log, std::int64_t row,
             const PipelineConfig& config) {
  const auto floor = log.Floor(row);
  if (floor.has_value() && floor->count > 0) return false;
  const auto tail = log.Tail(row);
  return !tail.has_value() || tail->count == 0 ||
         CutsWithinTheList(*tail, config);
}

}  // namespace sampler::tools
