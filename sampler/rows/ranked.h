// Prefixes of a list in an order: by logit, or by distance from a logit. A
// prefix is kept by filtering the list, so that its ids keep ascending.
//
// Thread-safety: functions change only the list and the scratch that they are
//   given.
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
#include "sampler/rows/selection_scratch.h"
#include "sampler/rows/survivors.h"

namespace sampler {

// The total order of a list, and the order by |logit - center|, least first.
// The first points into `list`, the second also into `scratch`: it is valid
// until the next ranking.
kernels::Ranking RankByLogit(const CandidateList& list, TieOrder tie_order);
kernels::Ranking RankByDistance(const CandidateList& list, double center,
                                SelectionScratch& scratch);

// The prefix at which a mass reaches its target, and the number of candidates
// that the mass rule keeps. `count` respects min_keep and ignores ties.
struct MassCut {
  kernels::Cut cut;
  std::int64_t count;
};

// The shortest prefix of `ranking`, with these weights, whose mass reaches p of
// `total` by `rule`. `count` is the number of all candidates, of which the
// ranking may omit those of weight 0.
MassCut CutForMass(const kernels::Ranking& ranking,
                   absl::Span<const Weight> weights, double p, Mass total,
                   std::int64_t count, const MassRule& rule,
                   SelectionScratch& scratch);

// Filter `list` to a prefix of `ranking`: the prefix that ends at `cut`, the
// first `count` candidates, or the candidates that a mass rule keeps. REQUIRES:
// `ranking` is a ranking of `list`.
void KeepPrefix(const kernels::Ranking& ranking, const kernels::Cut& cut,
                Ties ties, CandidateList& list);
void KeepFirst(const kernels::Ranking& ranking, std::int64_t count, Ties ties,
               CandidateList& list, SelectionScratch& scratch);
void KeepAtMass(const kernels::Ranking& ranking, const MassCut& reached,
                Ties ties, CandidateList& list, SelectionScratch& scratch);

// The same of scratch.gathered, with its weights in scratch.weights.
Survivors KeepWeighed(const kernels::Ranking& ranking, const MassCut& reached,
                      Ties ties, SelectionScratch& scratch);

// The weights of these logits if the largest logit is `max`, in
// scratch.weights.
absl::Span<const Weight> Weigh(absl::Span<const double> logits, double max,
                               SelectionScratch& scratch);

// The shortest prefix of mass p, by exact masses. FindNucleus takes it in the
// total order, FindTypical in the order of distance from the mean logit.
Survivors FindNucleus(const CandidateSet& set, const ExactMasses& masses,
                      double p, const MassRule& rule,
                      SelectionScratch& scratch);
Survivors FindTypical(const CandidateSet& set, const ExactMasses& masses,
                      double p, const MassRule& rule,
                      SelectionScratch& scratch);

// The candidates of weight >= least, by exact weights. REQUIRES: least > 0.
Survivors FindWeights(const ExactMasses& masses, Mass least);

}  // namespace sampler

#endif  // SAMPLER_ROWS_RANKED_H_
