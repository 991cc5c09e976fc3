#include "tools/text/output.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/numeric.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

constexpr absl::string_view kHintUrl = "sampler/hint";

// The escape sequences that a Painter writes, in the order of Style.
constexpr absl::string_view kStyles[] = {"\x1b[1m", "\x1b[2m", "\x1b[31m",
                                         "\x1b[32m", "\x1b[33m"};
constexpr absl::string_view kPlain = "\x1b[0m";

// Whether a Painter writes in this process.
std::atomic<bool> paints = false;

// The length of the sequence of a Painter that `text` begins with, or 0.
std::size_t PaintLength(absl::string_view text) {
  if (!paints.load(std::memory_order_relaxed)) return 0;
  if (absl::StartsWith(text, kPlain)) return kPlain.size();
  for (const absl::string_view style : kStyles) {
    if (absl::StartsWith(text, style)) return style.size();
  }
  return 0;
}

// The last guard: what no command has escaped before. Line breaks and the
// sequences of Painters stay.
std::string Guarded(absl::string_view text) {
  std::string guarded;
  while (true) {
    const std::size_t escape = text.find('\x1b');
    guarded += EscapeLines(text.substr(0, escape));
    if (escape == absl::string_view::npos) return guarded;
    text.remove_prefix(escape);
    const std::size_t paint = PaintLength(text);
    if (paint > 0) {
      absl::StrAppend(&guarded, text.substr(0, paint));
    } else {
      guarded += EscapeLines(text.substr(0, 1));
    }
    text.remove_prefix(std::max<std::size_t>(paint, 1));
  }
}

std::string HintOf(const absl::Status& status) {
  const auto hint = status.GetPayload(kHintUrl);
  return hint.has_value() ? std::string(*hint) : "";
}

}  // namespace

// ---- Choices of the user ------------------------------------------------

Format OutputOptions::format() const {
  if (json) return Format::kJson;
  if (json_lines) return Format::kJsonLines;
  return csv ? Format::kCsv : Format::kHuman;
}

void AddOutputOptions(CLI::App& app, OutputOptions& output) {
  app.add_flag("--json", output.json, "One JSON document")->group("Output");
  app.add_option("--color", output.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
      ->type_name("WHEN")
      ->group("Output");
  app.add_flag("-q,--quiet", output.quiet, "No progress, no warnings")
      ->group("Output");
}

void AddRowFormats(CLI::App& app, OutputOptions& output) {
  CLI::Option* lines =
      app.add_flag("--jsonl", output.json_lines, "One JSON object per line")
          ->group("Output")
          ->excludes(app.get_option("--json"));
  app.add_flag("--csv", output.csv, "Rows as CSV")
      ->group("Output")
      ->excludes(app.get_option("--json"))
      ->excludes(lines);
}

// ---- Terminals ----------------------------------------------------------

bool IsTerminal(Stream stream) {
  return isatty(stream == Stream::kStdout ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

bool UseColor(const OutputOptions& output) {
  if (output.color != "auto") return output.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal == nullptr || absl::string_view(terminal) == "dumb") {
    return false;
  }
  return IsTerminal(Stream::kStdout);
}

Painter::Painter(bool color) : color_(color) {
  if (color) paints.store(true, std::memory_order_relaxed);
}

std::string Painter::operator()(Style style, absl::string_view text) const {
  if (!color_ || text.empty()) return std::string(text);
  return absl::StrCat(kStyles[static_cast<std::size_t>(style)], text, kPlain);
}

// ---- Numbers and text ---------------------------------------------------

Json Number(double x) {
  return std::isfinite(x) ? Json(WithOneZero(x)) : Json(nullptr);
}

std::string Digits(double x) {
  if (!std::isfinite(x)) return "";
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), WithOneZero(x));
  return {buffer, end.ptr};
}

std::string Grouped(std::int64_t n) {
  std::string grouped;
  const std::string digits = absl::StrCat(n);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool boundary = (digits.size() - i) % 3 == 0;
    if (boundary && i > 0 && digits[i - 1] != '-') grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string ToLine(const Json& json) {
  return EscapeLines(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string ToPages(const Json& json) {
  return EscapeLines(json.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::string CsvField(absl::string_view bytes) {
  std::string text = EscapeLines(bytes);
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) {
    return text;
  }
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

// ---- Data, warnings, errors ---------------------------------------------

void Write(absl::string_view data) {
  const std::string text = Guarded(data);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void WriteNote(absl::string_view text) {
  const std::string lines = Guarded(text);
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

absl::Status FinishOutput() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return absl::DataLossError(
        "standard output: not everything could be written");
  }
  return absl::OkStatus();
}

void Warnings::Add(std::string warning) {
  for (const std::string& said : all_) {
    if (said == warning) return;
  }
  if (!quiet_) WriteNote(absl::StrCat("warning: ", warning, "\n"));
  all_.push_back(std::move(warning));
}

absl::Status WithHint(absl::Status status, absl::string_view hint) {
  status.SetPayload(kHintUrl, absl::Cord(hint));
  return status;
}

Json ErrorJson(const absl::Status& status) {
  return {
      {"code", absl::AsciiStrToLower(absl::StatusCodeToString(status.code()))},
      {"message", std::string(status.message())},
      {"hint", HintOf(status)}};
}

int Fail(const absl::Status& status, bool json) {
  std::fflush(stdout);
  WriteNote(absl::StrCat("error: ", status.message(), "\n"));
  const std::string hint = HintOf(status);
  if (!hint.empty()) WriteNote(absl::StrCat("hint: ", hint, "\n"));
  if (json) {
    Write(ToLine({{"type", "error"}, {"error", ErrorJson(status)}}) + "\n");
    std::fflush(stdout);
  }
  return 2;
}

}  // namespace sampler::tools
