#include "sampler/logs/server/documents.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sampler/logs/errors.h"
#include "sampler/parameters/byte_order_mark.h"

namespace sampler::logs {
namespace {

absl::Status Unreadable(const std::string& file, std::int64_t line,
                        const absl::Status& status) {
  const std::string place = absl::StrCat("line ", line);
  const Fault fault = {
      file, place, status.message(),
      "an answer of a server: JSON, JSON Lines or server-sent events",
      absl::IsDataLoss(status)
          ? "the file is truncated: save it again, or allow partial input to "
            "use the whole answers"
          : "save what the server sent, as it came"};
  return MakeError(status.code(), fault);
}

// An event stream may end its lines by any of them, or by both; in JSON they
// stand only between values.
constexpr absl::string_view kLineEnds = "\r\n";

// Takes lines off the front of a text.
class LineReader {
 public:
  explicit LineReader(absl::string_view text) : rest_(text) {}

  bool Next(absl::string_view& line) {
    if (rest_.empty()) return false;
    line = rest_.substr(0, rest_.find_first_of(kLineEnds));
    rest_.remove_prefix(line.size());
    if (!absl::ConsumePrefix(&rest_, "\r\n") && !rest_.empty()) {
      rest_.remove_prefix(1);
    }
    ++number_;
    return true;
  }

  std::int64_t number() const { return number_; }
  bool is_last() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
  std::int64_t number_ = 0;
};

bool IsEventStream(absl::string_view text) {
  constexpr absl::string_view kFields[] = {
      "data:", "event:", "id:", "retry:", ":"};
  return std::any_of(std::begin(kFields), std::end(kFields),
                     [text](absl::string_view field) {
                       return absl::StartsWith(text, field);
                     });
}

// The value of a "data:" line, and whether `line` is one.
bool DataOf(absl::string_view line, absl::string_view& data) {
  if (!absl::ConsumePrefix(&line, "data:")) return false;
  data = absl::StripAsciiWhitespace(line);
  return true;
}

bool IsEventField(absl::string_view line) {
  for (const absl::string_view field : {"event:", "id:", "retry:", ":"}) {
    if (absl::StartsWith(line, field)) return true;
  }
  return line.empty();
}

// Reads a document a line.
class LinesReader {
 public:
  LinesReader(const std::string& file, bool allow_partial)
      : file_(file), allow_partial_(allow_partial) {}

  absl::StatusOr<Documents> Read(absl::string_view text, bool events) && {
    documents_.events = events;
    LineReader lines(text);
    for (absl::string_view line; lines.Next(line);) {
      if (events && !DataOf(line, line)) {
        if (IsEventField(line)) continue;
        return Unreadable(file_, lines.number(),
                          absl::InvalidArgumentError(
                              "a line without a field of an event stream"));
      }
      line = absl::StripAsciiWhitespace(line);
      if (line.empty()) continue;
      absl::Status status = Add(line, lines);
      if (!status.ok()) return status;
    }
    return std::move(documents_);
  }

 private:
  absl::Status Add(absl::string_view line, const LineReader& lines) {
    if (line == "[DONE]") {
      documents_.documents.push_back(
          {.line = lines.number(), .ends_stream = true});
      return absl::OkStatus();
    }
    auto node = ParseJsonNode(line);
    if (node.ok()) {
      documents_.documents.push_back(
          {.node = *std::move(node), .line = lines.number()});
      return absl::OkStatus();
    }
    const bool cut = absl::IsDataLoss(node.status()) && lines.is_last();
    if (cut && allow_partial_ && !documents_.documents.empty()) {
      documents_.cut = true;
      return absl::OkStatus();
    }
    // Inside a file a line that ends too early is no truncation.
    return Unreadable(
        file_, lines.number(),
        cut ? node.status()
            : absl::InvalidArgumentError(node.status().message()));
  }

  const std::string& file_;
  const bool allow_partial_;
  Documents documents_;
};

// Is the first line a value, and does more follow?
bool HasDocumentLines(absl::string_view text) {
  const std::size_t end = text.find_first_of(kLineEnds);
  if (end == absl::string_view::npos) return false;
  return !absl::StripAsciiWhitespace(text.substr(end)).empty() &&
         ParseJsonNode(text.substr(0, end)).ok();
}

}  // namespace

absl::StatusOr<Documents> ReadDocuments(const std::string& file,
                                        absl::string_view text,
                                        bool allow_partial) {
  text = WithoutByteOrderMark(text);
  const absl::string_view content = absl::StripLeadingAsciiWhitespace(text);
  const bool events = IsEventStream(content);
  if (events || HasDocumentLines(content)) {
    return LinesReader(file, allow_partial).Read(text, events);
  }
  auto node = ParseJsonNode(content);
  if (!node.ok()) return Unreadable(file, 1, node.status());
  Documents documents;
  documents.documents.push_back({.node = *std::move(node)});
  return documents;
}

}  // namespace sampler::logs
