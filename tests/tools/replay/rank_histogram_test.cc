#include "tools/replay/rank_histogram.h"

#include <map>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sampler::tools {
namespace {

// The bucket of a rank, by its definition.
std::string NameOf(std::int64_t rank) {
  if (rank == 1) return "1";
  if (rank == 2) return "2";
  if (rank <= 5) return "3-5";
  if (rank <= 10) return "6-10";
  if (rank <= 50) return "11-50";
  return rank <= 200 ? "51-200" : "201+";
}

TEST(RankHistogram, CountsEveryRankInItsBucket) {
  RankHistogram histogram;
  std::map<std::string, std::int64_t> rows;
  std::map<std::string, std::int64_t> covered;
  for (std::int64_t rank = 1; rank <= 300; ++rank) {
    const bool is_covered = rank % 3 == 0;
    histogram.Add(rank, is_covered);
    ++rows[NameOf(rank)];
    covered[NameOf(rank)] += is_covered ? 1 : 0;
  }
  histogram.Add(0, true);
  EXPECT_EQ(histogram.rows(), 300);
  EXPECT_EQ(histogram.unknown(), 1);
  const Json json = RankHistogramJson(histogram);
  ASSERT_EQ(json.size(), 7u);
  for (const Json& bucket : json) {
    const std::string name = bucket["ranks"];
    EXPECT_EQ(bucket["rows"], rows.at(name)) << name;
    EXPECT_EQ(bucket["covered"], covered.at(name)) << name;
  }
}

TEST(RankHistogram, SaysWhatHasRows) {
  RankHistogram histogram;
  EXPECT_EQ(RankHistogramText(histogram), "");
  histogram.Add(1, true);
  histogram.Add(4, true);
  histogram.Add(1000, false);
  EXPECT_EQ(RankHistogramText(histogram), "1: 1, 3-5: 1, 201+: 1");
}

}  // namespace
}  // namespace sampler::tools
