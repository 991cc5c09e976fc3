// What a program can learn of SAMPLER_SIMD.

#include "sampler/instruction_set.h"

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sampler {
namespace {

TEST(InstructionSetTest, AWrongNameIsAStatusThatListsTheRightOnes) {
  unsetenv("SAMPLER_SIMD");
  EXPECT_TRUE(CheckInstructionSet().ok());
  const std::string used = InstructionSet();
  EXPECT_FALSE(used.empty());
  setenv("SAMPLER_SIMD", used.c_str(), 1);
  EXPECT_TRUE(CheckInstructionSet().ok());
  for (const std::string wrong : {"abacus", "", "AVX2", "avx2 ", "a\x1b[2J"}) {
    setenv("SAMPLER_SIMD", wrong.c_str(), 1);
    const absl::Status status = CheckInstructionSet();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong;
    EXPECT_TRUE(absl::StrContains(status.message(), used)) << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "\x1b")) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(),
                                 "SAMPLER_SIMD (environment): got \""));
  }
  unsetenv("SAMPLER_SIMD");
  // It has changed nothing.
  EXPECT_EQ(std::string(InstructionSet()), used);
}

}  // namespace
}  // namespace sampler
