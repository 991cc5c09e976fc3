// ReplayRows: rows in chunks, chunks on threads, results in order.

#include "tools/replay/rows.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/config.h"
#include "sampler/logs/row_set_up.h"
#include "tools/process/interrupt.h"
#include "tools/process/ordered_work.h"
#include "tools/replay/row.h"

namespace sampler::tools {
namespace {

// Rows of one sequence that one thread takes in order.
struct Chunk final : WorkItem {
  Chunk(Sequence start, RowPlace place, std::int64_t end)
      : sequence(std::move(start)), first(place), end_row(end) {}

  Sequence sequence;  // As it stands before `first`.
  RowPlace first;
  std::int64_t end_row;
  std::vector<RowResult> results;
  bool cut_short = false;  // By an interrupt.
  absl::Status status;
};
using ChunkPtr = std::unique_ptr<Chunk>;

// Cuts the log into chunks. With a logged history every chunk's state is known
// beforehand, by walking the tokens; with a replayed one, and where stages
// learn from what they draw, only the start of a sequence is, so a chunk is a
// whole sequence.
class ChunkSource {
 public:
  ChunkSource(const logs::Log& log, const ReplayOptions& options,
              const ReplayConfigs& configs, bool whole_sequences)
      : log_(log),
        options_(options),
        configs_(configs),
        whole_sequences_(whole_sequences),
        row_(options.rows.first) {
    // Enough chunks for the threads to share, few enough to be cheap.
    chunk_rows_ = std::clamp<std::int64_t>(
        (options.rows.end - options.rows.first) / 8 / options.threads, 1, 64);
  }

  // Null at the end.
  absl::StatusOr<ChunkPtr> Next() {
    if (row_ >= options_.rows.end) return nullptr;
    const RowPlace place = PlaceOf(log_, row_);
    const std::int64_t first = row_ - place.position;
    const auto index = static_cast<std::size_t>(place.sequence);
    const std::int64_t sequence_end =
        std::min(first + log_.sequences()[index].rows, options_.rows.end);
    const bool fresh = !sequence_.has_value() || place.position == 0;
    if (fresh) {
      const PipelineConfig& config = configs_.Of(place.sequence);
      absl::StatusOr<Sequence> sequence =
          whole_sequences_
              ? StartSequence(log_, place.sequence, options_.run, config)
              : SequenceBefore(log_, row_, options_.run, config);
      if (!sequence.ok()) return sequence.status();
      sequence_ = *std::move(sequence);
    }
    const std::int64_t end = whole_sequences_
                                 ? sequence_end
                                 : std::min(row_ + chunk_rows_, sequence_end);
    auto chunk = std::make_unique<Chunk>(
        *sequence_, whole_sequences_ ? PlaceOf(log_, first) : place, end);
    for (; row_ < end; ++row_) {
      if (whole_sequences_) continue;
      const TokenId token = log_.tokens()[static_cast<std::size_t>(row_)];
      if (token == logs::kNoToken) continue;
      const auto accepted = sequence_->AcceptId(token);
      if (!accepted.ok()) return accepted;
    }
    return chunk;
  }

