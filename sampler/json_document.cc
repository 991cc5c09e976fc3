#include "sampler/json_document.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/spelling.h"

namespace sampler {
namespace {

// An input iterator that tells how far the parser has read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count)
      : at_(at), count_(count) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const {
    return at_ == other.at_;
  }
  bool operator!=(const CountingIterator& other) const {
    return at_ != other.at_;
  }

 private:
  const char* at_;
  std::size_t* count_;
};

std::vector<std::size_t> LineStarts(absl::string_view text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

JsonProblem Place(const std::vector<std::size_t>& lines, std::size_t offset,
                  Problem problem) {
  const auto next = std::upper_bound(lines.begin(), lines.end(), offset);
  problem.message = Printable(problem.message);
  return {static_cast<int>(next - lines.begin()),
          static_cast<int>(offset - *(next - 1)) + 1, std::move(problem)};
}

class Reader : public nlohmann::json::json_sax_t {
 public:
  Reader(absl::string_view text, std::vector<JsonProblem>& problems)
      : text_(text), problems_(problems) {
    document.lines = LineStarts(text);
  }

  bool Run() {
    std::size_t* const count = &consumed_;
    return nlohmann::json::sax_parse(
        CountingIterator(text_.data(), count),
        CountingIterator(text_.data() + text_.size(), count), this);
  }

  JsonDocument document;

  bool null() override { return Add(Value()); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (std::in_range<std::int64_t>(value)) {
      return Add(static_cast<std::int64_t>(value));
    }
    document.big_integers[Pointer()] = value;
    return Add(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return Add(value);
  }
  bool string(string_t& value) override { return Add(value); }
  bool binary(binary_t&) override { return false; }  // Not in JSON text.

  bool start_object(std::size_t) override {
    Note(Pointer());
    levels_.push_back({.is_object = true});
    return CheckDepth();
  }
  bool start_array(std::size_t) override {
    Note(Pointer());
    levels_.push_back({.is_object = false});
    return CheckDepth();
  }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.name = name;
    const std::size_t offset = TokenStart();
    if (!level.seen.insert(name).second) {
      problems_.push_back(Place(
          document.lines, offset,
          {Pointer(),
           absl::StrCat("key \"", name, "\" stands twice in one object")}));
    }
    document.offsets.emplace(Pointer(), offset);
    previous_end_ = consumed_;
    return true;
  }
  bool end_object() override {
    Value value(std::move(levels_.back().object));
    levels_.pop_back();
    previous_end_ = consumed_;
    return Attach(std::move(value));
  }
  bool end_array() override {
    Value value(std::move(levels_.back().list));
    levels_.pop_back();
    previous_end_ = consumed_;
    return Attach(std::move(value));
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    // The library's message starts with "[number] " and, for a syntax error,
    // a place of its own that ends in ": ".
    absl::string_view what = error.what();
    const std::size_t number = what.find("] ");
    if (number != absl::string_view::npos) what.remove_prefix(number + 2);
    const std::size_t place = what.find(": ");
    if (absl::StartsWith(what, "parse error at") &&
        place != absl::string_view::npos) {
      what.remove_prefix(place + 2);
    }
    // Before its first key an object has no member to point at.
    if (!levels_.empty() && levels_.back().is_object &&
        levels_.back().seen.empty()) {
      levels_.pop_back();
    }
    problems_.push_back(Place(
        document.lines, std::min(position > 0 ? position - 1 : 0, text_.size()),
        {Pointer(), absl::StrCat("not JSON: ", what)}));
    return false;
  }

 private:
  static constexpr std::size_t kDeepest = 64;

  struct Level {
    bool is_object;
    Value::Object object = {};
    Value::List list = {};
    std::string name = {};  // Key of the member being read.
    std::set<std::string> seen = {};
  };

  // Pointer of the value being read.
  std::string Pointer() const {
    std::string pointer;
    for (const Level& level : levels_) {
      absl::StrAppend(&pointer, "/",
                      level.is_object ? EscapePointer(level.name)
                                      : absl::StrCat(level.list.size()));
    }
    return pointer;
  }

  // Where the token that was just read begins: after the previous one and
  // whatever stands between two tokens. (The parser may have looked one
  // character past a number; that character is one of those.)
  std::size_t TokenStart() const {
    const std::size_t start =
        text_.find_first_not_of(" \t\r\n,:]}", previous_end_);
    return start == absl::string_view::npos ? text_.size() : start;
  }

  void Note(const std::string& pointer) {
    document.offsets.emplace(pointer, TokenStart());
    previous_end_ = consumed_;
  }

  bool Add(Value value) {
    Note(Pointer());
    return Attach(std::move(value));
  }

  bool Attach(Value value) {
    if (levels_.empty()) {
      document.root = std::move(value);
    } else if (levels_.back().is_object) {
      levels_.back().object.emplace(levels_.back().name, std::move(value));
    } else {
      levels_.back().list.push_back(std::move(value));
    }
    return true;
  }

  bool CheckDepth() {
    if (levels_.size() <= kDeepest) return true;
    levels_.pop_back();
    problems_.push_back(Place(document.lines, consumed_,
                              {"", "nested more than 64 levels deep"}));
    return false;
  }

  absl::string_view text_;
  std::vector<JsonProblem>& problems_;
  std::vector<Level> levels_;
  std::size_t consumed_ = 0;
  std::size_t previous_end_ = 0;
};

}  // namespace

std::optional<JsonDocument> ReadJson(absl::string_view text,
                                     std::vector<JsonProblem>& problems) {
  Reader reader(text, problems);
  if (!reader.Run()) return std::nullopt;
  return std::move(reader.document);
}

JsonProblem At(const JsonDocument& document, Problem problem) {
  std::string pointer = problem.pointer;
  auto at = document.offsets.find(pointer);
  while (at == document.offsets.end() && !pointer.empty()) {
    pointer.resize(pointer.rfind('/'));
    at = document.offsets.find(pointer);
  }
  const std::size_t offset = at == document.offsets.end() ? 0 : at->second;
  return Place(document.lines, offset, std::move(problem));
}

}  // namespace sampler
