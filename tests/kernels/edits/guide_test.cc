// Guided logits are those of the formula, one value at a time, to the bit, on
// every instruction set.

#include "sampler/kernels/edits/guide.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::guide_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class GuideTest : public OnEveryTarget {
 protected:
  // Mostly plain logits; removed ones, huge ones and a zero below zero too.
  double Logit() {
    switch (random_() % 12) {
      case 0:
        return -kInfinity;
      case 1:
        return -0.0;
      case 2:
        return (random_() % 2 == 0 ? 1.0 : -1.0) * 1.7e308;
      default:
        return (static_cast<double>(random_() >> 11) * 0x1p-53 - 0.5) * 60.0;
    }
  }

  LogNormalizer Normalizer() {
    if (random_() % 2 == 0) return {};
    return {static_cast<double>(random_() % 1000) / 37.0,
            static_cast<double>(random_() % 1000) / 91.0};
  }

  std::mt19937_64 random_{17};
};

double One(const GuideRule& rule, double value, double other) {
  const double l = (value - rule.own.max) - rule.own.log_sum;
  const double g = (other - rule.other.max) - rule.other.log_sum;
  if (l == -kInfinity) return l;
  if (g == -kInfinity) return rule.scale > 1.0 ? kInfinity : -kInfinity;
  return g + rule.scale * (l - g);
}

TEST_P(GuideTest, FollowsTheFormula) {
  for (int round = 0; round < Share(4000); ++round) {
    const double scales[] = {0.0, 0.3, 1.0, 1.5, 7.25};
    const GuideRule rule = {scales[random_() % 5], Normalizer(), Normalizer()};
    const std::size_t size = random_() % 70;
    std::vector<double> values(size + 1, 3.0);
    std::vector<double> other(size);
    std::vector<double> want(size + 1, 3.0);  // One more, to stay as it is.
    for (std::size_t i = 0; i < size; ++i) {
      values[i] = Logit();
      other[i] = Logit();
      if (random_() % 40 == 0) other[i] = std::nan("");
      if (random_() % 40 == 0) other[i] = kInfinity;
      want[i] = One(rule, values[i], other[i]);
    }
    Guide(rule, other, absl::MakeSpan(values.data(), size));
    for (std::size_t i = 0; i <= size; ++i) {
      if (std::isnan(want[i])) {
        ASSERT_TRUE(std::isnan(values[i]));
        continue;
      }
      ASSERT_EQ(std::bit_cast<std::uint64_t>(values[i]),
                std::bit_cast<std::uint64_t>(want[i]))
          << values[i] << ", want " << want[i];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, GuideTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::guide_test