 private:
  const logs::Log& log_;
  const ReplayOptions& options_;
  const ReplayConfigs& configs_;
  const bool whole_sequences_;
  std::int64_t chunk_rows_;
  std::int64_t row_;                  // The next row to hand out.
  std::optional<Sequence> sequence_;  // Before that row; logged history only.
};

// Whether the draws of rows that are not answered matter to later ones: as
// history, or to what stages remember.
enum class Draws { kAreNeeded, kTellNothing };

// Answers the rows of a chunk, accepting tokens as the history wants.
void Work(const logs::Log& log, const ReplayOptions& options, bool replayed,
          Draws draws, RowReplayer& replayer, Chunk& chunk) {
  RowPlace place = chunk.first;
  for (; place.row < chunk.end_row; ++place.row, ++place.position) {
    chunk.cut_short = Interrupted();
    if (chunk.cut_short) return;
    const bool wanted = options.rows.Has(place.row);
    Token drawn;
    chunk.status =
        SetUpRow(log, place.row, replayer.ConfigOf(place), chunk.sequence);
    if (!chunk.status.ok()) return;
    if (wanted) {
      auto replayed_row = replayer.Replay(place, chunk.sequence);
      chunk.status = replayed_row.status();
      if (!chunk.status.ok()) return;
      chunk.results.push_back(std::move(replayed_row->result));
      drawn = std::move(replayed_row->drawn);
    } else if (draws == Draws::kAreNeeded) {
      auto token = replayer.Draw(place, chunk.sequence);
      chunk.status = token.status();
      if (!chunk.status.ok()) return;
      drawn = *std::move(token);
    }
    TokenId next = drawn.id;
    if (!log.tokens().empty() && (!replayed || next < 0)) {
      next = log.tokens()[static_cast<std::size_t>(place.row)];
    }
    if (next < 0) continue;
    const bool skipped = !wanted && draws == Draws::kTellNothing;
    chunk.status = skipped ? chunk.sequence.AcceptId(next)
                           : chunk.sequence.Accept(drawn, next);
    if (!chunk.status.ok()) return;
  }
}

absl::StatusOr<std::vector<Pipeline>> PipelinesFor(
    const logs::Log& log, const ReplayConfigs& configs) {
  std::vector<Pipeline> pipelines;
  for (const PipelineConfig& config : configs.configs) {
    auto pipeline = PipelineFor(log, config);
    if (!pipeline.ok()) return pipeline.status();
    pipelines.push_back(*std::move(pipeline));
  }
  return pipelines;
}

}  // namespace

bool HasPhases(const ReplayConfigs& configs) {
  return std::any_of(
      configs.configs.begin(), configs.configs.end(),
      [](const PipelineConfig& config) { return !config.phases.empty(); });
}

bool UsesReplayedHistory(const logs::Log& log, const ReplayOptions& options) {
  return options.history == HistorySource::kReplayed || log.tokens().empty();
}

absl::Status CheckReplay(const logs::Log& log, const ReplayConfigs& configs,
                         const ReplayOptions& options) {
  const auto pipelines = PipelinesFor(log, configs);
  if (!pipelines.ok()) return pipelines.status();
  if (options.rows.count() == 0) return absl::OkStatus();
  // Streams ascend, so the ends speak for all.
  for (const std::int64_t row : {options.rows.first, options.rows.end - 1}) {
    const std::int64_t sequence = PlaceOf(log, row).sequence;
    const auto started =
        StartSequence(log, sequence, options.run, configs.Of(sequence));
    if (!started.ok()) return started.status();
  }
  return absl::OkStatus();
}

absl::Status ReplayRows(const logs::Log& log, const ReplayConfigs& configs,
                        const ReplayOptions& options,
                        const std::function<void(const RowResult&)>& emit) {
  const auto pipelines = PipelinesFor(log, configs);
  if (!pipelines.ok()) return pipelines.status();
  const absl::StatusOr<Pipeline> raw =
      Pipeline::Create({.stages = {{"categorical"}}}, log.vocabulary_size());
  if (!raw.ok()) return raw.status();
  const bool replayed = UsesReplayedHistory(log, options);

  const bool has_state =
      std::any_of(pipelines->begin(), pipelines->end(),
                  [](const Pipeline& p) { return p.has_state(); });
  const Draws draws =
      replayed || has_state ? Draws::kAreNeeded : Draws::kTellNothing;
  ChunkSource source(log, options, configs, draws == Draws::kAreNeeded);
  absl::Status status;  // Written by the first and the last step, in turn.
  absl::Status emitted;
  bool ended = false;  // A chunk was cut short: what follows has no place.
  std::vector<std::optional<RowReplayer>> replayers(
      static_cast<std::size_t>(options.threads));

  RunInOrder({.read = [&]() -> std::unique_ptr<WorkItem> {
                if (Interrupted()) return nullptr;
                absl::StatusOr<ChunkPtr> chunk = source.Next();
                if (chunk.ok()) return *std::move(chunk);
                status = chunk.status();
                return nullptr;
              },
              .work =
                  [&](WorkItem& item, int worker) {
                    auto& replayer =
                        replayers[static_cast<std::size_t>(worker)];
                    if (!replayer.has_value()) {
                      replayer.emplace(RowReplayer(
                          {log, configs, *pipelines, *raw}, options));
                    }
                    Work(log, options, replayed, draws, *replayer,
                         static_cast<Chunk&>(item));
                  },
              .write =
                  [&](WorkItem& item) {
                    if (ended || !emitted.ok()) return;
                    const auto& chunk = static_cast<const Chunk&>(item);
                    for (const RowResult& result : chunk.results) emit(result);
                    emitted = chunk.status;
                    ended = chunk.cut_short;
                  }},
             options.threads);
  return emitted.ok() ? status : emitted;
}

}  // namespace sampler::tools
