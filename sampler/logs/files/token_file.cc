#include "sampler/logs/files/token_file.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/files/little_endian.h"
#include "sampler/logs/formats/npy_header.h"
#include "sampler/parameters/byte_order_mark.h"
#include "sampler/parameters/decimal.h"

namespace sampler::logs {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr absl::string_view kForms =
    ".npy of integers, .json array, .txt of integers or .bin of int32";

absl::Status BadId(const std::string& path, std::size_t index,
                   absl::string_view found) {
  return InvalidLog({path, absl::StrCat("token ", index), found,
                     "a 64-bit integer", "write one token id per entry"});
}

absl::StatusOr<Ids> FromText(const std::string& path, absl::string_view text) {
  Ids ids;
  for (const absl::string_view word : absl::StrSplit(
           text, absl::ByAnyChar(" \t\r\n\v\f"), absl::SkipEmpty())) {
    const absl::StatusOr<std::int64_t> id = ReadInteger(word);
    if (!id.ok()) {
      return BadId(path, ids.size(),
                   absl::StrCat("\"", word.substr(0, 40), "\""));
    }
    ids.push_back(*id);
  }
  return ids;
}

absl::StatusOr<Ids> FromJson(const std::string& path, absl::string_view text) {
  const auto json = nlohmann::json::parse(text.begin(), text.end(), nullptr,
                                          /*allow_exceptions=*/false);
  // The parser takes a zero byte for the end of the text.
  if (!json.is_array() || absl::StrContains(text, '\0')) {
    return InvalidLog({path, "token file", "malformed JSON",
                       "an array of integers", "for example [1, 2, 3]"});
  }
  Ids ids;
  for (const auto& element : json) {
    const auto* number = element.get_ptr<const std::int64_t*>();
    const auto* big = element.get_ptr<const std::uint64_t*>();
    constexpr auto kMaximum = std::numeric_limits<std::int64_t>::max();
    if (!element.is_number_integer() ||
        (big != nullptr && *big > static_cast<std::uint64_t>(kMaximum))) {
      return BadId(path, ids.size(),
                   absl::StrCat("a JSON value of type ", element.type_name()));
    }
    ids.push_back(*number);
  }
  return ids;
}

// How the ids of a .npy file are stored.
struct IdType {
  std::size_t width = 0;
  bool is_signed = false;
  bool big_endian = false;
};

std::optional<IdType> ReadIdType(absl::string_view descr) {
  if (descr.size() != 3) return std::nullopt;
  const char order = descr[0];
  const bool single = descr[2] == '1';
  const bool known = (descr[1] == 'i' || descr[1] == 'u') &&
                     absl::StrContains("1248", descr.substr(2)) &&
                     (order == '<' || order == '>' || (order == '|' && single));
  if (!known) return std::nullopt;
  return IdType{static_cast<std::size_t>(descr[2] - '0'), descr[1] == 'i',
                order == '>'};
}

absl::StatusOr<TokenArray> FromNpy(const std::string& path,
                                   absl::Span<const unsigned char> bytes) {
  auto header = ParseNpyHeader(path, bytes);
  if (!header.ok()) return header.status();
  const auto type = ReadIdType(header->descr);
  if (!type) {
    return InvalidLog({path, "descr", absl::StrCat("\"", header->descr, "\""),
                       "integers: <i4, <i8, <u4 or <u8, or narrower ones",
                       "save the ids with .astype('<i4')"});
  }
  if (header->fortran_order && header->shape.size() > 1) {
    return InvalidLog({path, "fortran_order", "True", "False",
                       "save numpy.ascontiguousarray(ids)"});
  }
  const auto count = CheckedProduct(header->shape);
  const auto width = static_cast<std::int64_t>(type->width);
  const auto size = count ? CheckedMultiply(*count, width) : count;
  const auto available =
      static_cast<std::int64_t>(bytes.size() - header->data_offset);
  if (!size || *size > available) {
    return TruncatedLog({path, "shape",
                         ShapeText(absl::MakeConstSpan(header->shape)),
                         absl::StrCat("at most ", available / width, " ids"),
                         "the file is truncated: save it again"});
  }
  Ids ids(static_cast<std::size_t>(*count));
  const unsigned char* from = bytes.data() + header->data_offset;
  for (std::size_t i = 0; i < ids.size(); ++i, from += type->width) {
    unsigned char element[8];
    std::copy_n(from, type->width, element);
    if (type->big_endian) std::reverse(element, element + type->width);
    ids[i] = LoadInteger(element, type->width, type->is_signed);
    if (!type->is_signed && ids[i] < 0) return BadId(path, i, "2^63 or more");
  }
  return TokenArray{std::move(ids), std::move(header->shape)};
}

absl::StatusOr<Ids> FromBinary(const std::string& path,
                               absl::Span<const unsigned char> bytes) {
  if (!absl::EndsWith(path, ".bin") || bytes.size() % 4 != 0) {
    return InvalidLog({path, "token file",
                       absl::StrCat(bytes.size(), " bytes of binary data"),
                       kForms, "little-endian int32 must be named .bin"});
  }
  Ids ids;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    ids.push_back(LoadLittle<std::int32_t>(bytes.data() + i));
  }
  return ids;
}

absl::StatusOr<TokenArray> FromBytes(const std::string& path,
                                     absl::Span<const unsigned char> bytes) {
  if (HasNpyMagic(bytes)) return FromNpy(path, bytes);
  // Four printable bytes would be an id above 150 million, beyond every
  // vocabulary, so printable content is text.
  const absl::string_view text = WithoutByteOrderMark(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const bool printable =
      std::all_of(text.begin(), text.end(), [](const char c) {
        const auto byte = static_cast<unsigned char>(c);
        return absl::ascii_isprint(byte) || absl::ascii_isspace(byte);
      });
  const bool json =
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "[");
  auto ids = !printable ? FromBinary(path, bytes)
             : json     ? FromJson(path, text)
                        : FromText(path, text);
  if (!ids.ok()) return ids.status();
  const auto count = static_cast<std::int64_t>(ids->size());
  return TokenArray{*std::move(ids), {count}};
}

}  // namespace

absl::StatusOr<TokenArray> ReadTokenFile(const std::string& path) {
  auto file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  const auto bytes = file->ReadAll();
  if (!bytes.ok()) return bytes.status();
  auto array = FromBytes(path, *bytes);
  if (array.ok() && array->ids.empty()) {
    return InvalidLog({path, "token file", "no token ids",
                       absl::StrCat("at least one (", kForms, ")"),
                       "leave the option out if there are none"});
  }
  return array;
}

}  // namespace sampler::logs
