// Token text: three file forms, three spellings, and files that mean harm.

#include "tools/text/token_text.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

TokenText OpenText(absl::string_view name, absl::string_view content) {
  auto text = TokenText::Open(WriteTemporary(name, content));
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *std::move(text) : TokenText();
}

// The error that opening a file of this content gives.
std::string Refusal(absl::string_view content) {
  const auto text = TokenText::Open(WriteTemporary("vocab.json", content));
  return text.ok() ? "" : std::string(text.status().message());
}

TEST(TokenTextTest, JsonThatIsNoObjectIsNoVocabulary) {
  for (const auto& [name, content] :
       std::vector<std::pair<std::string, std::string>>{
           {"list.json", R"(["a", "b"])"},
           {"list", R"(["a", "b"])"},
           {"broken.json", R"(["a", )"},
           {"number.json", "7"},
           {"text.json", R"("a")"}}) {
    const auto text = TokenText::Open(WriteTemporary(name, content));
    ASSERT_FALSE(text.ok()) << name;
    EXPECT_TRUE(Says(text.status().message(), "got JSON that is no object"));
  }
  std::string behind = R"({"a": 0})";
  behind += '\0';
  behind += "{}";
  EXPECT_FALSE(TokenText::Open(WriteTemporary("vocab.json", behind)).ok());
  // Pieces may begin as JSON does.
  const auto pieces =
      TokenText::Open(WriteTemporary("vocab.txt", "[PAD]\n[UNK]\nthe"));
  ASSERT_TRUE(pieces.ok()) << pieces.status();
  EXPECT_EQ(pieces->size(), 3);
  EXPECT_TRUE(TokenText::Open(WriteTemporary("vocab", "[PAD]\n[UNK]\n")).ok());
}

TEST(TokenTextTest, ReadsTheShippedTokenizer) {
  const auto text = TokenText::Open(DataFile("tokenizer.json"));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->size(), 49152);
  EXPECT_EQ(text->Bytes(260), " the");
  EXPECT_EQ(text->Display(260), "\" the\"");
  EXPECT_EQ(text->Bytes(1), "<|im_start|>");
  EXPECT_EQ(text->Display(49152), "<id 49152>");
  EXPECT_EQ(text->Display(-1), "<id -1>");
}

TEST(TokenTextTest, ByteLevelPiecesSpellEveryByte) {
  // Byte b is the character b where that prints, else the next from U+0100 on.
  json vocabulary;
  std::string next = "\xc4\x80";  // U+0100.
  for (int b = 0; b < 256; ++b) {
    const bool prints = (b >= 33 && b <= 126) || (b >= 161 && b != 173);
    std::string piece(1, static_cast<char>(b));
    if (!prints) {
      piece = next;
      if (++next[1] == '\xc0') next = "\xc5\x80";
    } else if (b > 127) {
      piece[0] = static_cast<char>(0xc0 | b >> 6);
      piece.push_back(static_cast<char>(0x80 | (b & 0x3f)));
    }
    vocabulary[piece] = b;
  }
  const TokenText text =
      OpenText("t.json", json({{"decoder", {{"type", "ByteLevel"}}},
                               {"model", {{"vocab", vocabulary}}}})
                             .dump());
  for (int b = 0; b < 256; ++b) {
    EXPECT_EQ(text.Bytes(b), std::string(1, static_cast<char>(b))) << b;
  }
}

TEST(TokenTextTest, NoFileMeansNoTexts) {
  const TokenText text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.Display(3), "");
  EXPECT_EQ(text.Bytes(3), "");
}

TEST(TokenTextTest, ReadsAVocabJson) {
  const TokenText text =
      OpenText("vocab.json", R"({"Ġa": 0, "Ċ": 2, "Ã": 3, "model": 4})");
  EXPECT_EQ(text.Bytes(0), " a");
  EXPECT_FALSE(text.Has(1));
  EXPECT_EQ(text.Display(2), R"("\n")");
  EXPECT_EQ(text.Display(3), R"("\xc3")");
  EXPECT_EQ(text.Bytes(4), "model");
}

TEST(TokenTextTest, ReadsSentencepiecePieces) {
  const TokenText text =
      OpenText("pieces.txt", "<unk>\n▁the\n<0x0A>\n<0xc3>\na▁b\n\n{");
  EXPECT_EQ(text.size(), 7);
  EXPECT_EQ(text.Bytes(1), " the");
  EXPECT_EQ(text.Bytes(2), "\n");
  EXPECT_EQ(text.Bytes(3), "\xc3");
  EXPECT_EQ(text.Bytes(4), "a b");
  EXPECT_EQ(text.Bytes(5), "");
  EXPECT_TRUE(text.Has(5));
  EXPECT_EQ(text.Bytes(6), "{");
}

TEST(TokenTextTest, PlainPiecesStayAsTheyAre) {
  const TokenText text = OpenText("pieces.txt", "the\r\n##ing\r\n<0x0A>");
  EXPECT_EQ(text.Bytes(0), "the");
  EXPECT_EQ(text.Bytes(1), "##ing");
  EXPECT_EQ(text.Bytes(2), "<0x0A>");
}

TEST(TokenTextTest, AnUnigramModelListsItsPieces) {
  const TokenText text = OpenText(
      "t.json",
      R"({"decoder": {"type": "Sequence", "decoders": [{"type": "Metaspace"}]},
          "model": {"type": "Unigram", "vocab": [["<s>", 0], ["▁a", -1.5]]},
          "added_tokens": [{"id": 0, "content": "<s>"},
                           {"id": 2, "content": "▁kept"}]})");
  EXPECT_EQ(text.Bytes(1), " a");
  EXPECT_EQ(text.Bytes(2), "▁kept");
}

