// Prefixes of a list in an order: by logit, or by distance from a logit. What
// is found is filtered in the list itself, whose ids keep ascending.
//
// Thread-safety: pure but for the list and the scratch they are given.
// Cost: linear (kernels/select.h).
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_ROWS_RANKED_H_
#define SAMPLER_ROWS_RANKED_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/mass_rule.h"
#include "sampler/kernels/select.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"
#include "sampler/rows/gather_scratch.h"
#include "sampler/rows/survivors.h"

namespace sampler {

// The total order of a list, and the order by |logit - center|, least first. A
// view of `scratch`, until the next ranking.
kernels::Ranking RankByLogit(const CandidateList& list, TieOrder tie_order,
                             GatherScratch& scratch);
kernels::Ranking RankByDistance(const CandidateList& list, double center,
                                GatherScratch& scratch);

// Where a mass rule is satisfied, and how many candidates it keeps: min_keep
// included, ties not.
struct MassCut {
  kernels::Cut cut;
  std::int64_t count;
};

// Of a ranking with these weights, the prefix of p of `total` among `count`
// candidates in all.
MassCut CutForMass(const kernels::Ranking& ranking,
                   absl::Span<const Weight> weights, double p, Mass total,
                   std::int64_t count, const MassRule& rule,
                   GatherScratch& scratch);

// Filters `list`, which `ranking` is of, to a prefix: one that ends at `cut`,
// one of `count` candidates, or what a mass rule keeps.
void KeepPrefix(const kernels::Ranking& ranking, const kernels::Cut& cut,
                Ties ties, CandidateList& list);
void KeepFirst(const kernels::Ranking& ranking, std::int64_t count, Ties ties,
               CandidateList& list, GatherScratch& scratch);
void KeepAtMass(const kernels::Ranking& ranking, const MassCut& reached,
                Ties ties, CandidateList& list, GatherScratch& scratch);

// The weights of these logits beside the largest, in scratch.weights.
absl::Span<const Weight> Weigh(absl::Span<const double> logits, double max,
                               GatherScratch& scratch);

// The prefix of mass p, exactly: of the total order, and of the order by
// distance from the mean logit.
Survivors FindNucleus(const CandidateSet& set, const ExactMasses& masses,
                      double p, const MassRule& rule, GatherScratch& scratch);
Survivors FindTypical(const CandidateSet& set, const ExactMasses& masses,
                      double p, const MassRule& rule, GatherScratch& scratch);

// The candidates of weight >= least, exactly.
Survivors FindWeights(const ExactMasses& masses, Mass least);

}  // namespace sampler

#endif  // SAMPLER_ROWS_RANKED_H_
