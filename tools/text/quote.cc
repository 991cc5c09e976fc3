#include "tools/text/quote.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
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

}  // namespace

std::string Escape(string_view bytes) {
  return EscapeUnsafe(bytes, Escapes::kBytes);
}

std::string ShownPath(const std::string& path) {
  return path == "-" ? "standard input" : Escape(path);
}

std::string EscapeLines(string_view text) {
  return absl::StrJoin(absl::StrSplit(text, '\n'), "\n",
                       [](std::string* out, string_view line) {
                         absl::StrAppend(out, Printable(line));
                       });
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
