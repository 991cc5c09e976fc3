// Conformance vectors: small steps with everything that decides them, and their
// answers, for people who write the same sampler in another language.
//
//   {"schema": "sampler.vectors/1", "tool_version": ...,
//    "philox":  [{"counter": [4 words], "key": [2 words], "output": [4
//    words]}], "weights": [{"x": -0.5, "weight": 1365790...}], "places":
//    [{"bits": "0x...", "total": "...", "place": "..."}], "vectors": [{"id":
//    ..., "row": [logits, null for a removed token],
//                 "config": {...}, "seed": 7, "stream": 0, "prompt": [ids],
//                 "tokens": [ids], "unconditional": [logits]?,
//                 "uniform": u?, "answer": {...}}]}
//
// and an answer
//
//   {"status": "ok", "kept": [ids, ascending], "weights": [one of each],
//    "token": id, "bits": "0x..."}
//
// A weight is rint(exp(l - max) 2^51) of a kept token's final logit (mass.h);
// the token is what the chain draws after the tokens `tokens`, `bits` the 64
// random bits of a draw by mass (0 for others). Rows are f32 numbers. Masses
// beyond 2^53 are decimal texts, 64-bit words hexadecimal ones, so that every
// JSON reader takes them.
//
// Thread-safety: plain values and pure functions.
// Errors of Parse: InvalidArgument with the JSON pointer, what was found and
//   what is wanted.
// Tested by: tests/tools/vectors/vectors_test.cc, against the oracle and by a
//   re-implementation in Python.

#ifndef SAMPLER_TOOLS_VECTORS_VECTOR_H_
#define SAMPLER_TOOLS_VECTORS_VECTOR_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/config.h"
#include "tools/text/output.h"

namespace sampler::tools {

// A token that the row does not have: null in the file.
inline constexpr float kGone = -std::numeric_limits<float>::infinity();

inline constexpr char kVectorSchema[] = "sampler.vectors/1";

struct VectorAnswer {
  std::string status;
  std::vector<std::int32_t> kept;
  std::vector<std::int64_t> weights;
  std::int32_t token = -1;
  std::uint64_t bits = 0;

  friend bool operator==(const VectorAnswer&, const VectorAnswer&) = default;
};

struct ConformanceVector {
  std::string id;
  std::vector<float> row;
  PipelineConfig config;
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::vector<std::int32_t> prompt;
  std::vector<std::int32_t> tokens;  // Accepted before this step.
  std::vector<float> unconditional;  // Of guidance; empty: none.
  std::optional<double> uniform;     // Of arithmetic.
  VectorAnswer answer;
};

struct PhiloxVector {
  std::array<std::uint32_t, 4> counter = {};
  std::array<std::uint32_t, 2> key = {};
  std::array<std::uint32_t, 4> output = {};
};

struct WeightVector {
  double x = 0;  // Logit less the largest.
  std::int64_t weight = 0;
};

struct PlaceVector {
  std::uint64_t bits = 0;
  Mass total = 0;
  Mass place = 0;  // floor(bits * total / 2^64).
};

struct VectorSet {
  std::vector<PhiloxVector> philox;
  std::vector<WeightVector> weights;
  std::vector<PlaceVector> places;
  std::vector<ConformanceVector> vectors;
};

// What this library answers. Of a config that is no pipeline the status tells.
VectorAnswer AnswerOf(const ConformanceVector& vector);
PhiloxVector AnswerOf(const PhiloxVector& vector);
WeightVector AnswerOf(const WeightVector& vector);
PlaceVector AnswerOf(const PlaceVector& vector);

// The whole set as JSON text, a vector a line.
std::string ToJsonText(const VectorSet& set);

absl::StatusOr<VectorSet> ParseVectors(const std::string& text);

// The library's own vectors: every stage type, alone and in chains; of `chains`
// where there are some. Deterministic.
VectorSet StandardVectors(const std::vector<PipelineConfig>& chains = {});

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VECTORS_VECTOR_H_
