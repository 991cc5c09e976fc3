// An open log, as Python holds it.
//
// Thread-safety: immutable.
// Tested by: tests/python/test_logs.py.

#ifndef SAMPLER_PYTHON_BINDINGS_LOGS_H_
#define SAMPLER_PYTHON_BINDINGS_LOGS_H_

#include <memory>

#include "sampler/logs/log.h"

namespace sampler::python {

struct OpenLog {
  std::shared_ptr<const logs::Log> log;
};

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_LOGS_H_
