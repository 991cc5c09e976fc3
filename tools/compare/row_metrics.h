// What is measured at one row of a comparison: numbers of each side, and
// numbers of the pair.
//
// p is the softmax of a side's row as logged (T = 1, nothing edited, nothing
// cut), q what the side's chain leaves of it, kept = {i: q_i > 0}, M the mass
// of kept in p, x the logged token. Natural logs.
//
// A number is NaN where the row has none: no logged token, a cut one, a row
// that is not ok. Of a row that lists only its likeliest tokens both ends of a
// number are known, or nothing (list_bounds.h).
//
// Tested by: tests/tools/compare/row_metrics_test.cc, against sums in long
//   double over the whole vocabulary.

#ifndef SAMPLER_TOOLS_COMPARE_ROW_METRICS_H_
#define SAMPLER_TOOLS_COMPARE_ROW_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"
#include "sampler/distribution.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "tools/compare/unlisted.h"
#include "tools/options/run_options.h"

namespace sampler::tools {

// Columns of one side.
enum class SideColumn : std::size_t {
  kEntropyRaw,      // H(p)
  kEntropy,         // H(q)
  kVarentropy,      // sum q (ln q + H)^2
  kEffective,       // e^H(q)
  kCollision,       // 1 / sum q^2
  kKept,            // size of kept
  kSingle,          // 1 if one token is kept
  kKeptMass,        // M
  kKlToRaw,         // KL(q, p)
  kKlFromRaw,       // KL(p, q), infinite as soon as a token is cut
  kJsToRaw,         // JS(p, q)
  kTvToRaw,         // TV(p, q)
  kIndependentRaw,  // sum p q
  kTop,             // max q
  kGreedyShare,     // q(argmax p)
  kTopRemoved,      // 1 if argmax p is cut
  kTopChanged,      // 1 if argmax q is not argmax p
  kCovered,         // 1 if q(x) > 0
  kNllRaw,          // -ln p(x)
  kNll,             // -ln q(x), of covered rows
  kEpsilon,         // -ln((q(x) + eps) / (1 + eps V))
  kSparsemax,       // q(x) + (1 - sum q^2) / 2
  kJsToToken,       // JS(q, one-hot of x)
  kRisk,            // q of what p ranks below x
  kSame,            // 1 if the draw is x
  kTopIsToken,      // 1 if argmax q is x
  kCount
};

// Columns of the pair.
enum class PairColumn : std::size_t {
  kKlAb,         // KL(q_A, q_B), infinite as soon as B cuts what A keeps
  kKlBa,         // KL(q_B, q_A)
  kJs,           // JS(q_A, q_B)
  kTv,           // TV(q_A, q_B)
  kAgreement,    // sum min(q_A, q_B) = 1 - TV
  kIndependent,  // sum q_A q_B
  kJaccard,      // of the kept sets
  kTopDiffers,   // 1 if argmax q_A is not argmax q_B
  kDrawDiffers,  // 1 if the draws differ
  kCount
};

template <typename Column>
constexpr std::size_t CountOf() {
  return static_cast<std::size_t>(Column::kCount);
}

template <typename Column>
class MetricRow {
 public:
  MetricRow() { values_.fill(std::numeric_limits<double>::quiet_NaN()); }
  double& operator[](Column c) { return values_[static_cast<std::size_t>(c)]; }
  double operator[](Column c) const {
    return values_[static_cast<std::size_t>(c)];
  }

 private:
  std::array<double, CountOf<Column>()> values_;
};

struct SideRow {
  RowStatus status = RowStatus::kOk;
  bool decided = true;   // A top-k log's list decides what the chain leaves.
  bool ends = false;     // It does not, but both ends of the numbers are known.
  bool bounded = false;  // The log holds the row in part (`_logits_` floor).
  TokenId token = -1;    // Drawn.
  TokenId top = -1;      // argmax q.
  std::int64_t rank = 0;         // Of x in p, from 1; 0: none, or not known.
  MetricRow<SideColumn> values;  // The low ends,
  MetricRow<SideColumn> highs;   // and the high ones: equal if exact.

  bool usable() const { return status == RowStatus::kOk && (decided || ends); }
};

// A chain's distribution as lists in the order of ids.
struct KeptTokens {
  std::vector<TokenId> ids;
  std::vector<double> logprobs;      // ln q.
  std::vector<double> probs;         // q.
  std::vector<double> raw_logprobs;  // ln p.
  // Kept tokens that the row does not list: the others' q are shares of what
  // these leave.
  Unlisted rest;
};

// Calls f(i, in_a, k, in_b) for every token that either keeps, ids ascending: i
// is its place in `a` where in_a, k in `b` where in_b.
template <typename F>
void ForEachOfEither(const KeptTokens& a, const KeptTokens& b, const F& f) {
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < a.ids.size() || k < b.ids.size()) {
    const bool in_a =
        i < a.ids.size() && (k == b.ids.size() || a.ids[i] <= b.ids[k]);
    const bool in_b =
        k < b.ids.size() && (i == a.ids.size() || b.ids[k] <= a.ids[i]);
    f(i, in_a, k, in_b);
    i += in_a ? 1 : 0;
    k += in_b ? 1 : 0;
  }
}

struct RowQuestion {
  Logits row;
  TokenId target = -1;  // -1: none.
  TokenId drawn = -1;
  double epsilon = 0;
};

// -ln of q as eps-perplexity counts it, and JS(q, one-hot of x), for q(x) = q.
double SmoothedNll(const RowQuestion& question, double q);
double JsToToken(double q);

// Fills `kept` and the columns of a side. REQUIRES: both distributions are ok,
// and of `question.row`.
void MeasureSide(const RowQuestion& question, const Distribution& raw,
                 const Distribution& final, KeptTokens& kept, SideRow& side);

// The pair's columns, of two sides that are usable.
MetricRow<PairColumn> MeasurePair(const KeptTokens& a, const SideRow& side_a,
                                  const KeptTokens& b, const SideRow& side_b);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_ROW_METRICS_H_
