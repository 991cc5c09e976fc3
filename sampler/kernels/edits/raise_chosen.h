// Adds a number to the logits of tokens that a keyed hash chooses, many at a
// time: the numbers of watermark/keyed_random.h as vector code.
//
//   bits(x) = words 0, 1 of Philox4x32-10(key, counter = (x, place, 1, domain))
//   x is chosen iff bits(x) < below
//
// Thread-safety: pure functions.
// Cost: a Philox block a token (RaiseSelfChosen: two).
// Tested by: tests/kernels/edits/raise_chosen_test.cc (every instruction set
//   against Philox4x32 of random/random.h).

#ifndef SAMPLER_KERNELS_EDITS_RAISE_CHOSEN_H_
#define SAMPLER_KERNELS_EDITS_RAISE_CHOSEN_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler::kernels {

struct KeyedChoice {
  std::uint64_t key;     // The hash of the context.
  std::uint32_t place;   // How many tokens the context has.
  std::uint32_t domain;  // What the choice is for.
  std::uint64_t below;   // Out of 2^64.
};

// values[i] += delta where ids[i] is chosen; no other value changes, and -inf
// stays -inf. REQUIRES (also below): as many values as ids; delta is finite.
void RaiseChosen(const KeyedChoice& choice, double delta,
                 absl::Span<const TokenId> ids, absl::Span<double> values);

// The same where each token x is the last of its own context: key(x) = words 0,
// 1 of Philox(key, (x, place, 0, domain)), and its place is place + 1.
void RaiseSelfChosen(const KeyedChoice& choice, double delta,
                     absl::Span<const TokenId> ids, absl::Span<double> values);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EDITS_RAISE_CHOSEN_H_
