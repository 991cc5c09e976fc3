#include "sampler/logs/log_parts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/token_file.h"

namespace sampler::logs {
namespace {

absl::Status CheckIds(absl::string_view file, absl::string_view field,
                      absl::Span<const std::int64_t> ids,
                      std::int64_t vocabulary_size) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= vocabulary_size) {
      return InvalidLog({file, absl::StrCat(field, "[", i, "]"),
                         absl::StrCat("token id ", ids[i]),
                         absl::StrCat("an id in [0, ", vocabulary_size, ")"),
                         "the tokens belong to another model or log"});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTruncation(const std::string& file,
                             const OpenOptions& options,
                             const LogDescription& description) {
  if (!description.partial()) return absl::OkStatus();
  if (options.allow_partial && description.rows > 0) return absl::OkStatus();
  return TruncatedLog(
      {file, absl::StrCat("end of file at byte ", description.file_bytes),
       absl::StrCat(description.rows, " intact rows"),
       absl::StrCat(description.expected_rows, " rows, as the header says"),
       description.rows > 0 ? "the file is truncated: record it again, or "
                              "allow partial input to use the intact rows"
                            : "the file is truncated: record it again"});
}

absl::Status CheckTokens(absl::string_view file, absl::string_view field,
                         const LogParts& parts) {
  const LogDescription& description = parts.description;
  const auto count = static_cast<std::int64_t>(parts.tokens.size());
  if (count == 0) return absl::OkStatus();
  if (count != description.expected_rows && count != description.rows) {
    return InvalidLog(
        {file, field, absl::StrCat(count, " token ids"),
         absl::StrCat(description.expected_rows, " ids, one per row"),
         "give the id drawn from each row, the prompt in a file of its own"});
  }
  return CheckIds(file, field, parts.tokens, description.vocabulary_size);
}

absl::Status ReadPrompt(const OpenOptions& options, LogParts& parts) {
  if (parts.sequence_offsets.size() != 2) {
    return InvalidLog(
        {options.prompt_tokens_file, "prompt tokens",
         absl::StrCat("a log of ", parts.sequence_offsets.size() - 1,
                      " sequences"),
         "a log of one sequence",
         "store the prompts in the log as prompt_tokens and prompt_offsets"});
  }
  auto ids = ReadTokenFile(options.prompt_tokens_file);
  if (!ids.ok()) return ids.status();
  parts.prompt_tokens = *std::move(ids);
  parts.prompt_offsets = {
      0, static_cast<std::int64_t>(parts.prompt_tokens.size())};
  return absl::OkStatus();
}

// Cuts sequences and tokens to the rows that are there, so that no consumer
// meets an index without a row.
void CutToRows(LogParts& parts) {
  const std::int64_t rows = parts.description.rows;
  auto& offsets = parts.sequence_offsets;
  while (offsets.size() > 2 && offsets[offsets.size() - 2] >= rows) {
    offsets.pop_back();
  }
  offsets.back() = rows;
  if (!parts.prompt_offsets.empty()) {
    parts.prompt_offsets.resize(offsets.size());
    parts.prompt_tokens.resize(
        static_cast<std::size_t>(parts.prompt_offsets.back()));
  }
  if (!parts.tokens.empty()) {
    parts.tokens.resize(static_cast<std::size_t>(rows));
  }
}

}  // namespace

std::vector<std::int64_t> UniformOffsets(std::int64_t rows,
                                         std::int64_t length) {
  std::vector<std::int64_t> offsets = {0};
  do {
    const std::int64_t start = offsets.back();
    offsets.push_back(
        start + std::min(length, std::max<std::int64_t>(rows - start, 0)));
  } while (offsets.back() < rows);
  return offsets;
}

absl::Status CheckExtents(const std::string& file, const OpenOptions& options,
                          const LogDescription& description) {
  constexpr std::int64_t kMaximum = std::numeric_limits<std::int32_t>::max();
  const std::int64_t width = description.vocabulary_size;
  if (width < 1 || width > kMaximum) {
    return InvalidLog({file, "vocabulary size", absl::StrCat(width),
                       absl::StrCat("1 to ", kMaximum),
                       "rows of logits need at least one token"});
  }
  if (description.expected_rows < 1) {
    return InvalidLog({file, "rows", absl::StrCat(description.expected_rows),
                       "at least one", "an empty log holds nothing to read"});
  }
  if (options.vocabulary_size && *options.vocabulary_size != width) {
    return InvalidLog(
        {file, "vocabulary size", absl::StrCat(width),
         absl::StrCat(*options.vocabulary_size, ", as the caller asks"),
         "leave it out: this format knows its own width"});
  }
  if (options.dtype && *options.dtype != description.dtype) {
    return InvalidLog(
        {file, "dtype", DTypeName(description.dtype),
         absl::StrCat(DTypeName(*options.dtype), ", as the caller asks"),
         "leave it out: this format knows its own dtype"});
  }
  return absl::OkStatus();
}

absl::Status FinishParts(const std::string& file, const OpenOptions& options,
                         LogParts& parts) {
  absl::Status status = CheckTruncation(file, options, parts.description);
  if (!status.ok()) return status;
  const bool own_tokens = options.tokens_file.empty();
  if (!own_tokens) {
    auto ids = ReadTokenFile(options.tokens_file);
    if (!ids.ok()) return ids.status();
    parts.tokens = *std::move(ids);
  }
  status =
      CheckTokens(own_tokens ? file : options.tokens_file, "tokens", parts);
  if (!status.ok()) return status;
  const bool own_prompt = options.prompt_tokens_file.empty();
  if (!own_prompt) {
    status = ReadPrompt(options, parts);
    if (!status.ok()) return status;
  }
  status =
      CheckIds(own_prompt ? file : options.prompt_tokens_file, "prompt_tokens",
               parts.prompt_tokens, parts.description.vocabulary_size);
  if (!status.ok()) return status;
  CutToRows(parts);
  return absl::OkStatus();
}

}  // namespace sampler::logs
