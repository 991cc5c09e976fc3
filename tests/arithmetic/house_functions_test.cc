// All functions of the house at once: their golden bits, and the oracle's
// restatement.

#include <bit>
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "tests/arithmetic/uniform.h"
#include "tests/oracle/house.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

// Bits that must be the same on every machine, compiler and instruction set,
// forever: changing one changes which tokens a seed gives.
TEST(HouseFunctions, KeepTheirGoldenBits) {
  struct Golden {
    double x;
    double exp;
    double log_of_magnitude;
  };
  const Golden goldens[] = {
      {0x1.0000000000000p+0, 0x1.5bf0a8b14576ap+1, 0x0.0p+0},
      {-0x1.0000000000000p+0, 0x1.78b56362cef38p-2, 0x0.0p+0},
      {0x1.0000000000000p-1, 0x1.a61298e1e069cp+0, -0x1.62e42fefa39efp-1},
      {-0x1.0000000000000p-1, 0x1.368b2fc6f960ap-1, -0x1.62e42fefa39efp-1},
      {-0x1.999999999999ap-4, 0x1.cf46d99d52b3ap-1, -0x1.26bb1bbb55515p+1},
      {-0x1.26bb1bbb55516p+1, 0x1.9999999999998p-4, 0x1.ab064cf84927cp-1},
      {-0x1.a800000000000p+3, 0x1.d88a13d378348p-20, 0x1.4ac06e8a51fb3p+1},
      {-0x1.2051eb851eb85p+5, 0x1.00efddccb88a9p-52, 0x1.cad52322f2ef1p+1},
      {-0x1.205966f2b45a4p+5, 0x1.0000000012dcbp-52, 0x1.cad875732f7a5p+1},
      {0x1.4000000000000p+3, 0x1.5829dcf950560p+14, 0x1.26bb1bbb55516p+1},
      {-0x1.5d33333333333p+6, 0x1.09874c0b9cacbp-126, 0x1.1e09d686122f2p+2},
      {-0x1.6200000000000p+9, 0x1.7c8ab2288c9acp-1022, 0x1.a3ff15830f8b7p+2},
      {0x1.6280000000000p+9, 0x1.d422d2be5dc9bp+1022, 0x1.a416357d87f55p+2},
      {0x1.4f8b588e368f1p-17, 0x1.0000a7c5e340ep+0, -0x1.7069e2aa2aa5bp+3},
      {-0x1.56e1fc2f8f359p-997, 0x1.0000000000000p+0, -0x1.5963447f87fb5p+9},
      {-0x1.5e08000000000p+9, 0x1.042b2822bb7d0p-1010, 0x1.a3465ceda5671p+2},
      {-0x1.8000000000001p+1, 0x1.97db0ccceb0acp-5, 0x1.193ea7aad030bp+0},
      {0x1.62e42fefa39efp-2, 0x1.6a09e667f3bccp+0, -0x1.0f45e267477e0p+0},
      {-0x1.62e42fefa39efp-2, 0x1.6a09e667f3bccp-1, -0x1.0f45e267477e0p+0},
  };
  for (const Golden& g : goldens) {
    EXPECT_EQ(Bits(Exp(g.x)), Bits(g.exp)) << g.x;
    EXPECT_EQ(Bits(Log(std::fabs(g.x))), Bits(g.log_of_magnitude)) << g.x;
  }
  EXPECT_EQ(Bits(Pow(2.5, 0.3)), Bits(0x1.50fe6c94a6e58p+0));
  EXPECT_EQ(Bits(Exp2(0.3)), Bits(0x1.3b2c47bff8329p+0));
  EXPECT_EQ(Bits(Exp2(-9.7)), Bits(0x1.3b2c47bff832cp-10));
  EXPECT_EQ(Bits(Log2(0.3)), Bits(-0x1.bca9c6f53897bp+0));
  EXPECT_EQ(Bits(Log2(10.0)), Bits(0x1.a934f0979a371p+1));
  EXPECT_EQ(Bits(CosPi(0.1)), Bits(0x1.e6f0e13445500p-1));
  EXPECT_EQ(Bits(CosPi(0.7)), Bits(-0x1.2cf2304755a5dp-1));
}

TEST(HouseFunctions, EqualTheirRestatement) {
  std::mt19937_64 random(9);
  for (int i = 0; i < Share(300000); ++i) {
    const double x = Uniform(random, -760, 720);
    ASSERT_EQ(Bits(Exp(x)), Bits(oracle::E(x))) << x;
    const double any = std::bit_cast<double>(random() >> 1);
    if (!std::isnan(any) && !std::isinf(any)) {
      ASSERT_EQ(Bits(Log(any)), Bits(oracle::L(any))) << any;
    }
    ASSERT_EQ(Bits(Exp2(1.5 * x)), Bits(oracle::Exp2(1.5 * x))) << x;
    if (!std::isnan(any) && !std::isinf(any) && any > 0) {
      ASSERT_EQ(Bits(Log2(any)), Bits(oracle::Log2(any))) << any;
    }
    const double f = Uniform(random, 0, 1);
    ASSERT_EQ(Bits(CosPi(f)), Bits(oracle::CosPi(f))) << f;
    const double base = Uniform(random, 1e-3, 1e3);
    ASSERT_EQ(Bits(Pow(base, f)), Bits(oracle::Pow(base, f))) << base;
  }
}

}  // namespace
}  // namespace sampler
