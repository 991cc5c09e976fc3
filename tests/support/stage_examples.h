// One example of every stage, from which the laws of the stages are tested.
// stage_laws_test.cc fails if a stage of the registry has none.

#ifndef SAMPLER_TESTS_SUPPORT_STAGE_EXAMPLES_H_
#define SAMPLER_TESTS_SUPPORT_STAGE_EXAMPLES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"

namespace sampler {

struct Example {
  std::string type;
  std::string active;   // Parameters that change something,
  std::string neutral;  // and such that change nothing; "": there are none.
  // What differs from most stages:
  bool gauge_dependent = false;  // Minds a constant added to all logits.
  bool names_tokens = false;     // Bans ids that it, or the history, names.
  bool needs_input = false;      // Does nothing without an input of the step.
  bool may_drop_the_head = false;
  bool counts_the_vocabulary = false;  // Its rule speaks of V.
  bool commutes_with_temperature = false;
};

inline const std::vector<Example>& Examples() {
  static const std::vector<Example> examples = {
      {.type = "logit_bias",
       .active = R"("bias": {"1": 1.5, "2": false})",
       .neutral = R"("bias": {})",
       .names_tokens = true},
      {.type = "suppress_tokens",
       .active = R"("ids": [1])",
       .neutral = R"("ids": [])",
       .names_tokens = true},
      {.type = "allow_tokens",
       .active = R"("ids": [0, 1, 2, 3])",
       .neutral = "",
       .names_tokens = true},
      {.type = "guidance",
       .active = R"("scale": 1.5, "normalize": false)",
       .neutral = R"("scale": 1)"},
      {.type = "bad_words",
       .active = R"("sequences": [[1], [0, 2]])",
       .neutral = R"("sequences": [])",
       .names_tokens = true},
      {.type = "sequence_bias",
       .active = R"("entries": [[[0, 0, 1], 1.5], [[2], false]])",
       .neutral = R"("entries": [])",
       .names_tokens = true},
      {.type = "min_tokens",
       .active = R"("n": 2, "stop_ids": [1])",
       .neutral = R"("n": 0)",
       .names_tokens = true},
      {.type = "forced_tokens",
       .active = R"("at": [[1, [0, 1, 2, 3]]])",
       .neutral = R"("at": [])",
       .names_tokens = true},
      {.type = "thinking_budget",
       .active = R"("phase": "thinking", "tokens": 1, "close": [3, 1])",
       .neutral = R"("phase": "thinking", "close": [3, 1])",
       .names_tokens = true},
      {.type = "mask",
       .active = R"("padding": "ban")",
       .neutral = R"("padding": "ban")",
       .needs_input = true},
      {.type = "no_repeat_ngram",
       .active = R"("n": 2)",
       .neutral = R"("n": 0)",
       .names_tokens = true},
      {.type = "loop_ban",
       .active = R"("count": 2)",
       .neutral = "",
       .names_tokens = true},
      {.type = "exponential_decay_length",
       .active = R"("start": 0, "factor": 2, "eos_ids": [1])",
       .neutral = R"("start": 0, "factor": 1, "eos_ids": [0])",
       .gauge_dependent = true,
       .names_tokens = true},
      {.type = "end_ramp",
       .active = R"("limit": 1, "length": 1, "bias": 2.5, "eos_ids": [1])",
       .neutral = R"("limit": 1, "length": 1, "bias": 0, "eos_ids": [1])",
       .names_tokens = true},
      {.type = "repetition_penalty",
       .active = R"("penalty": 1.3)",
       .neutral = R"("penalty": 1)",
       .gauge_dependent = true},
      {.type = "frequency_penalty",
       .active = R"("penalty": 0.5)",
       .neutral = R"("penalty": 0)"},
      {.type = "presence_penalty",
       .active = R"("penalty": 0.5)",
       .neutral = R"("penalty": 0)"},
      {.type = "kgw_watermark",
       .active = R"("gamma": 0.5)",
       .neutral = R"("delta": 0)"},
      {.type = "dry",
       .active = R"("multiplier": 0.8, "allowed_length": 1)",
       .neutral = R"("multiplier": 0)"},
      {.type = "lz_penalty",
       .active = R"("strength": 0.2, "scope": "both", "buffer": 1)",
       .neutral = R"("strength": 0)",
       .counts_the_vocabulary = true},
      {.type = "encoder_repetition_penalty",
       .active = R"("penalty": 1.3)",
       .neutral = R"("penalty": 1)",
       .gauge_dependent = true},
      {.type = "temperature",
       .active = R"("temperature": 0.5)",
       .neutral = R"("temperature": 1)"},
      {.type = "dynamic_temperature",
       .active = R"("low": 0.5, "high": 1.5)",
       .neutral = R"("low": 1, "high": 1)"},
      {.type = "quadratic",
       .active = R"("factor": 0.3)",
       .neutral = R"("factor": 0)"},
      {.type = "skew", .active = R"("skew": 0.5)", .neutral = R"("skew": 0)"},
      {.type = "adaptive_p",
       .active = R"("target": 0.4)",
       .neutral = R"("target": null)"},
      {.type = "top_k",
       .active = R"("k": 2)",
       .neutral = R"("k": 0)",
       .commutes_with_temperature = true},
      {.type = "top_p", .active = R"("p": 0.5)", .neutral = R"("p": 1)"},
      {.type = "min_p", .active = R"("p": 0.5)", .neutral = R"("p": 0)"},
      {.type = "typical_p",
       .active = R"("p": 0.2)",
       .neutral = R"("p": 1)",
       .may_drop_the_head = true},
      {.type = "top_a", .active = R"("a": 1)", .neutral = R"("a": 0)"},
      {.type = "epsilon_cutoff",
       .active = R"("epsilon": 0.2)",
       .neutral = R"("epsilon": 0)"},
      {.type = "eta_cutoff",
       .active = R"("epsilon": 0.9)",
       .neutral = R"("epsilon": 0)"},
      {.type = "top_n_sigma",
       .active = R"("n": 1)",
       .neutral = R"("n": 0)",
       .commutes_with_temperature = true},
      {.type = "p_less", .active = R"("min_keep": 1)", .neutral = ""},
      {.type = "p_less_norm",
       .active = R"("min_keep": 1)",
       .neutral = "",
       .counts_the_vocabulary = true},
      {.type = "xtc",
       .active = R"("probability": 1)",
       .neutral = R"("probability": 0)",
       .may_drop_the_head = true},
      {.type = "tail_free", .active = R"("z": 0.5)", .neutral = R"("z": 1)"},
      {.type = "top_h", .active = R"("alpha": 0.4)", .neutral = ""},
      {.type = "ees", .active = R"("min_keep": 1)", .neutral = ""},
      {.type = "diff_sampling", .active = R"("min_p": 0.3)", .neutral = ""},
      {.type = "logit_threshold",
       .active = R"("threshold": 0.5)",
       .neutral = "",
       .gauge_dependent = true},
      {.type = "min_k", .active = R"("tau": 9.9)", .neutral = ""},
      {.type = "mirostat", .active = R"("tau": 2)", .neutral = ""},
  };
  return examples;
}

inline std::string StageText(const std::string& type,
                             const std::string& parameters) {
  return R"({"type": ")" + type + "\", " + parameters + "}";
}

