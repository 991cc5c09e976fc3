// What the rewinder emits, holds and takes back.

#include "sampler/rewind/rewinder.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::rewinder_test {
namespace {

using Phrase = Rewinder::Phrase;
using Next = Rewinder::Next;

constexpr std::int64_t kSize = 64;

// Gives a rewinder texts as tokens of their own, and tells what it does.
class Telling {
 public:
  explicit Telling(std::vector<Phrase> phrases)
      : rewinder_(Rewinder::Create(std::move(phrases)).value()),
        sequence_(MakeSequence(kSize)) {}

  // "text|" for what is emitted, then "-n" for tokens taken back, "!" for a
  // stop.
  std::string Add(const std::string& text) {
    const TokenId token = next_++;
    EXPECT_TRUE(sequence_.AcceptId(token).ok());
    return Told(rewinder_.Add(token, text, sequence_).value());
  }
  std::string NoCandidate() {
    return Told(rewinder_.NoCandidate(sequence_).value());
  }
  std::string Finish() { return Told(rewinder_.Finish(sequence_).value()); }

  const Sequence& sequence() const { return sequence_; }
  const Rewinder& rewinder() const { return rewinder_; }

  std::vector<TokenId> BannedHere() const {
    std::vector<TokenId> banned;
    sequence_.ForEachBanHere([&](TokenId id) { banned.push_back(id); });
    return banned;
  }

 private:
  static std::string Told(const Rewinder::Answer& answer) {
    std::string told = answer.emit + "|";
    if (answer.next == Next::kRewound) absl::StrAppend(&told, -answer.taken);
    if (answer.next == Next::kStop) told += "!";
    return told;
  }