TEST(TokenTextTest, AReducedTokenizerIsEnough) {
  const TokenText text =
      OpenText("t.json", R"({"model": {"vocab": {"Ġx": 1}}})");
  EXPECT_EQ(text.Bytes(1), " x");
  EXPECT_EQ(text.Display(0), "<id 0>");
}

TEST(TokenTextTest, RefusesWhatIsNotAVocabulary) {
  EXPECT_TRUE(Says(Refusal(""), "empty file"));
  EXPECT_TRUE(Says(Refusal("{\"a\": "), "malformed JSON"));
  EXPECT_TRUE(Says(Refusal("{\"\xff\": 1}"), "malformed JSON"));
  EXPECT_TRUE(Says(Refusal(std::string("a\0b", 3)), "zero byte"));
  EXPECT_TRUE(Says(Refusal(R"({"model": {"merges": []}})"), "/model/vocab"));
  EXPECT_TRUE(Says(Refusal(R"({"model": {"vocab": {}}, "added_tokens": [3]})"),
                   "/added_tokens/0"));
  EXPECT_TRUE(
      Says(Refusal(R"({"model": {"vocab": ["a"]}})"), "/model/vocab/0"));
}

TEST(TokenTextTest, RefusesIdsThatAreNone) {
  for (const char* id : {"-1", "1.0", "1048576", "18446744073709551615",
                         "1e400", "\"1\"", "null", "[[]]", "{\"a\": 1}"}) {
    const std::string refusal =
        Refusal(absl::StrCat(R"({"model": {"vocab": {"a": )", id, "}}}"));
    EXPECT_FALSE(refusal.empty()) << id;
  }
  EXPECT_TRUE(Says(Refusal(R"({"a": 1048576})"), "[0, 1048576)"));
}

TEST(TokenTextTest, RefusesIdsAndTextsGivenTwice) {
  EXPECT_TRUE(Says(Refusal(R"({"a": 1, "b": 1})"), "has already"));
  EXPECT_TRUE(Says(Refusal(R"({"a": 1, "a": 2})"), "twice"));
  EXPECT_TRUE(
      Says(Refusal(R"({"model": {"vocab": {"a": 1, "a": 2}}})"), "twice"));
}

TEST(TokenTextTest, DeepNestingDoesNotExhaustTheStack) {
  const std::string deep(1 << 20, '[');
  EXPECT_FALSE(Refusal("{\"a\": " + deep).empty());
  const std::string closed = deep + std::string(1 << 20, ']');
  EXPECT_FALSE(Refusal("{\"a\": " + closed + "}").empty());
  EXPECT_EQ(
      Refusal("{\"merges\": " + closed + R"(, "model": {"vocab": {"a": 1}}})"),
      "");
}

TEST(TokenTextTest, NamesAMissingFile) {
  const auto text = TokenText::Open("/no/such/file.json");
  EXPECT_EQ(text.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Says(text.status().message(), "/no/such/file.json"));
}

TEST(QuoteTest, LetsNoControlCharacterThrough) {
  EXPECT_EQ(Quote("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Quote("\x1b[31m\n\t\r\x7f"), R"("\x1b[31m\n\t\r\x7f")");
  EXPECT_EQ(Quote(std::string("\0", 1)), R"("\x00")");
  // U+009B is a control sequence introducer; U+202E turns the text around;
  // U+200B cannot be seen.
  EXPECT_EQ(Quote("\xc2\x9b"), R"("\xc2\x9b")");
  EXPECT_EQ(Quote("\xe2\x80\xae"), R"("\xe2\x80\xae")");
  EXPECT_EQ(Quote("\xe2\x80\x8b"), R"("\xe2\x80\x8b")");
}

TEST(QuoteTest, EscapeLeavesQuotesAlone) {
  EXPECT_EQ(Escape("kind = \"a\x1b\""), R"(kind = "a\x1b")");
}

TEST(QuoteTest, EscapesExactlyWhatIsNotUtf8) {
  EXPECT_EQ(Quote("é漢🙂"), "\"é漢🙂\"");
  EXPECT_EQ(Quote("\xc3"), R"("\xc3")");
  EXPECT_EQ(Quote("\xc3(é"), "\"\\xc3(é\"");
  EXPECT_EQ(Quote("\xc0\xaf"), R"("\xc0\xaf")");          // Overlong.
  EXPECT_EQ(Quote("\xed\xa0\x80"), R"("\xed\xa0\x80")");  // A surrogate.
  EXPECT_EQ(Quote("\xf4\x90\x80\x80"), R"("\xf4\x90\x80\x80")");
}

TEST(QuoteTest, WhateverTheBytesTheResultIsPrintableUtf8) {
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525u + 1013904223u;
      bytes.push_back(static_cast<char>(state >> 24));
    }
    const std::string quoted = Quote(bytes);
    ASSERT_TRUE(IsUtf8(quoted));
    for (const char c : quoted) {
      ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
    }
  }
}

TEST(QuoteTest, FitsColumnsAndNotBytes) {
  EXPECT_EQ(FitColumns("ab", 4), "ab  ");
  EXPECT_EQ(FitColumns("漢字", 6), "漢字  ");
  EXPECT_EQ(FitColumns("漢字漢字", 6), "漢... ");
  EXPECT_EQ(FitColumns("abcdefgh", 6), "abc...");
  EXPECT_EQ(FitColumns("abcdef", 2), "..");
  EXPECT_EQ(Columns("e\xcc\x81"), 1u);
}

}  // namespace
}  // namespace sampler::tools
