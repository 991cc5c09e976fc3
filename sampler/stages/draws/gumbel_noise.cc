#include "sampler/stages/draws/gumbel_noise.h"

#include <algorithm>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/gumbel_race.h"
#include "sampler/random/murmur_noise.h"
#include "sampler/random/random.h"

namespace sampler {

Parameter NoiseParameter() {
  return Choice("noise", "whose random numbers: the house's, or a runtime's")
      .Choices({"house", "vllm_v2", "sglang"});
}

std::uint32_t RuntimePosition(std::size_t prompt, std::int64_t position) {
  const auto before =
      static_cast<std::int64_t>(std::max<std::size_t>(1, prompt) - 1);
  return static_cast<std::uint32_t>(before + position);
}

absl::Span<const TokenId> RunGumbelRace(const Candidates& candidates,
                                        const StepContext& step, Noise noise,
                                        std::int64_t n) {
  GumbelRace& race = step.race;
  if (noise == Noise::kHouse) {
    return race.Run(candidates, n, [&](TokenId id) {
      return step.coins.Bits(Purpose::kTokenNoise, /*ordinal=*/0,
                             static_cast<std::uint32_t>(id));
    });
  }
  const std::uint64_t seed = step.coins.key();
  const std::uint32_t position =
      RuntimePosition(step.history.prompt().size(), step.position);
  race.Begin(n);
  if (noise == Noise::kVllmV2) {
    candidates.ForEachWeighted([&](TokenId id, double logit, Weight) {
      const std::uint32_t hash =
          MurmurHash(seed, position, static_cast<std::uint32_t>(id));
      race.Enter(
          id, static_cast<double>(static_cast<float>(logit) + VllmNoise(hash)));
    });
    return race.Finish();
  }
  const double max = candidates.Max();
  const double log_sum = Log(ToDouble(candidates.TotalMass()) * 0x1p-51);
  const auto enter = [&](TokenId id, double logit, std::uint32_t column) {
    race.Enter(id, ((logit - max) - log_sum) +
                       SglangNoise(MurmurHash(seed, position, column)));
  };
  if (candidates.truncated()) {
    std::uint32_t rank = 0;
    for (const WeightedCandidate& c :
         candidates.TopWeighted(candidates.Count())) {
      if (c.weight == 0) break;
      enter(c.id, c.logit, rank++);
    }
  } else {
    candidates.ForEachWeighted([&](TokenId id, double logit, Weight) {
      enter(id, logit, static_cast<std::uint32_t>(id));
    });
  }
  return race.Finish();
}

}  // namespace sampler