// The stage as a config has it: with `given` parameters.
inline StageConfig ExampleStage(const std::string& type,
                                const std::string& given) {
  return MakePipeline(StageText(type, given), 1 << 10).config().stages[0];
}

// The phases of kSomePhases.
inline std::map<std::string, Value::Object> SomePhases() {
  return MakePipeline(R"({"type": "temperature", "temperature": 1,
                          "when": {"phase": "thinking"}})",
                      8)
      .config()
      .phases;
}

inline std::string Active(const Example& e) {
  return StageText(e.type, e.active);
}

inline StageGroup GroupOf(const Example& e) {
  return StageRegistry::BuiltIn().Find(e.type)->group;
}

inline Sequence SomeSequence(std::size_t size) {
  return MakeSequence(static_cast<std::int64_t>(size), {0, 0}, {0});
}

// Multiples of 1/64, so that shifts by small integers are exact.
inline std::vector<double> RandomRow(std::mt19937_64& random,
                                     std::size_t size) {
  std::vector<double> row(size);
  for (double& v : row) v = static_cast<double>(random() % 1024) / 64.0 - 8.0;
  return row;
}

// Multiples of 1/32 without ties.
inline std::vector<double> DistinctRow(std::mt19937_64& random,
                                       std::size_t size) {
  std::vector<double> row(size);
  for (std::size_t i = 0; i < size; ++i) {
    row[i] = static_cast<double>(i) * 0.03125;
  }
  std::shuffle(row.begin(), row.end(), random);
  return row;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_STAGE_EXAMPLES_H_
