// Tokens summed up: the averages that token-DiFR prints under its names, and
// what else the whole log says.
//
// Averages run over tokens whose number is exact: those that the log does not
// decide are counted beside them. avg_margin and avg_gumbel_rank run over
// finite values, and the infinite ones are counted.
//
// Thread-safety: one thread at a time.
// Cost: memory of some 20 bytes a row.
// Tested by: tests/tools/verify/verify_summary_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_SUMMARY_H_
#define SAMPLER_TOOLS_VERIFY_SUMMARY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tools/options/run_options.h"
#include "tools/verify/token_check.h"

namespace sampler::tools {

// The mean of the numbers that are there; NaN of none.
class AverageOf {
 public:
  void Add(double x) {
    sum_ += x;
    ++count_;
  }
  double value() const {
    return count_ == 0 ? TokenCheck::kAbsent
                       : sum_ / static_cast<double>(count_);
  }

 private:
  double sum_ = 0;
  std::int64_t count_ = 0;
};

// A token that differs.
struct Mismatch {
  RowPlace place;
  std::shared_ptr<const TokenCheck> check;
};

// Rows that best agree with the tokens `shift` rows after them.
struct ShiftedMatch {
  std::int64_t shift = 0;
  double rate = TokenCheck::kAbsent;
};

class VerifySummary {
 public:
  // Mismatches up to `margin_tol` are borderline; the first `kept` mismatches
  // are kept.
  VerifySummary(double margin_tol, std::size_t kept)
      : margin_tol_(margin_tol), most_kept_(kept) {}

  // A row without a check has no claimed token or no draw.
  void Add(const RowPlace& place,
           const std::shared_ptr<const TokenCheck>& check);

  std::int64_t rows() const { return rows_; }
  std::int64_t skipped() const { return skipped_; }
  std::int64_t total_tokens() const { return total_; }  // That are decided.
  std::int64_t mismatches() const { return total_ - matches_; }
  std::int64_t impossible_count() const { return impossible_; }
  std::int64_t borderline_count() const { return borderline_; }
  std::int64_t tie_count() const { return ties_; }
  std::int64_t tied_mismatches() const { return tied_mismatches_; }
  // Tokens by the basis of their match, their prob and their logit_rank.
  using Bases = std::array<std::int64_t, 3>;
  const Bases& match_bases() const { return match_bases_; }
  const Bases& prob_bases() const { return prob_bases_; }
  const Bases& rank_bases() const { return rank_bases_; }

  double exact_match_rate() const;
  double infinite_margin_rate() const;
  double avg_prob() const { return prob_.value(); }
  double avg_margin() const { return margin_.value(); }
  double avg_logit_rank() const { return logit_rank_.value(); }
  double avg_gumbel_rank() const { return gumbel_rank_.value(); }
  double avg_gls() const { return gls_.value(); }
  double avg_cgs() const { return cgs_.value(); }

  // Tokens that FSSL calls so, of the decided ones.
  std::int64_t fssl_count(FsslWord word) const {
    return fssl_[static_cast<std::size_t>(word)];
  }

  const std::vector<Mismatch>& first_mismatches() const { return kept_; }
  const std::vector<double>& percentiles() const { return percentiles_; }

  // Of shifts from -2 to 2, the one under which most tokens agree; 0 wins ties.
  ShiftedMatch BestShift() const;

 private:
  // What BestShift compares.
  struct Drawn {
    std::int64_t sequence;
    TokenId claimed;
    TokenId replayed;
  };

  const double margin_tol_;
  const std::size_t most_kept_;
  std::int64_t rows_ = 0;
  std::int64_t skipped_ = 0;
  std::int64_t total_ = 0;
  std::int64_t matches_ = 0;
  std::int64_t impossible_ = 0;
  std::int64_t borderline_ = 0;
  std::int64_t ties_ = 0;
  std::int64_t tied_mismatches_ = 0;
  std::array<std::int64_t, 3> fssl_ = {};
  Bases match_bases_ = {};
  Bases prob_bases_ = {};
  Bases rank_bases_ = {};
  AverageOf prob_;
  AverageOf margin_;
  AverageOf logit_rank_;
  AverageOf gumbel_rank_;
  AverageOf gls_;
  AverageOf cgs_;
  std::vector<Mismatch> kept_;
  std::vector<double> percentiles_;
  std::vector<Drawn> drawn_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_SUMMARY_H_
