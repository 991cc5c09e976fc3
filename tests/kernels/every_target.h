// Tests of kernels on every instruction set that this machine has.

#ifndef SAMPLER_TESTS_KERNELS_EVERY_TARGET_H_
#define SAMPLER_TESTS_KERNELS_EVERY_TARGET_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"

namespace sampler::kernels {

// Each test of it runs on the target that is its parameter.
class OnEveryTarget : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(UseSimdTarget(GetParam())); }
  void TearDown() override { UseSimdTarget(SimdTargets().front()); }
};

inline auto EveryTarget() {
  const auto names = SimdTargets();
  return testing::ValuesIn(
      std::vector<std::string>(names.begin(), names.end()));
}

inline std::string TargetName(const testing::TestParamInfo<std::string>& info) {
  return info.param;
}

}  // namespace sampler::kernels

#endif  // SAMPLER_TESTS_KERNELS_EVERY_TARGET_H_
