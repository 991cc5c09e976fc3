// One row of a replay: both distributions, the draw, and every number reported
// about them.
//
// Thread-safety: a RowReplayer is scratch, one per thread; the log and the
// pipelines it uses are shared.

#ifndef SAMPLER_TOOLS_REPLAY_ROW_H_
#define SAMPLER_TOOLS_REPLAY_ROW_H_

#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "tools/replay_rows.h"

namespace sampler::tools {

// A row's answer, and the token for Sequence::Accept.
struct ReplayedRow {
  RowResult result;
  Token drawn;
};

class RowReplayer {
 public:
  // `raw` is the pipeline {categorical}. All three must outlive the replayer.
  RowReplayer(const logs::Log& log, const Pipeline& pipeline,
              const Pipeline& raw, std::int64_t top_logprobs)
      : log_(log),
        pipeline_(pipeline),
        raw_(raw),
        top_logprobs_(top_logprobs) {}

  // Everything about the row; `sequence` stands before it.
  ReplayedRow Replay(const RowPlace& place, const Sequence& sequence);

  // The drawn token alone.
  Token Draw(std::int64_t row, const Sequence& sequence);

 private:
  const logs::Log& log_;
  const Pipeline& pipeline_;
  const Pipeline& raw_;
  const std::int64_t top_logprobs_;
  Workspace workspace_;
  Workspace raw_workspace_;
  logs::RowBuffer buffer_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_ROW_H_
