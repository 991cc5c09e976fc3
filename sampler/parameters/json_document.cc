#include "sampler/parameters/json_document.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "sampler/parameters/counting_iterator.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"

namespace sampler {
namespace {

std::vector<std::size_t> LineStarts(absl::string_view text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

// A pointer whose long steps are cut.
std::string ShortPointer(absl::string_view pointer) {
  std::vector<std::string> steps;
  for (const absl::string_view step : absl::StrSplit(pointer, '/')) {
    steps.push_back(Shortened(step));
  }
  return absl::StrJoin(steps, "/");
}

JsonProblem Place(const std::vector<std::size_t>& lines, std::size_t offset,
                  Problem problem) {
  const auto next = std::upper_bound(lines.begin(), lines.end(), offset);
  problem.pointer = ShortPointer(problem.pointer);
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
               CountingIterator(text_.data() + text_.size(), count), this) &&
           EndsWhereItStops();
  }

  JsonDocument document;

  bool null() override { return Add(Value()); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (std::in_range<std::int64_t>(value)) {
      return Add(static_cast<std::int64_t>(value));
    }
    return Add(static_cast<double>(value), /*big=*/value);
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (Underflows(text, value)) {
      Report(TokenStart(),
             absl::StrCat("got ", Shortened(text),
                          ", want 0 or a number of at least 5e-324 (this one "
                          "is too small for a double)"));
    }
    return Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // Not in JSON text.

  bool start_object(std::size_t) override { return Open(/*is_object=*/true); }
  bool start_array(std::size_t) override { return Open(/*is_object=*/false); }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.name = name;
    level.has_name = true;
    level.name_offset = TokenStart();
    if (level.place.members.contains(name)) {
      Report(level.name_offset, absl::StrCat("key \"", Shortened(name),
                                             "\" stands twice in one object"));
    }
    previous_end_ = consumed_;
    return true;
  }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    // Before its first key an object has no member to point at.
    if (!levels_.empty() && levels_.back().is_object &&
        !levels_.back().has_name) {
      levels_.pop_back();
    }
    const std::size_t offset =
        std::min(position > 0 ? position - 1 : 0, text_.size());
    NotJson(offset, offset == text_.find('\0') ? kNulByte : Reason(error));
    return false;
  }

 private:
  static constexpr std::size_t kDeepest = 64;
  static constexpr std::size_t kLongestReason = 200;
  static constexpr absl::string_view kNulByte = "a NUL byte in the text";

  struct Level {
    bool is_object = false;
    Value::Object object = {};
    Value::List list = {};
    JsonPlace place = {};
    std::string name = {};  // Key of the member being read.
    bool has_name = false;
    std::size_t name_offset = 0;
  };

  // What the parser says, which starts with "[number] " and, for a syntax
  // error, a place of its own that ends in ": ".
  static std::string Reason(const nlohmann::json::exception& error) {
    absl::string_view what = error.what();
    const std::size_t number = what.find("] ");
    if (number != absl::string_view::npos) what.remove_prefix(number + 2);
    const std::size_t place = what.find(": ");
    if (absl::StartsWith(what, "parse error at") &&
        place != absl::string_view::npos) {
      what.remove_prefix(place + 2);
    }
    return Shortened(what, kLongestReason);
  }

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

  void Report(std::size_t offset, std::string message) {
    if (problems_.size() > kMostProblems) return;
    problems_.push_back(
        Place(document.lines, offset, {Pointer(), std::move(message)}));
  }

  void NotJson(std::size_t offset, absl::string_view reason) {
    problems_.push_back(Place(document.lines, offset,
                              {Pointer(), absl::StrCat("not JSON: ", reason)}));
  }

  // The parser takes a NUL byte for the end of the text.
  bool EndsWhereItStops() {
    const std::size_t nul = text_.find('\0');
    if (nul == absl::string_view::npos) return true;
    NotJson(nul, kNulByte);
    return false;
  }

  // Where the token that was just read begins: after the previous one and
  // whatever stands between two tokens. (The parser may have looked one
  // character past a number; that character is one of those.)
  std::size_t TokenStart() const {
    const std::size_t start =
        text_.find_first_not_of(" \t\r\n,:]}", previous_end_);
    return start == absl::string_view::npos ? text_.size() : start;
  }

  // The place of the token that was just read.
  JsonPlace TakePlace() {
    const std::size_t start = TokenStart();
    previous_end_ = consumed_;
    const bool is_member = !levels_.empty() && levels_.back().is_object;
    return {.offset = is_member ? levels_.back().name_offset : start};
  }

  bool Add(Value value, std::uint64_t big = 0) {
    JsonPlace place = TakePlace();
    place.big = big;
    return Attach(std::move(value), std::move(place));
  }

  bool Open(bool is_object) {
    JsonPlace place = TakePlace();
    levels_.push_back({.is_object = is_object, .place = std::move(place)});
    if (levels_.size() <= kDeepest) return true;
    levels_.clear();
    problems_.push_back(Place(document.lines, consumed_,
                              {"", "nested more than 64 levels deep"}));
    return false;
  }

  bool Close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    previous_end_ = consumed_;
    return Attach(level.is_object ? Value(std::move(level.object))
                                  : Value(std::move(level.list)),
                  std::move(level.place));
  }

  bool Attach(Value value, JsonPlace place) {
    if (levels_.empty()) {
      document.root = std::move(value);
      document.place = std::move(place);
      return true;
    }
    Level& parent = levels_.back();
    if (parent.is_object) {
      parent.place.members.emplace(parent.name, std::move(place));
      parent.object.emplace(parent.name, std::move(value));
    } else {
      parent.place.items.push_back(std::move(place));
      parent.list.push_back(std::move(value));
    }
    return true;
  }

  absl::string_view text_;
  std::vector<JsonProblem>& problems_;
  std::vector<Level> levels_;
  std::size_t consumed_ = 0;
  std::size_t previous_end_ = 0;
};

// The place below `place` that one step of a pointer names; null if it has
// none.
const JsonPlace* Step(const JsonPlace& place, absl::string_view step) {
  std::size_t index = 0;
  if (!place.items.empty()) {
    return absl::SimpleAtoi(step, &index) && index < place.items.size()
               ? &place.items[index]
               : nullptr;
  }
  const auto member =
      place.members.find(absl::StrReplaceAll(step, {{"~1", "/"}, {"~0", "~"}}));
  return member == place.members.end() ? nullptr : &member->second;
}

}  // namespace

std::optional<JsonDocument> ReadJson(absl::string_view text,
                                     std::vector<JsonProblem>& problems) {
  Reader reader(text, problems);
  if (!reader.Run()) return std::nullopt;
  return std::move(reader.document);
}

JsonProblem At(const JsonDocument& document, Problem problem) {
  const JsonPlace* place = &document.place;
  absl::string_view rest = problem.pointer;
  while (absl::ConsumePrefix(&rest, "/")) {
    const absl::string_view step = rest.substr(0, rest.find('/'));
    const JsonPlace* const below = Step(*place, step);
    if (below == nullptr) break;
    place = below;
    rest.remove_prefix(step.size());
  }
  return Place(document.lines, place->offset, std::move(problem));
}

}  // namespace sampler
