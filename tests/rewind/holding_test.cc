// What a rewinder holds, against the definition: all from the token on in which
// a phrase may have begun, and all that one would have begun with if a token
// that is held were taken back.

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/rewind/rewinder.h"
#include "tests/support/pipelines.h"

namespace sampler {
namespace {

using Next = Rewinder::Next;
using Phrase = Rewinder::Phrase;

// Bytes of the longest end of `text` that begins a phrase and does not
// complete it.
std::size_t LongestBeginning(const std::string& text,
                             const std::vector<Phrase>& phrases) {
  std::size_t longest = 0;
  for (const Phrase& phrase : phrases) {
    for (std::size_t n = 1; n < phrase.text.size() && n <= text.size(); ++n) {
      const std::string end = text.substr(text.size() - n);
      const std::string begin = phrase.text.substr(0, n);
      const bool same = phrase.ignore_case ? absl::AsciiStrToLower(end) ==
                                                 absl::AsciiStrToLower(begin)
                                           : end == begin;
      if (same) longest = std::max(longest, n);
    }
  }
  return longest;
}

// Bytes that are held after `pieces`, by the definition.
std::size_t HeldByDefinition(const std::vector<std::string>& pieces,
                             const std::vector<Phrase>& phrases) {
  std::string text;
  std::vector<std::size_t> begins, begun;  // Of and before each token.
  for (const std::string& piece : pieces) {
    begins.push_back(text.size());
    begun.push_back(text.size() - LongestBeginning(text, phrases));
    text += piece;
  }
  std::size_t from = text.size() - LongestBeginning(text, phrases);
  for (std::size_t i = pieces.size(); i-- > 0;) {
    const std::size_t end = i + 1 < pieces.size() ? begins[i + 1] : text.size();
    if (end > from) from = std::min({from, begins[i], begun[i]});
  }
  return text.size() - from;
}

std::vector<Phrase> SomePhrases(std::mt19937_64& random) {
  std::vector<Phrase> phrases(1 + random() % 6);
  for (Phrase& phrase : phrases) {
    phrase.text.resize(2 + random() % 5);
    for (char& byte : phrase.text) byte = "abAB"[random() % 4];
    phrase.ignore_case = random() % 2 == 0;
  }
  return phrases;
}

TEST(Holding, IsWhatItsDefinitionSays) {
  const std::vector<std::string> texts = {"a",  "b",  "A", "B",  "ab",
                                          "ba", "Ab", "",  "bb", "c"};
  std::mt19937_64 random(7);
  std::size_t held = 0, longest = 0, rewound = 0;
  for (int round = 0; round < 400; ++round) {
    const std::vector<Phrase> phrases = SomePhrases(random);
    Rewinder rewinder = Rewinder::Create(phrases).value();
    Sequence sequence = MakeSequence(16);
    for (int step = 0; step < 60; ++step) {
      const auto id = static_cast<TokenId>(random() % texts.size());
      ASSERT_TRUE(sequence.AcceptId(id).ok());
      const auto answer =
          rewinder.Add(id, texts[static_cast<std::size_t>(id)], sequence);
      ASSERT_TRUE(answer.ok());
      if (answer->next == Next::kRewound) {
        ++rewound;  // What is held then is what was.
        continue;
      }
      std::vector<std::string> pieces;
      for (const TokenId token : sequence.history().output()) {
        pieces.push_back(texts[static_cast<std::size_t>(token)]);
      }
      ASSERT_EQ(rewinder.held().size(), HeldByDefinition(pieces, phrases))
          << absl::StrCat(round, " ", step);
      held += rewinder.held().empty() ? 0 : 1;
      longest = std::max(longest, rewinder.held().size());
    }
  }
  EXPECT_GT(held, 1000u);
  EXPECT_GT(longest, 20u);
  EXPECT_GT(rewound, 1000u);
}

TEST(Holding, CaseCountsFromTheFirstByteOn) {
  Rewinder rewinder = Rewinder::Create({{.text = "As an AI"}}).value();
  Sequence sequence = MakeSequence(16);
  ASSERT_TRUE(sequence.AcceptId(1).ok());
  EXPECT_EQ(rewinder.Add(1, "as an", sequence)->emit, "as an");
  ASSERT_TRUE(sequence.AcceptId(2).ok());
  EXPECT_EQ(rewinder.Add(2, "As an", sequence)->emit, "");
}

// Every word begins a phrase: each may be taken back, and with it uncover the
// beginning that stands before it, so all of the text is held. By a look at
// every held token for each that comes this takes 10^10 of them.
TEST(Holding, IsLinearWhereEveryWordBeginsAPhrase) {
  constexpr int kWords = 50;
  constexpr int kTokens = 200000;
  std::vector<Phrase> phrases;
  for (int i = 0; i < kWords; ++i) {
    for (int k = 0; k < 40; ++k) {
      phrases.push_back({.text = absl::StrCat(" w", i, "x and ", k)});
    }
  }
  Rewinder rewinder = Rewinder::Create(std::move(phrases)).value();
  Sequence sequence = MakeSequence(kWords);
  std::string text;
  for (int step = 0; step < kTokens; ++step) {
    const TokenId id = step * 7 % kWords;
    const std::string word = absl::StrCat(" w", id, "x");
    text += word;
    ASSERT_TRUE(sequence.AcceptId(id).ok());
    const auto answer = rewinder.Add(id, word, sequence);
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(answer->emit, "");
  }
  EXPECT_EQ(rewinder.held_tokens(), kTokens);
  EXPECT_EQ(rewinder.Finish(sequence)->emit, text);
  EXPECT_EQ(rewinder.held_tokens(), 0);
}

// The same of a long phrase that the text never leaves: bytes leave one by one
// at the beginning of what is held.
TEST(Holding, IsLinearWhereALongPhraseHasAlwaysBegun) {
  constexpr std::size_t kLong = 50000;
  constexpr std::size_t kTokens = 400000;
  Rewinder rewinder =
      Rewinder::Create({{.text = std::string(kLong, 'a') + "b"}}).value();
  Sequence sequence = MakeSequence(2);
  std::size_t emitted = 0;
  for (std::size_t step = 0; step < kTokens; ++step) {
    ASSERT_TRUE(sequence.AcceptId(0).ok());
    emitted += rewinder.Add(0, "a", sequence)->emit.size();
  }
  // Each byte may be the first: as a token before it goes, it is the first.
  EXPECT_EQ(emitted,
            kTokens - static_cast<std::size_t>(rewinder.held().size()));
  EXPECT_GE(rewinder.held().size(), kLong);
}

}  // namespace
}  // namespace sampler
