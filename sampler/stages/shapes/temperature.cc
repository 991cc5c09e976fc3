#include "sampler/stages/shapes/temperature.h"

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"

namespace sampler {
namespace {

// Largest temperature of a schedule; up to it the formulas stay finite.
constexpr double kLargest = 1e300;

TemperatureSchedule ReadSchedule(const Parameters& p) {
  return {.from = p.Real("from"),
          .to = p.Real("to"),
          .steps = p.Integer("steps"),
          .start = p.Integer("start"),
          .shape = p.Choice<TemperatureSchedule::Shape>("shape"),
          .clock = p.Choice<TemperatureSchedule::Clock>("clock")};
}

// A constant temperature is a schedule whose ends are equal.
TemperatureSchedule ReadTemperature(const Parameters& p) {
  if (p.Has("schedule")) return ReadSchedule(p.Object("schedule"));
  const double temperature = p.Real("temperature");
  return {.from = temperature, .to = temperature};
}

std::string Check(const Parameters& p) {
  if (p.Has("temperature") == p.Has("schedule")) {
    return "want either \"temperature\" or \"schedule\"";
  }
  if (!p.Has("schedule")) return "";
  const TemperatureSchedule schedule = ReadSchedule(p.Object("schedule"));
  if (schedule.shape == TemperatureSchedule::Shape::kExponential) {
    if (!(schedule.from > 0.0 && schedule.to > 0.0)) {
      return "an exponential schedule wants \"from\" and \"to\" > 0";
    }
    // Outside this range T1 / T0, or a power of it, may overflow or underflow.
    const double ratio = schedule.to / schedule.from;
    if (!(1.0 / kLargest <= ratio && ratio <= kLargest)) {
      return "an exponential schedule wants \"to\" / \"from\" in "
             "[1e-300, 1e+300]";
    }
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
               .Fields(
                   {Real("from", "T at the start")
                        .Within(0, kLargest)
                        .Required(),
                    Real("to", "T at the end").Within(0, kLargest).Required(),
                    Integer("steps", "clock ticks from start to end")
                        .AtLeast(1)
                        .Required(),
                    Choice("shape", "curve between the ends")
                        .Choices({"linear", "exponential", "cosine"}),
                    Integer("start", "clock at which annealing begins")
                        .AtLeast(0)
                        .Default(0),
                    Choice("clock",
                           "output position, the caller's step, or tokens "
                           "since a phase began or ended")
                        .Choices({"position", "step", "phase"})})},
      .check = Check,
      .facts = [](const Parameters& p) -> StageFacts {
        const TemperatureSchedule schedule = ReadTemperature(p);
        const auto [low, high] = std::minmax({schedule.from, schedule.to});
        StageFacts facts = FactsOfRange({low, high});
        facts.reads_phases =
            schedule.clock == TemperatureSchedule::Clock::kPhase;
        return facts;
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<Temperature>(ReadTemperature(p));
      }};
}

StageFacts Temperature::FactsOfRange(TemperatureRange range) {
  StageFacts facts = {.neutral = range.low == 1.0 && range.high == 1.0,
                      .keeps_a_prefix = true,
                      .temperature = range};
  if (range.high == 0.0) facts.head = HeadRule{.count = 1, .distance = 0.0};
  return facts;
}

double TemperatureSchedule::At(std::int64_t t) const {
  // Return the ends exactly: the formulas would round. (t - start cannot
  // overflow, because t > start >= 0.)
  if (t <= start) return from;
  if (t - start >= steps) return to;
  const double f = static_cast<double>(t - start) / static_cast<double>(steps);
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

std::int64_t TemperatureSchedule::Now(const StepContext& step) const {
  switch (clock) {
    case Clock::kPosition:
      return step.position;
    case Clock::kStep:
      return step.clock;
    case Clock::kPhase:
      break;
  }
  return step.history.StretchSize();
}

void Temperature::Apply(Candidates& candidates, const StepContext& step) const {
  const double temperature = schedule_.At(schedule_.Now(step));
  if (temperature == 0.0) {
    candidates.KeepTop(1);
  } else if (temperature != 1.0) {
    candidates.Scale(1.0 / temperature);
  }
}

}  // namespace sampler
