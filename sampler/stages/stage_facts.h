// Facts about a stage that follow from its type and parameters alone.
//
// Code that examines a chain without running it (Is a truncated row enough?
// Does the chain read the prompt? Has this stage an effect?) reads these facts
// and never the stage's name, so that it also works for new stages. By default
// a stage may change the candidates in any way, but reads nothing else: a stage
// that reads the history, inputs, signs or the original mass must say so, and
// so must a stage that removes the likeliest candidates.
//
// Thread-safety: plain values.
// Tested by: tests/stages/stage_facts_test.cc, head_facts_test.cc (each fact
//   against what the stage does), registry_test.cc.

#ifndef SAMPLER_STAGES_STAGE_FACTS_H_
#define SAMPLER_STAGES_STAGE_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

// The number that decides which token a draw chooses.
enum class DrawBy {
  kNothing,     // None: the candidates alone.
  kMassById,    // One random number, on the running mass by ascending id.
  kMassByRank,  // One random number, on the running mass by rank.
  kNoise,       // One random number for every candidate.
  kCodePoint,   // StepInputs::uniform.
};

// The stage divides all logits by one T in this range. T = 0 keeps the
// likeliest candidate alone.
struct TemperatureRange {
  double low;
  double high;
};

// The stage's result depends only on the candidates with the `count` highest
// logits and on those at most `distance` below the highest. Removing the others
// before the stage does not change its result.
struct HeadRule {
  std::int64_t count;
  double distance;  // In nats, >= 0.
};

// A stage that looks at a phase by its name, and the tokens with which it ends
// that phase, if it does.
struct PhaseUse {
  std::string name;
  std::vector<TokenId> close = {};
};

struct StageFacts {
  // Apply never changes a logit or removes a candidate. (True of most draws:
  // they only choose.)
  bool neutral = false;

  // The part of the history that the stage reads; empty if none.
  std::optional<HistoryWindow> history = {};
  // What the stage does depends on where a phase began or ended, or on which
  // is open; and the phase that it names itself.
  bool reads_phases = false;
  std::optional<PhaseUse> phase = {};
  // Apply edits only tokens that occur in `history`, and each edit depends on
  // that token alone.
  bool edits_seen = false;

  // The stage depends on the signs of logits: adding one number to all logits
  // of a row changes its effect.
  bool reads_signs = false;
  // The stage reads the mass before the chain's first truncation.
  bool reads_original_mass = false;

  // Inputs of the step (StepInputs) that the stage reads.
  bool reads_mask = false;
  bool reads_unconditional = false;
  bool reads_uniform = false;

  // If the stage removes candidates, the rest is a prefix of the total order:
  // among ties the lower ids stay.
  bool keeps_a_prefix = false;
  // The stage may remove the likeliest candidates.
  bool cuts_the_top = false;
  std::optional<TemperatureRange> temperature = {};
  std::optional<HeadRule> head = {};
  // The stage keeps the `head.count` likeliest candidates, or all if there are
  // not so many: it removes none of them.
  bool keeps_whole_head = false;
  // Of the candidates that the stage removes only the weight of all of them
  // together matters. The more they weigh, the more others it keeps; or, of
  // another stage, the fewer. A stage with a `head` may leave this false.
  bool weighs_the_rest = false;

  // `bans`: tokens that the stage removes at every step. `allows`: if set, it
  // removes all other tokens at every step. Ascending.
  std::vector<TokenId> bans = {};
  std::optional<std::vector<TokenId>> allows = {};

  // For draws only.
  DrawBy draws_by = DrawBy::kNothing;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_STAGE_FACTS_H_
