// What tests of the bounds of a mass share.

#ifndef SAMPLER_TESTS_BOUNDS_MASS_BOUNDS_FIXTURE_H_
#define SAMPLER_TESTS_BOUNDS_MASS_BOUNDS_FIXTURE_H_

#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/dispatch.h"
#include "tests/bounds/bounded_rows.h"

namespace sampler {

class MassBoundsTest : public testing::Test {
 protected:
  void TearDown() override {
    kernels::UseSimdTarget(kernels::SimdTargets().front());
  }

  static void Set(CandidateSet& set, TokenId id, double logit) {
    set.Edit(id, [=](double) { return logit; });
  }
  TokenId AnyId(const std::vector<float>& row) {
    return static_cast<TokenId>(random_() % row.size());
  }
  // Begins `set` on a random row, whose memory it returns, and at times scales
  // and edits it.
  std::vector<float> BeginAtRandom(CandidateSet& set) {
    std::vector<float> row = RandomBoundedRow(random_);
    set.Begin(Logits(row));
    for (std::uint64_t i = random_() % 4; i < 3; ++i) {
      set.Scale(1.0 / 0.9);
      Set(set, AnyId(row), 3.0);
    }
    return row;
  }
  // Bounds of the same candidates as a list.
  MassBounds& OfList(const std::vector<double>& logits) {
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    list_.ResetTo(ids, logits);
    EXPECT_TRUE(bounds_of_list_.HaveMean());
    return bounds_of_list_;
  }

  CandidateSet list_;
  MassBounds bounds_of_list_{list_};
  std::mt19937_64 random_{11};
};

}  // namespace sampler

#endif  // SAMPLER_TESTS_BOUNDS_MASS_BOUNDS_FIXTURE_H_
