// Which axis of an array of rows counts the sequences, and which the steps.
//
// [N, V] is one sequence. [B, T, V] is B sequences of T rows, as a model
// returns them; a stack of T steps of generate() is [T, B, V]. Both are numbers
// of the same shape, so the second axis order needs someone's word, in this
// order:
//
//   options.axes, the metadata "axes" ("btv" or "tbv"), the shapes of the token
//   arrays ([B, T]; one axis of T where B is 1), offsets of sequences or
//   prompts
//
// Without a word [1, T, V] is one sequence, [B, T, V] is read as B sequences
// with a notice; [T, 1, V], one text or T texts of one row, and the rows of
// joined tensors are errors that ask.
//
// Errors: InvalidArgument, as all readers.
// Thread-safety: pure functions.
// Tested by: tests/logs/rows/row_layout_test.cc.

#ifndef SAMPLER_LOGS_ROWS_ROW_LAYOUT_H_
#define SAMPLER_LOGS_ROWS_ROW_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/logs/files/token_file.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

struct RowLayout {
  std::int64_t sequences = 1;
  std::int64_t steps = 0;    // Rows of each.
  bool steps_first = false;  // The file has step 0 of all sequences, then 1.

  std::int64_t rows() const { return sequences * steps; }
};

// What speaks for an axis order: the shape of an array of token ids.
struct TokenShape {
  std::vector<std::int64_t> shape;
  std::int64_t extra = 0;  // Ids of a sequence beyond one per row, at most.
};

struct LayoutQuestion {
  const std::string& file;
  // Of the rows: no axis (one row), [N], [B, T] or [T, B].
  absl::Span<const std::int64_t> axes;
  std::vector<TokenShape> tokens;
  // How many sequences offsets tell of, if any do.
  std::optional<std::int64_t> sequences;
  // The first axis was made by joining tensors (tensor_series.h): which of the
  // two it counts is asked, never guessed.
  bool joined = false;
};

// Adds a notice where the answer is a guess, or was told by shapes.
absl::StatusOr<RowLayout> FindLayout(const LayoutQuestion& question,
                                     const OpenOptions& options,
                                     LogDescription& description);

// The ids of `array`, sequence after sequence, steps + extra of each.
// InvalidArgument for another number of ids, or a shape that is neither that of
// the rows nor [B, T]. `any_shape`: offsets say where sequences start.
absl::StatusOr<std::vector<std::int64_t>> IdsBySequence(
    absl::string_view file, absl::string_view name, const TokenArray& array,
    const RowLayout& layout, std::int64_t extra, bool any_shape);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_ROW_LAYOUT_H_
