// Finds many phrases in a text that comes byte by byte (Aho-Corasick): which of
// them end here, and how long a beginning of one the text ends with.
//
// Thread-safety: immutable.
// Cost: memory linear in the phrases' bytes; of a text that goes on, amortised
//   O(1) edges a byte.
// Source: Aho and Corasick, "Efficient string matching" (CACM 18, 1975).
// Tested by: tests/rewind/phrase_automaton_test.cc.

#ifndef SAMPLER_REWIND_PHRASE_AUTOMATON_H_
#define SAMPLER_REWIND_PHRASE_AUTOMATON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace sampler {

class PhraseAutomaton {
 public:
  using State = std::uint32_t;
  static constexpr State kStart = 0;

  // How the letters of ASCII are compared.
  enum class Letters { kExact, kAnyCase };

  // A phrase that is empty is never found.
  PhraseAutomaton(absl::Span<const std::string> phrases, Letters letters);

  // The state after one more byte.
  State Next(State state, char byte) const;

  // Bytes of the longest proper beginning of a phrase with which the text ends.
  std::size_t Depth(State state) const { return nodes_[state].begun; }

  // Calls f(phrase) for every phrase that the text ends with, the longest
  // first, while it returns true.
  template <typename F>
  void ForEachMatch(State state, F f) const {
    if (nodes_[state].phrases.empty()) state = nodes_[state].shorter_match;
    for (; state != kStart; state = nodes_[state].shorter_match) {
      for (const std::size_t phrase : nodes_[state].phrases) {
        if (!f(phrase)) return;
      }
    }
  }

 private:
  struct Node {
    std::vector<std::pair<char, State>> edges;  // Ascending.
    State shorter = kStart;        // The longest proper end that is a node,
    State shorter_match = kStart;  // and the longest at which a phrase ends.
    std::size_t depth = 0;
    std::size_t begun = 0;  // The depth, of the longest end that goes on.
    std::vector<std::size_t> phrases;  // That are this node.
  };

  // The node that `byte` leads to; kStart where there is none.
  State Edge(State state, char byte) const;
  State Insert(State state, char byte);
  void Link();

  // The byte as it is compared.
  char Compared(char byte) const;

  Letters letters_;
  std::vector<Node> nodes_;
};

}  // namespace sampler

#endif  // SAMPLER_REWIND_PHRASE_AUTOMATON_H_
