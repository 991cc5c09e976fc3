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
    case Outcome::kNeutral:
      return "neutral";
    case Outcome::kNoEffect:
      return "no effect";
    case Outcome::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace sampler::importers
