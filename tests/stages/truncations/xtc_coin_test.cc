// The coin of xtc: its statistics, and what it depends on.

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/random/random.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::xtc_coin_test {
namespace {

using Row = std::vector<double>;

// The statistical tests of this file together raise a false alarm with at most
// this probability; each takes its share. (Fixed seeds make them repeatable;
// the budget says how lucky a wrong sampler must be, and a right one unlucky.)
constexpr double kFalseAlarm = 1e-6;
constexpr int kStatistics = 40;  // At most.
constexpr double kTail = kFalseAlarm / kStatistics;

std::string Xtc(const std::string& probability, const std::string& more = "") {
  return absl::StrCat(R"({"type": "xtc", "probability": )", probability,
                      more.empty() ? "" : ", ", more, "}");
}

// Ten equal tokens, of which only the last is left when xtc fires.
class Tosser {
 public:
  explicit Tosser(const std::string& stages, std::uint64_t seed = 5)
      : pipeline_(MakePipeline(stages, 10)),
        sequence_(MakeSequence(10, {}, {}, seed)) {}

  // Whether xtc fires at this position; moves to the next.
  bool Toss() {
    const Row row(10, 1.0);
    const Distribution d =
        pipeline_.Process(absl::Span<const double>(row), sequence_, workspace_);
    const bool fired = d.Count() == 1;
    EXPECT_TRUE(fired || d.Count() == 10);
    EXPECT_TRUE(sequence_.AcceptId(0).ok());
    return fired;
  }

 private:
  Pipeline pipeline_;
  Sequence sequence_;
  Workspace workspace_;
};

TEST(XtcCoin, FiresAtItsRate) {
  const int n = Share(40'000);
  for (const double rate : {0.001, 0.1, 0.5, 0.93}) {
    for (const char* fire : {"lt", "le"}) {
      Tosser tosser(Xtc(absl::StrCat(rate), absl::StrCat(R"("threshold": 0.05,
                        "fire": ")",
                                                         fire, "\"")));
      int fired = 0;
      for (int i = 0; i < n; ++i) fired += tosser.Toss() ? 1 : 0;
      // Two-sided; a normal approximation needs a few dozen events.
      const double sigma = std::sqrt(n * rate * (1 - rate));
      EXPECT_LE(std::abs(fired - n * rate),
                NormalQuantile(kTail / 2) * sigma + 1)
          << rate << " " << fire;
    }
  }
}

TEST(XtcCoin, AlwaysFiresAtOneAndNeverAtZero) {
  for (const char* fire : {"lt", "le"}) {
    const std::string more =
        absl::StrCat(R"("threshold": 0.05, "fire": ")", fire, "\"");
    Tosser always(Xtc("1", more));
    Tosser never(Xtc("0", more));
    Tosser almost_never(Xtc("4.9e-324", more));
    for (int i = 0; i < Share(2000); ++i) {
      EXPECT_TRUE(always.Toss());
      EXPECT_FALSE(never.Toss());
      EXPECT_FALSE(almost_never.Toss());
    }
  }
}

// Between "lt" and "le" lies the one coin that equals the probability.
TEST(XtcCoin, IsComparedExactly) {
  const std::string more = R"("threshold": 0.05, "fire": ")";
  for (std::uint32_t stream = 0; stream < 200; ++stream) {
    const Sequence sequence = MakeSequence(10, {}, {}, 9, stream);
    const std::uint64_t coin = sequence.coins().Bits(Purpose::kXtcCoin, 0);
    const auto fires = [&](double probability, const char* fire) {
      // All digits of a double, so that it is read back as it is.
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", probability);
      return RunStages(Row(10, 1.0), Xtc(text, absl::StrCat(more, fire, "\"")),
                       sequence)
                 .kept() == "0000000001";
    };
    // The doubles around coin / 2^64; the coin may be one of them exactly.
    const double below = std::ldexp(static_cast<double>(coin >> 11), -53);
    const double above = below + 0x1p-53;
    if (below == 0.0 || above >= 1.0) continue;
    const bool exact = (coin & 0x7FF) == 0;
    EXPECT_EQ(fires(below, "le"), exact);
    EXPECT_FALSE(fires(below, "lt"));
    EXPECT_TRUE(fires(above, "lt"));
    EXPECT_TRUE(fires(above, "le"));
  }
}

TEST(XtcCoin, IsAFunctionOfTheSeed) {
  const std::string stage = Xtc("0.5", R"("threshold": 0.05)");
  Tosser a(stage, 7), b(stage, 7), other(stage, 8);
  int same_as_other = 0;
  const int n = 2000;
  for (int i = 0; i < n; ++i) {
    const bool toss = a.Toss();
    EXPECT_EQ(toss, b.Toss());
    same_as_other += toss == other.Toss() ? 1 : 0;
  }
  EXPECT_LE(std::abs(same_as_other - n / 2.0),
            NormalQuantile(kTail / 2) * std::sqrt(n / 4.0));
}

TEST(XtcCoin, IsAnotherForEveryXtcOfAPipeline) {
  // Were the coins of the two the same, the second would never have more than
  // one candidate to work on unless both stayed quiet: 1/2, not 1/4.
  const std::string stage = Xtc("0.5", R"("threshold": 0.05)");
  Tosser both(stage + "," + stage);
  const int n = Share(10'000);
  int quiet = 0;
  for (int i = 0; i < n; ++i) quiet += both.Toss() ? 0 : 1;
  EXPECT_LE(std::abs(quiet - n / 4.0),
            NormalQuantile(kTail / 2) * std::sqrt(n * 3.0 / 16.0) + 1);
}

// llama.cpp seeds both alike: there the coin of step 2t + 1 is the uniform of
// the draw at step t. Here no map of positions relates them.
TEST(XtcCoin, IsIndependentOfTheDraw) {
  // Two pipelines under one seed: what the draw's u is at every position, and
  // where the coin fires.
  const int n = Share(20'000);
  Tosser tosser(Xtc("0.5", R"("threshold": 0.05)"), 21);
  std::vector<double> coin;
  for (int i = 0; i < n; ++i) coin.push_back(tosser.Toss() ? 1 : -1);
  const Pipeline draw = MakePipeline("", 2);
  Sequence sequence = MakeSequence(2, {}, {}, 21);
  Workspace workspace;
  std::vector<double> u;
  for (int i = 0; i < n; ++i) {
    const Row row = {0, 0};
    const Token token =
        draw.Sample(absl::Span<const double>(row), sequence, workspace);
    u.push_back(token.u() < 0.5 ? 1 : -1);
    ASSERT_TRUE(sequence.AcceptId(token.id).ok());
  }
  // Position of the coin -> position of the draw, at lags and at scales.
  const auto expect_uncorrelated = [&](auto map, const std::string& name) {
    double sum = 0;
    int pairs = 0;
    for (int i = 0; i < n; ++i) {
      const int j = map(i);
      if (j < 0 || j >= n) continue;
      sum += coin[static_cast<std::size_t>(i)] * u[static_cast<std::size_t>(j)];
      ++pairs;
    }
    EXPECT_LE(std::abs(sum), NormalQuantile(kTail / 2) * std::sqrt(pairs))
        << name;
  };
  for (int lag = -8; lag <= 8; ++lag) {
    expect_uncorrelated([=](int i) { return i + lag; },
                        absl::StrCat("lag ", lag));
  }
  for (const int add : {-1, 0, 1}) {
    expect_uncorrelated([=](int i) { return 2 * i + add; },
                        absl::StrCat("2 i + ", add));
    // The other way round: the coin of 2 t + add against the draw of t.
    expect_uncorrelated(
        [=](int i) { return (i - add) % 2 == 0 ? (i - add) / 2 : -1; },
        absl::StrCat("(i - ", add, ") / 2"));
  }
}

TEST(XtcCoin, IsTossedOncePerPositionHoweverOftenItIsAsked) {
  // A retry with another mask must meet the same coin.
  const std::string stage = Xtc("0.5", R"("threshold": 0.05)");
  const Pipeline pipeline = MakePipeline(stage, 10);
  Workspace workspace;
  const Row row(10, 1.0);
  Sequence sequence = MakeSequence(10);
  for (int i = 0; i < 100; ++i) {
    const auto count = [&] {
      return pipeline
          .Process(absl::Span<const double>(row), sequence, workspace)
          .Count();
    };
    const std::int64_t first = count();
    EXPECT_EQ(count(), first);
    ASSERT_TRUE(sequence.AcceptId(0).ok());
    ASSERT_TRUE(sequence.Rollback(1).ok());
    EXPECT_EQ(count(), first);
    ASSERT_TRUE(sequence.AcceptId(1).ok());
  }
}

// The coin that lies exactly on the probability: one that a double can name.
TEST(XtcCoin, FiresOnItsProbabilityExactlyIfToldSo) {
  const std::vector<double> row = {1, 1, 1, 1};
  for (std::uint64_t seed = 0;; ++seed) {
    const Sequence sequence = MakeSequence(4, {}, {}, seed);
    const std::uint64_t coin = sequence.coins().Bits(Purpose::kXtcCoin);
    if (coin % 2048 != 0) continue;  // 53 bits at most.
    const double u = std::ldexp(static_cast<double>(coin), -64);
    const auto kept = [&](double probability, const char* fire) {
      const Pipeline pipeline =
          Pipeline::Create(
              {.stages = {{"xtc",
                           {{"probability", probability}, {"fire", fire}}},
                          {"categorical"}}},
              4)
              .value();
      Workspace workspace;
      return pipeline.Process(absl::MakeConstSpan(row), sequence, workspace)
          .Count();
    };
    EXPECT_EQ(kept(u, "lt"), 4);
    EXPECT_EQ(kept(u, "le"), 1);
    EXPECT_EQ(kept(std::nextafter(u, 1.0), "lt"), 1);
    EXPECT_EQ(kept(std::nextafter(u, 0.0), "le"), 4);
    return;
  }
}

}  // namespace
}  // namespace sampler::xtc_coin_test
