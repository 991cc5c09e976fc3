// What llama.cpp's samplers remember from step to step, as numbers in a
// sequence's state: how far a sampler's engine is, and the averages of
// adaptive_p.
//
// Thread-safety: values that do not change; the Step that they work on belongs
// to one thread.
// Tested by: tests/parity/llama_cpp_test.cc, llama_cpp_states_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_MEMORY_H_
#define SAMPLER_PARITY_LLAMA_CPP_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "sampler/candidate.h"
#include "sampler/parity/llama_cpp_draws.h"
#include "sampler/parity/llama_cpp_translate.h"

namespace sampler::parity {

// A sampler's own engine, and the number that counts its words.
class EngineOfStage {
 public:
  EngineOfStage(ChainBuilder& chain, int words_per_step)
      : index_(chain.AddEngine()),
        words_(chain.AddNumber({.meaning = "words that its engine has given",
                                .initial = 0.0,
                                .maximum = 0.0,
                                .per_token = words_per_step,
                                .whole = true})) {
    chain.AddMemory("engine_words", words_);
  }

  // The engine where the step finds it.
  Engine& Take(LlamaCppStep& step) const {
    Engine& engine = step.scratch.engines[index_];
    engine.Seek(step.seed, static_cast<std::uint64_t>(step.state[words_]));
    return engine;
  }

  // Notes where the step leaves it.
  void Return(LlamaCppStep& step) const {
    step.next[words_] =
        static_cast<double>(step.scratch.engines[index_].words());
  }

 private:
  std::size_t index_;
  std::size_t words_;
};

// The averages of adaptive_p. It learns of a token when it is accepted, and
// only if it is the one that was drawn. The state holds the drawn token, its p
// and its position until the next step can see in the history what was accepted
// there.
class AdaptiveState {
 public:
  AdaptiveState(const AdaptiveRule& rule, ChainBuilder& chain) : rule_(rule) {
    const AdaptiveAverages fresh(rule);
    // The weight begins where it ends; float32 moves it by a few last bits.
    const double most = 1.001 * static_cast<double>(fresh.weight);
    sum_ = chain.AddNumber({.meaning = "sum of its average",
                            .initial = static_cast<double>(fresh.sum),
                            .maximum = most});
    weight_ = chain.AddNumber({.meaning = "weight of its average",
                               .initial = static_cast<double>(fresh.weight),
                               .minimum = 1.0,
                               .maximum = most});
    token_ = chain.AddNumber(
        {.meaning = "token it waits for",
         .initial = -1.0,
         .minimum = -1.0,
         .maximum = static_cast<double>(chain.vocabulary_size() - 1),
         .whole = true});
    p_ = chain.AddNumber({.meaning = "probability of the token it waits for",
                          .initial = 0.0,
                          .maximum = 1.0});
    position_ =
        chain.AddNumber({.meaning = "position of the token it waits for",
                         .initial = 0.0,
                         .maximum = 0.0,
                         .per_token = 1,
                         .whole = true});
    if (!rule.target.has_value()) return;
    chain.AddMemory("mean_drawn", [memory = *this](auto state, auto& history) {
      return static_cast<double>(memory.Read(state, history).Mean());
    });
    chain.AddMemory("aim", [memory = *this](auto state, auto& history) {
      const AdaptiveAverages averages = memory.Read(state, history);
      return static_cast<double>(AimOf(memory.rule_, averages));
    });
  }

  AdaptiveAverages Read(absl::Span<const double> state,
                        const History& history) const {
    AdaptiveAverages averages(rule_);
    averages.sum = static_cast<float>(state[sum_]);
    averages.weight = static_cast<float>(state[weight_]);
    const auto output = history.output();
    const auto position = static_cast<std::size_t>(state[position_]);
    if (state[token_] >= 0.0 && position < output.size() &&
        output[position] == static_cast<TokenId>(state[token_])) {
      averages.Learn(static_cast<float>(state[p_]), rule_);
    }
    return averages;
  }

  void Write(const AdaptiveAverages& averages, float p,
             LlamaCppStep& step) const {
    step.next[sum_] = static_cast<double>(averages.sum);
    step.next[weight_] = static_cast<double>(averages.weight);
    step.next[token_] = static_cast<double>(step.token);
    step.next[p_] = static_cast<double>(p);
    step.next[position_] = static_cast<double>(step.history.output().size());
  }

 private:
  AdaptiveRule rule_;
  std::size_t sum_;
  std::size_t weight_;
  std::size_t token_;
  std::size_t p_;
  std::size_t position_;
};

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LLAMA_CPP_MEMORY_H_
