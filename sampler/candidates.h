// The shrinking set of candidates: the language in which stages are written.
//
// A pipeline narrows a set of (logit, token id). The set starts as the dense
// row itself (DenseRow: the caller's logits under a sparse overlay of edits and
// a pending scale), and becomes a list as soon as a stage truncates it to one
// that is short; where many stay, the dense row gets a floor.
// Stages say what becomes true, in the words of the field, and never learn
// which of the two forms the set has, nor how an operation is done fast.
//
// House rules, which hold for every operation:
//   * Total order: higher logit first, then lower id.
//   * At least one candidate survives every truncation; one that is removed
//     (-inf) never comes back, is never kept and never drawn.
//   * p always means the probability among the survivors at this point (unless
//     a rule says MassBasis::kOriginal), as a ratio of integer masses (mass.h).
//     Decisions about mass are declarative (keep the prefix of mass p): no
//     stage asks for a normaliser in order to compare with it, so that this
//     class may decide by bounds where bounds suffice.
//   * Questions are answered once and remembered until the set changes.
//   * REQUIRES lines are for authors of stages; they are asserted in debug
//     builds. After removing tokens, ask status() before asking for anything
//     else: the set may be empty.
//
// Thread-safety: one thread at a time; lives in a Workspace.
// Invariants: exactly one of the two forms is current (`dense_form_`); list ids
//   ascend; caches are empty or exact.
// Cost: each operation names its own, in passes. A pass over a list visits its
// n
//   survivors, one over the dense form the whole row of V: about 10 us for
//   151,936 floats where it only looks for large values (those read blocks
//   whose maximum can matter), ten times that where every value is converted
//   and handed to a function ("a converting pass"). No truncation sorts the
//   set, on any input, and nothing allocates once the workspace has grown.
// Tested by: tests/candidates_test.cc (against a naive twin),
//   tests/candidates_edges_test.cc, and every stage's comparison with
//   tests/oracle.

#ifndef SAMPLER_CANDIDATES_H_
#define SAMPLER_CANDIDATES_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/candidate_list.h"
#include "sampler/dense_row.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/select.h"
#include "sampler/kernels/sort.h"
#include "sampler/logits.h"
#include "sampler/mass.h"
#include "sampler/mass_filter.h"
#include "sampler/mass_sketch.h"
#include "sampler/probability_record.h"
#include "sampler/removed.h"
#include "sampler/row_status.h"
#include "sampler/token_mask.h"
#include "sampler/top_choices.h"

namespace sampler {

using kernels::TieOrder;

struct Candidate {
  TokenId id;
  double logit;
};

struct WeightedCandidate {
  TokenId id;
  double logit;
  Weight weight;
};

// Options in which runtimes differ; the first value of each is the house's.

// Whether candidates tied with the last kept one stay.
enum class Ties { kExact, kKeepAll };
// At a running mass of exactly the target: stop there, or take one more.
enum class Equality { kStop, kContinue };
// Whether the candidate that crosses the target is kept.
enum class Crossing { kInclude, kExclude };
// Masses of the survivors, or of the set before the first truncation.
enum class MassBasis { kSurviving, kOriginal };

// Whether a variance divides by n, or by n - 1.
enum class Deviation { kPopulation, kSample };

struct MassRule {
  Ties ties = Ties::kExact;
  Equality equality = Equality::kStop;
  Crossing crossing = Crossing::kInclude;
  MassBasis basis = MassBasis::kSurviving;
  TieOrder tie_order = TieOrder::kLowId;
  std::int64_t min_keep = 1;
};

// What a truncation did, for whoever explains a step.
struct Truncation {
  std::int64_t before;  // Candidates it met.
  std::int64_t kept;    // Candidates it left.
  double threshold;     // Lowest logit among those left.
  double mass_removed;  // Probability, before it, of what it removed.
};

class TruncationObserver {
 public:
  virtual ~TruncationObserver() = default;
  virtual void OnTruncation(const Truncation& truncation) = 0;
};

class Candidates {
 public:
  Candidates() = default;
  Candidates(const Candidates&) = delete;
  Candidates& operator=(const Candidates&) = delete;

  // Starts over on `row`. `observer` may be null; with one, every truncation
  // also costs two exact mass sums. Cost: one pass.
  void Begin(Logits row, TruncationObserver* observer = nullptr);

