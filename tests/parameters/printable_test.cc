// No character that a terminal would act on, hide or turn around gets through,
// whatever the bytes.

#include "sampler/parameters/printable.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace sampler {
namespace {

std::string Utf8(char32_t code) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f))};
  if (code < 0x10000) {
    return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)),
            byte(0x80 | (code & 0x3f))};
  }
  return {byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)),
          byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
}

// What a tester would plant, each with a word of why.
bool ActsOnATerminal(char32_t code) {
  return code < 0x20 || (0x7f <= code && code < 0xa0) ||       // Controls.
         code == 0x2028 || code == 0x2029 ||                   // Line breaks.
         (0x202a <= code && code <= 0x202e) ||                 // Bidi.
         (0x2066 <= code && code <= 0x2069) ||                 // Bidi.
         code == 0x200e || code == 0x200f || code == 0x61c ||  // Bidi marks.
         (0x200b <= code && code <= 0x200d) || code == 0xfeff || code == 0xad ||
         (0xe0000 <= code && code <= 0xe0fff);  // Invisible.
}

TEST(Printable, KeepsTextAndEscapesTheRest) {
  EXPECT_EQ(Printable("a \"b\" \\ \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
            "a \"b\" \\ \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(Printable("a\nb\r\x1b[0m\x7f"), "a\\nb\\u000d\\u001b[0m\\u007f");
  EXPECT_EQ(Printable(absl::string_view("\0", 1)), "\\u0000");
  EXPECT_EQ(Printable(""), "");
}

TEST(Printable, ReplacesWhatIsNotUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(Printable("\xff"
                      "a"),
            bad + "a");
  EXPECT_EQ(Printable("\x80"), bad);
  EXPECT_EQ(Printable("\xc3"), bad);  // Cut short.
  EXPECT_EQ(Printable("\xc3"
                      "a"),
            bad + "a");
  EXPECT_EQ(Printable("\xc0\x80"), bad + bad);            // Overlong.
  EXPECT_EQ(Printable("\xe0\x80\x80"), bad + bad + bad);  // Overlong.
  EXPECT_EQ(Printable("\xed\xa0\x80"), bad + bad + bad);  // Surrogate.
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(Printable("\xf0\x9f\x98"), bad + bad + bad);
}

TEST(EscapeUnsafe, LetsNoCharacterThroughThatATerminalActsOn) {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (0xd800 <= code && code < 0xe000) continue;
    const std::string text = Utf8(code);
    ASSERT_TRUE(IsUtf8(text));
    ASSERT_EQ(FirstCharacter(text).code, code);
    ASSERT_TRUE(IsUnsafe(code) || !ActsOnATerminal(code)) << text;
    for (const Escapes escapes : {Escapes::kJson, Escapes::kBytes}) {
      const std::string escaped = EscapeUnsafe(text, escapes);
      if (!IsUnsafe(code)) {
        ASSERT_EQ(escaped, text);
        continue;
      }
      for (const char c : escaped) ASSERT_TRUE(0x20 <= c && c < 0x7f) << text;
    }
  }
}

TEST(EscapeUnsafe, KeepsTextInEveryScript) {
  for (const char32_t code : {U'a', U'\u00e9', U'\u05d0', U'\u0627', U'\u6f22',
                              U'\ud55c', U'\u2190', U'\U0001f642'}) {
    EXPECT_FALSE(IsUnsafe(code));
  }
}

TEST(EscapeUnsafe, WritesBothForms) {
  const std::string text =
      "\x1b]0;\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\xff\n\t";
  EXPECT_EQ(EscapeUnsafe(text, Escapes::kJson),
            "\\u001b]0;\\u009b\\u202e\\udb40\\udc01\xEF\xBF\xBD\\n\\u0009");
  EXPECT_EQ(EscapeUnsafe(text, Escapes::kBytes),
            R"(\x1b]0;\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\xff\n\t)");
}

TEST(EscapeUnsafe, OfRandomBytesIsUtf8AndTheSameTwice) {
  std::mt19937 engine(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(engine() % 12, '\0');
    for (char& byte : bytes) byte = static_cast<char>(engine());
    for (const Escapes escapes : {Escapes::kJson, Escapes::kBytes}) {
      const std::string once = EscapeUnsafe(bytes, escapes);
      ASSERT_TRUE(IsUtf8(once));
      ASSERT_EQ(EscapeUnsafe(once, escapes), once);
    }
  }
}

}  // namespace
}  // namespace sampler
