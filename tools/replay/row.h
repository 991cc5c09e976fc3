// One row of a replay: both distributions, the draw, and every number reported
// about them.
//
// Thread-safety: a RowReplayer is scratch, one per thread; the log and the
// pipelines it uses are shared.

#ifndef SAMPLER_TOOLS_REPLAY_ROW_H_
#define SAMPLER_TOOLS_REPLAY_ROW_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "tools/replay/listed_row.h"
#include "tools/replay/rows.h"

namespace sampler::tools {

// A row's answer, and the token for Sequence::Accept.
struct ReplayedRow {
  RowResult result;
  Token drawn;
};

// What all threads of a replay share; it must outlive their replayers.
struct ReplayShared {
  const logs::Log& log;
  const ReplayConfigs& configs;
  const std::vector<Pipeline>& pipelines;  // Of the configs.
  const Pipeline& raw;                     // {categorical}.
};

class RowReplayer {
 public:
  // `options` must outlive it.
  RowReplayer(const ReplayShared& shared, const ReplayOptions& options)
      : shared_(shared),
        options_(options),
        look_(options.look ? options.look() : nullptr) {}

  // Everything about the row; `sequence` stands before it.
  // Errors: the row cannot be read.
  absl::StatusOr<ReplayedRow> Replay(const RowPlace& place,
                                     const Sequence& sequence);

  // The drawn token alone. Errors as above.
  absl::StatusOr<Token> Draw(const RowPlace& place, const Sequence& sequence);

  const PipelineConfig& ConfigOf(const RowPlace& place) const {
    return PipelineOf(place).config();
  }

 private:
  const Pipeline& PipelineOf(const RowPlace& place) const {
    return shared_.pipelines[shared_.configs.IndexOf(place.sequence)];
  }

  const ReplayShared shared_;
  const ReplayOptions& options_;
  const RowLook look_;
  ListedRowReader listed_;
  Workspace workspace_;
  Workspace raw_workspace_;
  logs::RowBuffer buffer_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_ROW_H_
