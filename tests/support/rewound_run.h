// A run of a toy model in which phrases are taken back, logged as it goes.
//
// The model's tokens are short texts, its logits a hash of the text so far. The
// chain ends in a draw, and may have a `mask` stage: then every step has a mask
// of its own.

#ifndef SAMPLER_TESTS_SUPPORT_REWOUND_RUN_H_
#define SAMPLER_TESTS_SUPPORT_REWOUND_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "sampler/rewind/rewinder.h"

namespace sampler {

inline constexpr std::int64_t kRewoundVocabulary = 40;

// Of token `id`: "a", "b", ..., "e" and pairs of them.
std::string RewoundTokenText(TokenId id);

// The logits after these tokens.
std::vector<float> RewoundRow(const std::vector<TokenId>& text);

struct RewoundRun {
  std::vector<TokenId> tokens;  // That were not taken back.
  std::string text;             // As it was emitted.
  std::int64_t rewinds = 0;
};

// Draws `length` tokens as sequence `number` of `logger`.
RewoundRun DrawRewound(const Pipeline& pipeline,
                       std::vector<Rewinder::Phrase> phrases,
                       std::uint32_t number, std::int64_t length,
                       logs::Logger& logger);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_REWOUND_RUN_H_
