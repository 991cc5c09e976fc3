#include "sampler/kernels/dispatch.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace sampler::kernels {
namespace {

TEST(Dispatch, RunsWhatItIsToldTo) {
  const auto targets = SimdTargets();
  ASSERT_FALSE(targets.empty());
  for (const absl::string_view target : targets) {
    EXPECT_TRUE(UseSimdTarget(target));
    EXPECT_EQ(SimdTarget(), target);
  }
  EXPECT_FALSE(UseSimdTarget("abacus"));
  EXPECT_EQ(SimdTarget(), targets.back());
  EXPECT_TRUE(UseSimdTarget(targets.front()));
}

// A new process each, because the variable is read once.
TEST(DispatchDeathTest, ObeysTheEnvironment) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const absl::string_view target : SimdTargets()) {
    EXPECT_EXIT(
        {
          setenv("SAMPLER_SIMD", std::string(target).c_str(), 1);
          std::exit(SimdTarget() == target ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
  EXPECT_EXIT(
      {
        setenv("SAMPLER_SIMD", "abacus", 1);
        std::exit(SimdTarget() == SimdTargets().front() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sampler::kernels
