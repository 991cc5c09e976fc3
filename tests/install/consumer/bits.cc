// Prints the bits of what a program draws and asks of many rows, with stages of
// its own between the library's. Compiled with all kinds of flags it must print
// the same: nothing that is inlined from the headers may depend on them. So its
// own arithmetic is exact, whatever a compiler makes of it.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"

namespace {

constexpr std::size_t kVocabularySize = 1500;

// Halves what is even, bans every seventh token, doubles probabilities that are
// above `floor`, and bans a token whose logit it has looked at.
class Mixed final : public sampler::Stage {
 public:
  explicit Mixed(double floor) : floor_(floor) {}
  void Apply(sampler::Candidates& candidates,
             const sampler::StepContext&) const override {
    candidates.Transform([](sampler::TokenId id, double l) {
      return id % 7 == 3 ? sampler::kRemoved : id % 2 == 0 ? l * 0.5 : l;
    });
    if (candidates.status() != sampler::RowStatus::kOk) return;
    sampler::TokenId last = -1;
    candidates.ForEach([&](sampler::TokenId id, double) { last = id; });
    candidates.Edit(last, [](double l) { return l * 4.0; });
    candidates.Remove(candidates.Likeliest().id);
    candidates.KeepAbove(candidates.Max() - floor_);
    candidates.TransformProbability([](double p) { return p * 16.0; });
  }

 private:
  double floor_;
};

sampler::StageType MixedType() {
  return {.name = "mixed",
          .group = sampler::StageGroup::kShape,
          .summary = "Some of everything.",
          .formula = "",
          .source = "this file",
          .parameters = {sampler::Real("floor", "nats below the best")
                             .AtLeast(0.0)
                             .AtMost(100.0)
                             .Default(24.0)},
          .create = [](const sampler::Parameters& p)
              -> std::unique_ptr<const sampler::Stage> {
            return std::make_unique<Mixed>(p.Real("floor"));
          }};
}

std::uint32_t Next(std::uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<std::uint32_t>(state >> 33);
}

float FromBits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Numbers by their bits: usual ones, zeros of both signs, -inf, and the
// smallest there are, alone in some rows.
std::vector<float> Row(std::uint64_t seed) {
  std::vector<float> row(kVocabularySize);
  std::uint64_t state = seed;
  const bool tiny = seed % 5 == 4;
  for (float& logit : row) {
    const std::uint32_t random = Next(state);
    const std::uint32_t sign = (random & 1) << 31;
    const std::uint32_t kind = tiny ? 0 : random >> 1 & 15;
    if (kind == 0) {
      logit = FromBits(sign | (random >> 9 & 0xffff));
    } else if (kind == 1) {
      logit = FromBits(random >> 8 & 1 ? 0xff800000 : sign);
    } else {  // From 1 / 8 to 16.
      logit = FromBits(sign | (0x3e000000 + (random >> 3 & 0x03ffffff)));
    }
  }
  return row;
}

template <typename T>
void PrintBits(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(value));
  std::printf(" %016llx", static_cast<unsigned long long>(bits));
}

}  // namespace

int main() {
  sampler::StageRegistry registry = sampler::StageRegistry::BuiltIn();
  if (!registry.Add(MixedType()).ok()) return 1;
  const char* const chains[] = {
      R"({"type": "categorical"})",
      R"({"type": "greedy"})",
      R"({"type": "mixed"}, {"type": "categorical"})",
      R"({"type": "temperature", "temperature": 0.7}, {"type": "mixed"},
         {"type": "top_p", "p": 0.9}, {"type": "gumbel_max"})",
      R"({"type": "min_p", "p": 0.01}, {"type": "mixed", "floor": 3},
         {"type": "typical_p", "p": 0.8}, {"type": "categorical"})",
      R"({"type": "repetition_penalty", "penalty": 1.3},
         {"type": "eta_cutoff", "epsilon": 0.001}, {"type": "quadratic",
          "factor": 0.3}, {"type": "mirostat", "tau": 3},
         {"type": "categorical"})"};
  for (const char* const chain : chains) {
    const auto config = sampler::ParseConfig(
        std::string(R"({"version": 1, "stages": [)") + chain + "]}",
        kVocabularySize, nullptr, registry);
    if (!config.ok()) return 2;
    const auto pipeline =
        sampler::Pipeline::Create(*config, kVocabularySize, registry);
    if (!pipeline.ok()) return 3;
    auto sequence = pipeline->NewSequence({.seed = 42, .prompt = {5, 8, 5}});
    if (!sequence.ok()) return 4;
    sampler::Workspace workspace;
    for (std::uint64_t step = 0; step < 40; ++step) {
      const std::vector<float> row = Row(step);
      const auto left = pipeline->Process(row, *sequence, workspace);
      std::printf("%d", static_cast<int>(left.status()));
      PrintBits(left.Entropy());
      for (const sampler::Candidate& c : left.Top(5)) {
        std::printf(" %d", static_cast<int>(c.id));
        PrintBits(c.logit);
        PrintBits(left.Logprob(c.id));
        PrintBits(left.Probability(c.id));
      }
      left.ForEach([&, n = 0](sampler::TokenId, double logit) mutable {
        if (n++ % 400 == 0) PrintBits(logit);
      });
      const sampler::Token token = pipeline->Sample(row, *sequence, workspace);
      PrintBits(token.u());
      std::printf(" -> %d\n", static_cast<int>(token.id));
      if (token.status == sampler::RowStatus::kOk &&
          !sequence->Accept(token).ok()) {
        return 5;
      }
    }
  }
}
