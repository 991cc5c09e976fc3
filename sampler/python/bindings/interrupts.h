// Ctrl-C, and other signals with a handler in Python, during a long call.
//
// A call that has released the GIL asks between its parts. Where a handler has
// raised (KeyboardInterrupt), it stops, and raises that once it has the GIL
// again. On other threads than the main one nothing is ever pending.
//
//   bool interrupted = false;
//   {
//     const nb::gil_scoped_release released;
//     while (work is left && !interrupted) {
//       ...
//       interrupted = SignalHandlerRaised();
//     }
//   }
//   if (interrupted) throw nb::python_error();
//
// Cost: some 100 ns where nobody else wants the GIL.
// Tested by: tests/python/test_interrupts.py.

#ifndef SAMPLER_PYTHON_BINDINGS_INTERRUPTS_H_
#define SAMPLER_PYTHON_BINDINGS_INTERRUPTS_H_

#include <nanobind/nanobind.h>

namespace sampler::python {

// Runs the handlers of signals that have come. Returns true if one has raised:
// Python's error is then set. REQUIRES: this thread has released the GIL.
inline bool SignalHandlerRaised() {
  const nanobind::gil_scoped_acquire held;
  return PyErr_CheckSignals() != 0;
}

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_INTERRUPTS_H_
