// What every reader finds in a file, before it becomes a Log: the description,
// the sequences, and token ids not yet trusted.
//
// A reader checks that its bytes are what the format says; FinishParts then
// applies, in one place for all formats, the rules that do not depend on the
// format: truncation, token files, counts, ids inside the vocabulary, label
// masks.
//
// Thread-safety: plain data.
// Tested by: tests/logs/files/token_file_test.cc, tests/logs/log_test.cc.

#ifndef SAMPLER_LOGS_LOG_PARTS_H_
#define SAMPLER_LOGS_LOG_PARTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sampler/logs/files/token_file.h"
#include "sampler/logs/log.h"
#include "sampler/logs/rows/row_layout.h"
#include "sampler/logs/rows/row_masks.h"

namespace sampler::logs {

// What a caller asks for, its token file read.
struct OpenRequest {
  const OpenOptions& options;
  std::optional<TokenArray> tokens = {};  // Of options.tokens_file.
};

// A prompt in a file of its own belongs to the only sequence.
inline std::optional<std::int64_t> GivenSequences(const OpenRequest& request) {
  if (request.options.prompt_tokens_file.empty()) return std::nullopt;
  return 1;
}

struct LogParts {
  // `rows` counts the rows that lie wholly inside the file.
  LogDescription description;
  // Of all rows that are expected. Where it has steps first, row r of a
  // sequence stands at RowInFile.
  RowLayout layout;
  // Row at which each sequence starts, and one end: ascending from 0 and
  // reaching at least `rows`.
  std::vector<std::int64_t> sequence_offsets;
  // Token drawn from each row, in the order of the sequences; one per expected
  // row, or none.
  std::vector<std::int64_t> tokens;
  // Prompts of all sequences, and where each starts; both empty: no prompts.
  std::vector<std::int64_t> prompt_tokens;
  std::vector<std::int64_t> prompt_offsets;
  // How each sequence was drawn; empty: nobody told.
  std::vector<std::optional<DrawnWith>> drawn_with;
  std::optional<MaskColumn> mask;
  // The attempt of every expected row, or none.
  std::vector<std::int64_t> attempts;
  // Tokens banned at each row, and where each row's start; both empty: none.
  std::vector<std::int64_t> banned_tokens;
  std::vector<std::int64_t> ban_offsets;
};

// Sets layout and sequences; rows that are there of a file with steps first
// are those of its complete steps.
// REQUIRES: description.rows and expected_rows, which is layout.rows(), are
// set.
void SetLayout(const RowLayout& layout, LogParts& parts);

// InvalidArgument unless 1 <= vocabulary size <= 2^31 - 1, rows are expected,
// and width and dtype are those that `options` asks for, if it does.
absl::Status CheckExtents(const std::string& file, const OpenOptions& options,
                          const LogDescription& description);

// Takes the tokens of the request's files, checks counts and ids, and cuts
// everything to the rows that are there. The label masks -100 and -1 become
// kNoToken.
absl::Status FinishParts(const std::string& file, const OpenRequest& request,
                         LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_LOG_PARTS_H_
