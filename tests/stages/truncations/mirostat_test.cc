// mirostat: what its feedback is for, and the edges of its rules.

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"
#include "tests/support/zipf_steps.h"

namespace sampler::mirostat_test {
namespace {

using Row = std::vector<double>;

// What feedback is for. The sum of S - tau is (mu_0 - mu_n) / eta, and mu moves
// within some 25 bits here, so 4,000 steps leave at most 0.07 bits.
TEST(Mirostat, BringsTheMeanSurpriseToTau) {
  Workspace workspace;
  for (const std::string version : {"1", "2"}) {
    for (const double tau : {1.5, 3.0, 4.5}) {
      const Pipeline pipeline =
          MakePipeline(R"({"type": "mirostat", "version": )" + version +
                           R"(, "tau": )" + std::to_string(tau) + "}",
                       kSize);
      std::mt19937_64 random(5);
      Sequence s = MakeSequence(kSize, {}, {}, 6);
      double sum = 0;
      const int steps = 4000;
      for (int i = 0; i < steps; ++i) {
        const Row row = ZipfRow(random);
        const Distribution d =
            pipeline.Process(absl::Span<const double>(row), s, workspace);
        const Token token = pipeline.DrawFrom(d, s, workspace);
        sum += -std::log2(d.Probability(token.id));
        ASSERT_TRUE(s.Accept(token).ok());
      }
      EXPECT_NEAR(sum / steps, tau, 0.07) << version;
    }
  }
}

TEST(Mirostat, KeepsWhatSurprisesByAtMostMu) {
  const double ln2 = 0.69314718055994530942;
  // Surprises of 1, 2, 3 and 3 bits, exactly.
  const Row row = {0, -ln2, -2 * ln2, -2 * ln2};
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 0.4999})"), "1000");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 0.5})"), "1000");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 0.9999})"), "1000");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1})"), "1100");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1.4999})"), "1100");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1.5})"), "1111");
}

TEST(Mirostat, KeepsAllThatHasWeightAtAHugeMu) {
  const Row row = {0, -30, -35, -40};
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1e300})"), "1110");
  // The estimate does not look at weights.
  EXPECT_EQ(Kept(Row(4, 1.0), R"({"type": "mirostat", "version": 1,
                                  "tau": 100})"),
            "1111");
}

TEST(Mirostat, OneHoldsAtTheEdgesOfItsEstimate) {
  const auto kept = [](const Row& row, const std::string& tau) {
    return RunStages(
               row, R"({"type": "mirostat", "version": 1, "tau": )" + tau + "}")
        .kept();
  };
  const auto count = [&](const Row& row, const std::string& tau) {
    const std::string k = kept(row, tau);
    return std::count(k.begin(), k.end(), '1');
  };
  // One candidate: there is no gap to measure.
  EXPECT_EQ(kept({5}, "3"), "1");
  // Equal logits: s = 0, and k = (2^mu / (V - 1))^inf. llama.cpp turns that
  // infinity into an integer and leaves one of 1,000.
  EXPECT_EQ(count(Row(1000, 2.0), "5"), 1000);
  EXPECT_EQ(count(Row(1000, 2.0), "4.9"), 1);
  // 1^inf is NaN here: V = 17, mu = 4.
  EXPECT_EQ(count(Row(17, 2.0), "2"), 1);
  // Zipf's law itself: e = 0, k = 2^mu / ln V = 16 / 6.9.
  Row zipf(1000);
  for (std::size_t i = 0; i < zipf.size(); ++i) {
    zipf[i] = -Log(static_cast<double>(i + 1));
  }
  EXPECT_EQ(count(zipf, "2"), 2);
  EXPECT_EQ(count(zipf, "3"), 9);
  EXPECT_EQ(count(zipf, "600"), 1000);
  // Logits so far apart that exp(b) overflows.
  EXPECT_EQ(kept({900, 0, -900}, "3"), "100");
}

TEST(Mirostat, KeepsMuFinite) {
  Workspace workspace;
  for (const std::string stages :
       {R"({"type": "mirostat", "tau": 1.7e308, "eta": 1.7e308})",
        R"({"type": "mirostat", "tau": 1e-300, "eta": 1.7e308})",
        // A drawn token that had no weight when it was noted.
        R"({"type": "mirostat", "version": 1, "tau": 1e6},
           {"type": "temperature", "temperature": 1e6})"}) {
    const Pipeline pipeline = MakePipeline(stages, 50);
    Sequence s = MakeSequence(50);
    Row row(50);
    for (std::size_t i = 0; i < 50; ++i)
      row[i] = -40.0 * static_cast<double>(i);
    for (int step = 0; step < 20; ++step) {
      const Token token = Step(pipeline, row, s, workspace);
      ASSERT_EQ(token.status, RowStatus::kOk);
      ASSERT_TRUE(s.Accept(token).ok());
      ASSERT_TRUE(std::isfinite(s.state()[0])) << stages;
      ASSERT_TRUE(Sequence::Restore(s.Snapshot()).ok());
    }
  }
}

TEST(Mirostat, LearnsNothingAtEtaZero) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "mirostat", "tau": 2, "eta": 0})", kSize);
  std::mt19937_64 random(7);
  Sequence s = MakeSequence(kSize);
  Workspace workspace;
  for (int step = 0; step < 10; ++step) {
    ASSERT_TRUE(s.Accept(Step(pipeline, ZipfRow(random), s, workspace)).ok());
    EXPECT_EQ(s.state()[0], 4.0);
  }
}

}  // namespace
}  // namespace sampler::mirostat_test
