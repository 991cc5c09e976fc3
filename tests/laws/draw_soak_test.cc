// A test of the draw that may run for any length: the wealth of a gambler who
// bets against the stated probabilities by the frequencies seen so far,
//
//   E_n = prod_t q_t(x_t) / p(x_t),   q_t = (count(x) + 1/2) / (t + K / 2).
//
// If the sampler is right, E_n ever reaches 1 / alpha with probability at most
// alpha, whenever one stops (Ville's inequality; arXiv 2210.01948). If it is
// wrong, E_n grows without bound.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kAlpha = 1e-9;

class Gambler {
 public:
  explicit Gambler(std::vector<double> probabilities)
      : p_(std::move(probabilities)), count_(p_.size(), 0.5) {}

  void See(std::size_t x) {
    const double bets =
        static_cast<double>(seen_) + 0.5 * static_cast<double>(p_.size());
    log_wealth_ += std::log(count_[x] / bets / p_[x]);
    highest_ = std::max(highest_, log_wealth_);
    count_[x] += 1.0;
    ++seen_;
  }
  bool Rejects() const { return highest_ >= -std::log(kAlpha); }

 private:
  std::vector<double> p_;
  std::vector<double> count_;
  std::int64_t seen_ = 0;
  double log_wealth_ = 0.0;
  double highest_ = 0.0;
};

constexpr char kChain[] =
    R"({"type": "temperature", "temperature": 0.7},
       {"type": "top_p", "p": 0.98})";

// Tokens of a text of its own, position by position, seen by `gambler`.
void Play(const std::vector<double>& row, int draws, Gambler& gambler) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(kChain, size);
  Workspace workspace;
  Sequence sequence = pipeline.NewSequence({.seed = 20251124}).value();
  for (int i = 0; i < draws; ++i) {
    const Token token =
        pipeline.Sample(absl::MakeConstSpan(row), sequence, workspace);
    ASSERT_EQ(token.status, RowStatus::kOk);
    gambler.See(static_cast<std::size_t>(token.id));
    ASSERT_TRUE(sequence.Accept(token).ok());
  }
}

const std::vector<double> kRow = {1.0, 0.0, 2.0, 1.5, -9.0, 0.5, 2.25, 1.75};

std::vector<double> Law() {
  Workspace workspace;
  const Distribution d =
      MakePipeline(kChain, 8).Process(kRow, MakeSequence(8), workspace);
  std::vector<double> p;
  for (TokenId id = 0; id < 8; ++id) p.push_back(d.Probability(id));
  return p;
}

TEST(DrawSoak, NeverMakesAGamblerRich) {
  Gambler gambler(Law());
  Play(kRow, Share(300'000), gambler);
  EXPECT_FALSE(gambler.Rejects());
}

// The test itself: a law that is a tenth off for one token is found out.
TEST(DrawSoak, FindsABias) {
  std::vector<double> wrong = Law();
  wrong[0] *= 1.1;
  wrong[2] -= Law()[0] * 0.1;
  Gambler gambler(wrong);
  Play(kRow, 500'000, gambler);
  EXPECT_TRUE(gambler.Rejects());
}

}  // namespace
}  // namespace sampler
