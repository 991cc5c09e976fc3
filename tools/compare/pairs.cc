// ComparePairs: rows in chunks, chunks on threads, results in order.

#include "tools/compare/pairs.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "tools/compare/pair_worker.h"
#include "tools/process/interrupt.h"
#include "tools/process/ordered_work.h"

namespace sampler::tools {
namespace {

absl::StatusOr<PairShared> Prepare(const Sides& sides,
                                   const PairOptions& options) {
  PairShared shared{
      .sides = sides, .options = options, .chains = {}, .raw = {}};
  for (const Side& side : sides) {
    auto chain = PipelineFor(side.log, side.chain.config);
    if (!chain.ok()) return chain.status();
    auto raw = Pipeline::Create({.stages = {{"categorical"}}},
                                side.log.vocabulary_size());
    if (!raw.ok()) return raw.status();
    shared.chains.push_back(*std::move(chain));
    shared.raw.push_back(*std::move(raw));
  }
  return shared;
}

// Cuts the log into chunks of one sequence each. Where the logged tokens are
// the history, the state before every chunk is known by walking along them.
class ChunkSource {
 public:
  explicit ChunkSource(const PairShared& shared)
      : shared_(shared), row_(shared.options.rows.first) {}

  // Null at the end, and after an error.
  std::unique_ptr<WorkItem> Next() {
    constexpr std::int64_t kChunkRows = 32;
    const std::int64_t end = shared_.options.rows.end;
    if (row_ >= end || !status_.ok()) return nullptr;
    const logs::Log& log = shared_.sides[0].log;
    auto chunk = std::make_unique<PairChunk>();
    chunk->first = PlaceOf(log, row_);
    const std::int64_t first = row_ - chunk->first.position;
    const std::int64_t sequence_end = std::min(
        end,
        first + log.sequences()[static_cast<std::size_t>(chunk->first.sequence)]
                    .rows);
    const bool whole = shared_.whole_sequences();
    if (whole) chunk->first = PlaceOf(log, first);
    chunk->end_row =
        whole ? sequence_end : std::min(row_ + kChunkRows, sequence_end);
    status_ = MoveTo(chunk->first, whole);
    if (!status_.ok()) return nullptr;
    chunk->sequences = sequences_;
    row_ = chunk->end_row;
    return chunk;
  }

  const absl::Status& status() const { return status_; }

 private:
  // Brings the sequences before `place`.
  absl::Status MoveTo(const RowPlace& place, bool whole) {
    const std::int64_t first = place.row - place.position;
    if (sequences_.empty() || before_ < first || place.position == 0) {
      sequences_.clear();
      for (const Side& side : shared_.sides) {
        auto sequence = StartSequence(side.log, place.sequence,
                                      shared_.options.run, side.chain.config);
        if (!sequence.ok()) return sequence.status();
        sequences_.push_back(*std::move(sequence));
      }
      before_ = first;
    }
    for (; !whole && before_ < place.row; ++before_) {
      absl::Status status = AcceptLogged(shared_, before_, sequences_);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const PairShared& shared_;
  std::int64_t row_;
  std::vector<Sequence> sequences_;  // Of the two sides,
  std::int64_t before_ = 0;          // as they stand before this row.
  absl::Status status_;
};

}  // namespace

absl::Status ComparePairs(const Sides& sides, const PairOptions& options,
                          const std::function<void(const RowPair&)>& emit) {
  const auto shared = Prepare(sides, options);
  if (!shared.ok()) return shared.status();
  ChunkSource source(*shared);
  absl::Status status;
  bool ended = false;  // A chunk was cut short: what follows has no place.
  std::vector<std::unique_ptr<PairWorker>> workers(
      static_cast<std::size_t>(options.threads));
  RunInOrder({.read = [&] { return Interrupted() ? nullptr : source.Next(); },
              .work =
                  [&](WorkItem& item, int thread) {
                    auto& worker = workers[static_cast<std::size_t>(thread)];
                    if (worker == nullptr) {
                      worker = std::make_unique<PairWorker>(*shared);
                    }
                    auto& chunk = static_cast<PairChunk&>(item);
                    chunk.status = worker->Work(chunk);
                  },
              .write =
                  [&](WorkItem& item) {
                    if (ended || !status.ok()) return;
                    const auto& chunk = static_cast<const PairChunk&>(item);
                    for (const RowPair& pair : chunk.results) emit(pair);
                    status = chunk.status;
                    ended = chunk.cut_short;
                  }},
             options.threads);
  return status.ok() ? source.status() : status;
}

}  // namespace sampler::tools
