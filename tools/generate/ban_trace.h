// What --ban-trace tells: the end of a text that is held, because a phrase may
// have begun there, what is let go of it, and what is taken back.
//
//   sequence 0: holds " light"
//   sequence 0: holds " lighth"
//   sequence 0: went back 2 tokens to token 17: " lighthouse" has "lighthouse"
//   sequence 0: holds " li"
//   sequence 0: lets go " lifeboat"
//
// Of patterns the end of the text is always held: then that is not told.
//
// Thread-safety: one thread at a time.
// Tested by: tests/generate/telling_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_BAN_TRACE_H_
#define SAMPLER_TOOLS_GENERATE_BAN_TRACE_H_

#include <cstdint>
#include <map>
#include <string>

#include "tools/generate/bans.h"
#include "tools/generate/telling.h"

namespace sampler::tools {

class BanTrace {
 public:
  // `bans` must outlive it.
  explicit BanTrace(const BanOptions& bans) : bans_(bans) {}

  // Lines about what a row of `sequence` led to. `rewound` is what was taken
  // back with it; null: nothing.
  std::string Lines(std::int64_t sequence, const Told& told,
                    const Rewound* rewound);

 private:
  const BanOptions& bans_;
  std::map<std::int64_t, std::string> held_;  // By sequence.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_BAN_TRACE_H_
