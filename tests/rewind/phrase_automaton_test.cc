// Against a search of every place.

#include "sampler/rewind/phrase_automaton.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"

namespace sampler {
namespace {

using Letters = PhraseAutomaton::Letters;

std::string Compared(const std::string& text, Letters letters) {
  return letters == Letters::kExact ? text : absl::AsciiStrToLower(text);
}

class PhraseAutomatonTest : public testing::TestWithParam<Letters> {};

TEST_P(PhraseAutomatonTest, FindsWhatASearchOfEveryPlaceFinds) {
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
    const PhraseAutomaton automaton(phrases, GetParam());
    const std::string text = some(60);
    PhraseAutomaton::State state = PhraseAutomaton::kStart;
    for (std::size_t end = 1; end <= text.size(); ++end) {
      state = automaton.Next(state, text[end - 1]);
      const std::string so_far = Compared(text.substr(0, end), GetParam());
      std::vector<std::size_t> want;
      std::size_t depth = 0;
      for (std::size_t i = 0; i < phrases.size(); ++i) {
        const std::string phrase = Compared(phrases[i], GetParam());
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
        return true;
      });
      found += static_cast<int>(got.size());
      std::sort(got.begin(), got.end());
      EXPECT_EQ(got, want);
      EXPECT_EQ(automaton.Depth(state), depth);
    }
  }
  EXPECT_GT(found, 1000);
}

INSTANTIATE_TEST_SUITE_P(BothKinds, PhraseAutomatonTest,
                         testing::Values(Letters::kExact, Letters::kAnyCase));

TEST(PhraseAutomaton, StopsWhereItIsTold) {
  const std::vector<std::string> phrases = {"c", "bc", "abc"};
  const PhraseAutomaton automaton(phrases, Letters::kExact);
  PhraseAutomaton::State state = PhraseAutomaton::kStart;
  for (const char byte : {'a', 'b', 'c'}) state = automaton.Next(state, byte);
  std::vector<std::size_t> seen;
  automaton.ForEachMatch(state, [&](std::size_t i) {
    seen.push_back(i);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, (std::vector<std::size_t>{2, 1}));
}

TEST(PhraseAutomaton, OfNoPhrasesFindsNone) {
  const PhraseAutomaton automaton({}, Letters::kExact);
  EXPECT_EQ(automaton.Depth(automaton.Next(PhraseAutomaton::kStart, 'a')), 0u);
}

}  // namespace
}  // namespace sampler
