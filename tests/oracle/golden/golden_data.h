// The logged rows that golden records were made from, as tests read them.
//
// A naive loader of safetensors and npy files, independent of the library's
// readers: it loads whole files and trusts them. f32, f16 and bf16 become
// doubles exactly.
//
// Thread-safety: a log is plain data.
// Errors: throws std::runtime_error, which fails the test that asked.
#ifndef SAMPLER_TESTS_ORACLE_GOLDEN_GOLDEN_DATA_H_
#define SAMPLER_TESTS_ORACLE_GOLDEN_GOLDEN_DATA_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "tests/oracle/state.h"

namespace oracle {

struct GoldenLog {
  std::string name;                           // e.g. "story"
  std::map<int, std::vector<double>> rows;    // by the original row number
  std::map<int, std::vector<double>> scores;  // rivers: HF's own result
  std::vector<TokenId> prompt;
  std::vector<TokenId> tokens;  // of the whole log: row i was followed by [i]
  // Tokens that hold a breaker of dry (LoadBreakers), set by the caller.
  std::vector<TokenId> breakers;

  // The context in which row `row` was sampled.
  Context ContextOf(int row) const;
};

// `path` without extension: PATH.safetensors, or else PATH.npy and
// PATH.tokens.npy. A tensor row_index gives the rows' original numbers.
GoldenLog LoadGoldenLog(const std::string& path);

// The records of a .jsonl file.
std::vector<nlohmann::json> LoadJsonLines(const std::string& path);

// Of a tokenizer.json: the tokens that hold one of llama.cpp's default breakers
// of dry, "\n", ":", "\"" and "*". These are single bytes, so that every
// breaker is one token, and no token holds a part of one.
std::vector<TokenId> LoadBreakers(const std::string& tokenizer);

// Exact values of 16-bit floats.
double FromHalf(std::uint16_t bits);
double FromBfloat(std::uint16_t bits);

// A folder of logs with their records: hf-*.jsonl and llama-*.jsonl.
struct GoldenSet {
  std::string name;           // "Subset", "Complete"
  std::string log_prefix;     // path before the log's name
  std::string record_prefix;  // path before "hf-story.jsonl"
};

// For test listings.
inline void PrintTo(const GoldenSet& set, std::ostream* out) {
  *out << set.name;
}

// The subset in `test_data`, and the complete set where `shared` is not empty.
std::vector<GoldenSet> GoldenSets(const std::string& test_data,
                                  const std::string& shared);

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_GOLDEN_GOLDEN_DATA_H_
