// The parts of the module, each bound in a file of its own.
//
// Tested by: tests/python/test_package.py.

#ifndef SAMPLER_PYTHON_BINDINGS_BIND_H_
#define SAMPLER_PYTHON_BINDINGS_BIND_H_

#include <nanobind/nanobind.h>

#include "sampler/python/bindings/lease.h"
#include "sampler/sequence.h"

namespace sampler::python {

using SharedSequence = Shared<Sequence>;

void BindToken(nanobind::module_& module);
void BindSequence(nanobind::module_& module);
void BindDistribution(nanobind::module_& module);
void BindPipeline(nanobind::module_& module);
void BindBatch(nanobind::module_& module);
void BindExplain(nanobind::module_& module);
void BindSpeculative(nanobind::module_& module);
void BindLogs(nanobind::module_& module);
void BindReplay(nanobind::module_& module);
void BindReplayRows(nanobind::module_& module);
void BindLogger(nanobind::module_& module);
void BindSettings(nanobind::module_& module);
void BindRewind(nanobind::module_& module);

// Into the submodule of speculation.
void BindTrees(nanobind::module_& module);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_BIND_H_
