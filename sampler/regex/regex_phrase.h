// Phrases of a Rewinder that are regular expressions, by RE2.
//
//   const auto phrase = RegexPhrase(R"((?i)\bas an? (AI|assistant)\b)");
//   auto rewinder = Rewinder::Create({*phrase, {.text = "I cannot"}});
//
// A library of its own, sampler::regex, since it needs RE2.
//
// The syntax is RE2's (https://github.com/google/re2/wiki/Syntax), over UTF-8:
// (?i) folds the case of all of Unicode, \b knows the letters of ASCII. The
// time is linear in the text, whatever the expression. What counts as
// complete, and what the window says: rewind/rewinder.h.
//
// Thread-safety: pure function.
// Cost: of a token, a search of the last `window` bytes of the text.
// Tested by: tests/regex/regex_phrase_test.cc, tests/regex/regex_laws_test.cc.

#ifndef SAMPLER_REGEX_REGEX_PHRASE_H_
#define SAMPLER_REGEX_REGEX_PHRASE_H_

#include "absl/status/statusor.h"
#include "sampler/language.h"
#include "sampler/rewind/rewinder.h"

namespace sampler {

// A phrase of this expression; its window, and how often it is taken back, are
// the caller's to set. InvalidArgument for an expression that RE2 does not
// take, and for one that the empty text matches.
absl::StatusOr<Rewinder::Phrase> RegexPhrase(StringView expression);

// Where a text may stand.
enum class Words {
  kAny,   // Anywhere.
  kWhole  // As Rewinder::Phrase::whole_words.
};

// A phrase of this text in any case, by all of Unicode ("\xc3\x84" is also
// "\xc3\xa4"), where Rewinder::Phrase::ignore_case knows the letters of ASCII.
// Its window is long enough for every spelling. InvalidArgument for a text that
// is empty or not UTF-8.
absl::StatusOr<Rewinder::Phrase> AnyCasePhrase(StringView text,
                                               Words words = Words::kAny);

}  // namespace sampler

#endif  // SAMPLER_REGEX_REGEX_PHRASE_H_
