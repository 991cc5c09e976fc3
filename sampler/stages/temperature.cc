#include "sampler/stages/temperature.h"

#include <algorithm>

#include "sampler/numeric.h"

namespace sampler {
namespace {

TemperatureSchedule ReadSchedule(const Parameters& p) {
  return {.from = p.Real("from"),
          .to = p.Real("to"),
          .steps = p.Integer("steps"),
          .start = p.Integer("start"),
          .shape = p.Choice<TemperatureSchedule::Shape>("shape"),
          .clock = p.Choice<TemperatureSchedule::Clock>("clock")};
}

std::string Check(const Parameters& p) {
  if (p.Has("temperature") == p.Has("schedule")) {
    return "want either \"temperature\" or \"schedule\"";
  }
  if (!p.Has("schedule")) return "";
  const TemperatureSchedule schedule = ReadSchedule(p.Object("schedule"));
  if (schedule.shape == TemperatureSchedule::Shape::kExponential &&
      !(schedule.from > 0.0 && schedule.to > 0.0)) {
    return "an exponential schedule wants \"from\" and \"to\" > 0";
  }
  return "";
}

}  // namespace

StageType Temperature::Type() {
  return {
      .name = "temperature",
      .group = StageGroup::kShape,
      .summary = "Flattens or sharpens; 0 is greedy; may be annealed.",
      .formula = "l_i = l_i / T",
      .source = "every runtime",
      .parameters =
          {Real("temperature", "T; 1 changes nothing, 0 is greedy").AtLeast(0),
           Object("schedule", "annealing, in place of a constant T")
               .Fields({Real("from", "T at the start").AtLeast(0).Required(),
                        Real("to", "T at the end").AtLeast(0).Required(),
                        Integer("steps", "clock ticks from start to end")
                            .AtLeast(1)
                            .Required(),
                        Choice("shape", "curve between the ends")
                            .Choices({"linear", "exponential", "cosine"}),
                        Integer("start", "clock at which annealing begins")
                            .AtLeast(0)
                            .Default(0),
                        Choice("clock", "output position, or the caller's step")
                            .Choices({"position", "step"})})},
      .check = Check,
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        if (p.Has("schedule")) {
          return std::make_unique<Temperature>(
              ReadSchedule(p.Object("schedule")));
        }
        return std::make_unique<Temperature>(p.Real("temperature"));
      }};
}

double TemperatureSchedule::At(std::int64_t t) const {
  const double f = std::clamp(
      static_cast<double>(t - start) / static_cast<double>(steps), 0.0, 1.0);
  // The ends exactly, whatever the formulas round to there.
  if (f == 0.0) return from;
  if (f == 1.0) return to;
  switch (shape) {
    case Shape::kLinear:
      return from + f * (to - from);
    case Shape::kExponential:
      return from * Pow(to / from, f);
    case Shape::kCosine:
      break;
  }
  return to + (from - to) * (1.0 + CosPi(f)) / 2.0;
}

void Temperature::Apply(Candidates& candidates, const StepContext& step) const {
  const std::int64_t t = schedule_.clock == TemperatureSchedule::Clock::kStep
                             ? step.clock
                             : step.position;
  const double temperature = schedule_.At(t);
  if (temperature == 0.0) {
    candidates.KeepTop(1);
  } else if (temperature != 1.0) {
    candidates.Scale(1.0 / temperature);
  }
}

}  // namespace sampler
