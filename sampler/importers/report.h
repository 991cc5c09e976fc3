// What an importer made of every setting: nothing is dropped silently.
//
// A report has an entry for every field that was given, for every default of
// the runtime that takes part in the config, and for what follows from several
// of them (the draw, a clamp, a threshold). A hostile file can give a million
// fields: of each kind that changes nothing the first hundred are listed, and
// all are counted.
//
// Thread-safety: plain values.
// Tested by: tests/importers/importer_test.cc,
//   tests/importers/outcomes_test.cc, tests/tools/import_test.cc.

#ifndef SAMPLER_IMPORTERS_REPORT_H_
#define SAMPLER_IMPORTERS_REPORT_H_

#include <cstdint>
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
  kHarmless,  // It changes the choice of no token, in the runtime as here.
  kLost,      // It acts in the runtime and not here; the entry says why.
  kUnknown,   // The runtime has no such field.
  kRefused,   // The runtime takes no such value: the import is an error.
};

// "given", "default", "derived"; "applied", "harmless", "lost", "unknown",
// "refused".
absl::string_view ToText(Provenance provenance);
absl::string_view ToText(Outcome outcome);

struct ReportEntry {
  std::string field;  // As the input spells it, else the runtime's name.
  Value value;        // As found; null for what is derived.
  std::string effect;
  Provenance provenance = Provenance::kGiven;
  Outcome outcome = Outcome::kApplied;
};

// How many settings had which outcome, those that are not listed included.
struct OutcomeCounts {
  std::int64_t applied = 0;
  std::int64_t harmless = 0;
  std::int64_t lost = 0;
  std::int64_t unknown = 0;
  std::int64_t refused = 0;

  std::int64_t& Of(Outcome outcome);
  friend bool operator==(const OutcomeCounts&, const OutcomeCounts&) = default;
};

struct ImportReport {
  std::string runtime;     // "llama.cpp b10573": whose rules and defaults.
  std::string recognised;  // By what the format was told; "": it was said.
  std::vector<ReportEntry> entries;
  OutcomeCounts counts;
};

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_REPORT_H_
