// Sequence breakers: token sequences that end a repetition, such as those of a
// line break or a quotation mark. DRY follows a repetition back to the last
// one.
//
// A breaker counts where it begins and lies wholly in the text; of several that
// begin at one place the longest does.
//
// Thread-safety: immutable.
// Cost: one bit to look at per token behind the last breaker; where a breaker
//   may begin, O(log breakers) and the comparisons with those that do.
// Tested by: tests/stages/edits/dry_test.cc (against examples),
// tests/oracle_test.cc.

#ifndef SAMPLER_HISTORY_BREAKERS_H_
#define SAMPLER_HISTORY_BREAKERS_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

class Breakers {
 public:
  // REQUIRES: no sequence is empty.
  explicit Breakers(std::vector<std::vector<TokenId>> sequences = {});

  // Number of tokens of `text` after the last breaker; all if there is none.
  std::size_t TokensAfterLast(const HistoryView& text) const;

  // Returns true if `token` is a breaker by itself.
  bool IsBreaker(TokenId token) const;

 private:
  // Length of the longest breaker that begins at text[head]; 0 for none.
  std::size_t LongestAt(const HistoryView& text, std::size_t head) const;

  static std::size_t HeadBit(TokenId token) {
    return static_cast<std::size_t>(token) % kHeadBits;
  }

  std::vector<std::vector<TokenId>> sequences_;  // Ascending.

  // Bit HeadBit(t) is set if a breaker begins with t: few tokens of a text
  // have to be looked for among the breakers.
  static constexpr std::size_t kHeadBits = 4096;
  std::bitset<kHeadBits> heads_;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_BREAKERS_H_
