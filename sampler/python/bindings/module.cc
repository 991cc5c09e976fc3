// The extension module token_sampler._core.

#include <nanobind/nanobind.h>

#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/version.h"

NB_MODULE(_core, module) {
  using namespace sampler::python;  // NOLINT(google-build-using-namespace)
  module.attr("__version__") = SAMPLER_VERSION;
  BindErrors(module);
  BindSequence(module);
  BindDistribution(module);
  BindPipeline(module);
  BindBatch(module);
  BindExplain(module);
  BindSpeculative(module);
  BindLogs(module);
  BindReplay(module);
  BindReplayRows(module);
  BindLogger(module);
  BindSettings(module);
  BindRewind(module);
}
