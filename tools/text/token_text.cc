#include "tools/text/token_text.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sampler/candidate.h"
#include "tools/text/quote.h"
#include "tools/text/token_pieces.h"

namespace sampler::tools {
namespace {

using absl::string_view;

// GPT-2's alphabet: bytes that print stand for themselves, the other 68 are
// numbered from U+0100 on, in their order.
struct ByteAlphabet {
  static constexpr char32_t kFirst = 0x100;

  static constexpr bool Prints(unsigned b) {
    return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  }

  constexpr ByteAlphabet() {
    std::size_t next = 0;
    for (unsigned b = 0; b < 256; ++b) {
      if (!Prints(b)) unprintable[next++] = static_cast<char>(b);
    }
  }

  // The byte that `c` stands for, or nothing.
  std::optional<char> Byte(char32_t c) const {
    if (c < 256 && Prints(c)) return static_cast<char>(c);
    if (c < kFirst || c >= kFirst + unprintable.size()) return std::nullopt;
    return unprintable[c - kFirst];
  }

  std::array<char, 68> unprintable{};
};

std::string FromByteLevel(const std::string& piece) {
  static constexpr ByteAlphabet kAlphabet;
  std::string bytes;
  string_view rest = piece;
  while (!rest.empty()) {
    const Character character = FirstCharacter(rest);
    const std::optional<char> byte =
        character.length == 0 ? std::nullopt : kAlphabet.Byte(character.code);
    // A stranger to the alphabet: the piece is not spelled in it.
    if (!byte.has_value()) return piece;
    bytes.push_back(*byte);
    rest.remove_prefix(character.length);
  }
  return bytes;
}

std::string FromSentencepiece(const std::string& piece) {
  const auto is_hex = [&](std::size_t i) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(piece[i]));
  };
  const bool is_byte = piece.size() == 6 && absl::StartsWith(piece, "<0x") &&
                       piece[5] == '>' && is_hex(3) && is_hex(4);
  std::uint32_t byte = 0;
  if (is_byte && absl::SimpleHexAtoi(piece.substr(3, 2), &byte)) {
    return std::string(1, static_cast<char>(byte));
  }
  return absl::StrReplaceAll(piece, {{"\u2581", " "}});
}

}  // namespace

absl::StatusOr<TokenText> TokenText::Open(const std::string& path) {
  auto read = ReadTokenPieces(path);
  if (!read.ok()) return read.status();
  std::vector<std::optional<std::string>> texts = std::move(read->pieces);
  for (std::optional<std::string>& text : texts) {
    if (!text.has_value()) continue;
    if (read->spelling == PieceSpelling::kByteLevel) {
      text = FromByteLevel(*text);
    } else if (read->spelling == PieceSpelling::kSentencepiece) {
      text = FromSentencepiece(*text);
    }
  }
  // Added tokens often stand in the vocabulary too; they are never spelled.
  if (texts.size() < read->added.size()) texts.resize(read->added.size());
  for (std::size_t id = 0; id < read->added.size(); ++id) {
    if (read->added[id].has_value()) texts[id] = std::move(read->added[id]);
  }
  return TokenText(std::move(texts));
}

bool TokenText::Has(TokenId id) const {
  return id >= 0 && static_cast<std::size_t>(id) < texts_.size() &&
         texts_[static_cast<std::size_t>(id)].has_value();
}

std::string TokenText::Bytes(TokenId id) const {
  return Has(id) ? *texts_[static_cast<std::size_t>(id)] : "";
}

std::string TokenText::Display(TokenId id) const {
  if (empty()) return "";
  if (!Has(id)) return absl::StrCat("<id ", id, ">");
  return Quote(*texts_[static_cast<std::size_t>(id)]);
}

}  // namespace sampler::tools
