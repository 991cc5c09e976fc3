// The extension module token_sampler._core.

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstdint>

#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/version.h"

namespace sampler::python {
namespace {

// The types of the module, and RowError, are one of each in a process: they
// belong to the interpreter that loaded it first.
void RefuseOtherInterpreters() {
  static std::atomic<std::int64_t> owner = -1;
  const std::int64_t asking =
      PyInterpreterState_GetID(PyInterpreterState_Get());
  std::int64_t before = -1;
  if (owner.compare_exchange_strong(before, asking) || before == asking) return;
  Raise(PyExc_ImportError,
        "token_sampler: another interpreter of this process has loaded it, "
        "and only one can: use it there, or a process of its own");
}

}  // namespace
}  // namespace sampler::python

NB_MODULE(_core, module) {
  using namespace sampler::python;  // NOLINT(google-build-using-namespace)
  RefuseOtherInterpreters();
  module.attr("__version__") = SAMPLER_VERSION;
  BindErrors(module);
  BindToken(module);
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
