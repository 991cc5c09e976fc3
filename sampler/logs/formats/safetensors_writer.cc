#include "sampler/logs/formats/safetensors_writer.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/formats/safetensors_header_writer.h"

namespace sampler::logs {
namespace {

using Header = SafetensorsHeaderWriter;

const char* SafetensorsName(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "F32";
    case DType::kF16:
      return "F16";
    case DType::kBF16:
      return "BF16";
    case DType::kF64:
      break;
  }
  return "F64";
}

absl::Status CheckContents(const std::string& path,
                           const LogContents& contents) {
  const auto rows = static_cast<std::size_t>(contents.rows());
  const bool has_tokens = !contents.tokens.empty();
  const bool has_prompts = !contents.prompt_tokens.empty();
  const bool has_attempts = !contents.attempts.empty();
  const bool has_bans = !contents.banned_tokens.empty();
  if ((has_attempts && contents.attempts.size() != rows) ||
      (has_bans && contents.ban_offsets.size() != rows + 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        OutputName(path), ": got ", contents.attempts.size(), " attempts and ",
        contents.ban_offsets.size(), " ban_offsets of ", rows,
        " rows, want one attempt each and one offset more, or none"));
  }
  if (rows < 1 || (has_tokens && contents.tokens.size() != rows) ||
      (has_prompts &&
       contents.prompt_offsets.size() != contents.sequence_offsets.size())) {
    return absl::InvalidArgumentError(absl::StrCat(
        OutputName(path), ": got ", rows, " rows, ", contents.tokens.size(),
        " tokens and ", contents.prompt_offsets.size() - 1, " prompts of ",
        contents.sequence_offsets.size() - 1,
        " sequences, want at least one row, and one of each or none"));
  }
  return absl::OkStatus();
}

bool HasAttempts(const LogContents& contents) {
  return std::any_of(contents.attempts.begin(), contents.attempts.end(),
                     [](std::uint32_t attempt) { return attempt != 0; });
}

void AddSmallTensors(const LogContents& contents, Header& header) {
  const auto sequences = std::ssize(contents.sequence_offsets);
  const bool has_prompts = !contents.prompt_tokens.empty();
  header.Add("seq_offsets", "I64", {sequences}, 8);
  if (has_prompts) header.Add("prompt_offsets", "I64", {sequences}, 8);
  if (has_prompts) {
    header.Add("prompt_tokens", "I32", {std::ssize(contents.prompt_tokens)}, 4);
  }
  if (!contents.drawn_with.empty()) {
    const std::int64_t count = std::ssize(contents.drawn_with);
    header.Add("seq_seeds", "U64", {count}, 8);
    header.Add("seq_streams", "I64", {count}, 8);
    header.Add("seq_clocks", "I64", {count}, 8);
    header.Add("seq_configs", "I64", {count}, 8);
  }
  if (!contents.tokens.empty()) {
    header.Add("tokens", "I32", {std::ssize(contents.tokens)}, 4);
  }
  if (HasAttempts(contents)) {
    header.Add("attempts", "U32", {contents.rows()}, 4);
  }
  if (!contents.banned_tokens.empty()) {
    header.Add("ban_offsets", "I64", {contents.rows() + 1}, 8);
    header.Add("banned_tokens", "I32", {std::ssize(contents.banned_tokens)}, 4);
  }
  if (contents.mask_words > 0) {
    header.Add("mask", "I32", {contents.rows(), contents.mask_words}, 4);
  }
}

// One value of how each sequence was drawn; -1 where nobody told.
void WriteSettings(const LogContents& contents,
                   std::int64_t (*value)(const DrawnWith&), OutputFile& file) {
  std::vector<std::int64_t> values;
  for (const std::optional<DrawnWith>& drawn : contents.drawn_with) {
    values.push_back(drawn.has_value() ? value(*drawn) : -1);
  }
  file.AppendValues(absl::MakeConstSpan(values));
}

absl::Status WriteMasks(const std::string& path, const LogContents& contents,
                        OutputFile& file) {
  if (contents.mask_words == 0) return absl::OkStatus();
  for (std::int64_t n = 0; n < contents.rows() && !file.failed(); ++n) {
    const auto mask = contents.masks(n);
    if (!mask.ok()) return mask.status();
    if (std::ssize(*mask) != contents.mask_words) {
      return absl::InvalidArgumentError(
          absl::StrCat(OutputName(path), ": mask of row ", n, ": got ",
                       mask->size(), " words, want ", contents.mask_words));
    }
    file.AppendValues(*mask);
  }
  return absl::OkStatus();
}

