#include "sampler/rewind/phrase_automaton.h"

#include <algorithm>

namespace sampler {
namespace {

struct ByByte {
  bool operator()(const std::pair<char, PhraseAutomaton::State>& edge,
                  char byte) const {
    return edge.first < byte;
  }
};

}  // namespace

PhraseAutomaton::PhraseAutomaton(absl::Span<const std::string> phrases,
                                 Letters letters)
    : letters_(letters), nodes_(1) {
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    if (phrases[i].empty()) continue;
    State state = kStart;
    for (const char byte : phrases[i]) state = Insert(state, Compared(byte));
    nodes_[state].phrases.push_back(i);
  }
  Link();
}

char PhraseAutomaton::Compared(char byte) const {
  return letters_ == Letters::kAnyCase && 'A' <= byte && byte <= 'Z'
             ? static_cast<char>(byte - 'A' + 'a')
             : byte;
}

PhraseAutomaton::State PhraseAutomaton::Edge(State state, char byte) const {
  const auto& edges = nodes_[state].edges;
  const auto at = std::lower_bound(edges.begin(), edges.end(), byte, ByByte());
  return at != edges.end() && at->first == byte ? at->second : kStart;
}

PhraseAutomaton::State PhraseAutomaton::Insert(State state, char byte) {
  const State there = Edge(state, byte);
  if (there != kStart) return there;
  const auto added = static_cast<State>(nodes_.size());
  nodes_.emplace_back();
  nodes_.back().depth = nodes_[state].depth + 1;
  auto& edges = nodes_[state].edges;
  edges.insert(std::lower_bound(edges.begin(), edges.end(), byte, ByByte()),
               {byte, added});
  return added;
}

// Links states in order of depth: a link is found by those of shorter states.
void PhraseAutomaton::Link() {
  std::vector<State> open = {kStart};
  for (std::size_t i = 0; i < open.size(); ++i) {
    const State parent = open[i];
    for (const auto& [byte, child] : nodes_[parent].edges) {
      Node& node = nodes_[child];
      if (parent != kStart) node.shorter = Next(nodes_[parent].shorter, byte);
      node.shorter_match = nodes_[node.shorter].phrases.empty()
                               ? nodes_[node.shorter].shorter_match
                               : node.shorter;
      node.begun = node.edges.empty() ? nodes_[node.shorter].begun : node.depth;
      open.push_back(child);
    }
  }
}

PhraseAutomaton::State PhraseAutomaton::Next(State state, char byte) const {
  const char compared = Compared(byte);
  while (true) {
    const State next = Edge(state, compared);
    if (next != kStart || state == kStart) return next;
    state = nodes_[state].shorter;
  }
}

}  // namespace sampler
