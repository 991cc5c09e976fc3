// What a step of a pipeline answers: the token, or why there is none.
//
// Thread-safety: a plain value.

#ifndef SAMPLER_TOKEN_H_
#define SAMPLER_TOKEN_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/row_status.h"

namespace sampler {

// What the stages of a pipeline will remember once a drawn token is accepted
// (mirostat's mu, adaptive_p's averages). Empty for pipelines without memory.
struct StateUpdate {
  absl::InlinedVector<double, 8> values;
  // Tells the stages that `values` belong to from others: a fingerprint of
  // their types and order. 0 where there are none.
  std::uint64_t owner = 0;
  // True if `values` also hold if another token is accepted instead. Stages of
  // this library learn from their own draws only; parity modes follow runtimes
  // whose engines move with every draw.
  bool holds_for_any_token = false;
};

// The outcome of one step. `id` is -1 unless `status` is kOk.
struct Token {
  TokenId id = -1;
  RowStatus status = RowStatus::kNoCandidate;
  // The 64 random bits of the draw (0 where none was used).
  std::uint64_t bits = 0;
  // For `arithmetic`: the token's part of [0, 1).
  CodeInterval interval = {};
  // For Sequence::Accept.
  StateUpdate state = {};

  // The draw's place in [0, 1).
  double u() const;
};

}  // namespace sampler

#endif  // SAMPLER_TOKEN_H_
