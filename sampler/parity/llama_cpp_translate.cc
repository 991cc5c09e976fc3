#include "sampler/parity/llama_cpp_translate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sampler/parity/llama_cpp_draws.h"
#include "sampler/parity/llama_cpp_memory.h"

namespace sampler::parity {
namespace {

using Action = LlamaCppChain::Action;
using Step = LlamaCppStep;

constexpr double kLargestFloat =
    static_cast<double>(std::numeric_limits<float>::max());

void Drawn(Step& step, const Choice& choice) {
  step.token = step.scratch.array[choice.index].id;
  step.bits = choice.bits;
}

// ---- Edits and shapes -----------------------------------------------------

Action CompileLogitBias(const StageReader& stage, ChainBuilder&) {
  auto biases = stage.Biases("bias");
  if (biases.empty()) return nullptr;
  return [biases = std::move(biases)](Step& step) {
    AddBiases(step.scratch.array, biases);
  };
}

Action CompileSuppressTokens(const StageReader& stage, ChainBuilder&) {
  std::vector<std::pair<TokenId, float>> biases;
  for (const TokenId id : stage.TokenIds("ids")) {
    biases.emplace_back(id, -std::numeric_limits<float>::infinity());
  }
  std::sort(biases.begin(), biases.end());
  if (biases.empty()) return nullptr;
  return [biases = std::move(biases)](Step& step) {
    AddBiases(step.scratch.array, biases);
  };
}

Action CompileDry(const StageReader& stage, ChainBuilder&) {
  DryRule rule = {.multiplier = stage.Float("multiplier"),
                  .base = stage.Float("base"),
                  .allowed_length = stage.Integer("allowed_length"),
                  .breakers = Breakers(stage.TokenSequences("breakers"))};
  if (rule.multiplier == 0.0F) return nullptr;
  const auto window = stage.OptionalInteger("window");
  return [rule = std::move(rule), window](Step& step) {
    LlamaCppScratch& scratch = step.scratch;
    Dry(scratch.array, step.history.View(Scope::kBoth, window), rule,
        scratch.numbers, scratch.repeats);
  };
}

Action CompileTemperature(const StageReader& stage, ChainBuilder&) {
  const float temperature = stage.Float("temperature");
  if (temperature == 1.0F) return nullptr;
  return [temperature](Step& step) {
    Temperature(step.scratch.array, temperature);
  };
}

Action CompileDynamicTemperature(const StageReader& stage, ChainBuilder&) {
  const float low = stage.Float("low");
  const float high = stage.Float("high");
  const float exponent = stage.Float("exponent");
  if (low == high) {  // A range of 0: plain temperature.
    if (low == 1.0F) return nullptr;
    return [low](Step& step) { Temperature(step.scratch.array, low); };
  }
  return [low, high, exponent](Step& step) {
    DynamicTemperature(step.scratch.array, low, high, exponent);
  };
}

// ---- Truncations ----------------------------------------------------------

Action CompileTopNSigma(const StageReader& stage, ChainBuilder&) {
  const float n = stage.Float("n");
  if (n == 0.0F) return nullptr;
  return [n](Step& step) { TopNSigma(step.scratch.array, n); };
}

Action CompileTopK(const StageReader& stage, ChainBuilder&) {
  const std::size_t k = stage.Size("k");
  if (k == 0) return nullptr;
  return [k](Step& step) { TopK(step.scratch.array, k); };
}

Action CompileTypicalP(const StageReader& stage, ChainBuilder&) {
  const float p = stage.Float("p");
  const std::size_t min_keep = stage.Size("min_keep");
  if (p >= 1.0F) return nullptr;
  return [p, min_keep](Step& step) {
    TypicalP(step.scratch.array, p, min_keep, step.scratch.scored);
  };
}

Action CompileTopP(const StageReader& stage, ChainBuilder&) {
  const float p = stage.Float("p");
  const std::size_t min_keep = stage.Size("min_keep");
  if (p >= 1.0F) return nullptr;
  return [p, min_keep](Step& step) { TopP(step.scratch.array, p, min_keep); };
}

Action CompileMinP(const StageReader& stage, ChainBuilder&) {
  const float p = stage.Float("p");
  const std::size_t min_keep = stage.Size("min_keep");
  if (p <= 0.0F) return nullptr;
  return [p, min_keep](Step& step) { MinP(step.scratch.array, p, min_keep); };
}

Action CompileXtc(const StageReader& stage, ChainBuilder& chain) {
  const float probability = stage.Float("probability");
  const float threshold = stage.Float("threshold");
  const std::size_t min_keep = stage.Size("min_keep");
  if (probability <= 0.0F || threshold > 0.5F) return nullptr;
  const EngineOfStage engine(chain, 1);
  return [=](Step& step) {
    Xtc(step.scratch.array, probability, threshold, min_keep,
        engine.Take(step));
    engine.Return(step);
  };
}

// ---- Draws ----------------------------------------------------------------

Action CompileGreedy(const StageReader&, ChainBuilder&) {
  return [](Step& step) { Drawn(step, DrawGreedily(step.scratch.array)); };
}

Action CompileCategorical(const StageReader&, ChainBuilder& chain) {
  const EngineOfStage engine(chain, 2);
  return [engine](Step& step) {
    Drawn(step, DrawFromLogits(step.scratch.array, engine.Take(step)));
    engine.Return(step);
  };
}

Action CompileMirostat(const StageReader& stage, ChainBuilder& chain) {
  const MirostatRule rule = {
      .version = static_cast<int>(stage.Integer("version")),
      .tau = stage.Float("tau"),
      .eta = stage.Float("eta"),
      .m = stage.Integer("m"),
      .vocabulary_size = chain.vocabulary_size()};
  const EngineOfStage engine(chain, 2);
  const std::size_t mu_at =
      chain.AddNumber({.meaning = "mu",
                       .initial = static_cast<double>(2.0F * rule.tau),
                       .minimum = -kLargestFloat,
                       .maximum = kLargestFloat});
  chain.AddMemory("mu", mu_at);
  return [rule, engine, mu_at](Step& step) {
    auto mu = static_cast<float>(step.state[mu_at]);
    Drawn(step, Mirostat(step.scratch.array, rule, mu, engine.Take(step)));
    engine.Return(step);
    step.next[mu_at] = static_cast<double>(mu);
  };
}

Action CompileAdaptiveP(const StageReader& stage, ChainBuilder& chain) {
  const AdaptiveRule rule = {.target = stage.OptionalFloat("target"),
                             .decay = stage.Float("decay")};
  const EngineOfStage engine(chain, 2);
  const AdaptiveState memory(rule, chain);
  return [rule, engine, memory](Step& step) {
    const AdaptiveAverages averages = memory.Read(step.state, step.history);
    const AdaptiveChoice drawn =
        AdaptiveP(step.scratch.array, rule, averages, engine.Take(step),
                  step.scratch.p_before);
    engine.Return(step);
    Drawn(step, drawn.choice);
    memory.Write(averages, drawn.p_before, step);
  };
}

struct Translation {
  absl::string_view stage;
  Action (*compile)(const StageReader&, ChainBuilder&);
};

constexpr Translation kTranslations[] = {
    {"logit_bias", CompileLogitBias},
    {"suppress_tokens", CompileSuppressTokens},
    {"dry", CompileDry},
    {"temperature", CompileTemperature},
    {"dynamic_temperature", CompileDynamicTemperature},
    {"top_n_sigma", CompileTopNSigma},
    {"top_k", CompileTopK},
    {"typical_p", CompileTypicalP},
    {"top_p", CompileTopP},
    {"min_p", CompileMinP},
    {"xtc", CompileXtc},
    {"mirostat", CompileMirostat},
    {"adaptive_p", CompileAdaptiveP},
    {"categorical", CompileCategorical},
    {"greedy", CompileGreedy},
};

}  // namespace

std::string FloatConflict(const StageReader& stage) {
  if (stage.type() == "mirostat") {
    // A surprise is at most 149 bits, the least float32 being 2^-149.
    constexpr float kMostSurprise = 150.0F;
    const float tau = stage.Float("tau");
    const float most = stage.Float("eta") * (tau + kMostSurprise);
    if (!std::isfinite(2.0F * tau) || !std::isfinite(most)) {
      return "2 \"tau\" and \"eta\" times (\"tau\" + 150) must stay within "
             "float32's range (to 3.4e38)";
    }
  }
  if (stage.type() == "dynamic_temperature" &&
      stage.Float("low") > stage.Float("high")) {
    return "want \"low\" <= \"high\"";
  }
  return "";
}

std::optional<Action> Translate(const StageReader& stage, ChainBuilder& chain) {
  for (const Translation& translation : kTranslations) {
    if (translation.stage == stage.type()) {
      return translation.compile(stage, chain);
    }
  }
  return std::nullopt;
}

}  // namespace sampler::parity