  // Starts over on nothing: an empty set with this status. Cost: O(1).
  void Reject(RowStatus status);

  // Makes the set before the first truncation available to rules that use
  // MassBasis::kOriginal. Called by the pipeline, before any stage, when a
  // stage declares that need. Cost: the first truncation weighs everything.
  void TrackOriginalMass();

  // ---- Changes ----------------------------------------------------------

  // Replaces the logit of `id` by f(logit), if `id` is still a candidate. Cost:
  // O(1), in a list O(log n).
  template <typename F>
  void Edit(TokenId id, F f) {
    if (!dense_form_) {
      EditList(id, f);
    } else if (InRow(id) && dense_.Edit(static_cast<std::size_t>(id), f)) {
      Changed();
    }
  }

  // Bans a token. Cost: that of Edit, in a list O(n).
  void Remove(TokenId id);

  // Bans every token that `ids` (ascending, distinct) does not list. Cost:
  // O(ids), in a list O(ids log n).
  void RemoveAllBut(absl::Span<const TokenId> ids);

  // Bans every token that `mask` does not allow, and by `padding` those that
  // it has no bit for. Cost: O(V / 32) and the few that stay or go, a
  // converting pass where neither are few (a sixteenth of V), in a list O(n).
  void RemoveUnmasked(TokenMask mask, MaskPadding padding);

  // Multiplies every logit by `factor` > 0. Cost: O(V / 64), in a list O(n).
  void Scale(double factor);

  // Replaces every logit l by f(id, l); -inf removes the candidate. REQUIRES: f
  // is a function of its arguments (the order of the calls is not promised, and
  // it may be called twice for one candidate).
  // Cost: a converting pass; where more than a sixteenth of a row changes, also
  // one that writes V doubles, which all later passes then read. So ban tokens
  // whose ids are known by Remove, RemoveAllBut or RemoveUnmasked.
  template <typename F>
  void Transform(F f) {
    if (dense_form_ && dense_.HasFloor()) {
      Collect(std::numeric_limits<double>::lowest());
    }
    if (dense_form_) {
      dense_.Transform([&](std::size_t id, double logit) {
        return f(static_cast<TokenId>(id), logit);
      });
    } else {
      TransformList(f);
    }
    Changed();
  }

  // Replaces every logit by f(p), p = w / S as it stands. Cost: that of
  // TotalMass and Transform, and a weight for each candidate.
  template <typename F>
  void TransformProbability(F f) {
    const double max = Max();
    const double total = ToDouble(TotalMass());
    Transform([=](TokenId, double logit) {
      return f(ShareOf(kernels::ComputeWeight(logit, max), total));
    });
  }

  // With C_i the running p of the total order, gives candidate i the
  // probability q = F(C_i) - F(C_(i-1)), F(0) = 0: its logit becomes Log(q).
  // Candidates with q <= 0 are removed. `f` replaces running p's, as many as it
  // is given, by their F. REQUIRES: F never falls, up to rounding, and F(1) =
  // 1. Cost: a linear sort of the weighted candidates.
  void TransformCumulative(absl::FunctionRef<void(absl::Span<double>)> f);

  // Gives every candidate the probability p_i (1 + g_i - sum g p), g_i = 1
  // where `is_favoured` and else 0: of two draws, the favoured one wins. Each
  // logit gets the Log of its factor. (Where all the mass is favoured, the
  // others weigh nothing and stay as they are.) `is_favoured` is asked once per
  // candidate. Cost: that of TotalMass and Transform, and a converting pass.
  void Favour(absl::FunctionRef<bool(TokenId)> is_favoured);

  // Replaces every logit by its log-probability: l - M - Log(S * 2^-51). Cost:
  // that of TotalMass and Transform.
  void Normalize();

  // The mean of excluding the top choices with probability `chance` and leaving
  // all as it is: a change of logits. Nothing if the others have no mass.
  // REQUIRES: 0 <= chance < 1. Cost: as ExcludeTopChoices, and an Edit of each
  // top choice.
  void DampTopChoices(const TopChoices& rule, double chance);

  // Starts over on exactly these, with the status kOk. REQUIRES: ids ascend,
  // logits are finite; for pipelines that computed a set elsewhere (parity/).
  // Cost: O(ids).
  void SetTo(absl::Span<const TokenId> ids, absl::Span<const double> logits);