  Rewinder rewinder_;
  Sequence sequence_;
  TokenId next_ = 0;
};

TEST(Rewinder, EmitsWhatBeginsNoPhrase) {
  Telling run({{.text = "bad word"}});
  EXPECT_EQ(run.Add("a good"), "a good|");
  EXPECT_EQ(run.Add(" word"), " word|");
  EXPECT_EQ(run.Finish(), "|");
}

TEST(Rewinder, HoldsWholeTokensFromWhereAPhraseMayHaveBegun) {
  Telling run({{.text = "bad word"}});
  EXPECT_EQ(run.Add("this "), "this |");
  EXPECT_EQ(run.Add("is a b"), "|");  // All of it would be taken back.
  EXPECT_EQ(run.Add("ad"), "|");
  EXPECT_EQ(run.rewinder().held(), "is a bad");
  EXPECT_EQ(run.Add("ge"), "is a badge|");
  EXPECT_EQ(run.rewinder().held_tokens(), 0);
}

TEST(Rewinder, TakesBackTheTokenThatHoldsTheFirstByte) {
  Telling run({{.text = "bad"}});
  EXPECT_EQ(run.Add("x"), "x|");
  EXPECT_EQ(run.Add("yb"), "|");
  EXPECT_EQ(run.Add("a"), "|");
  EXPECT_EQ(run.Add("dz"), "|-3");
  EXPECT_EQ(run.sequence().position(), 1);
  EXPECT_EQ(run.sequence().attempt(), 1u);
  EXPECT_EQ(run.BannedHere(), std::vector<TokenId>{1});
  EXPECT_EQ(run.rewinder().held(), "");
  EXPECT_EQ(run.Add("b"), "|");  // And on from there.
  EXPECT_EQ(run.Add("e"), "be|");
}

TEST(Rewinder, GoesOnWithWhatWasHeldBefore) {
  Telling run({{.text = "aab"}, {.text = "c"}});
  EXPECT_EQ(run.Add("a"), "|");
  EXPECT_EQ(run.Add("c"), "|-1");  // "a" may still begin the other.
  EXPECT_EQ(run.rewinder().held(), "a");
  EXPECT_EQ(run.Add("a"), "|");
  EXPECT_EQ(run.Add("b"), "|-3");
}

TEST(Rewinder, OfPhrasesThatEndTogetherTheLongestCounts) {
  Telling run({{.text = "d"}, {.text = "bcd"}, {.text = "cd"}});
  EXPECT_EQ(run.Add("b"), "|");
  EXPECT_EQ(run.Add("c"), "|");
  EXPECT_EQ(run.Add("d"), "|-3");
}

TEST(Rewinder, IgnoresCaseWhereItIsAskedTo) {
  Telling minds({{.text = "Bad"}});
  EXPECT_EQ(minds.Add("bad"), "bad|");
  EXPECT_EQ(minds.Add("Bad"), "|-1");
  Telling ignores({{.text = "Bad", .ignore_case = true}});
  EXPECT_EQ(ignores.Add("bAD"), "|-1");
}

TEST(Rewinder, WaitsForTheEndOfAWord) {
  Telling run({{.text = "cat", .whole_words = true}});
  EXPECT_EQ(run.Add("cat"), "|");
  EXPECT_EQ(run.Add("s "), "cats |");
  EXPECT_EQ(run.Add("con"), "con|");
  EXPECT_EQ(run.Add("cat "), "cat |");
  EXPECT_EQ(run.Add("cat"), "|");
  EXPECT_EQ(run.Add("."), "|-2");
  EXPECT_EQ(run.Add("cat"), "|");
  EXPECT_EQ(run.Finish(), "|-1");
  EXPECT_EQ(run.Finish(), "|");
  EXPECT_EQ(run.Add("\xc3\xa9"), "\xc3\xa9|");
  EXPECT_EQ(run.Add("cat "), "cat |");  // A letter stands before it.
}

TEST(Rewinder, TakesBackAtMostAsOftenAsAllowed) {
  Telling passes({{.text = "x", .most = 2}});
  EXPECT_EQ(passes.Add("x"), "|-1");
  EXPECT_EQ(passes.Add("x"), "|-1");
  EXPECT_EQ(passes.Add("x"), "x|");
  Telling stops({{.text = "x", .most = 1, .then = Phrase::Then::kStop}});
  EXPECT_EQ(stops.Add("x"), "|-1");
  EXPECT_EQ(stops.Add("x"), "|!");
}

// "cat" waits for the end of its word; when it comes, "cat" has been taken back
// elsewhere as often as it may be.
TEST(Rewinder, AWordThatWaitedPassesOnceItMay) {
  Telling run(
      {{.text = "cat", .whole_words = true, .most = 1}, {.text = "s q"}});
  EXPECT_EQ(run.Add("cat"), "|");
  EXPECT_EQ(run.Add("s"), "|");
  EXPECT_EQ(run.Add(" "), "|");
  EXPECT_EQ(run.Add("cat"), "|");
  EXPECT_EQ(run.Add("."), "|-2");
  EXPECT_EQ(run.NoCandidate(), "|-1");
  EXPECT_EQ(run.NoCandidate(), "|-1");
  EXPECT_EQ(run.rewinder().held(), "cat");
  EXPECT_EQ(run.Add("."), "cat.|");
}

TEST(Rewinder, GoesFartherBackWhereNothingIsLeft) {
  Telling run({{.text = "ab"}});
  EXPECT_EQ(run.Add("a"), "|");
  EXPECT_EQ(run.NoCandidate(), "|-1");
  EXPECT_EQ(run.BannedHere(), std::vector<TokenId>{0});
  EXPECT_EQ(run.NoCandidate(), "|!");
}

TEST(Rewinder, TakesTokensOfNoTextAlong) {
  Telling run({{.text = "ab"}});
  EXPECT_EQ(run.Add(""), "|");
  EXPECT_EQ(run.rewinder().held_tokens(), 0);
  EXPECT_EQ(run.Add("a"), "|");
  EXPECT_EQ(run.Add(""), "|");
  EXPECT_EQ(run.Add("b"), "|-3");
  EXPECT_EQ(run.BannedHere(), std::vector<TokenId>{1});
}

TEST(Rewinder, RefusesWhatItCannotDo) {
  EXPECT_EQ(Rewinder::Create({{.text = "a"}, {.text = ""}}).status().message(),
            "phrase 1: got no text, want at least a byte");
  EXPECT_EQ(Rewinder::Create({{.text = "a", .most = -1}}).status().message(),
            "phrase 0: /most: got -1, want an integer >= 0");
  const Phrase stop = {.text = "a", .then = Phrase::Then::kStop};
  EXPECT_EQ(Rewinder::Create({stop}).status().message(),
            "phrase 0: /then: got stop without /most, after which it would, "
            "want both or neither");
  Rewinder rewinder = Rewinder::Create({{.text = "ab"}}).value();
  Sequence sequence = MakeSequence(kSize);
  EXPECT_FALSE(rewinder.Add(0, "a", sequence).ok());
  // A token that the sequence has not accepted is not added.
  EXPECT_TRUE(sequence.AcceptId(3).ok());
  EXPECT_EQ(rewinder.Add(2, "a", sequence).status().message(),
            "token: got 2, want the one that the sequence has accepted last, "
            "3");
  EXPECT_EQ(rewinder.held_tokens(), 0);
  EXPECT_TRUE(rewinder.Add(3, "a", sequence).ok());
  EXPECT_EQ(rewinder.held(), "a");
}

// A token that is taken back uncovers what stood before it: that may be the
// beginning of a phrase, and must not have been emitted.
TEST(Rewinder, HoldsWhatATokenThatIsTakenBackUncovers) {
  Telling run({{.text = "abc"}, {.text = "xy"}});
  EXPECT_EQ(run.Add("ab"), "|");
  EXPECT_EQ(run.Add("x"), "|");  // Ends "ab", unless it is taken back:
  EXPECT_EQ(run.Add("y"), "|-2");
  EXPECT_EQ(run.Add("c"), "|-2");  // So "abc" is never seen.
  EXPECT_EQ(run.BannedHere(), std::vector<TokenId>{0});
}

// What was emitted, and what is held, are the text of the sequence; and no
// phrase is ever emitted.
TEST(Rewinder, EmitsTheTextAndNoPhrase) {
  const std::vector<std::string> texts = {"a", "b",  "ab", "ba", "c",
                                          "",  "bc", "ca", "aa"};
  const std::vector<Phrase> phrases = {
      {.text = "abc"}, {.text = "bb"}, {.text = "caca"}, {.text = "aaaa"}};
  std::mt19937_64 random(1);
  int rewound = 0;
  for (int round = 0; round < 300; ++round) {
    Rewinder rewinder = Rewinder::Create(phrases).value();
    Sequence sequence = MakeSequence(kSize);
    std::string emitted;
    for (int step = 0; step < 60; ++step) {
      const auto id = static_cast<TokenId>(random() % texts.size());
      ASSERT_TRUE(sequence.AcceptId(id).ok());
      const auto answer =
          rewinder.Add(id, texts[static_cast<std::size_t>(id)], sequence);
      ASSERT_TRUE(answer.ok());
      emitted += answer->emit;
      rewound += answer->next == Next::kRewound ? 1 : 0;
      std::string text;
      for (const TokenId token : sequence.history().output()) {
        text += texts[static_cast<std::size_t>(token)];
      }
      ASSERT_EQ(absl::StrCat(emitted, rewinder.held()), text);
      for (const Phrase& phrase : phrases) {
        ASSERT_FALSE(absl::StrContains(text, phrase.text));
      }
    }
  }
  EXPECT_GT(rewound, 1000);
}

}  // namespace
}  // namespace sampler::rewinder_test
