#include "sampler/regex/regex_phrase.h"

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sampler/rewind/phrase_pattern.h"

namespace sampler {
namespace {

RE2::Options Quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

re2::StringPiece Piece(StringView text) { return {text.data(), text.size()}; }

class RegexPattern final : public PhrasePattern {
 public:
  explicit RegexPattern(const std::string& expression)
      : anywhere_(expression, Quiet()),
        before_a_byte_(absl::StrCat("(?:", expression, R"()\C\z)"), Quiet()),
        at_the_end_(absl::StrCat("(?:", expression, R"()\z)"), Quiet()) {}

  // InvalidArgument, with what RE2 says.
  absl::Status Check(const std::string& expression) const {
    for (const RE2* const regex : {&anywhere_, &before_a_byte_, &at_the_end_}) {
      if (regex->ok()) continue;
      return absl::InvalidArgumentError(absl::StrCat("expression: got \"",
                                                     expression,
                                                     "\", want what RE2 "
                                                     "takes: ",
                                                     regex->error()));
    }
    if (!RE2::FullMatch("", anywhere_)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("expression: got \"", expression,
                     "\", which the empty text matches, want one that needs a "
                     "byte"));
  }

  // Of all matches that end with the searched text, the leftmost is the
  // longest. The byte behind is searched with it, so that \b and $ see it.
  std::optional<std::size_t> FindEndingAt(StringView text, std::size_t begin,
                                          std::size_t end) const override {
    const bool is_over = end == text.size();
    const std::size_t size = is_over ? end : end + 1;
    const RE2& regex = is_over ? at_the_end_ : before_a_byte_;
    re2::StringPiece match;
    if (!regex.Match(Piece(text.substr(0, size)), begin, size, RE2::UNANCHORED,
                     &match, 1)) {
      return std::nullopt;
    }
    const auto at = static_cast<std::size_t>(match.data() - text.data());
    if (at >= end) return std::nullopt;
    return at;
  }

  bool MayOccur(StringView text, std::size_t begin) const override {
    return anywhere_.Match(Piece(text), begin, text.size(), RE2::UNANCHORED,
                           nullptr, 0);
  }

 private:
  const RE2 anywhere_;
  const RE2 before_a_byte_;
  const RE2 at_the_end_;
};

bool IsWord(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code >= 0x80 || absl::ascii_isalnum(code) || byte == '_';
}

// Matches of another pattern that stand between other bytes than letters.
class WholeWords final : public PhrasePattern {
 public:
  explicit WholeWords(std::shared_ptr<const PhrasePattern> pattern)
      : pattern_(std::move(pattern)) {}

  std::optional<std::size_t> FindEndingAt(StringView text, std::size_t begin,
                                          std::size_t end) const override {
    const auto found = pattern_->FindEndingAt(text, begin, end);
    if (!found.has_value()) return std::nullopt;
    const bool goes_on =
        end < text.size() && IsWord(text[end - 1]) && IsWord(text[end]);
    const bool went_before =
        *found > 0 && IsWord(text[*found - 1]) && IsWord(text[*found]);
    return goes_on || went_before ? std::nullopt : found;
  }

  bool MayOccur(StringView text, std::size_t begin) const override {
    return pattern_->MayOccur(text, begin);
  }

 private:
  const std::shared_ptr<const PhrasePattern> pattern_;
};

// Bytes of a character, at most: another case may be longer ("k" is also the
// Kelvin sign).
constexpr std::size_t kLongestCharacter = 4;

}  // namespace

absl::StatusOr<Rewinder::Phrase> AnyCasePhrase(StringView text, Words words) {
  if (text.empty()) {
    return absl::InvalidArgumentError("text: got none, want at least a byte");
  }
  absl::StatusOr<Rewinder::Phrase> phrase =
      RegexPhrase(absl::StrCat("(?i)", RE2::QuoteMeta(Piece(text))));
  if (!phrase.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("text: got \"", absl::CHexEscape(text), "\", want UTF-8"));
  }
  phrase->window = kLongestCharacter * text.size();
  if (words == Words::kWhole) {
    phrase->pattern = std::make_shared<const WholeWords>(phrase->pattern);
  }
  return phrase;
}

absl::StatusOr<Rewinder::Phrase> RegexPhrase(StringView expression) {
  const std::string text = expression;
  auto pattern = std::make_shared<const RegexPattern>(text);
  absl::Status status = pattern->Check(text);
  if (!status.ok()) return status;
  Rewinder::Phrase phrase;
  phrase.pattern = std::move(pattern);
  return phrase;
}

}  // namespace sampler
