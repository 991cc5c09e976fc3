#include "sampler/parameters/printable.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace sampler {
namespace {

using absl::string_view;

struct Range {
  char32_t first, last;
};

constexpr Range kUnsafe[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},
    {0x34f, 0x34f},     {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},
    {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
    {0xe000, 0xf8ff},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff}};

constexpr string_view kReplacement = "\xEF\xBF\xBD";

void AppendUnit(char32_t unit, std::string& out) {
  absl::StrAppend(&out, "\\u",
                  absl::Hex(static_cast<unsigned>(unit), absl::kZeroPad4));
}

void AppendJson(const Character& character, std::string& out) {
  if (character.length == 0) {
    absl::StrAppend(&out, kReplacement);
  } else if (character.code == '\n') {
    out += "\\n";
  } else if (character.code < 0x10000) {
    AppendUnit(character.code, out);
  } else {
    const char32_t rest = character.code - 0x10000;
    AppendUnit(0xd800 + (rest >> 10), out);
    AppendUnit(0xdc00 + (rest & 0x3ff), out);
  }
}

void AppendBytes(string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      absl::StrAppend(
          &out, "\\x",
          absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
}

}  // namespace

Character FirstCharacter(string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  if (byte(0) < 0x80) return {1, byte(0)};
  if (byte(0) < 0xc2 || byte(0) > 0xf4) return {};
  const std::size_t length = byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if (text.size() < length) return {};
  char32_t code = byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  if (length == 3 && (code < 0x800 || (0xd800 <= code && code < 0xe000))) {
    return {};
  }
  if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return {};
  return {length, code};
}

bool IsUtf8(string_view text) {
  while (!text.empty()) {
    const std::size_t length = FirstCharacter(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool IsUnsafe(char32_t code) {
  // Every plane ends in two noncharacters.
  if ((code & 0xfffe) == 0xfffe) return true;
  return std::any_of(std::begin(kUnsafe), std::end(kUnsafe),
                     [&](const Range& range) {
                       return range.first <= code && code <= range.last;
                     });
}

std::string EscapeUnsafe(string_view text, Escapes escapes) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte >= 0x20 && byte < 0x7f) {
      escaped += text[0];
      text.remove_prefix(1);
      continue;
    }
    const Character character = FirstCharacter(text);
    const string_view head =
        text.substr(0, std::max<std::size_t>(character.length, 1));
    if (character.length > 0 && !IsUnsafe(character.code)) {
      absl::StrAppend(&escaped, head);
    } else if (escapes == Escapes::kJson) {
      AppendJson(character, escaped);
    } else {
      AppendBytes(head, escaped);
    }
    text.remove_prefix(head.size());
  }
  return escaped;
}

std::string Printable(string_view text) {
  return EscapeUnsafe(text, Escapes::kJson);
}

}  // namespace sampler
