// What the set of candidates promises to those who pass over it, in both of its
// forms: slots, generations, and truncations by value.

#include "sampler/rows/candidate_set.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::candidate_set_test {
namespace {

constexpr std::size_t kSize = 1000;

enum class Form { kFloats, kDoubles, kList };

// A set over few distinct logits, in the form that is asked for.
class CandidateSetTest : public testing::TestWithParam<Form> {
 protected:
  void Begin(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    floats_.clear();
    doubles_.clear();
    for (std::size_t i = 0; i < kSize; ++i) {
      floats_.push_back(static_cast<float>(random() % 40) / 8.0f);
      doubles_.push_back(static_cast<double>(floats_.back()));
    }
    if (GetParam() == Form::kFloats) {
      set_.Begin(Logits(floats_));
    } else {
      set_.Begin(Logits(doubles_));
    }
    if (GetParam() == Form::kList) set_.ToList(kLowestLogit);
  }

  std::vector<TokenId> Ids() const {
    std::vector<TokenId> ids;
    set_.ForEachReaching(kLowestLogit,
                         [&](TokenId id, double) { ids.push_back(id); });
    return ids;
  }

  std::vector<float> floats_;
  std::vector<double> doubles_;
  CandidateSet set_;
};

TEST_P(CandidateSetTest, KeepsWhatReachesALogitButForExceptions) {
  std::mt19937_64 random(7);
  for (int round = 0; round < Share(200); ++round) {
    Begin(random());
    const double threshold = doubles_[random() % kSize];
    // Few ties that go, or many.
    const std::size_t leaving = random() % 2 == 0 ? 3 : kSize;
    std::vector<TokenId> want;
    std::vector<TokenId> except;
    for (std::size_t i = 0; i < kSize; ++i) {
      if (doubles_[i] < threshold) continue;
      const bool goes =
          doubles_[i] == threshold && i % 2 == 0 && except.size() < leaving;
      (goes ? except : want).push_back(static_cast<TokenId>(i));
    }
    if (want.empty()) continue;
    set_.Keep(Survivors::AtLeast(threshold, except));
    ASSERT_EQ(Ids(), want);
    // Nothing is remembered of those that went.
    TokenId likeliest = want[0];
    for (const TokenId id : want) {
      if (doubles_[static_cast<std::size_t>(id)] >
          doubles_[static_cast<std::size_t>(likeliest)]) {
        likeliest = id;
      }
    }
    ASSERT_EQ(set_.Likeliest().id, likeliest);
    ASSERT_EQ(set_.Count(), static_cast<std::int64_t>(want.size()));
  }
}

TEST_P(CandidateSetTest, ForgetsALikeliestThatIsOneOfTheTiesThatGo) {
  Begin(1);
  std::vector<TokenId> all;
  for (std::size_t i = 0; i < kSize; ++i) {
    all.push_back(static_cast<TokenId>(i));
    set_.Edit(all.back(), [](double) { return 2.0; });
  }
  ASSERT_EQ(set_.Likeliest().id, 0);
  set_.Keep(Survivors::AtLeast(2.0, absl::MakeSpan(all).first(5)));
  EXPECT_EQ(set_.Likeliest().id, 5);
}

TEST_P(CandidateSetTest, HasAnotherGenerationAfterEveryChange) {
  Begin(2);
  std::uint64_t generation = set_.generation();
  const auto changed = [&] {
    const bool result = set_.generation() != generation;
    generation = set_.generation();
    return result;
  };
  EXPECT_EQ(set_.Max(), 39.0 / 8.0);
  EXPECT_FALSE(changed());
  set_.Edit(3, [](double logit) { return logit + 1.0; });
  EXPECT_TRUE(changed());
  set_.Remove(4);
  EXPECT_TRUE(changed());
  set_.Scale(0.5);
  EXPECT_TRUE(changed());
  set_.Transform([](TokenId, double logit) { return logit - 1.0; });
  EXPECT_TRUE(changed());
  set_.RemoveAll({7, 8});
  EXPECT_TRUE(changed());
  set_.Keep(Survivors::AtLeast(0.0));
  EXPECT_TRUE(changed());
  set_.RemoveAllBut({1, 2, 3, 5, 6, 9, 10, 11, 12});
  EXPECT_TRUE(changed());
  set_.Reject(RowStatus::kNan);
  EXPECT_TRUE(changed());
}

TEST_P(CandidateSetTest, ShowsEveryCandidateInItsSlot) {
  Begin(3);
  set_.Edit(5, [](double) { return 17.0; });
  set_.Remove(6);
  set_.Scale(0.5);
  std::vector<TokenId> ids;
  CandidateSet::Block buffer;
  for (std::size_t b = 0; b * kernels::kBlockSize < set_.slots(); ++b) {
    const absl::Span<const double> logits = set_.LoadBlock(b, buffer);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (IsRemoved(logits[i])) continue;
      const std::size_t slot = b * kernels::kBlockSize + i;
      ids.push_back(set_.IdOfSlot(slot));
      ASSERT_EQ(logits[i], set_.LogitOfSlot(slot));
      ASSERT_EQ(logits[i], *set_.Logit(ids.back()));
    }
  }
  EXPECT_EQ(ids, Ids());
}

std::string NameOf(const testing::TestParamInfo<Form>& info) {
  switch (info.param) {
    case Form::kFloats:
      return "Floats";
    case Form::kDoubles:
      return "Doubles";
    case Form::kList:
      return "List";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(EveryForm, CandidateSetTest,
                         testing::Values(Form::kFloats, Form::kDoubles,
                                         Form::kList),
                         NameOf);

}  // namespace
}  // namespace sampler::candidate_set_test
