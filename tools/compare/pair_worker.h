// Answers rows of both sides of a comparison.
//
// Thread-safety: a PairWorker is scratch, one per thread; the PairShared that
//   all of them use is constant.
// Tested by: tests/tools/compare/compare_test.cc,
//   tests/tools/compare/listed_rows_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_PAIR_WORKER_H_
#define SAMPLER_TOOLS_COMPARE_PAIR_WORKER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sampler/pipeline.h"
#include "tools/compare/pairs.h"
#include "tools/process/ordered_work.h"
#include "tools/replay/listed_row.h"

namespace sampler::tools {

// Rows of one sequence that one thread takes in order.
struct PairChunk final : WorkItem {
  std::vector<Sequence> sequences;  // Of the two sides, before `first`.
  RowPlace first;
  std::int64_t end_row = 0;
  std::vector<RowPair> results;
  bool cut_short = false;  // By an interrupt.
  absl::Status status;
};

// What all threads share.
struct PairShared {
  const Sides& sides;
  const PairOptions& options;
  std::vector<Pipeline> chains;  // Of the two sides.
  std::vector<Pipeline> raw;     // {categorical}, of the two logs.

  absl::Span<const TokenId> tokens() const {
    const auto first = sides[0].log.tokens();
    return first.empty() ? sides[1].log.tokens() : first;
  }
  // Only the start of a sequence is known beforehand.
  bool whole_sequences() const {
    return tokens().empty() || chains[0].has_state() || chains[1].has_state();
  }
};

// Both sequences have the logged token of a row then, if there is one.
absl::Status AcceptLogged(const PairShared& shared, std::int64_t row,
                          std::vector<Sequence>& sequences);

class PairWorker {
 public:
  // `shared` must outlive it.
  explicit PairWorker(const PairShared& shared);

  // Fills the chunk's results. Errors: of rows that cannot be read.
  absl::Status Work(PairChunk& chunk);

 private:
  // What one side leaves behind for the pair.
  struct Scratch {
    Workspace workspace;
    Workspace raw_workspace;
    logs::RowBuffer buffer;
    ListedRowReader listed;
    KeptTokens kept;
    LogprobRow logprobs;
    bool has_row = false;  // `logprobs` are those of this row.
    Logits row;
    std::optional<Distribution> final;
  };

  absl::Status Answer(const RowPlace& place, std::vector<Sequence>& sequences,
                      RowPair& pair);
  // The pair's columns of two sides that are usable.
  void RelateSides(RowPair& pair) const;
  // One side's row; its sequence then has the token.
  absl::Status AnswerSide(std::size_t s, const RowPlace& place,
                          Sequence& sequence, RowPair& pair);

  const PairShared& shared_;
  std::array<Scratch, 2> scratch_;
  std::optional<TrainerProbe> probe_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_PAIR_WORKER_H_
