#include "tools/replay/row_exactness.h"

#include "sampler/stage_lookup.h"
#include "sampler/stages/stage_facts.h"
#include "tools/replay/row_list.h"

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

const char* RowBasisName(RowBasis basis) {
  switch (basis) {
    case RowBasis::kExact:
      return "exact";
    case RowBasis::kBounded:
      return "bounded";
    case RowBasis::kNo:
      break;
  }
  return "no";
}

const char* RowBasisNote(RowBasis basis) {
  switch (basis) {
    case RowBasis::kExact:
      return "";
    case RowBasis::kBounded:
      return ", bounded: the log holds part of the row";
    case RowBasis::kNo:
      break;
  }
  return ", not known: this chain needs the whole row";
}

bool IsExact(const RowBounds& bounds, const PipelineConfig& config,
             std::int64_t width) {
  const std::optional<logs::TailInfo> tail = TailOf(bounds, width);
  return !tail.has_value() || tail->count == 0 ||
         CutsWithinTheList(*tail, config);
}

std::optional<double> ListedTemperature(const PipelineConfig& config) {
  double product = 1.0;
  for (const StageConfig& stage : config.stages) {
    const StageFacts facts = FactsOf(stage);
    if (facts.neutral) continue;
    const auto& range = facts.temperature;
    const bool divides = range.has_value() && range->low == range->high &&
                         range->low > 0 && !facts.head.has_value();
    if (!divides) return std::nullopt;
    product *= range->low;
  }
  return product;
}

absl::StatusOr<RowBounds> BoundsOf(const logs::Log& log, std::int64_t row) {
  auto floor = log.Floor(row);
  if (!floor.ok()) return floor.status();
  auto tail = log.Tail(row);
  if (!tail.ok()) return tail.status();
  return RowBounds{*std::move(floor), *std::move(tail)};
}

}  // namespace sampler::tools
