// What is legal in a chain and hardly meant: stages that together leave no
// token, and numbers far outside use.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/chains/chain_doubts_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_CHAIN_DOUBTS_H_
#define SAMPLER_TOOLS_CHAINS_CHAIN_DOUBTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"

namespace sampler::tools {

// Where, and what; empty for most chains. `vocabulary_size`, where it is known,
// tells whether bans leave a token. REQUIRES: the config is valid.
std::vector<Problem> DoubtsOf(
    const PipelineConfig& config,
    std::optional<std::int64_t> vocabulary_size = std::nullopt);

// Numbers of a parameter that are in use: what lies outside is doubted.
struct UsualRange {
  absl::string_view stage;
  absl::string_view parameter;
  double low;
  double high;
  absl::string_view beyond;  // What happens there, in a few words.
};
const std::vector<UsualRange>& UsualRanges();

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_CHAIN_DOUBTS_H_
