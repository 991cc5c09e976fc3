// Regular expressions as phrases: what matches where, against the definition
// and by example.

#include "sampler/regex/regex_phrase.h"

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler {
namespace {

// Calls f for every text of up to `longest` of these letters.
template <typename F>
void ForEachText(const std::string& letters, std::size_t longest, F f) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    f(texts[i]);
    if (texts[i].size() == longest) continue;
    for (const char letter : letters) texts.push_back(texts[i] + letter);
  }
}

TEST(RegexPhraseTest, FindsTheLongestStretchThatEndsThere) {
  int found = 0;
  for (const char* const expression :
       {"abc|ca", "a(b|c)+a?", "[ab]c{2}", "a.?c", "(?:ab)+", "b[^a]b"}) {
    const auto phrase = RegexPhrase(expression);
    ASSERT_TRUE(phrase.ok()) << phrase.status();
    // Another engine, asked about each stretch by itself.
    const std::regex slow(expression);
    ForEachText("abc", 6, [&](const std::string& text) {
      for (std::size_t begin = 0; begin <= text.size(); ++begin) {
        bool any = false;
        for (std::size_t end = begin; end <= text.size(); ++end) {
          std::optional<std::size_t> expected;
          for (std::size_t at = begin; at < end && !expected; ++at) {
            if (std::regex_match(text.substr(at, end - at), slow)) {
              expected = at;
            }
          }
          ASSERT_EQ(phrase->pattern->FindEndingAt(text, begin, end), expected)
              << expression << " in " << text << " at " << begin << ", " << end;
          any = any || (expected.has_value() && end < text.size());
          found += expected.has_value() ? 1 : 0;
        }
        EXPECT_TRUE(!any || phrase->pattern->MayOccur(text, begin));
      }
    });
  }
  EXPECT_GT(found, 1000);
}

// "text|" for what is emitted, then "-n" for tokens taken back.
class Telling {
 public:
  explicit Telling(StringView expression)
      : rewinder_(Rewinder::Create({RegexPhrase(expression).value()}).value()),
        sequence_(MakeSequence(64)) {}

  std::string Add(const std::string& text) {
    EXPECT_TRUE(sequence_.AcceptId(next_).ok());
    const auto answer = rewinder_.Add(next_++, text, sequence_);
    return absl::StrCat(answer->emit, "|", -answer->taken);
  }
  std::string Finish() {
    const auto answer = rewinder_.Finish(sequence_);
    return absl::StrCat(answer->emit, "|", -answer->taken);
  }

 private:
  Rewinder rewinder_;
  Sequence sequence_;
  TokenId next_ = 0;
};

TEST(RegexPhraseTest, WordBoundariesWaitForWhatFollows) {
  Telling telling(R"(\bfoo\b)");
  telling.Add("a ");
  telling.Add("foo");
  EXPECT_EQ(telling.Add("d "), "|0");
  EXPECT_EQ(telling.Add("foo"), "|0");
  EXPECT_EQ(telling.Add("."), "|-2");
  EXPECT_EQ(telling.Add("xfoo"), "|0");
  EXPECT_EQ(telling.Add(" "), "|0");
  EXPECT_EQ(telling.Finish(), "a food xfoo |0");
}

TEST(RegexPhraseTest, TheEndIsThatOfTheText) {
  Telling telling("end$");
  telling.Add("the ");
  EXPECT_EQ(telling.Add("end"), "|0");
  EXPECT_EQ(telling.Add("ing"), "|0");
  EXPECT_EQ(telling.Add(" end"), "|0");
  EXPECT_EQ(telling.Finish(), "|-1");
  Telling lines("(?m)^b$");
  lines.Add("ab\n");
  lines.Add("b");
  EXPECT_EQ(lines.Add("\n"), "|-2");
}

TEST(RegexPhraseTest, TheBeginningIsThatOfTheTextAndNotOfWhatIsHeld) {
  Rewinder::Phrase phrase = RegexPhrase("^x1").value();
  phrase.window = 2;
  Rewinder rewinder = Rewinder::Create({phrase}).value();
  Sequence sequence = MakeSequence(64);
  for (TokenId id = 0; id < 30; ++id) {
    ASSERT_TRUE(sequence.AcceptId(id).ok());
    const auto answer = rewinder.Add(id, id % 2 == 0 ? "ax" : "1.", sequence);
    EXPECT_EQ(answer->next, Rewinder::Next::kGoOn);
  }
}

TEST(RegexPhraseTest, CaseIsThatOfUnicode) {
  Telling telling("(?i)ärger");
  telling.Add("Ä");
  telling.Add("RGER");
  EXPECT_EQ(telling.Add("."), "|-3");
}

TEST(RegexPhraseTest, BytesThatAreNoTextMatchNothing) {
  Telling telling("a.b");
  telling.Add("a\xff");
  telling.Add("b");
  EXPECT_EQ(telling.Add("\xc3"), "|0");
  EXPECT_EQ(telling.Finish(),
            "a\xff"
            "b\xc3|0");
}

TEST(RegexPhraseTest, WhatIsNoExpressionIsAnErrorThatSaysWhy) {
  const auto says = [](StringView expression, absl::string_view message) {
    const auto phrase = RegexPhrase(expression);
    EXPECT_EQ(phrase.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(phrase.status().message(), message))
        << phrase.status();
  };
  says("a[b", "got \"a[b\", want what RE2 takes: missing ]");
  says("a)(b", "unexpected )");
  says(R"((a)\1)", "invalid escape sequence");
  says("a*", "got \"a*\", which the empty text matches");
  says("", "which the empty text matches");
}

// "ä" and "Ä", "k" and the Kelvin sign, "s" and the long s.
TEST(RegexPhraseTest, ATextOfAnyCaseIsThatOfUnicode) {
  const auto told = [](Words words, const std::vector<std::string>& pieces) {
    Rewinder rewinder =
        Rewinder::Create({AnyCasePhrase("B\xc3\xa4r.sk", words).value()})
            .value();
    Sequence sequence = MakeSequence(64);
    std::string text;
    for (const std::string& piece : pieces) {
      EXPECT_TRUE(sequence.AcceptId(1).ok());
      const auto answer = rewinder.Add(1, piece, sequence);
      text += answer->emit;
      if (answer->next == Rewinder::Next::kRewound) text += "<";
    }
    const auto answer = rewinder.Finish(sequence);
    return text + answer->emit +
           (answer->next == Rewinder::Next::kRewound ? "<" : "");
  };
  EXPECT_EQ(told(Words::kAny, {"b\xc3", "\x84r.SK."}), "<");
  EXPECT_EQ(told(Words::kAny, {"ein b\xc3\xa4R.\xc5\xbf\xe2\x84\xaa"}), "<");
  EXPECT_EQ(told(Words::kAny, {"b\xc3\xa4rxsk"}), "b\xc3\xa4rxsk");
  EXPECT_EQ(told(Words::kAny, {"xb\xc3\x84r.skx"}), "<");
  EXPECT_EQ(told(Words::kWhole, {"xb\xc3\x84r.skx"}), "xb\xc3\x84r.skx");
  EXPECT_EQ(told(Words::kWhole, {"x b\xc3\x84r.sk"}), "<");
  EXPECT_FALSE(AnyCasePhrase("").ok());
  EXPECT_FALSE(AnyCasePhrase("\xc3").ok());
}

}  // namespace
}  // namespace sampler
