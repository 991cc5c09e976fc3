#include "sampler/importers/formats/shell_words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sampler::importers {
namespace {

bool IsSpace(char c) {
  return absl::ascii_isspace(static_cast<unsigned char>(c));
}

bool IsOperator(absl::string_view word) {
  return word == "|" || word == "||" || word == "&&" || word == "&" ||
         word == ";" || word == "2>&1" || word.substr(0, 1) == ">";
}

class Splitter {
 public:
  explicit Splitter(absl::string_view text) : text_(text) {}

  // Returns false if a quote is left open.
  bool Split() {
    while (at_ < text_.size()) Step();
    if (quote_ != 0) return false;
    EndWord();
    return true;
  }

  std::vector<ShellWord> Take() { return std::move(words_); }

  std::int64_t line_of_quote() const {
    return 1 + std::count(text_.begin(),
                          text_.begin() + static_cast<std::ptrdiff_t>(opened_),
                          '\n');
  }

 private:
  void Step() {
    const char c = text_[at_];
    const bool escapes = c == '\\' && quote_ != '\'' && at_ + 1 < text_.size();
    if (escapes && Escape()) return;
    ++at_;
    if (quote_ != 0) {
      if (c == quote_) {
        quote_ = 0;
      } else {
        word_ += c;
      }
    } else if (c == '"' || c == '\'') {
      quote_ = c;
      opened_ = at_ - 1;
      in_word_ = quoted_ = true;
    } else if (c == '#' && !in_word_) {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (IsSpace(c)) {
      EndWord();
    } else if (c == ';') {
      // A list of names ("top_k;temp") is no end of a command.
      const bool ends = at_ >= text_.size() || IsSpace(text_[at_]);
      if (ends) EndWord();
      word_ += c;
      in_word_ = true;
      if (ends) EndWord();
    } else {
      word_ += c;
      in_word_ = true;
    }
  }

  // The backslash at `at_`; returns false if it stands for itself.
  bool Escape() {
    const char next = text_[at_ + 1];
    const bool windows =
        next == '\r' && at_ + 2 < text_.size() && text_[at_ + 2] == '\n';
    if (next == '\n' || windows) {  // A continued line.
      at_ += windows ? 3 : 2;
      return true;
    }
    if (quote_ != 0 && next != '"' && next != '\\') return false;
    word_ += next;
    in_word_ = true;
    at_ += 2;
    return true;
  }

  void EndWord() {
    if (in_word_) {
      const bool ends = !quoted_ && IsOperator(word_);
      words_.push_back({std::exchange(word_, ""), ends});
    }
    in_word_ = quoted_ = false;
  }

  absl::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  bool quoted_ = false;
  char quote_ = 0;
  std::size_t opened_ = 0;
  std::vector<ShellWord> words_;
};

}  // namespace

std::optional<std::vector<ShellWord>> SplitWords(
    absl::string_view text, std::vector<Problem>& problems) {
  Splitter splitter(text);
  if (!splitter.Split()) {
    problems.push_back({"", absl::StrCat("line ", splitter.line_of_quote(),
                                         ": a quote is left open")});
    return std::nullopt;
  }
  return splitter.Take();
}

Value NumberOrText(absl::string_view word) {
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(word, &integer)) return integer;
  double real = 0;
  if (absl::SimpleAtod(word, &real) && std::isfinite(real)) return real;
  return std::string(word);
}

}  // namespace sampler::importers
