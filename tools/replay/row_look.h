// A look at every row of a replay, for commands that want more of it than a
// RowResult says (verify, --emit): the step itself, while it stands.
//
// Thread-safety: every thread of a replay has a RowLook of its own.
// Tested by: tests/tools/verify/verify_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_ROW_LOOK_H_
#define SAMPLER_TOOLS_REPLAY_ROW_LOOK_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "sampler/config.h"
#include "sampler/logits.h"
#include "sampler/sequence.h"
#include "sampler/step.h"
#include "sampler/step_inputs.h"
#include "sampler/token.h"
#include "tools/options/run_options.h"
#include "tools/replay/row_exactness.h"

namespace sampler::tools {

// A row as it was answered. Valid during the look alone.
struct RowView {
  const RowPlace& place;
  const Logits& row;  // As logged.
  const RowBounds& bounds;
  const PipelineConfig& config;
  const StepInputs& inputs;
  const Sequence& sequence;  // As it stands before the row.
  const Step& step;
  const Token& drawn;
  const Distribution& raw;  // {categorical} on the row; look at its status.
  TokenId target;           // The logged token; -1: none.
  // The step's answer is that of the row before the log.
  bool exact = IsExact(bounds, config, static_cast<std::int64_t>(row.size()));
};

// What a look found; it travels with the row's result.
struct RowFinding {
  virtual ~RowFinding() = default;
};

using RowLook =
    std::function<std::shared_ptr<const RowFinding>(const RowView&)>;

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_ROW_LOOK_H_
