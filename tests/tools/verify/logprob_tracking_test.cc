// LT against an enumeration by recursion, and its false alarms.

#include "tools/verify/logprob_tracking.h"

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/test_share.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using Answers = std::vector<std::vector<double>>;

Answers RandomAnswers(std::mt19937_64& random, std::size_t count,
                      double shift) {
  std::normal_distribution<double> normal(0.0, 1.0);
  Answers answers(count, std::vector<double>(4));
  for (auto& answer : answers) {
    for (double& x : answer) x = normal(random) + shift;
  }
  return answers;
}

double Distance(const Answers& a, const Answers& b) {
  double sum = 0.0;
  for (std::size_t t = 0; t < a[0].size(); ++t) {
    double mean_a = 0.0;
    double mean_b = 0.0;
    for (const auto& row : a) mean_a += row[t] / static_cast<double>(a.size());
    for (const auto& row : b) mean_b += row[t] / static_cast<double>(b.size());
    sum += std::fabs(mean_a - mean_b);
  }
  return sum / static_cast<double>(a[0].size());
}

TEST(LogprobTracking, TakesEveryDivisionOnce) {
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 20; ++trial) {
    const Answers before = RandomAnswers(random, 3, 0.0);
    const Answers after = RandomAnswers(random, 4, trial * 0.1);
    Answers all = before;
    all.insert(all.end(), after.begin(), after.end());
    const double observed = Distance(before, after);
    int divisions = 0;
    int reached = 0;
    const std::function<void(std::size_t, Answers, Answers)> divide =
        [&](std::size_t i, Answers a, Answers b) {
          if (i == all.size()) {
            if (a.size() != 3) return;
            ++divisions;
            reached += Distance(a, b) >= observed - 1e-12 ? 1 : 0;
            return;
          }
          Answers with = a;
          with.push_back(all[i]);
          divide(i + 1, with, b);
          b.push_back(all[i]);
          divide(i + 1, a, b);
        };
    divide(0, {}, {});
    const LogprobTracking lt = TrackLogprobs(before, after);
    EXPECT_NEAR(lt.statistic, observed, 1e-12);
    EXPECT_TRUE(lt.all_divisions);
    EXPECT_EQ(lt.divisions, divisions);
    EXPECT_NEAR(lt.p_value, reached / static_cast<double>(divisions), 1e-12);
  }
}

TEST(LogprobTracking, ItsFalseAlarmsAreAsManyAsItSays) {
  std::mt19937_64 random(6);
  const int trials = Share(2000);
  int alarms = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const LogprobTracking lt = TrackLogprobs(RandomAnswers(random, 5, 0.0),
                                             RandomAnswers(random, 5, 0.0));
    alarms += lt.p_value <= 0.05 ? 1 : 0;
  }
  EXPECT_LE(alarms, 0.05 * trials + 4.0 * std::sqrt(0.05 * trials) + 1.0);
}

TEST(LogprobTracking, ManyDivisionsAreDrawnAtRandom) {
  std::mt19937_64 random(8);
  const LogprobTracking same = TrackLogprobs(RandomAnswers(random, 20, 0.0),
                                             RandomAnswers(random, 20, 0.0));
  EXPECT_FALSE(same.all_divisions);
  EXPECT_EQ(same.divisions, kMostDivisions + 1);
  EXPECT_GT(same.p_value, 0.001);
  const LogprobTracking moved = TrackLogprobs(RandomAnswers(random, 20, 0.0),
                                              RandomAnswers(random, 20, 2.0));
  EXPECT_EQ(moved.p_value, 1.0 / (kMostDivisions + 1.0));
}

TEST(LogprobTracking, ComparesTheFirstRowsOfOnePrompt) {
  // Every log of a test has one name: each gets a copy of its own.
  auto open = [copies = 0](const std::string& path) mutable {
    auto log = logs::Log::Open(
        WriteTemporary(absl::StrCat("copy", copies++), ReadAll(path)));
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  };
  std::vector<std::vector<float>> rows(4, {1.0F, 0.5F, -2.0F, -INFINITY});
  const auto log = open(MakeLog(rows, {0, 1, 0, 1}, {}, "", {0, 2, 4}));
  rows[0][1] = rows[2][1] = 1.5F;
  const auto moved = open(MakeLog(rows, {0, 1, 0, 1}, {}, "", {0, 2, 4}));
  const auto same = TrackLogs(*log, *log);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->absent, "");
  EXPECT_EQ(same->before, 2);
  EXPECT_EQ(same->tokens, 3);  // The removed one has no logprob.
  EXPECT_EQ(same->statistic, 0.0);
  EXPECT_EQ(same->p_value, 1.0);
  const auto other = TrackLogs(*log, *moved);
  ASSERT_TRUE(other.ok());
  EXPECT_GT(other->statistic, 0.1);
  // Two of six divisions part the logs.
  EXPECT_NEAR(other->p_value, 2.0 / 6.0, 1e-12);
  const auto narrow = open(MakeLog({{1.0F, 2.0F}}, {0}));
  EXPECT_NE(TrackLogs(*log, *narrow)->absent, "");
}

}  // namespace
}  // namespace sampler::tools
