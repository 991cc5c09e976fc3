// FadedCounts against its definition.

#include "sampler/history/faded_counts.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::faded_counts_test {
namespace {

using Tokens = std::vector<std::int32_t>;
// Most and sum by token.
using Units = std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>>;

Units Slow(const HistoryView& view, std::int64_t full, std::int64_t decay) {
  Units units;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const auto d = static_cast<std::int64_t>(view.size() - i);
    const std::int64_t here =
        d <= full ? decay : std::max<std::int64_t>(0, decay - (d - full));
    if (here == 0) continue;
    auto& [most, sum] = units[view[i]];
    most = std::max(most, here);
    sum += here;
  }
  return units;
}

Units Fast(FadedCounts& counts, const HistoryView& view, std::int64_t full,
           std::int64_t decay, std::int64_t vocabulary_size) {
  const FadedTokens faded = counts.Of(view, full, decay, vocabulary_size);
  Units units;
  for (std::size_t i = 0; i < faded.tokens.size(); ++i) {
    EXPECT_TRUE(
        units.emplace(faded.tokens[i], std::pair(faded.most[i], faded.sums[i]))
            .second);
  }
  return units;
}

TEST(FadedCounts, EqualTheirDefinition) {
  std::mt19937_64 random(1);
  FadedCounts counts;  // Reused, as in a workspace.
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  for (int round = 0; round < Share(3000); ++round) {
    Tokens prompt(random() % 20), output(random() % 20);
    for (Tokens* tokens : {&prompt, &output}) {
      for (auto& t : *tokens) t = static_cast<std::int32_t>(random() % 5);
    }
    const auto full = static_cast<std::int64_t>(random() % 25);
    for (const std::int64_t decay :
         {std::int64_t{1}, static_cast<std::int64_t>(1 + random() % 30),
          kMost}) {
      const HistoryView view = {prompt, output};
      ASSERT_EQ(Fast(counts, view, full, decay, 5), Slow(view, full, decay));
    }
  }
}

TEST(FadedCounts, TellTheLastOccurrenceFirst) {
  const Tokens text = {4, 3, 4, 2};
  FadedCounts counts;
  const FadedTokens faded = counts.Of({text, {}}, 1, 4, 5);
  EXPECT_EQ(Tokens(faded.tokens.begin(), faded.tokens.end()),
            (Tokens{2, 4, 3}));
  EXPECT_EQ(faded.most[1], 3);
  EXPECT_EQ(faded.sums[1], 3 + 1);
}

}  // namespace
}  // namespace sampler::faded_counts_test
