#include "sampler/logs/token_file.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nlohmann/json.hpp"
#include "sampler/decimal.h"
#include "sampler/logs/checked_math.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/little_endian.h"
#include "sampler/logs/mapped_file.h"
#include "sampler/logs/npy_header.h"

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

absl::StatusOr<Ids> FromNpy(const std::string& path,
                            absl::Span<const unsigned char> bytes) {
  auto header = ParseNpyHeader(path, bytes);
  if (!header.ok()) return header.status();
  const std::string& descr = header->descr;
  const bool wide = descr == "<i8" || descr == "<u8";
  if (!wide && descr != "<i4" && descr != "<u4") {
    return InvalidLog({path, "descr", absl::StrCat("\"", descr, "\""),
                       "<i4, <i8, <u4 or <u8",
                       "save the ids with .astype('<i4')"});
  }
  if (header->fortran_order && header->shape.size() > 1) {
    return InvalidLog({path, "fortran_order", "True", "False",
                       "save numpy.ascontiguousarray(ids)"});
  }
  const auto count = CheckedProduct(header->shape);
  const std::int64_t width = wide ? 8 : 4;
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
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (wide) {
      ids[i] = LoadLittle<std::int64_t>(from + 8 * i);
      if (descr == "<u8" && ids[i] < 0) return BadId(path, i, "2^63 or more");
    } else if (descr == "<i4") {
      ids[i] = LoadLittle<std::int32_t>(from + 4 * i);
    } else {
      ids[i] = LoadLittle<std::uint32_t>(from + 4 * i);
    }
  }
  return ids;
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

absl::StatusOr<Ids> FromBytes(const std::string& path,
                              absl::Span<const unsigned char> bytes) {
  if (HasNpyMagic(bytes)) return FromNpy(path, bytes);
  // Four printable bytes would be an id above 150 million, beyond every
  // vocabulary, so printable content is text.
  const bool printable =
      std::all_of(bytes.begin(), bytes.end(), [](unsigned char byte) {
        return absl::ascii_isprint(byte) || absl::ascii_isspace(byte);
      });
  if (!printable) return FromBinary(path, bytes);
  const absl::string_view text(reinterpret_cast<const char*>(bytes.data()),
                               bytes.size());
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "[")
             ? FromJson(path, text)
             : FromText(path, text);
}

}  // namespace

absl::StatusOr<std::vector<std::int64_t>> ReadTokenFile(
    const std::string& path) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  auto ids = FromBytes(path, file->bytes());
  if (ids.ok() && ids->empty()) {
    return InvalidLog({path, "token file", "no token ids",
                       absl::StrCat("at least one (", kForms, ")"),
                       "leave the option out if there are none"});
  }
  return ids;
}

}  // namespace sampler::logs
