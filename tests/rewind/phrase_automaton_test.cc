// Against a search of every place.

#include "sampler/rewind/phrase_automaton.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sampler {
namespace {

std::string Folded(std::string text) {
  for (char& byte : text) byte = PhraseAutomaton::Folded(byte);
  return text;
}

TEST(PhraseAutomaton, FindsWhatASearchOfEveryPlaceFinds) {
  std::mt19937_64 random(1);
  const auto some = [&](std::size_t longest) {
    std::string text(1 + random() % longest, 'a');
    for (char& byte : text) byte = "abA\xff"[random() % 4];
    return text;
  };
  int found = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> phrases(1 + random() % 6);
    for (std::string& phrase : phrases) phrase = some(4);
    const PhraseAutomaton automaton(phrases);
    const std::string text = some(60);
    PhraseAutomaton::State state = PhraseAutomaton::kStart;
    for (std::size_t end = 1; end <= text.size(); ++end) {
      state = automaton.Next(state, text[end - 1]);
      const std::string so_far = Folded(text.substr(0, end));
      std::vector<std::size_t> want;
      std::size_t depth = 0;
      for (std::size_t i = 0; i < phrases.size(); ++i) {
        const std::string phrase = Folded(phrases[i]);
        for (std::size_t n = 1; n <= phrase.size() && n <= end; ++n) {
          if (so_far.substr(end - n) != phrase.substr(0, n)) continue;
          if (n == phrase.size()) {
            want.push_back(i);
          } else {
            depth = std::max(depth, n);
          }
        }
      }
      std::vector<std::size_t> got;
      std::size_t last = text.size();
      automaton.ForEachMatch(state, [&](std::size_t i) {
        got.push_back(i);
        EXPECT_LE(phrases[i].size(), last);
        last = phrases[i].size();
      });
      found += static_cast<int>(got.size());
      std::sort(got.begin(), got.end());
      EXPECT_EQ(got, want);
      EXPECT_EQ(automaton.Depth(state), depth);
    }
  }
  EXPECT_GT(found, 1000);
}

TEST(PhraseAutomaton, OfNoPhrasesFindsNone) {
  const PhraseAutomaton automaton({});
  EXPECT_EQ(automaton.Depth(automaton.Next(PhraseAutomaton::kStart, 'a')), 0u);
}

}  // namespace
}  // namespace sampler
