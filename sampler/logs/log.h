// Logs of logits: rows of a real run, with the tokens that were drawn from
// them, read from the formats people have.
//
// A log is opened by content (never by file name) and read row by row, so a
// 70 GB file needs the memory of one row. Formats: safetensors (F64/F32/F16/
// BF16, or the top k tokens of each row), NumPy .npy and .npz, llama.cpp
// `_logits_` files, raw arrays, and answers of servers that list the likeliest
// tokens (JSON, JSON Lines, server-sent events).
//
// A replay with the library, sequence by sequence:
//
//   Sequence sequence = *pipeline.NewSequence(
//       {.stream = i, .prompt = log.sequences()[i].prompt});  // Copied.
//   for each row r of sequence i:
//     absl::StatusOr<Logits> row = log.Row(r, buffer);
//     Token token = pipeline.Sample(*row, sequence, workspace);
//     status = sequence.Accept(token, log.tokens()[r]);  // The logged token.
//
// (Of a run that drew tokens anew, first set_attempt(log.attempts()[r]) and
// Ban(...) each of log.Bans(r).)
//
// A file that another program truncates or overwrites while it is read gives an
// error that says at which row (input_file.h).
//
// Thread-safety: an open Log is immutable; any number of threads may read rows,
// each with its own RowBuffer.
// Tested by: tests/logs/*_test.cc (good, truncated and hostile files),
//   tests/threads_test.cc.

#ifndef SAMPLER_LOGS_LOG_H_
#define SAMPLER_LOGS_LOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logits.h"
#include "sampler/token_mask.h"

namespace sampler::logs {

enum class Format {
  kSafetensors,
  kNpy,
  kNpz,
  kLlamaLogits,
  kRaw,
  kServerAnswer
};

// "safetensors", "npy", "npz", "llama.cpp _logits_", "raw" or "server answer".
absl::string_view FormatName(Format format);

// What a `_logits_` code of 0 in a full window means (it stands for everything
// at or below the window): removed, or a token with the floor's value.
enum class FloorPolicy { kDrop, kKeep };

// Which axis of an array of three comes first: [B, T, V] or [T, B, V].
enum class Axes { kBatchFirst, kStepsFirst };

// In the place of a token: the log has none for this row.
inline constexpr TokenId kNoToken = -1;

struct OpenOptions {
  // Read as this format instead of asking the content.
  std::optional<Format> format;
  // Safetensors: which tensor holds the logits, where several could. Answers of
  // servers: "output" or "prompt", where they tell of both.
  std::string tensor;
  // Raw input needs the row width and may need the element type (f32 unless
  // set). For a format that knows its own width, the two must agree. dtype may
  // also be kBF16 for a .npy of 16-bit integers.
  std::optional<std::int64_t> vocabulary_size;
  std::optional<DType> dtype;
  // Of an array of three axes; absent: what the file tells (row_layout.h).
  std::optional<Axes> axes;
  FloorPolicy floor = FloorPolicy::kDrop;
  // Accept a truncated file and offer its complete rows.
  bool allow_partial = false;
  // Token ids drawn from each row, and ids before row 0, in files of their own
  // (.npy, .txt, .json or little-endian i32 .bin). Empty: what the log holds.
  std::string tokens_file;
  std::string prompt_tokens_file;
  // The texts of the vocabulary by id, for answers of servers that name tokens
  // by their texts; asked for only then, or where no size is given.
  std::function<absl::StatusOr<std::vector<std::string>>()> token_texts;
};

// Where Log::Row puts a row; one per thread.
struct RowBuffer {
  std::vector<float> values;         // Rows that are decoded.
  std::vector<unsigned char> bytes;  // Rows as the file has them.
  std::vector<std::uint32_t> mask;   // Of Log::Mask.
};

// How a `_logits_` row bounds what it can express (see Log::Floor).
struct FloorInfo {
  double window = 0;       // Nats between the largest value and code 0.
  bool full = false;       // About 16 or 24 nats: code 0 is a floor.
  bool dropped = false;    // Floor tokens are -inf in the row.
  double log_prob = 0;     // Value that code 0 stands for, or bounds.
  std::int64_t count = 0;  // Tokens at the floor; 0 unless `full`.
};

// What a row of a top-k log does not hold (see Log::Tail).
struct TailInfo {
  std::int64_t listed = 0;  // Tokens that the row holds.
  // Tokens that it leaves out: -inf in the row. 0 for a row that is complete:
  // its other tokens were removed before it was logged.
  std::int64_t count = 0;
  double mass = 0;         // What they weigh together; NaN: unknown.
  double bound = 0;        // None of their values exceeds this one,
  std::int64_t above = 0;  // which so many listed values do.
  double maximum = 0;      // The largest value that is listed.
  double log_sum_exp = 0;  // Of the full row; NaN: unknown.
};

// With what a sequence was drawn, as whoever logged it says (Logger::Describe):
// with it a replay draws the same tokens.
struct DrawnWith {
  std::int32_t config = -1;  // In LogDescription::configs; -1: not told.
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::int64_t clock = 0;
  friend bool operator==(const DrawnWith&, const DrawnWith&) = default;
};

// One text sequence inside a log: rows [first_row, first_row + rows), and the
// token ids before them.
struct LogSequence {
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  absl::Span<const TokenId> prompt;
  std::optional<DrawnWith> drawn_with = {};
};

// What a log says about itself.
struct LogDescription {
  Format format = Format::kRaw;
  std::string tensor;  // Name of the tensor read, where the format has names.
  DType dtype = DType::kF32;  // Of the rows as Log::Row returns them.
  std::int64_t vocabulary_size = 0;
  std::int64_t rows = 0;           // Rows that can be read.
  std::int64_t expected_rows = 0;  // Rows the header promises.
  std::int64_t file_bytes = 0;
  bool top_k = false;  // Rows hold some of their tokens only (Log::Tail).
  bool masks = false;  // Rows have masks (Log::Mask).
  std::map<std::string, std::string> metadata;
  // Configs, as JSON text, with which sequences were drawn (DrawnWith).
  std::vector<std::string> configs;
  // Observations a user should see, each one sentence ("stored as |V2, read as
  // bf16").
  std::vector<std::string> notices;
  // Texts of tokens, as far as the log tells them.
  std::map<TokenId, std::string> texts;

