// The survivors of a step laid out on a line by their masses, by ascending id
// or by rank, and their scores in a race of noise.
//
// Thread-safety: one thread at a time.
// Cost: Fill passes over the survivors; IntervalOf too; Score takes the noise
//   of every survivor. No allocation once grown.
// Tested by: tests/tools/verify/token_check_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_MASS_LINE_H_
#define SAMPLER_TOOLS_VERIFY_MASS_LINE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/arithmetic/mass.h"
#include "sampler/distribution.h"
#include "sampler/sequence.h"
#include "sampler/stages/draws/gumbel_noise.h"

namespace sampler::tools {

// How tokens are numbered: along the line, and for noise that is keyed by it.
enum class LineOrder { kId, kRank };

class MassLine {
 public:
  // A token's part of [0, total()).
  struct Interval {
    Mass low = 0;
    Mass high = 0;
  };

  // REQUIRES: `kept` is ok.
  void Fill(const Distribution& kept);

  std::size_t size() const { return ids_.size(); }
  Mass total() const { return total_; }
  double max() const { return max_; }  // The largest logit.

  // Where a token is; empty for one that was removed.
  std::optional<std::size_t> Find(TokenId token) const;
  TokenId id(std::size_t index) const { return ids_[index]; }
  double logit(std::size_t index) const { return logits_[index]; }
  Weight weight(std::size_t index) const { return weights_[index]; }
  double Share(std::size_t index) const;

  Interval IntervalOf(std::size_t index, LineOrder order) const;

  // Survivors with a strictly higher logit.
  std::int64_t Higher(std::size_t index) const;

  // A score for each survivor, -inf for those of weight 0, as gumbel_max gives
  // it with this noise at the position of `sequence`. Of kSglang with columns
  // by id or by rank; the others have none but ids.
  const std::vector<double>& Score(const Sequence& sequence, Noise noise,
                                   LineOrder columns);

 private:
  std::vector<std::uint32_t> Columns(LineOrder order) const;

  std::vector<TokenId> ids_;  // Ascending; and the others with them.
  std::vector<double> logits_;
  std::vector<Weight> weights_;
  std::vector<double> scores_;
  double max_ = 0;
  Mass total_ = 0;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_MASS_LINE_H_
