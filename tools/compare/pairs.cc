// ComparePairs: rows in chunks, chunks on threads, results in order.

#include "tools/compare/pairs.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sampler/candidate.h"
#include "tools/compare/list_bounds.h"
#include "tools/process/interrupt.h"
#include "tools/process/ordered_work.h"
#include "tools/replay/row_exactness.h"

namespace sampler::tools {
namespace {

// Rows of one sequence that one thread takes in order.
struct Chunk final : WorkItem {
  std::vector<Sequence> sequences;  // Of the two sides, before `first`.
  RowPlace first;
  std::int64_t end_row = 0;
  std::vector<RowPair> results;
  bool cut_short = false;  // By an interrupt.
  absl::Status status;
};

// What all threads share.
struct Shared {
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
absl::Status AcceptLogged(const Shared& shared, std::int64_t row,
                          std::vector<Sequence>& sequences) {
  const TokenId token = shared.tokens()[static_cast<std::size_t>(row)];
  if (token == logs::kNoToken) return absl::OkStatus();
  for (Sequence& sequence : sequences) {
    absl::Status accepted = sequence.AcceptId(token);
    if (!accepted.ok()) return accepted;
  }
  return absl::OkStatus();
}

// Answers rows of both sides. Scratch, one per thread.
class PairWorker {
 public:
  explicit PairWorker(const Shared& shared) : shared_(shared) {
    if (!shared.options.trainer) return;
    probe_.emplace(shared.sides[0].chain.config, shared.sides[1].chain.config,
                   shared.sides[0].log.vocabulary_size());
  }

  absl::Status Work(Chunk& chunk) {
    RowPlace place = chunk.first;
    std::vector<Sequence>& sequences = chunk.sequences;
    for (; place.row < chunk.end_row; ++place.row, ++place.position) {
      chunk.cut_short = Interrupted();
      if (chunk.cut_short) return absl::OkStatus();
      const bool wanted = shared_.options.rows.Has(place.row);
      // With the logged tokens as history a row tells the next one nothing.
      if (!wanted && !shared_.whole_sequences()) {
        absl::Status status = AcceptLogged(shared_, place.row, sequences);
        if (!status.ok()) return status;
        continue;
      }
      RowPair pair;
      pair.place = place;
      absl::Status status = Answer(place, sequences, pair);
      if (!status.ok()) return status;
      if (wanted) chunk.results.push_back(pair);
    }
    return absl::OkStatus();
  }

 private:
  // What one side leaves behind for the pair.
  struct Scratch {
    Workspace workspace;
    Workspace raw_workspace;
    logs::RowBuffer buffer;
    KeptTokens kept;
    LogprobRow logprobs;
    bool has_row = false;  // `logprobs` are those of this row.
    Logits row;
    std::optional<Distribution> final;
  };

  absl::Status Answer(const RowPlace& place, std::vector<Sequence>& sequences,
                      RowPair& pair) {
    const auto tokens = shared_.tokens();
    if (!tokens.empty()) {
      pair.target = tokens[static_cast<std::size_t>(place.row)];
    }
    for (std::size_t s = 0; s < 2; ++s) {
      absl::Status status = AnswerSide(s, place, sequences[s], pair);
      if (!status.ok()) return status;
    }
    pair.one_row = &shared_.sides[0].log == &shared_.sides[1].log;
    if (pair.usable()) RelateSides(pair);
    if (shared_.options.trainer && pair.exact() && pair.target >= 0) {
      const std::array<const Distribution*, 2> kept = {&*scratch_[0].final,
                                                       &*scratch_[1].final};
      pair.trainer = probe_->Measure({scratch_[0].row, scratch_[1].row}, kept,
                                     pair.target);
    }
    if (shared_.options.kl && pair.target >= 0 && scratch_[0].has_row &&
        scratch_[1].has_row) {
      pair.kl = CompareLogprobs(scratch_[0].logprobs, scratch_[1].logprobs,
                                pair.target);
    }
    return absl::OkStatus();
  }

  void RelateSides(RowPair& pair) const {
    const KeptTokens& a = scratch_[0].kept;
    const KeptTokens& b = scratch_[1].kept;
    if (pair.exact()) {
      pair.pair = MeasurePair(a, pair.sides[0], b, pair.sides[1]);
      pair.pair_highs = pair.pair;
      return;
    }
    const BoundedPair bounded =
        BoundPair(a, pair.sides[0], b, pair.sides[1], pair.one_row);
    pair.pair = bounded.lows;
    pair.pair_highs = bounded.highs;
  }

