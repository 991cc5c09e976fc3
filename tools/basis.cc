#include "tools/basis.h"

#include "sampler/stages/stage_facts.h"

namespace sampler::tools {
namespace {

// Does a stage with this rule, behind a temperature of T, leave listed tokens
// only?
bool KeepsListedOnly(const HeadRule& head, const logs::TailInfo& tail,
                     double temperature) {
  return head.count <= tail.above &&
         tail.bound / temperature < tail.maximum / temperature - head.distance;
}

bool CutsWithinTheList(const logs::TailInfo& tail,
                       const PipelineConfig& config) {
  double temperature = 1.0;
  bool cut = false;
  for (const StageConfig& stage : config.stages) {
    const StageFacts facts = FactsOf(stage);
    if (facts.neutral) continue;
    if (cut) {
      // The mass before the cut is that of the whole row.
      if (facts.reads_original_mass) return false;
    } else if (facts.head.has_value()) {
      cut = KeepsListedOnly(*facts.head, tail, temperature);
      if (!cut) return false;
    } else if (facts.temperature.has_value() &&
               facts.temperature->low == facts.temperature->high) {
      temperature *= facts.temperature->low;
    } else {
      return false;
    }
  }
  return cut;
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
