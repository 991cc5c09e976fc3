// Results do not depend on the floating-point environment that the caller has
// set, and it is the caller's again afterwards.

#include "sampler/arithmetic/float_environment.h"

#include <bit>
#include <cfenv>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"

#if defined(__SSE2__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

namespace sampler {
namespace {

// What a step draws and reports, as bits.
std::vector<std::uint64_t> BitsOf(const std::string& stages,
                                  const std::vector<float>& row) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  Sequence sequence = MakeSequence(size, {0, 1, 0});
  Workspace workspace;
  std::vector<std::uint64_t> bits;
  for (int step = 0; step < 4; ++step) {
    const Distribution left = pipeline.Process(row, sequence, workspace);
    for (const Candidate& candidate : left.Top(3)) {
      bits.push_back(static_cast<std::uint64_t>(candidate.id));
      bits.push_back(std::bit_cast<std::uint64_t>(candidate.logit));
    }
    bits.push_back(std::bit_cast<std::uint64_t>(left.Entropy()));
    left.ForEach([&](TokenId, double logit) {
      bits.push_back(std::bit_cast<std::uint64_t>(logit));
    });
    const Token token = pipeline.Sample(row, sequence, workspace);
    bits.push_back(static_cast<std::uint64_t>(token.id));
    bits.push_back(token.bits);
    for (const double value : token.state.values) {
      bits.push_back(std::bit_cast<std::uint64_t>(value));
    }
    EXPECT_TRUE(sequence.Accept(token).ok());
  }
  return bits;
}

// Usual numbers, and the smallest: which of these is the largest is lost where
// they are flushed.
std::vector<std::vector<float>> Rows() {
  const float tiny = std::numeric_limits<float>::denorm_min();
  std::vector<std::vector<float>> rows = {{0, tiny, 3 * tiny, 2 * tiny, -tiny}};
  std::mt19937_64 random(1);
  for (const std::size_t size : {5u, 100u, 2000u}) {
    std::vector<float> row;
    for (std::size_t i = 0; i < size; ++i) {
      row.push_back(static_cast<float>(random() % 100'000) / 7000.0f);
    }
    rows.push_back(row);
  }
  return rows;
}

const char* const kChains[] = {
    R"({"type": "greedy"})",
    R"({"type": "temperature", "temperature": 0.7}, {"type": "top_p", "p": 0.9})",
    R"({"type": "repetition_penalty", "penalty": 1.3}, {"type": "typical_p",
        "p": 0.8})",
    R"({"type": "quadratic", "factor": 0.3}, {"type": "mirostat", "tau": 3})",
    R"({"type": "eta_cutoff", "epsilon": 0.001}, {"type": "gumbel_max"})"};

// Runs the chains under `enter` and, without it, again, and compares.
template <typename Enter, typename Leave>
void ExpectSameUnder(Enter enter, Leave leave) {
  for (const std::vector<float>& row : Rows()) {
    for (const char* const chain : kChains) {
      const std::vector<std::uint64_t> expected = BitsOf(chain, row);
      enter();
      const std::vector<std::uint64_t> found = BitsOf(chain, row);
      leave();
      EXPECT_EQ(found, expected) << chain << ", " << row.size() << " tokens";
    }
  }
}

TEST(FloatEnvironment, OfTheCallerDecidesNoRounding) {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    ExpectSameUnder([mode] { std::fesetround(mode); },
                    [mode] {
                      EXPECT_EQ(std::fegetround(), mode);
                      std::fesetround(FE_TONEAREST);
                    });
  }
}

#if defined(__SSE2__)
TEST(FloatEnvironment, OfTheCallerFlushesNoNumbers) {
  const unsigned before = _mm_getcsr();
  ExpectSameUnder(
      [] {
        _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
        _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
      },
      [before] {
        EXPECT_EQ(_MM_GET_FLUSH_ZERO_MODE(), unsigned{_MM_FLUSH_ZERO_ON});
        _mm_setcsr(before);
      });
}
#endif

}  // namespace
}  // namespace sampler