  // One side's row; its sequence then has the token.
  absl::Status AnswerSide(std::size_t s, const RowPlace& place,
                          Sequence& sequence, RowPair& pair) {
    const Side& side = shared_.sides[s];
    Scratch& scratch = scratch_[s];
    SideRow& result = pair.sides[s];
    scratch.has_row = false;
    absl::Status ready =
        SetUpRow(side.log, place.row, side.chain.config, sequence);
    if (!ready.ok()) return ready;
    const auto row = side.log.Row(place.row, scratch.buffer);
    if (!row.ok()) return row.status();
    const auto bounds = BoundsOf(side.log, place.row);
    if (!bounds.ok()) return bounds.status();
    const auto inputs =
        InputsOf(side.log, place.row, side.chain.config, scratch.buffer);
    if (!inputs.ok()) return inputs.status();
    const Step step =
        shared_.chains[s].Process(*row, sequence, scratch.workspace, *inputs);
    scratch.row = *row;
    scratch.final = step.distribution();
    const Token drawn = step.Draw();
    result.status = drawn.status;
    const bool partial = bounds->tail && bounds->tail->count > 0;
    result.decided = !partial || IsExact(*bounds, side.chain.config);
    const std::optional<double> temperature =
        result.decided ? std::nullopt : ListedTemperature(side.chain.config);
    result.ends = temperature.has_value();
    result.bounded = bounds->floor && bounds->floor->count > 0;
    const Distribution raw =
        shared_.raw[s].Process(*row, sequence, scratch.raw_workspace);
    if (raw.status() == RowStatus::kOk && !partial) {
      if (shared_.options.kl) {
        FillLogprobs(*row, bounds->floor, raw, scratch.logprobs);
        scratch.has_row = true;
      }
    }
    if (result.usable() && raw.status() == RowStatus::kOk) {
      const RowQuestion question = {.row = *row,
                                    .target = pair.target,
                                    .drawn = drawn.id,
                                    .epsilon = shared_.options.epsilon};
      MeasureSide(question, raw, step.distribution(), scratch.kept, result);
      if (partial) {
        BoundSide(question, *bounds->tail, temperature, raw, scratch.kept,
                  result);
      }
    }
    if (shared_.options.describe) {
      pair.descriptions[s] = shared_.options.describe(
          {shared_.chains[s], *row, sequence, *inputs, place, pair.target});
    }
    return Accept(drawn, pair.target, sequence);
  }

  static absl::Status Accept(const Token& drawn, TokenId target,
                             Sequence& sequence) {
    const TokenId next = target >= 0 ? target : drawn.id;
    if (next < 0) return absl::OkStatus();
    return sequence.Accept(drawn, next);
  }

  const Shared& shared_;
  std::array<Scratch, 2> scratch_;
  std::optional<TrainerProbe> probe_;
};

absl::StatusOr<Shared> Prepare(const Sides& sides, const PairOptions& options) {
  Shared shared{.sides = sides, .options = options, .chains = {}, .raw = {}};
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
  explicit ChunkSource(const Shared& shared)
      : shared_(shared), row_(shared.options.rows.first) {}

  // Null at the end, and after an error.
  std::unique_ptr<WorkItem> Next() {
    constexpr std::int64_t kChunkRows = 32;
    const std::int64_t end = shared_.options.rows.end;
    if (row_ >= end || !status_.ok()) return nullptr;
    const logs::Log& log = shared_.sides[0].log;
    auto chunk = std::make_unique<Chunk>();
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

  const Shared& shared_;
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
                    auto& chunk = static_cast<Chunk&>(item);
                    chunk.status = worker->Work(chunk);
                  },
              .write =
                  [&](WorkItem& item) {
                    if (ended || !status.ok()) return;
                    const auto& chunk = static_cast<const Chunk&>(item);
                    for (const RowPair& pair : chunk.results) emit(pair);
                    status = chunk.status;
                    ended = chunk.cut_short;
                  }},
             options.threads);
  return status.ok() ? source.status() : status;
}

}  // namespace sampler::tools
