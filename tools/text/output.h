// How every command writes: which format, colour or not, numbers and text as
// JSON, warnings and errors.
//
// stdout carries data only; warnings, progress and errors go to stderr. Numbers
// are written with as many digits as it takes to read them back exactly; what
// is not finite becomes null (JSON) or an empty field (CSV).
//
// Tested by: tests/tools/text/output_test.cc.

#ifndef SAMPLER_TOOLS_TEXT_OUTPUT_H_
#define SAMPLER_TOOLS_TEXT_OUTPUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"
#include "sampler/config.h"
#include "sampler/version.h"
#include "tools/options/cli_fwd.h"

namespace sampler::tools {

inline constexpr absl::string_view kVersion = SAMPLER_VERSION;

// The sentence that heads every human report on a log.
inline constexpr absl::string_view kTeacherForced =
    "Every row is conditioned on the logged tokens before it: these are "
    "one-step answers,\nnot the text this chain would have written.";

// The order in which candidates are ranked, and so the tie rule.
inline absl::string_view TieRule(const PipelineConfig& config) {
  return config.rng == Rng::kHouse ? "higher logit first, then lower id"
                                   : "as the sorts of llama.cpp leave them";
}

// ---- Choices of the user ------------------------------------------------

enum class Format { kHuman, kJson, kJsonLines, kCsv };

struct OutputOptions {
  bool json = false;
  bool json_lines = false;
  bool csv = false;
  bool quiet = false;          // No progress, no warnings.
  std::string color = "auto";  // "auto", "always" or "never".

  Format format() const;
  // Errors are objects in both JSON formats.
  bool json_errors() const { return json || json_lines; }
};

// --json, --color, --quiet.
void AddOutputOptions(CLI::App& app, OutputOptions& output);

// --jsonl and --csv, for commands that answer row by row.
void AddRowFormats(CLI::App& app, OutputOptions& output);

// ---- Terminals ----------------------------------------------------------

enum class Stream { kStdout, kStderr };

bool IsTerminal(Stream stream);

// By --color, else NO_COLOR, TERM=dumb, and whether stdout is a terminal.
bool UseColor(const OutputOptions& output);

enum class Style { kBold, kDim, kRed, kGreen, kYellow };

// Wraps text in escape codes, or leaves it as it is.
class Painter {
 public:
  explicit Painter(bool color);
  std::string operator()(Style style, absl::string_view text) const;

 private:
  bool color_;
};

// ---- Numbers and text ---------------------------------------------------

using Json = nlohmann::ordered_json;

// The number, or null if it is not finite.
Json Number(double x);

// The shortest digits that read back as `x`; "" if it is not finite.
std::string Digits(double x);

// "49,152".
std::string Grouped(std::int64_t n);

// One line of JSON. Never throws: bytes that are not UTF-8 are replaced.
std::string ToLine(const Json& json);

// The same over several lines, two spaces a level.
std::string ToPages(const Json& json);

// A CSV field, quoted where it has to be.
std::string CsvField(absl::string_view bytes);

// ---- Data, warnings, errors ---------------------------------------------

// Writes data to stdout: text. What printable.h calls unsafe and no command has
// escaped is escaped here, as in JSON; line breaks and the colours of a Painter
// stay.
void Write(absl::string_view data);

// The same to stderr, for remarks.
void WriteNote(absl::string_view text);

// Flushes stdout. DataLoss if anything written there was lost (disk full).
absl::Status FinishOutput();

// What a user should know about an answer. Each warning is said once: on
// stderr as it comes, and again in the JSON summary.
class Warnings {
 public:
  explicit Warnings(bool quiet) : quiet_(quiet) {}
  void Add(std::string warning);
  const std::vector<std::string>& all() const { return all_; }

 private:
  bool quiet_;
  std::vector<std::string> all_;
};

// Attaches what to do next, which Fail prints below the error.
absl::Status WithHint(absl::Status status, absl::string_view hint);

// {"code": ..., "message": ..., "hint": ...}.
Json ErrorJson(const absl::Status& status);

// Reports the error on stderr and, with `json`, as an object on stdout:
// {"type": "error", "error": ErrorJson(status)}. Returns 2.
int Fail(const absl::Status& status, bool json);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_OUTPUT_H_
