#include "sampler/logs/kind.h"

#include <cmath>
#include <limits>
#include <random>

#include "tests/logs/log_files.h"

namespace sampler::logs::kind_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A row as a model gives it, of 1,000 tokens.
std::vector<double> SomeLogits() {
  std::mt19937 random(7);
  std::vector<double> row(1000);
  for (double& value : row) {
    value = static_cast<double>(random() % 100'000) * 2e-4 - 8;
  }
  return row;
}

std::vector<double> Logprobs(std::vector<double> row) {
  double total = 0;
  for (const double value : row) total += std::exp(value);
  for (double& value : row) value -= std::log(total);
  return row;
}

// The name of the kind of a row that was stored as `dtype`.
std::string KindOf(const std::vector<double>& row, DType dtype = DType::kF64) {
  RowSurveyor surveyor;
  return std::string(KindName(RowKind(
      surveyor.Measure(absl::MakeConstSpan(row)), dtype, std::ssize(row))));
}

// Rounds to a multiple of the bf16 step at the value's magnitude.
double ToBF16(double value) {
  if (value == 0 || std::isinf(value)) return value;
  const int exponent = std::ilogb(value) - 7;
  return std::ldexp(std::nearbyint(std::ldexp(value, -exponent)), exponent);
}

TEST(KindTest, TellsLogitsLogprobsAndProbabilities) {
  const std::vector<double> logits = SomeLogits();
  EXPECT_EQ(KindOf(logits), "raw_logits");
  EXPECT_EQ(KindOf(Logprobs(logits)), "raw_logprobs");
  std::vector<double> probabilities = Logprobs(logits);
  for (double& value : probabilities) value = std::exp(value);
  EXPECT_EQ(KindOf(probabilities), "probs");
}

TEST(KindTest, RoundingToBf16DoesNotHideLogprobs) {
  std::vector<double> logprobs = Logprobs(SomeLogits());
  for (double& value : logprobs) value = ToBF16(value);
  EXPECT_EQ(KindOf(logprobs, DType::kBF16), "raw_logprobs");
}

TEST(KindTest, LogitsThatAreAllNegativeAreStillLogits) {
  std::vector<double> logits = SomeLogits();
  for (double& value : logits) value -= 100;
  EXPECT_EQ(KindOf(logits), "raw_logits");
}

TEST(KindTest, RemovedTokensMeanProcessed) {
  std::vector<double> logits = SomeLogits();
  for (std::size_t i = 50; i < logits.size(); ++i) logits[i] = -kInfinity;
  EXPECT_EQ(KindOf(logits), "processed_logits");
  EXPECT_EQ(KindOf(Logprobs(logits)), "processed_logprobs");
  for (const double sentinel : {-1e9, -9999.0, -3.4028234663852886e38}) {
    std::vector<double> cut = SomeLogits();
    for (std::size_t i = 50; i < cut.size(); ++i) cut[i] = sentinel;
    EXPECT_EQ(KindOf(cut), "processed_logits");
  }
}

TEST(KindTest, AFewTiesAtTheMinimumAreNoBlock) {
  std::vector<double> logits = SomeLogits();
  for (std::size_t i = 0; i < 20; ++i) logits[i] = -9;
  EXPECT_EQ(KindOf(logits), "raw_logits");
}

class TallyTest : public testing::Test {
 protected:
  void Add(const std::vector<double>& row) {
    RowSurveyor surveyor;
    const RowStatistics statistics = surveyor.Measure(absl::MakeConstSpan(row));
    tally_.Add(RowKind(statistics, DType::kF64, std::ssize(row)), statistics);
  }

  KindTally tally_;
  LogDescription description_;
};

TEST_F(TallyTest, MixedRowsAreNoted) {
  Add(SomeLogits());
  EXPECT_FALSE(tally_.Guess(description_).mixed);
  Add(Logprobs(SomeLogits()));
  const KindGuess guess = tally_.Guess(description_);
  EXPECT_TRUE(guess.mixed);
  EXPECT_EQ(guess.evidence.size(), 3u);
}

TEST_F(TallyTest, TheMetadataIsReportedAndMayBeContradicted) {
  Add(SomeLogits());
  description_.metadata["kind"] = "raw";
  KindGuess guess = tally_.Guess(description_);
  EXPECT_EQ(guess.declared, "raw");
  EXPECT_FALSE(guess.contradicts_declared);
  std::vector<double> cut = SomeLogits();
  cut[0] = -kInfinity;
  Add(cut);
  guess = tally_.Guess(description_);
  EXPECT_TRUE(guess.contradicts_declared);
  EXPECT_TRUE(guess.kind.processed);
}

TEST_F(TallyTest, OnlyTheMetadataKnowsOfATemperature) {
  Add(Logprobs(SomeLogits()));
  description_.metadata["kind"] = "processed_logprobs";
  const KindGuess guess = tally_.Guess(description_);
  EXPECT_EQ(KindName(guess.kind), "processed_logprobs");
  EXPECT_FALSE(guess.contradicts_declared);
}

TEST_F(TallyTest, WithoutARowThereIsNoEvidence) {
  const KindGuess guess = tally_.Guess(description_);
  EXPECT_FALSE(guess.mixed);
  EXPECT_EQ(guess.evidence,
            std::vector<std::string>{"no row has a distribution"});
}

}  // namespace
}  // namespace sampler::logs::kind_test
