// Where logged texts begin to loop: one pattern of tokens over and over.
//
// Repetitions are counted as FindLoop counts them (history/loops.h), at every
// token. A pattern must also cover a number of tokens, since a row of dots or
// a table's rule repeats itself without being stuck.
//
// Thread-safety: pure functions.
// Cost: O(longest pattern) a token.
// Tested by: tests/tools/inspect_loops_test.cc.

#ifndef SAMPLER_TOOLS_INSPECT_LOOPS_H_
#define SAMPLER_TOOLS_INSPECT_LOOPS_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/loops.h"
#include "sampler/logs/log.h"

namespace sampler::tools {

struct LoopDoubt {
  LoopRule rule = {.min_length = 1, .max_length = 64, .count = 4};
  std::int64_t least_tokens = 32;  // That all repetitions have together.
};

// The tokens [begin, end) of a text are a pattern of `length` over and over.
struct TextLoop {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t length = 0;

  // Times that the whole pattern stands there.
  std::int64_t count() const { return (end - begin) / length; }

  friend bool operator==(const TextLoop&, const TextLoop&) = default;
};

// The loop that is complete first, and of those that are complete with the same
// token the one of the shortest pattern; none where `text` does not loop. A
// token below 0 (logs::kNoToken) repeats nothing.
std::optional<TextLoop> FindFirstLoop(absl::Span<const TokenId> text,
                                      const LoopDoubt& doubt);

// The sequences of a log that loop.
struct LogLoops {
  std::int64_t sequences = 0;  // How many,
  std::int64_t first = 0;      // the first of them,
  TextLoop loop = {};          // and its loop, in rows of the log.
  bool to_its_end = false;
};
LogLoops FindLoops(const logs::Log& log, const LoopDoubt& doubt);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_INSPECT_LOOPS_H_
