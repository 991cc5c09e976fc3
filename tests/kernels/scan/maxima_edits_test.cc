#include "sampler/kernels/scan/maxima_edits.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::maxima_edits_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class MaximaEditsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(UseSimdTarget(GetParam())); }
  void TearDown() override { UseSimdTarget(SimdTargets().front()); }
};

// Values around the maxima and beyond all numbers; removed elements outside the
// row; counts around the ends of vectors and words.
TEST_P(MaximaEditsTest, EqualAPlainLoop) {
  std::mt19937_64 random(1);
  const double values[] = {0.0,
                           1.0,
                           2.0,
                           -0.0,
                           -kInfinity,
                           kInfinity,
                           std::nextafter(1.0, 0.0),
                           std::numeric_limits<double>::lowest(),
                           std::numeric_limits<double>::quiet_NaN()};
  for (int round = 0; round < Share(2000); ++round) {
    std::vector<double> maxima(1 + random() % 7);
    for (double& max : maxima) max = values[random() % 5];
    const std::size_t count = random() % 200;
    std::vector<std::int32_t> ids(count);
    std::vector<double> before(count), after(count);
    std::vector<bool> want(count);
    for (std::size_t i = 0; i < count; ++i) {
      before[i] = values[random() % (std::size(values) - 1)];
      after[i] = values[random() % std::size(values)];
      const std::size_t id = random() % (maxima.size() * kBlockSize);
      ids[i] = static_cast<std::int32_t>(id);
      const double max = maxima[id / kBlockSize];
      want[i] = !(before[i] < max && after[i] < max && !std::isinf(before[i]) &&
                  !std::isinf(after[i]));
      if (before[i] == -kInfinity) {
        ids[i] = static_cast<std::int32_t>(random());
      }
    }
    std::vector<std::uint64_t> rare(count / 64 + 1, ~std::uint64_t{0});
    FindMaximaEdits(ids.data(), before.data(), after.data(), count,
                    maxima.data(), rare.data());
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ((rare[i / 64] >> (i % 64) & 1) != 0, want[i])
          << before[i] << " -> " << after[i];
    }
  }
}

std::vector<std::string> Targets() {
  const auto names = SimdTargets();
  return {names.begin(), names.end()};
}

INSTANTIATE_TEST_SUITE_P(Every, MaximaEditsTest, testing::ValuesIn(Targets()),
                         [](const auto& target) { return target.param; });

}  // namespace
}  // namespace sampler::kernels::maxima_edits_test
