// Phrases that are patterns: when they are complete, what is held for them, and
// what is taken back.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/rewind/phrase_pattern.h"
#include "sampler/rewind/rewinder.h"
#include "tests/support/pipelines.h"

namespace sampler::pattern_test {
namespace {

// Two or more digits between other bytes.
class Number final : public PhrasePattern {
 public:
  std::optional<std::size_t> FindEndingAt(StringView text, std::size_t begin,
                                          std::size_t end) const override {
    if (end < text.size() && IsDigit(text[end])) return std::nullopt;
    std::size_t first = end;
    while (first > begin && IsDigit(text[first - 1])) --first;
    if (first > 0 && IsDigit(text[first - 1])) return std::nullopt;
    return end - first >= 2 ? std::optional(first) : std::nullopt;
  }

 private:
  static bool IsDigit(char byte) {
    return absl::ascii_isdigit(static_cast<unsigned char>(byte));
  }
};

Rewinder::Phrase NumberPhrase(std::size_t window) {
  Rewinder::Phrase phrase;
  phrase.pattern = std::make_shared<const Number>();
  phrase.window = window;
  return phrase;
}

// "text|" for what is emitted, then "-n" for tokens taken back, "!" for a stop.
class Telling {
 public:
  explicit Telling(std::vector<Rewinder::Phrase> phrases)
      : rewinder_(Rewinder::Create(std::move(phrases)).value()),
        sequence_(MakeSequence(64)) {}

  std::string Add(const std::string& text) {
    EXPECT_TRUE(sequence_.AcceptId(next_).ok());
    return Told(rewinder_.Add(next_++, text, sequence_).value());
  }
  std::string Finish() { return Told(rewinder_.Finish(sequence_).value()); }
  std::string held() const { return rewinder_.held(); }

 private:
  static std::string Told(const Rewinder::Answer& answer) {
    std::string told = answer.emit + "|";
    if (answer.next == Rewinder::Next::kRewound) {
      absl::StrAppend(&told, -answer.taken);
    }
    if (answer.next == Rewinder::Next::kStop) told += "!";
    return told;
  }

  Rewinder rewinder_;
  Sequence sequence_;
  TokenId next_ = 0;
};

TEST(PatternTest, TheWindowIsHeldInWholeTokens) {
  Telling telling({NumberPhrase(4)});
  EXPECT_EQ(telling.Add("ab"), "|");
  EXPECT_EQ(telling.Add("cd"), "|");
  EXPECT_EQ(telling.Add("e"), "|");
  EXPECT_EQ(telling.held(), "abcde");
  EXPECT_EQ(telling.Add("fgh"), "abcd|");
  EXPECT_EQ(telling.Finish(), "efgh|");
}

TEST(PatternTest, AMatchIsCompleteWithTheByteBehindIt) {
  Telling telling({NumberPhrase(8)});
  telling.Add("a");
  telling.Add("1");
  EXPECT_EQ(telling.Add("2"), "|");
  EXPECT_EQ(telling.Add("3"), "|");
  EXPECT_EQ(telling.Add("b"), "|-4");
  EXPECT_EQ(telling.held(), "a");
  EXPECT_EQ(telling.Add("7"), "|");
  EXPECT_EQ(telling.Add("b"), "|");
  EXPECT_EQ(telling.Add("89"), "|");
  EXPECT_EQ(telling.Add(" 5"), "|-2");
  EXPECT_EQ(telling.held(), "a7b");
}

TEST(PatternTest, OrWithTheEndOfTheText) {
  Telling telling({NumberPhrase(8)});
  telling.Add("a1");
  telling.Add("2");
  EXPECT_EQ(telling.Finish(), "|-2");
  EXPECT_EQ(telling.Add("b"), "|");
  EXPECT_EQ(telling.Finish(), "b|");
}

TEST(PatternTest, ALongerMatchThanTheWindowIsLetPass) {
  Telling telling({NumberPhrase(3)});
  telling.Add("12345");
  EXPECT_EQ(telling.Add("abcd"), "12345|");
}

TEST(PatternTest, TheByteThatWasEmittedLastIsItsSurroundings) {
  Telling telling({NumberPhrase(2)});
  EXPECT_EQ(telling.Add("1"), "|");
  EXPECT_EQ(telling.Add("2"), "|");
  // The 1 leaves the window: 23 has a digit before it.
  EXPECT_EQ(telling.Add("3"), "1|");
  EXPECT_EQ(telling.Add("a"), "2|");
  EXPECT_EQ(telling.Finish(), "3a|");
}

TEST(PatternTest, OfPhrasesCompleteWithOneByteTheLongestCounts) {
  Telling telling({NumberPhrase(8), {.text = "x12 "}, {.text = " "}});
  telling.Add("x");
  telling.Add("12");
  EXPECT_EQ(telling.Add(" "), "|-3");
}

TEST(PatternTest, WhatHasBeenTakenBackOftenEnoughIsNeitherSoughtNorHeld) {
  Rewinder::Phrase phrase = NumberPhrase(8);
  phrase.most = 1;
  Telling telling({phrase});
  telling.Add("12");
  EXPECT_EQ(telling.Add("a"), "|-2");
  EXPECT_EQ(telling.Add("12"), "12|");
  EXPECT_EQ(telling.Add("a"), "a|");
  phrase.then = Rewinder::Phrase::Then::kStop;
  Telling stopping({phrase});
  stopping.Add("12");
  stopping.Add("a");
  stopping.Add("12");
  EXPECT_EQ(stopping.Add("a"), "|!");
}

// Finds a stretch where there is none.
class LyingPattern final : public PhrasePattern {
 public:
  explicit LyingPattern(std::size_t begin) : begin_(begin) {}
  std::optional<std::size_t> FindEndingAt(StringView, std::size_t,
                                          std::size_t) const override {
    return begin_;
  }

 private:
  const std::size_t begin_;
};

TEST(PatternTest, AStretchOutsideTheTextIsAnError) {
  for (const std::size_t begin :
       {std::size_t{9}, std::size_t{5}, std::string::npos}) {
    Rewinder::Phrase phrase;
    phrase.pattern = std::make_shared<const LyingPattern>(begin);
    phrase.window = 2;
    Rewinder rewinder = Rewinder::Create({phrase}).value();
    Sequence sequence = MakeSequence(8);
    ASSERT_TRUE(sequence.AcceptId(1).ok());
    const auto answer = rewinder.Add(1, "abcde", sequence);
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(answer.status().message(),
                                  "want one that begins in ["));
    EXPECT_EQ(rewinder.held(), "abcde");
    EXPECT_EQ(sequence.position(), 1);
    EXPECT_FALSE(rewinder.Finish(sequence).ok());
    EXPECT_EQ(sequence.position(), 1);
  }
}

TEST(PatternTest, APhraseIsATextOrAPattern) {
  const auto says = [](const Rewinder::Phrase& phrase) {
    return std::string(Rewinder::Create({phrase}).status().message());
  };
  Rewinder::Phrase phrase = NumberPhrase(0);
  EXPECT_EQ(says(phrase), "phrase 0: /window: got 0, want at least a byte");
  phrase = NumberPhrase(1);
  phrase.text = "a";
  EXPECT_EQ(says(phrase),
            "phrase 0: got a text and a pattern, want one of them");
  phrase.text = "";
  phrase.ignore_case = true;
  EXPECT_EQ(says(phrase).substr(0, 37),
            "phrase 0: got ignore_case or whole_wo");
  EXPECT_EQ(says({}), "phrase 0: got no text, want at least a byte");
}

}  // namespace
}  // namespace sampler::pattern_test
