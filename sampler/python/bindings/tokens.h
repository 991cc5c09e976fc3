// The tokens of a batch, and their logprobs, as values of Python's.
//
// Thread-safety: plain values.
// Tested by: tests/python/test_batch.py.

#ifndef SAMPLER_PYTHON_BINDINGS_TOKENS_H_
#define SAMPLER_PYTHON_BINDINGS_TOKENS_H_

#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sampler/logprobs.h"
#include "sampler/token.h"

namespace sampler::python {

// The logprobs of all rows by one distribution: [B] and [B, n].
struct LogprobTable {
  LogprobTable(std::size_t rows, std::int64_t count)
      : n(static_cast<std::size_t>(count)), top(rows * n), reports(rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      reports[i].top = absl::MakeSpan(top).subspan(i * n, n);
    }
  }

  std::size_t n;
  std::vector<TokenLogprob> top;
  std::vector<LogprobReport> reports;
};

struct Tokens {
  std::vector<Token> tokens;
  std::unique_ptr<LogprobTable> raw;
  std::unique_ptr<LogprobTable> processed;
};

void BindTokens(nanobind::module_& module);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_TOKENS_H_
