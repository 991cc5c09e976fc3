// Shows texts as they grow: one without a name as it comes; of named ones each
// line, behind the name, as soon as it is complete. Characters that a terminal
// would act on, but for line breaks, are escaped (output.h, Write).
//
// Thread-safety: one thread at a time.
// Tested by: tests/generate/generate_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_STREAMER_H_
#define SAMPLER_TOOLS_GENERATE_STREAMER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sampler::tools {

class Streamer {
 public:
  // The names of the texts; one alone may have "" for a name.
  explicit Streamer(std::vector<std::string> names);

  // Text `index` goes on with `piece`; `last`: and ends.
  void Add(std::int64_t index, absl::string_view piece, bool last);

 private:
  void WriteLine(std::size_t index, absl::string_view line);

  std::vector<std::string> names_;
  std::vector<std::string> pending_;  // By text: its unfinished line.
  std::size_t width_ = 0;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_STREAMER_H_