  bool partial() const { return rows < expected_rows; }
};

class InputFile;
struct LogParts;  // log_parts.h: what a reader found.

class Log {
 public:
  virtual ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Opens `path`. Errors name the file, the offset or field, what was found and
  // what is allowed: NotFound (no such file), InvalidArgument (not a log, wrong
  // shape, ambiguous tensor, hostile header, token ids outside the vocabulary),
  // DataLoss (truncated without allow_partial, or with no row intact; says how
  // many rows are). Truncated raw input cannot be told from a wrong width and
  // is InvalidArgument.
  static absl::StatusOr<std::unique_ptr<const Log>> Open(
      const std::string& path, const OpenOptions& options = {});

  const LogDescription& description() const { return description_; }
  std::int64_t rows() const { return description_.rows; }
  std::int64_t vocabulary_size() const { return description_.vocabulary_size; }

  // At least one; together they cover all rows in order.
  absl::Span<const LogSequence> sequences() const { return sequences_; }

  // Token drawn from each row, kNoToken where the log has a label mask (-100 or
  // -1) in its place; empty if the log holds none.
  absl::Span<const TokenId> tokens() const { return tokens_; }

  // Sequence::attempt at each row's draw; empty: 0 at all of them.
  absl::Span<const std::uint32_t> attempts() const;

  // Tokens that were banned where row `row` was drawn (Sequence::Ban).
  // REQUIRES: 0 <= row < rows().
  absl::Span<const TokenId> Bans(std::int64_t row) const;
  bool has_bans() const;

  // Row `row`, read into `buffer`: the view is valid while that is unchanged.
  // DataLoss if the file has changed since it was opened, and Unavailable if
  // the system cannot read it: the error names the row.
  // REQUIRES: 0 <= row < rows().
  virtual absl::StatusOr<Logits> Row(std::int64_t row,
                                     RowBuffer& buffer) const = 0;

  // The floor of row `row`; empty for formats that store every value. Errors as
  // Row.
  // REQUIRES: 0 <= row < rows().
  virtual absl::StatusOr<std::optional<FloorInfo>> Floor(
      std::int64_t row) const;

  // What row `row` leaves out; empty for formats that store every value. Errors
  // as Row.
  // REQUIRES: 0 <= row < rows().
  virtual absl::StatusOr<std::optional<TailInfo>> Tail(std::int64_t row) const;

  // The mask of row `row`, for StepInputs, read into `buffer`: valid while that
  // is unchanged; empty if the log has none. Errors as Row.
  // REQUIRES: 0 <= row < rows().
  absl::StatusOr<std::optional<TokenMask>> Mask(std::int64_t row,
                                                RowBuffer& buffer) const;

 protected:
  Log(InputFile file, LogParts parts);

  const InputFile& file() const;

  // Where row `row` stands among the rows of the file.
  std::int64_t RowInFile(std::int64_t row) const;

 private:
  struct Stored;  // The file, where rows and masks stand in it, and notes.

  std::unique_ptr<const Stored> stored_;
  LogDescription description_;
  std::vector<LogSequence> sequences_;
  std::vector<TokenId> tokens_;
  std::vector<TokenId> prompt_tokens_;  // What the spans point into.
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_LOG_H_