  // ---- Truncations ------------------------------------------------------
  // Cost: one pass and work on what stays, unless it says otherwise; those that
  // speak of mass, of a mean or of a deviation weigh every candidate
  // (TotalMass) where float32 bounds, which take two to three passes, leave two
  // answers.

  // The first k of the total order. REQUIRES: k >= 1.
  void KeepTop(std::int64_t k, Ties ties = Ties::kExact);

  // Every candidate with logit >= threshold; at least the first `min_keep`.
  void KeepAbove(double threshold, std::int64_t min_keep = 1);

  // Every candidate within n standard deviations of the largest logit
  // (LogitDeviation): l >= max - n sigma; at least the first `min_keep`.
  // REQUIRES: n > 0, Count() >= 2.
  void KeepWithinDeviations(double n, Deviation deviation,
                            std::int64_t min_keep = 1);

  // Every candidate of probability >= p, judged by its own weight: w >=
  // Target(p, S); at least the first `min_keep`. REQUIRES: 0 <= p <= 1.
  void KeepProbability(double p, std::int64_t min_keep = 1);

  // Every candidate with p_i >= min(epsilon, sqrt(epsilon) e^-H). REQUIRES: 0 <
  // epsilon < 1.
  void KeepEta(double epsilon, std::int64_t min_keep = 1);

  // Every candidate with p_i >= a * max p^2. REQUIRES: 0 < a <= 1.
  void KeepTopA(double a, std::int64_t min_keep = 1);

  // Every candidate at least as likely as two draws are to be the same:
  // p_i >= sum p^2.
  void KeepCollision(std::int64_t min_keep = 1);

  // The same above the collisions of a flat row of n tokens: p_i >=
  // (n sum p^2 - 1) / (n - 1). REQUIRES: n >= 2 and n >= Count().
  void KeepExcessCollision(std::int64_t n, std::int64_t min_keep = 1);

  // The shortest prefix of the total order whose mass reaches p. REQUIRES (also
  // below): 0 <= p <= 1.
  void KeepMass(double p, const MassRule& rule = {});

  // The same for the order by |-ln p_i - H|, least first: the tokens whose
  // surprise is most typical. `crossing`, `basis` and `tie_order` do not apply.
  void KeepTypical(double p, const MassRule& rule = {});

  // Excludes the top choices: every candidate of probability >= threshold but
  // the last in the total order (top_choices.h). Two would have to be there.
  void ExcludeTopChoices(const TopChoices& rule);

  // ---- Questions --------------------------------------------------------

  // kOk, or why there is nothing to draw from. Cost: O(1), or one pass.
  RowStatus status() const;

  // Number of survivors, those of weight 0 included. Cost: O(1), but a
  // converting pass in a row that has had infinities, bans or a floor.
  std::int64_t Count() const;

  // Number of those of weight > 0: the first ones of the total order. Cost:
  // that of TotalMass.
  std::int64_t WeightedCount() const;

  // The head of the total order. REQUIRES: status() is kOk (also below). Cost:
  // O(V / 64), in a list O(n).
  Candidate Head() const;

  // Largest logit. Cost: that of Head.
  double Max() const { return Head().logit; }

  // Logit of a survivor; empty for others. Cost: O(1), in a list O(log n).
  std::optional<double> Logit(TokenId id) const;

  // Exact weight of a survivor, 0 for others, and their sum. Cost: an
  // exponential, and as many as reach 37 nats below the head.
  Weight WeightOf(TokenId id) const;
  Mass TotalMass() const;

  // H = -sum p ln p in nats, and the mean logit sum p l. Cost: as TotalMass.
  double Entropy() const;
  double MeanLogit() const;

  // ln of the sum of e^(l - Max()) over all survivors, those of weight 0
  // included: a floating sum (kernels/softmax_term.h, lane_sum.h), for what is
  // reported. Nothing may be decided by it.
  double LogSum() const;

  // The logprob of a survivor with this logit: (logit - Max()) - LogSum(), and
  // finite where that would overflow. For reports, too.
  double Logprob(double logit) const;

  // Standard deviation of the logits, each counted once, whatever its weight;
  // +inf if it overflows. REQUIRES for kSample: Count() >= 2. Cost: two
  // converting passes.
  double LogitDeviation(Deviation deviation = Deviation::kPopulation) const;

