// A kind of phrase that is more than a text: a regular expression
// (regex/regex_phrase.h), or one of your own.
//
// Thread-safety: const methods from any number of threads.
// Tested by: tests/rewind/pattern_test.cc, tests/regex/regex_phrase_test.cc.

#ifndef SAMPLER_REWIND_PHRASE_PATTERN_H_
#define SAMPLER_REWIND_PHRASE_PATTERN_H_

#include <cstddef>
#include <optional>

#include "sampler/language.h"

namespace sampler {

class PhrasePattern {
 public:
  virtual ~PhrasePattern() = default;

  // Where the longest stretch of `text` begins that matches, ends at `end`,
  // begins at `begin` or later, and is not empty. What stands before and behind
  // the stretch is its surroundings; behind text.size() the text is over.
  // REQUIRES: begin <= end <= text.size().
  virtual std::optional<std::size_t> FindEndingAt(StringView text,
                                                  std::size_t begin,
                                                  std::size_t end) const = 0;

  // False only if FindEndingAt finds nothing for this `begin` and every `end`
  // below text.size(): a first look that is cheaper.
  virtual bool MayOccur(StringView text, std::size_t begin) const {
    return begin < text.size();
  }
};

}  // namespace sampler

#endif  // SAMPLER_REWIND_PHRASE_PATTERN_H_
