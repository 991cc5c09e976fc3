// The columns of a replay: one entry in each for every row.
//
// Thread-safety: plain values; ToDict wants the GIL.
// Tested by: tests/python/test_logs.py, tests/python/test_replay_batches.py.

#ifndef SAMPLER_PYTHON_BINDINGS_REPLAY_COLUMNS_H_
#define SAMPLER_PYTHON_BINDINGS_REPLAY_COLUMNS_H_

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/distribution.h"
#include "sampler/step.h"
#include "sampler/token.h"

namespace sampler::python {

class ReplayColumns {
 public:
  // What the pipeline left of a row, and drew; logged: -1 for none.
  void Add(const Step& step, const Token& token, TokenId logged);

  // The row as it came; null where not all of it is there.
  void AddRaw(const Distribution* raw, TokenId token, TokenId logged);

  // Moves the columns into NumPy arrays, by name.
  nanobind::dict ToDict() &&;

 private:
  std::vector<std::int32_t> token_ = {};  // Drawn; -1: none.
  std::vector<std::string> status_ = {};
  std::vector<double> logprob_ = {};
  std::vector<double> raw_logprob_ = {};
  std::vector<std::int64_t> kept_ = {};
  std::vector<double> entropy_ = {};
  std::vector<double> raw_entropy_ = {};
  std::vector<double> logged_logprob_ = {};
  std::vector<double> logged_raw_logprob_ = {};
};

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_REPLAY_COLUMNS_H_
