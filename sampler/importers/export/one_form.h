// Stages in one form, so that two ways of writing a stage are equal. Internal
// to the exporter.
//
// Thread-safety: pure functions.
// Tested by: tests/importers/exporter_test.cc.

#ifndef SAMPLER_IMPORTERS_EXPORT_ONE_FORM_H_
#define SAMPLER_IMPORTERS_EXPORT_ONE_FORM_H_

#include "sampler/config.h"

namespace sampler::importers {

// The stage with every default written out.
StageConfig Complete(const StageConfig& stage);

// The same with numbers as reals: equal for stages that do the same.
StageConfig Comparable(const StageConfig& stage);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORT_ONE_FORM_H_
