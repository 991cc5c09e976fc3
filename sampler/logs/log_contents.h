// What a log holds besides its rows, as its writers want it.
//
// Thread-safety: plain data.
// Tested by: tests/logs/writers_test.cc.

#ifndef SAMPLER_LOGS_LOG_CONTENTS_H_
#define SAMPLER_LOGS_LOG_CONTENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logits.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

struct LogContents {
  std::int64_t vocabulary_size = 0;
  DType dtype = DType::kF32;  // Of the rows as they are written.
  std::vector<std::int64_t> sequence_offsets = {0};  // Starts, and the end.
  std::vector<TokenId> tokens;                       // One per row, or none.
  std::vector<TokenId> prompt_tokens;
  std::vector<std::int64_t> prompt_offsets = {0};  // As many as sequences.
  // How each sequence was drawn, or none; their configs are in the metadata.
  std::vector<std::optional<DrawnWith>> drawn_with;
  // Of each row the attempt and the bans of its draw (row_notes.h), or none;
  // zeros and no bans are the same. The bans of row n are [ban_offsets[n],
  // ban_offsets[n + 1]) of banned_tokens.
  std::vector<std::uint32_t> attempts;
  std::vector<std::int64_t> ban_offsets = {0};
  std::vector<TokenId> banned_tokens;
  // The mask of row n, of so many words; 0: the rows have none.
  std::int64_t mask_words = 0;
  std::function<absl::StatusOr<absl::Span<const std::uint32_t>>(std::int64_t)>
      masks;
  std::map<std::string, std::string> metadata;

  std::int64_t rows() const { return sequence_offsets.back(); }
};

// That of an open log, its rows in their own type; all but its masks.
LogContents ContentsOf(const Log& log);

// The elements of row n, all of them.
using DenseRows =
    absl::FunctionRef<absl::StatusOr<absl::Span<const unsigned char>>(
        std::int64_t)>;

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_LOG_CONTENTS_H_
