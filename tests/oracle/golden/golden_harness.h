// Compares any sampler with what other people's software made of real rows.
//
// The sampler under test is a callback; the oracle is one, the library another.
// Two kinds of records (tests/data/README.md describes them):
//
//   hf-*.jsonl     Hugging Face in float64: the same kept set (or, where the
//                  cut goes through exactly tied logits, the same count),
//                  entropy and probabilities to 1e-9.
//   llama-*.jsonl  llama.cpp in float32: the same count and sums of ids and of
//                  their squares. Its float32 masses are off by up to 1e-4, and
//                  its sorts cut ties arbitrarily; a row that differs must be
//                  explained by one of the two, and is listed.
//
// Thread-safety: pure functions of their arguments.
// Tested by: tests/golden_test.cc, which also feeds them wrong
//   samplers.
#ifndef SAMPLER_TESTS_ORACLE_GOLDEN_GOLDEN_HARNESS_H_
#define SAMPLER_TESTS_ORACLE_GOLDEN_GOLDEN_HARNESS_H_

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/oracle/golden/golden_data.h"
#include "tests/oracle/pipeline.h"

namespace oracle {

struct SamplerUnderTest {
  std::function<Result(const std::vector<double>& row,
                       const nlohmann::json& stages, const Context& context)>
      run;
  std::function<bool(const nlohmann::json& stages)> supports;
};

struct GoldenReport {
  int compared = 0;  // rows under a chain of stages
  int skipped = 0;   // rows whose stages the sampler does not support
  int numbers = 0;   // entropies, probabilities and logits compared
  std::map<std::string, int> skipped_chains;  // stages -> rows
  std::vector<std::string> explained;         // differences with a reason
  std::vector<std::string> failures;          // differences without one

  std::string Summary() const;
};

GoldenReport CompareHf(const GoldenLog& log,
                       const std::vector<nlohmann::json>& records,
                       const SamplerUnderTest& sampler);

GoldenReport CompareLlama(const GoldenLog& log,
                          const std::vector<nlohmann::json>& records,
                          const SamplerUnderTest& sampler);

// llama-server fields as house stages, values rounded to float32 as there;
// nullopt where a sampler has no counterpart here (xtc, mirostat, adaptive_p).
// `breakers` are the tokens of dry's default breakers.
std::optional<nlohmann::json> StagesOfLlama(
    const nlohmann::json& fields, const std::vector<TokenId>& breakers);

// A log, and the record files made from it: in a set's folders, "rivers-hf" and
// hf-rivers.jsonl, llama-rivers.jsonl.
struct GoldenSource {
  std::string log;
  std::string records;
};
inline void PrintTo(const GoldenSource& source, std::ostream* out) {
  *out << source.log;
}
std::vector<GoldenSource> HfSources();
std::vector<GoldenSource> LlamaSources();

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_GOLDEN_GOLDEN_HARNESS_H_
