#include "tools/compare/pair_worker.h"

#include "sampler/logs/row_set_up.h"
#include "tools/compare/list_bounds.h"
#include "tools/process/interrupt.h"
#include "tools/replay/row_exactness.h"

namespace sampler::tools {
namespace {

absl::Status AcceptToken(const Token& drawn, TokenId target,
                         Sequence& sequence) {
  const TokenId next = target >= 0 ? target : drawn.id;
  if (next < 0) return absl::OkStatus();
  return sequence.Accept(drawn, next);
}

}  // namespace

absl::Status AcceptLogged(const PairShared& shared, std::int64_t row,
                          std::vector<Sequence>& sequences) {
  const TokenId token = shared.tokens()[static_cast<std::size_t>(row)];
  if (token == logs::kNoToken) return absl::OkStatus();
  for (Sequence& sequence : sequences) {
    absl::Status accepted = sequence.AcceptId(token);
    if (!accepted.ok()) return accepted;
  }
  return absl::OkStatus();
}

PairWorker::PairWorker(const PairShared& shared) : shared_(shared) {
  if (!shared.options.trainer) return;
  probe_.emplace(shared.sides[0].chain.config, shared.sides[1].chain.config,
                 shared.sides[0].log.vocabulary_size());
}

absl::Status PairWorker::Work(PairChunk& chunk) {
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

absl::Status PairWorker::Answer(const RowPlace& place,
                                std::vector<Sequence>& sequences,
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
    pair.trainer =
        probe_->Measure({scratch_[0].row, scratch_[1].row}, kept, pair.target);
  }
  if (shared_.options.kl && pair.target >= 0 && scratch_[0].has_row &&
      scratch_[1].has_row) {
    pair.kl = CompareLogprobs(scratch_[0].logprobs, scratch_[1].logprobs,
                              pair.target);
  }
  return absl::OkStatus();
}

void PairWorker::RelateSides(RowPair& pair) const {
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

absl::Status PairWorker::AnswerSide(std::size_t s, const RowPlace& place,
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
  const SettledRow settled = scratch.listed.Settle(
      {shared_.chains[s], *row, *bounds, sequence, *inputs});
  const Step step = shared_.chains[s].Process(settled.row, sequence,
                                              scratch.workspace, *inputs);
  scratch.row = *row;
  scratch.final = step.distribution();
  const Token drawn = step.Draw();
  result.status = drawn.status;
  const bool partial = bounds->tail && bounds->tail->count > 0;
  result.decided = !partial || settled.exact();
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
        {.pipeline = shared_.chains[s],
         .row = settled.row,
         .sequence = sequence,
         .inputs = *inputs,
         .place = place,
         .logged = pair.target,
         .listed = settled.completed ? std::optional(*row) : std::nullopt});
  }
  return AcceptToken(drawn, pair.target, sequence);
}

}  // namespace sampler::tools
