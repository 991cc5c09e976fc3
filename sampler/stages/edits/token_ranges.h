// Ranges of token ids beside a list of them, for stages that ban or allow
// tokens: "ranges": [[from, to], ...], both ends included.
//
// A stage with ranges works on packed bits of its tokens, which are made once:
// a bit for every id up to the largest that it names, at most 2^20.
//
// Thread-safety: pure functions.
// Tested by: tests/stages/edits/token_ranges_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_TOKEN_RANGES_H_
#define SAMPLER_STAGES_EDITS_TOKEN_RANGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

Parameter RangesParameter();

// What is wrong with "ranges", or "".
std::string CheckRanges(const Parameters& parameters);

// The tokens of "ids" and "ranges", ascending, each once; those of 2^20 and
// above, which no vocabulary has, only if "ids" lists them.
std::vector<TokenId> ReadIdsAndRanges(const Parameters& parameters);

// Bit i is 1 for each of `ids`. Ids beyond 2^20 have none.
std::vector<std::uint32_t> PackedBits(const std::vector<TokenId>& ids);

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_TOKEN_RANGES_H_
