// What can be told of a stage from its type and parameters alone.
//
// Whoever looks at a chain without running it (Is a truncated row enough? Does
// the chain look at the prompt? Has this stage an effect?) asks these facts and
// never the stage's name, so that a new stage answers such questions too. The
// value that a fact has where nothing is said is the careful one: the stage may
// do anything, except that it reads nothing but the candidates.
//
// Thread-safety: plain values.
// Tested by: tests/stages/stage_facts_test.cc (each fact against what the stage
// does),
//   tests/stages/registry_test.cc.

#ifndef SAMPLER_STAGES_STAGE_FACTS_H_
#define SAMPLER_STAGES_STAGE_FACTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

// What decides which token a draw chooses.
enum class DrawBy {
  kNothing,     // No random number: the candidates alone.
  kMassById,    // One number, as a place on the masses in ascending id.
  kMassByRank,  // The same, in the total order.
  kNoise,       // One number for every candidate.
  kCodePoint,   // The caller's number.
};

// The stage divides all logits by one T of this range, 0 meaning that it keeps
// the likeliest candidate alone.
struct TemperatureRange {
  double low;
  double high;
};

// What the stage leaves follows from the candidates with the `count` highest
// logits and those whose logit lies at most `distance` below the highest: it
// would be the same if the others were removed before.
struct HeadRule {
  std::int64_t count;
  double distance;  // In nats, >= 0.
};

struct StageFacts {
  // Apply changes no logit and removes no candidate, whatever it meets.
  bool neutral = false;

  // The part of the history whose tokens the stage looks at; empty: none.
  std::optional<HistoryWindow> history = {};
  // Apply edits the tokens that occur in `history`, each by itself, and no
  // others.
  bool edits_seen = false;

  // Adding one number to all logits of a row changes what the stage does.
  bool reads_signs = false;
  // The stage looks at the mass before the chain's first truncation.
  bool reads_original_mass = false;

  // Inputs of the step (StepInputs) that the stage looks at.
  bool reads_mask = false;
  bool reads_unconditional = false;
  bool reads_uniform = false;

  // What stays is the first so many candidates of the total order: of tied
  // ones, those with the lower ids.
  bool cuts_by_rank = false;
  // What it removes are the likeliest candidates.
  bool cuts_the_top = false;
  std::optional<TemperatureRange> temperature = {};
  std::optional<HeadRule> head = {};

  // Tokens that are removed at every step, and, if it is not empty, the only
  // ones that stay. Ascending.
  std::vector<std::int32_t> bans = {};
  std::optional<std::vector<std::int32_t>> allows = {};

  // Of draws.
  DrawBy draws_by = DrawBy::kNothing;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_STAGE_FACTS_H_