  // Place of a survivor in the total order, from 1; 0 for others. Cost: a pass.
  std::int64_t Rank(TokenId id) const;

  // The first min(n, Count()) survivors in the total order. Allocates. Cost:
  // that of InOrder.
  std::vector<Candidate> Top(std::int64_t n) const;

  // The same with weights, as a view that lasts until the next call of a
  // method. Cost: one pass, and linear in n.
  absl::Span<const WeightedCandidate> InOrder(std::int64_t n) const;

  // The weights, in the total order, of all survivors with logit >= threshold,
  // and of the first min(n, Count()): of a head that may be longer. A view, as
  // InOrder's. Cost: linear in what it lists, and a pass over the row.
  // REQUIRES: n >= 1.
  absl::Span<const Weight> WeightsInOrder(double threshold,
                                          std::int64_t n) const;

  // Notes the probabilities as they stand. Cost: that of TotalMass.
  void Record(ProbabilityRecord& record) const;

  // The same as parts of `total`, that of a set before a truncation that has
  // kept its head.
  void RecordPartsOf(Mass total, ProbabilityRecord& record) const;

  // Calls f(id, logit) for every survivor in id order. REQUIRES: f changes
  // nothing (gather ids first, then Remove). Cost: a converting pass.
  template <typename F>
  void ForEach(F f) const {
    if (dense_form_) {
      constexpr double kLowest = std::numeric_limits<double>::lowest();
      dense_.ForEachAtLeast(kLowest, [&](std::size_t id, double logit) {
        f(static_cast<TokenId>(id), logit);
      });
    } else {
      for (std::size_t i = 0; i < list_.size(); ++i) {
        f(list_.ids()[i], list_.logits()[i]);
      }
    }
  }

  // Calls f(id, logit, weight) for every survivor of weight > 0 in id order.
  // REQUIRES: f changes nothing. Cost: that of TotalMass.
  template <typename F>
  void ForEachWeighted(F f) const {
    const Support& s = support();
    for (std::size_t i = 0; i < s.list.size(); ++i) {
      f(s.list.ids()[i], s.list.logits()[i], s.weight_of[i]);
    }
  }

  // Has a truncation acted since Begin? Cost: O(1).
  bool truncated() const { return truncated_; }

  // The first survivor, in id order, at which the running mass exceeds
  // `place`. REQUIRES: place < TotalMass(). Cost: that of TotalMass.
  TokenId AtMass(Mass place) const;

  // The same in the total order. Cost: also selects among the weighted ones.
  TokenId AtMassByRank(Mass place) const;

  // The token that 64 random bits draw: AtMass(Scale(bits, TotalMass())), but
  // mostly without the exact masses. REQUIRES: status() is kOk. Cost: two to
  // three passes, or as AtMass.
  TokenId DrawAt(std::uint64_t bits) const;

 private:
  // The survivors of weight > 0, in id order: all that masses are made of.
  struct Support {
    CandidateList list;
    std::vector<Weight> weight_of;  // Beside the list; may be longer.
    Mass total = 0;

    absl::Span<const Weight> weights() const {
      return {weight_of.data(), list.size()};
    }
  };

  // Position of `id` in the list, or -1.
  std::ptrdiff_t Find(TokenId id) const;

  bool InRow(TokenId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < dense_.size();
  }

  template <typename F>
  void EditList(TokenId id, F f) {
    const std::ptrdiff_t i = Find(id);
    if (i < 0) return;
    SetInList(static_cast<std::size_t>(i),
              f(list_.logits()[static_cast<std::size_t>(i)]));
  }
  void SetInList(std::size_t i, double logit);
  // Replaces every logit of the list by f(logit); -inf removes.
  template <typename F>
  void TransformList(F f) {
    for (std::size_t i = 0; i < list_.size(); ++i) {
      double& logit = list_.mutable_logits()[i];
      logit = f(list_.ids()[i], logit);
      NoteInList(logit);
    }
    DropRemovedFromList();
  }
  // Takes note of a NaN or +inf that a change has put into the list.
  void NoteInList(double logit);
  void DropRemovedFromList();
  // Forgets what is remembered.
  void Changed() {
    head_.reset();
    mean_offset_.reset();
    log_sum_.reset();
    total_.reset();
    support_known_ = false;
    filter_state_ = FilterState::kUnknown;
  }

