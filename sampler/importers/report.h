// What an importer made of every setting: nothing is dropped silently.
//
// A report has an entry for every field that was given, for every default of
// the runtime that takes part in the config, and for what follows from several
// of them (the draw, a clamp, a threshold).
//
// Thread-safety: plain values.
// Tested by: tests/importers/importer_test.cc, tests/tools/import_test.cc.

#ifndef SAMPLER_IMPORTERS_REPORT_H_
#define SAMPLER_IMPORTERS_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// Where a value comes from.
enum class Provenance {
  kGiven,    // It stood in the input.
  kDefault,  // The runtime uses it where the input says nothing.
  kDerived,  // It follows from other settings, or from how the runtime works.
};

// What became of it.
enum class Outcome {
  kApplied,   // It is in the config.
  kNeutral,   // It changes nothing, in the runtime as here.
  kNoEffect,  // It has no counterpart in the config; the entry says why.
  kUnknown,   // The runtime has no such field.
};

// "given", "default", "derived"; "applied", "neutral", "no effect", "unknown".
absl::string_view ToText(Provenance provenance);
absl::string_view ToText(Outcome outcome);

struct ReportEntry {
  std::string field;  // As the input spells it, else the runtime's name.
  Value value;        // As found; null for what is derived.
  std::string effect;
  Provenance provenance = Provenance::kGiven;
  Outcome outcome = Outcome::kApplied;
};

struct ImportReport {
  std::string runtime;  // "llama.cpp b10573": whose rules and defaults.
  std::vector<ReportEntry> entries;
};

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_REPORT_H_
