#include "sampler/logs/formats/npy_header.h"

#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/little_endian.h"
#include "sampler/parameters/printable.h"

namespace sampler::logs {
namespace {

constexpr unsigned char kMagic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
// NumPy itself refuses headers above 10,000 bytes; a plain array needs 128.
constexpr std::size_t kMaximumNpyHeader = std::size_t{1} << 20;

// Recursive descent over the few literals a header may hold. Every method
// returns empty on a mismatch and leaves position() at it.
class LiteralParser {
 public:
  explicit LiteralParser(absl::string_view text) : text_(text) {}

  std::size_t position() const { return position_; }

  bool Take(absl::string_view token) {
    SkipSpace();
    if (!absl::StartsWith(text_.substr(position_), token)) return false;
    position_ += token.size();
    return true;
  }

  std::optional<std::string> String() {
    SkipSpace();
    if (position_ >= text_.size()) return std::nullopt;
    const char quote = text_[position_];
    if (quote != '\'' && quote != '"') return std::nullopt;
    const std::size_t end = text_.find(quote, position_ + 1);
    if (end == absl::string_view::npos) return std::nullopt;
    const absl::string_view value =
        text_.substr(position_ + 1, end - position_ - 1);
    if (absl::StrContains(value, "\\")) return std::nullopt;
    position_ = end + 1;
    return std::string(value);
  }

  std::optional<bool> Bool() {
    if (Take("True")) return true;
    if (Take("False")) return false;
    return std::nullopt;
  }

  std::optional<std::int64_t> Integer() {
    SkipSpace();
    const std::size_t start = position_;
    std::int64_t value = 0;
    while (position_ < text_.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(text_[position_]))) {
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, text_[position_] - '0', &value)) {
        return std::nullopt;
      }
      ++position_;
    }
    if (position_ == start) return std::nullopt;
    return value;
  }

  // "(1, 2)", "(1,)" or "()". "(1)" is an integer in Python, and no shape.
  std::optional<std::vector<std::int64_t>> Tuple() {
    if (!Take("(")) return std::nullopt;
    std::vector<std::int64_t> values;
    bool comma = true;
    while (!Take(")")) {
      if (!comma) return std::nullopt;
      const auto value = Integer();
      if (!value) return std::nullopt;
      values.push_back(*value);
      comma = Take(",");
    }
    if (values.size() == 1 && !comma) return std::nullopt;
    return values;
  }

  bool AtEnd() {
    SkipSpace();
    return position_ == text_.size();
  }

 private:
  void SkipSpace() {
    while (position_ < text_.size() &&
           absl::ascii_isspace(static_cast<unsigned char>(text_[position_]))) {
      ++position_;
    }
  }

  absl::string_view text_;
  std::size_t position_ = 0;
};

struct Fields {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
};

// Each key once; false at an unknown or repeated key or an unreadable value.
bool ParseField(LiteralParser& parser, Fields& fields) {
  const auto key = parser.String();
  if (!key || !parser.Take(":")) return false;
  if (*key == "descr" && !fields.descr) {
    return (fields.descr = parser.String()).has_value();
  }
  if (*key == "fortran_order" && !fields.fortran_order) {
    return (fields.fortran_order = parser.Bool()).has_value();
  }
  if (*key == "shape" && !fields.shape) {
    return (fields.shape = parser.Tuple()).has_value();
  }
  return false;
}

bool ParseDict(LiteralParser& parser, Fields& fields) {
  if (!parser.Take("{")) return false;
  bool comma = true;
  while (!parser.Take("}")) {
    if (!comma || !ParseField(parser, fields)) return false;
    comma = parser.Take(",");
  }
  return parser.AtEnd() && fields.descr && fields.fortran_order && fields.shape;
}

}  // namespace

bool HasNpyMagic(absl::Span<const unsigned char> bytes) {
  return bytes.size() >= sizeof(kMagic) &&
         std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) == 0;
}

absl::StatusOr<NpyHeader> ParseNpyHeader(
    const std::string& file, absl::Span<const unsigned char> bytes) {
  if (!HasNpyMagic(bytes)) {
    return InvalidLog({file, "byte 0", "no .npy signature", "93 4e 55 4d 50 59",
                       "save with numpy.save"});
  }
  const auto truncated = [&] {
    return TruncatedLog(
        {file, absl::StrCat("end of file at byte ", bytes.size()),
         "an incomplete header, no intact row", "a complete .npy header",
         "the file is truncated: save it again"});
  };
  if (bytes.size() < 8) return truncated();
  const int major = bytes[6];
  const int minor = bytes[7];
  if (major < 1 || major > 3 || minor != 0) {
    return InvalidLog({file, "byte 6",
                       absl::StrCat("version ", major, ".", minor),
                       "version 1.0, 2.0 or 3.0", "save with numpy.save"});
  }
  const std::size_t start = major == 1 ? 10 : 12;
  if (bytes.size() < start) return truncated();
  const std::size_t length = major == 1 ? LoadLittle<std::uint16_t>(&bytes[8])
                                        : LoadLittle<std::uint32_t>(&bytes[8]);
  if (length > kMaximumNpyHeader) {
    return InvalidLog({file, "byte 8", absl::StrCat("header length ", length),
                       absl::StrCat("at most ", kMaximumNpyHeader),
                       "save a plain array with numpy.save"});
  }
  if (bytes.size() - start < length) return truncated();
  const absl::string_view text(
      reinterpret_cast<const char*>(bytes.data()) + start, length);
  LiteralParser parser(text);
  Fields fields;
  if (!ParseDict(parser, fields)) {
    return InvalidLog(
        {file, absl::StrCat("header, byte ", start + parser.position()),
         absl::StrCat(
             "\"",
             EscapeUnsafe(text.substr(parser.position(), 24), Escapes::kBytes),
             "\""),
         "a dict of descr (a string), fortran_order and shape",
         "structured arrays are not supported: save one plain array"});
  }
  return NpyHeader{*std::move(fields.descr), *fields.fortran_order,
                   *std::move(fields.shape), start + length};
}

}  // namespace sampler::logs