// What AddSmallTensors announced, in its order.
// Errors: those of the masks.
absl::Status WriteSmallTensors(const std::string& path,
                               const LogContents& contents, OutputFile& file) {
  file.AppendValues(absl::MakeConstSpan(contents.sequence_offsets));
  if (!contents.prompt_tokens.empty()) {
    file.AppendValues(absl::MakeConstSpan(contents.prompt_offsets));
    file.AppendValues(absl::MakeConstSpan(contents.prompt_tokens));
  }
  if (!contents.drawn_with.empty()) {
    WriteSettings(
        contents,
        [](const DrawnWith& d) { return static_cast<std::int64_t>(d.seed); },
        file);
    WriteSettings(
        contents, [](const DrawnWith& d) { return std::int64_t{d.stream}; },
        file);
    WriteSettings(
        contents, [](const DrawnWith& d) { return d.clock; }, file);
    WriteSettings(
        contents, [](const DrawnWith& d) { return std::int64_t{d.config}; },
        file);
  }
  file.AppendValues(absl::MakeConstSpan(contents.tokens));
  if (HasAttempts(contents)) {
    file.AppendValues(absl::MakeConstSpan(contents.attempts));
  }
  if (!contents.banned_tokens.empty()) {
    file.AppendValues(absl::MakeConstSpan(contents.ban_offsets));
    file.AppendValues(absl::MakeConstSpan(contents.banned_tokens));
  }
  return WriteMasks(path, contents, file);
}

void AppendIds(const SparseRow& row, OutputFile& file) {
  file.AppendValues(row.ids);
}

void AppendLogprobs(const SparseRow& row, OutputFile& file) {
  file.AppendValues(row.logprobs);
}

void AppendLogits(const SparseRow& row, OutputFile& file) {
  file.Append(row.logits);
}

}  // namespace

absl::Status WriteDenseSafetensors(const std::string& path, Overwrite overwrite,
                                   const LogContents& contents,
                                   DenseRows rows) {
  absl::Status status = CheckContents(path, contents);
  if (!status.ok()) return status;
  auto file = OutputFile::Create(path, overwrite);
  if (!file.ok()) return file.status();
  const std::size_t width = DTypeSize(contents.dtype);
  Header header(contents.metadata);
  AddSmallTensors(contents, header);
  header.Add("logits", SafetensorsName(contents.dtype),
             {contents.rows(), contents.vocabulary_size}, width);
  status = header.WriteTo(path, *file);
  if (!status.ok()) return status;
  status = WriteSmallTensors(path, contents, *file);
  if (!status.ok()) return status;
  const std::size_t row_bytes =
      width * static_cast<std::size_t>(contents.vocabulary_size);
  for (std::int64_t n = 0; n < contents.rows() && !file->failed(); ++n) {
    const auto row = rows(n);
    if (!row.ok()) return row.status();
    if (row->size() != row_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(OutputName(path), ": row ", n, ": got ", row->size(),
                       " bytes, want ", row_bytes));
    }
    file->Append(*row);
  }
  return file->Commit();
}

absl::Status WriteSparseSafetensors(const std::string& path,
                                    Overwrite overwrite,
                                    const LogContents& contents,
                                    SparseRows rows) {
  absl::Status status = CheckContents(path, contents);
  if (!status.ok()) return status;
  auto file = OutputFile::Create(path, overwrite);
  if (!file.ok()) return file.status();
  const std::int64_t count = contents.rows();
  std::vector<std::int64_t> offsets = {0};
  std::vector<float> log_sum_exps;
  for (std::int64_t n = 0; n < count; ++n) {
    const auto row = rows(n);
    if (!row.ok()) return row.status();
    offsets.push_back(offsets.back() + std::ssize(row->ids));
    log_sum_exps.push_back(row->log_sum_exp);
  }
  const std::int64_t entries = offsets.back();
  Header header(contents.metadata);
  header.Add("offsets", "I64", {count + 1}, 8);
  AddSmallTensors(contents, header);
  header.Add("logsumexp", "F32", {count}, 4);
  header.Add("token_ids", "I32", {entries}, 4);
  header.Add("logprobs", "F32", {entries}, 4);
  header.Add("logits", SafetensorsName(contents.dtype), {entries},
             DTypeSize(contents.dtype));
  status = header.WriteTo(path, *file);
  if (!status.ok()) return status;
  file->AppendValues(absl::MakeConstSpan(offsets));
  status = WriteSmallTensors(path, contents, *file);
  if (!status.ok()) return status;
  file->AppendValues(absl::MakeConstSpan(log_sum_exps));
  // In the file one part of all rows follows another; so that memory holds one
  // row, each is asked for once more.
  const auto append = [&](void (*part)(const SparseRow&, OutputFile&)) {
    for (std::int64_t n = 0; n < count && !file->failed(); ++n) {
      const auto row = rows(n);
      if (!row.ok()) return row.status();
      part(*row, *file);
    }
    return absl::OkStatus();
  };
  for (const auto part : {AppendIds, AppendLogprobs, AppendLogits}) {
    status = append(part);
    if (!status.ok()) return status;
  }
  return file->Commit();
}

}  // namespace sampler::logs
