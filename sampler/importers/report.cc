#include "sampler/importers/report.h"

namespace sampler::importers {

absl::string_view ToText(Provenance provenance) {
  switch (provenance) {
    case Provenance::kGiven:
      return "given";
    case Provenance::kDefault:
      return "default";
    case Provenance::kDerived:
      break;
  }
  return "derived";
}

absl::string_view ToText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kApplied:
      return "applied";
    case Outcome::kHarmless:
      return "harmless";
    case Outcome::kLost:
      return "lost";
    case Outcome::kUnknown:
      return "unknown";
    case Outcome::kRefused:
      break;
  }
  return "refused";
}

std::int64_t& OutcomeCounts::Of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kApplied:
      return applied;
    case Outcome::kHarmless:
      return harmless;
    case Outcome::kLost:
      return lost;
    case Outcome::kUnknown:
      return unknown;
    case Outcome::kRefused:
      break;
  }
  return refused;
}

}  // namespace sampler::importers
