#include "tools/quote.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"

namespace sampler::tools {
namespace {

using absl::string_view;

struct Range {
  char32_t first, last;
};

bool In(absl::Span<const Range> ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [=](const Range& range) {
    return range.first <= c && c <= range.last;
  });
}

// Characters that are invisible, move the cursor, change what stands beside
// them, or turn the direction of what follows.
constexpr Range kUnsafe[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x34f, 0x34f},
    {0x61c, 0x61c},   {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
    {0xe000, 0xf8ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0x10ffff}};

// The common blocks of combining marks, and of wide characters.
constexpr Range kCombining[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
    {0x64b, 0x65f},   {0x93c, 0x93c},   {0x94d, 0x94d},   {0xe31, 0xe31},
    {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
    {0x20d0, 0x20ff}, {0x3099, 0x309a}, {0xfe20, 0xfe2f}};
constexpr Range kWide[] = {
    {0x1100, 0x115e},   {0x231a, 0x231b},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},
    {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x17000, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

std::size_t Columns(char32_t c) {
  return In(kCombining, c) ? 0 : In(kWide, c) ? 2 : 1;
}

void AppendEscaped(string_view bytes, std::string& out) {
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

Character FirstCharacter(string_view bytes) {
  if (bytes.empty()) return {};
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(bytes[i]));
  };
  if (byte(0) < 0x80) return {1, byte(0)};
  if (byte(0) < 0xc2 || byte(0) > 0xf4) return {};
  const std::size_t length = byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  if (bytes.size() < length) return {};
  char32_t code = byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  if (length == 3 && (code < 0x800 || (0xd800 <= code && code < 0xe000))) {
    return {};
  }
  if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return {};
  return {length, code};
}

bool IsUtf8(string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = FirstCharacter(bytes).length;
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string Escape(string_view bytes) {
  std::string escaped;
  while (!bytes.empty()) {
    const Character character = FirstCharacter(bytes);
    const string_view head =
        bytes.substr(0, std::max<std::size_t>(character.length, 1));
    if (character.length == 0 || In(kUnsafe, character.code)) {
      AppendEscaped(head, escaped);
    } else {
      absl::StrAppend(&escaped, head);
    }
    bytes.remove_prefix(head.size());
  }
  return escaped;
}

std::string Quote(string_view bytes) {
  return absl::StrCat(
      "\"",
      Escape(absl::StrReplaceAll(bytes, {{"\"", "\\\""}, {"\\", "\\\\"}})),
      "\"");
}

std::size_t Columns(string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    columns += Columns(character.code);
    text.remove_prefix(std::max<std::size_t>(character.length, 1));
  }
  return columns;
}

std::string FitColumns(string_view text, std::size_t columns) {
  const std::size_t wanted = Columns(text);
  if (wanted <= columns) {
    return absl::StrCat(text, std::string(columns - wanted, ' '));
  }
  constexpr string_view kEnd = "...";
  const std::size_t room = columns - std::min(columns, kEnd.size());
  std::size_t taken = 0;
  string_view rest = text;
  while (!rest.empty()) {
    const Character character = FirstCharacter(rest);
    const std::size_t width = Columns(character.code);
    if (taken + width > room) break;
    taken += width;
    rest.remove_prefix(std::max<std::size_t>(character.length, 1));
  }
  return absl::StrCat(text.substr(0, text.size() - rest.size()),
                      kEnd.substr(0, columns - room),
                      std::string(room - taken, ' '));
}

}  // namespace sampler::tools
