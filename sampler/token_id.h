// A token of a vocabulary, by its number.

#ifndef SAMPLER_TOKEN_ID_H_
#define SAMPLER_TOKEN_ID_H_

#include <cstdint>

namespace sampler {

// From 0 to the vocabulary size - 1; -1 where there is no token.
using TokenId = std::int32_t;

}  // namespace sampler

#endif  // SAMPLER_TOKEN_ID_H_
