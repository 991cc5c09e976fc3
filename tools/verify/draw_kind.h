// How the draw at the end of a chain chooses, as far as its config tells: what
// the distance of another token from being chosen is measured in.
//
//   kGreedy  no random number: the gap between two logits
//   kMass    one number u on the running masses: the distance of u from the
//            token's interval, in units of probability
//   kNoise   noise for every token: the gap between two noised logits
//   kOther   keyed or given numbers that a log does not hold (watermarks,
//            arithmetic): there is no distance
//
// Thread-safety: pure functions.
// Tested by: tests/tools/verify/token_check_test.cc, noise_check_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_DRAW_KIND_H_
#define SAMPLER_TOOLS_VERIFY_DRAW_KIND_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/stages/draws/gumbel_noise.h"

namespace sampler::tools {

struct DrawKind {
  enum class By { kGreedy, kMass, kNoise, kOther };

  By by = By::kOther;
  // kMass: laid out in the total order. kNoise: numbered by it, as SGLang does
  // once a stage has truncated.
  bool by_rank = false;
  Noise noise = Noise::kHouse;  // kNoise.
  // The product of the chain's temperatures, T = 0 left out: noise times T is
  // noise on the row's own logits.
  double temperature = 1.0;
  // False where the chain's temperature is not one number: `temperature` is
  // then 1, and gaps are those of the scaled logits.
  bool one_temperature = true;
};

// REQUIRES: the config is valid.
DrawKind DrawKindOf(const PipelineConfig& config);

// "greedy", "inverse_cdf", "gumbel" or "other".
const char* DrawKindName(DrawKind::By by);

// The config with a greedy draw, and temperatures of 0, taken for a draw that
// cuts nothing: what was left before the choice.
PipelineConfig BeforeGreedy(const PipelineConfig& config);

// Whose random numbers drew: a config's own, or those of an engine whose noise
// this library repeats (parity).
enum class Engine {
  kConfig,
  kHouse,
  kVllm,  // Its V2 runner.
  kSglang,
  kLlamaCpp,
  // Engines that draw with numbers of torch's generators on their own device:
  // WithEngine says that these are not to be had.
  kVllmV1,
  kTinker
};

// The config with the draw of that engine in the place of its own.
// InvalidArgument if the chain cannot run there; Unimplemented for an engine
// whose numbers are not to be had.
absl::StatusOr<PipelineConfig> WithEngine(const PipelineConfig& config,
                                          Engine engine);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_DRAW_KIND_H_