  const Support& support() const;
  // What it is for a dense form with a floor: by way of a list.
  void GatherSupport() const;

  // Ranking of a list by the total order, in scratch memory.
  kernels::Ranking RankByLogit(const CandidateList& list,
                               TieOrder tie_order) const;
  // Ranking of a list by |logit - center|, least first.
  kernels::Ranking RankByDistance(const CandidateList& list,
                                  double center) const;

  // Count() > count, without counting where that can be told.
  bool HasMoreThan(std::int64_t count) const;

  // Makes the list form current, holding every survivor at or above
  // `threshold`.
  void Collect(double threshold);
  // The same for survivors of weight > 0.
  void CollectSupport();
  // A logit that at least k survivors of the dense form reach, as high as
  // block maxima can tell.
  double CollectThreshold(std::int64_t k) const;

  // Removes every survivor below `threshold` and stays dense, where so many are
  // left that this is cheaper than a list. False, and nothing, where they are
  // fewer, or might be fewer than `wanted`. REQUIRES: a survivor is as large.
  bool KeepMany(double threshold, std::int64_t wanted);

  // Keeps every candidate of weight >= `least`; at least the first `min_keep`.
  void KeepWeight(Mass least, std::int64_t min_keep);
  // Gathers in excluded_ what a rule excludes, ascending; returns its mass.
  Mass FindExcluded(const TopChoices& rule) const;
  // Sum of the squared weights.
  Mass SquaredMass() const;

  // The running mass that a mass rule asks for.
  static Mass MassToReach(double p, Mass total, const MassRule& rule);

  // ---- By bounds (candidates_filter.cc). False, or nothing, where bounds do
  // not decide; then nothing has changed.

  bool HasBounds() const;
  bool KeepMassByBounds(double p, const MassRule& rule);
  bool KeepProbabilityByBounds(double p, std::int64_t min_keep);
  // Gathers all, with weights, that weigh as much as a weight within these
  // bounds. REQUIRES (also below): HasBounds().
  bool GatherHeavy(const MassBounds& least) const;
  // A logit that every logit reaches whose weight reaches `weight`.
  double LogitBelow(Mass weight) const;
  // A logit such that all that reach it have weights that reach `weight`.
  double LogitAbove(Mass weight) const;
  // KeepWeight, for a least weight within these bounds, where many candidates
  // stay; needs no bounds.
  bool KeepManyOfWeight(const MassBounds& least, std::int64_t wanted);
  // KeepWeight, for a least weight within these bounds.
  bool KeepWeightByBounds(const MassBounds& least, std::int64_t min_keep);
  std::optional<TokenId> DrawByBounds(std::uint64_t bits) const;
  // Counts a decision that was tried; returns `settled`.
  static bool Tally(bool settled);
  // The survivors with low <= logit < high in gathered_. REQUIRES: low is
  // finite.
  void GatherInside(double low, double high) const;
  // The survivors at or above `threshold` in gathered_, their weights in
  // weights_.
  void GatherAbove(double threshold) const;
  // The weights of these logits, in weights_.
  absl::Span<const Weight> Weigh(absl::Span<const double> logits) const;
  // A logit that at least k survivors reach, and not many more.
  double ThresholdOfCount(std::int64_t k) const;

  // ---- Large nuclei (candidates_nucleus.cc).

  // KeepMass, where the prefix ends below `below`, at about `fraction` of the
  // mass there. REQUIRES: HasBounds(); gathered_ holds all that is not below.
  bool KeepLargeNucleus(double p, const MassRule& rule, double below,
                        double fraction);
  // Where it ends, probably: low <= logit < high.
  struct Band {
    double low;
    double high;
  };
  Band GuessBand(double below, double fraction) const;
  // Adds to gathered_ an evenly spread part of the survivors below `below`: one
  // block of as many as it returns.
  std::size_t AppendSample(double below) const;
  // Splits the filter's sums. False if it cannot.
  bool SplitFilter(double low, double high) const;
  // The exact masses inside the interval, and of all.
  struct Parts {
    Mass inside;
    Mass total;
  };
  Parts SumParts(double low, double high) const;
  // The same; remembers mean_offset_ and total_.
  Parts SumMoments(double low, double high) const;
  // Calls f(first, stretch) for every stretch in which a weight may not be 0,
  // filled up with -inf.
  template <typename F>
  void ForEachStretchOfWeight(F f) const;
  // Truncates to what gathered_ holds up to `cut`, a place in `ranking` of it,
  // and to all that lies above what gathered_ holds.
  void KeepDownTo(const kernels::Ranking& ranking, const kernels::Cut& cut,
                  Ties ties);

