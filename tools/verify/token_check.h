// One claimed token, beside what the chain drew from the same row: the numbers
// that auditors publish of a token, each with how far the log decides it.
//
//   exact_match   the replayed token is the claimed one
//   prob          q(claimed), under what the chain leaves
//   margin        how far the claimed token is from being drawn: 0 for a match,
//                 infinite for a token that the chain removes. Of a draw by
//                 noise or greedy: the winner's noised logit less the claimed
//                 one's, in units of the row's logits (noise times T); of a
//                 draw by inverse CDF: the distance of u from the claimed
//                 token's interval. The two scales are never averaged together
//   logit_rank    tokens with a strictly higher logit in the row
//   gumbel_rank   tokens with a strictly higher noised logit; infinite for a
//                 token that is removed
//   gls           ln Phi(-margin / (sqrt 2 sigma)), of draws by noise
//   cgs           ln(Phi((high - u) / sigma) - Phi((low - u) / sigma)), of
//                 draws by inverse CDF, [low, high) the token's interval
//   fssl          FSSL's word for the score of its draw: safe, suspicious or
//                 dangerous (fssl.h)
//   percentile    (mass ranked above the claimed token + v times its own) /
//                 mass, v uniform by a fixed rule: uniform if the token is a
//                 draw from q, whatever the seed
//   boundary      of a match by inverse CDF: how far u is from another token
//
// The first five, and their averages (summary.h), have the names of token-DiFR;
// gls and cgs those of FSSL; the percentile is RUT's, exact instead of
// estimated from samples.
//
// Where the log holds only a part of a row, a number is exact, a bound, or not
// to be known (Basis); what is not to be known is absent, NaN.
//
// Thread-safety: a TokenChecker is scratch, one per thread.
// Cost: a pass over the survivors and one over the row; where the tokens differ
//   under a draw by noise, the noise of every survivor. No allocation once
//   grown, but for the answer and for greedy mismatches.
// Source: arXiv 2511.20621, token-difr 0.1.2; arXiv 2511.02620; arXiv
//   2506.06975.
// Tested by: tests/tools/verify/token_check_test.cc, noise_check_test.cc,
//   against definitions in long double over the whole vocabulary.

#ifndef SAMPLER_TOOLS_VERIFY_TOKEN_CHECK_H_
#define SAMPLER_TOOLS_VERIFY_TOKEN_CHECK_H_

#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "sampler/pipeline.h"
#include "tools/replay/row_look.h"
#include "tools/verify/draw_kind.h"
#include "tools/verify/fssl.h"
#include "tools/verify/mass_line.h"

namespace sampler::tools {

// What a log that holds part of a row says of a number.
enum class Basis { kExact, kBounded, kUnknowable };

// "exact", "bounded" or "unknowable".
const char* BasisName(Basis basis);

// Powers of q that a text drawn at another temperature would have.
inline constexpr double kTemperedBetas[] = {0.5, 0.8, 1.25, 2.0};

struct TokenCheck final : RowFinding {
  static constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

  TokenId claimed = -1;
  TokenId replayed = -1;
  bool exact_match = false;
  bool removed = false;  // The chain cannot draw the claimed token.
  double prob = kAbsent;
  double replayed_prob = kAbsent;
  double margin = kAbsent;
  double logit_rank = kAbsent;
  double gumbel_rank = kAbsent;
  double gls = kAbsent;
  double cgs = kAbsent;
  std::optional<FsslWord> fssl;
  double percentile = kAbsent;
  double boundary = kAbsent;
  double u = kAbsent;    // Of a draw by inverse CDF,
  double low = kAbsent;  // and the claimed token's interval.
  double high = kAbsent;
  // ln of q^beta, normed, less ln q, for kTemperedBetas; 0 unless asked for.
  std::array<double, std::size(kTemperedBetas)> tempered = {};
  std::int64_t ties = 0;  // Other tokens with the claimed one's very logit.

  // Of prob, of logit_rank, and of all the others.
  Basis prob_basis = Basis::kExact;
  Basis rank_basis = Basis::kExact;
  Basis match_basis = Basis::kExact;

  bool decided() const { return match_basis == Basis::kExact; }
};

struct CheckOptions {
  // Of gls and cgs.
  double sigma = 0.01;
  FsslRule fssl = {};
  // Of the percentile's v.
  std::uint64_t percentile_seed = 0;
  bool temper = false;  // Fill TokenCheck::tempered.
};

class TokenChecker {
 public:
  explicit TokenChecker(const CheckOptions& options) : options_(options) {}

  // Null where there is nothing to check: no claimed token, or a row without a
  // draw.
  std::shared_ptr<const TokenCheck> Check(const RowView& view);

 private:
  // What is kept of a config.
  struct Chain {
    DrawKind kind;
    std::unique_ptr<const Pipeline> before_greedy;  // Made when needed.
  };

  Chain& ChainOf(const PipelineConfig& config);
  void CheckGreedy(const RowView& view, Chain& chain, TokenCheck& check);
  void CheckMass(const RowView& view, const DrawKind& kind, TokenCheck& check);
  void CheckNoise(const RowView& view, const DrawKind& kind, TokenCheck& check);
  void FindPercentile(const RowView& view, TokenCheck& check) const;
  void Temper(TokenCheck& check) const;

  const CheckOptions options_;
  std::map<const PipelineConfig*, Chain> chains_;
  Workspace workspace_;
  MassLine line_;  // What the chain leaves of the row.
  MassLine soft_;  // The same before a greedy choice.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_TOKEN_CHECK_H_