  // Makes gathered_ the list.
  void TakeGathered();

  // ---- Typical tokens (candidates_typical.cc).

  bool KeepTypicalByBounds(double p, const MassRule& rule);
  // How far from the mean logit they reach, probably.
  struct Reach {
    double inner;  // Below 0: nothing surely belongs to them.
    double outer;
  };
  Reach GuessReach(double p, double center) const;
  // Gathers what lies between the two, on either side.
  void GatherRing(const Reach& reach, double center) const;
  // KeepTypical by exact sums, where the last one kept is in gathered_, a ring
  // around about the mean logit. False if it is not.
  bool KeepTypicalInRing(double p, const MassRule& rule, const Reach& reach,
                         double center);
  // Truncates to what comes, by distance, no later than this candidate.
  struct Farthest {
    double center;
    double logit;
    TokenId id;
  };
  bool KeepUpTo(const Farthest& farthest, const MassRule& rule);

  // Truncates the list to the first `count` of `ranking`.
  void KeepFirst(const kernels::Ranking& ranking, std::int64_t count,
                 Ties ties);
  // Truncates the list to a prefix of `ranking`.
  void KeepPrefix(const kernels::Ranking& ranking, const kernels::Cut& cut,
                  Ties ties);
  // Where a mass rule is satisfied, and how many candidates it keeps of it,
  // min_keep included and ties not.
  struct MassCut {
    kernels::Cut cut;
    std::int64_t count;
  };
  MassCut CutForMass(const kernels::Ranking& ranking,
                     absl::Span<const Weight> weights, double p, Mass total,
                     const MassRule& rule) const;
  // Truncates the list to them.
  void KeepAtMass(const kernels::Ranking& ranking, const MassCut& reached,
                  Ties ties);
  void KeepOriginalMass(double p, const MassRule& rule);

  void BeginTruncation();
  void EndTruncation();

  DenseRow dense_;
  CandidateList list_;
  bool dense_form_ = true;
  RowStatus list_status_ = RowStatus::kOk;
  bool truncated_ = false;

  // Weights by id as they stood before the first truncation.
  enum class Original { kUnused, kWanted, kKnown };
  Original original_ = Original::kUnused;
  std::vector<Weight> original_weights_;
  Mass original_total_ = 0;

  Mass observed_total_ = 0;
  std::int64_t observed_count_ = 0;
  double observed_max_ = 0.0;
  TruncationObserver* observer_ = nullptr;

  // The first n survivors in id order, in gathered_.
  void Gather(std::int64_t n) const;
  // gathered_ in the total order.
  kernels::SortedValues SortGathered() const;

  // Remembered answers.
  mutable std::optional<Candidate> head_;
  mutable std::optional<double> mean_offset_;  // sum p (l - M)
  mutable std::optional<double> log_sum_;
  mutable std::optional<Mass> total_;  // Not of a list.
  mutable Support support_;
  mutable bool support_known_ = false;

  // Bounds of the masses: not tried yet, not to be had, or at hand.
  enum class FilterState { kUnknown, kNone, kBounds };
  mutable FilterState filter_state_ = FilterState::kUnknown;
  mutable MassFilter filter_;

  // Scratch.
  mutable kernels::SelectScratch select_;
  mutable kernels::SortScratch sort_;
  mutable MassSketch sketch_;
  mutable std::vector<Weight> weights_;
  mutable std::vector<std::uint64_t> keys_;
  mutable std::vector<std::uint64_t> second_keys_;
  mutable std::vector<double> maxima_;
  mutable std::vector<TokenId> excluded_;
  std::vector<bool> favoured_;  // By id.
  mutable CandidateList gathered_;
  mutable CandidateList above_;
  mutable std::vector<WeightedCandidate> in_order_;
  std::vector<TokenId> allowed_;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_H_
