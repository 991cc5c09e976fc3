#include "sampler/logs/log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/dense_log.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/format.h"
#include "sampler/logs/llama_logits.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/mapped_file.h"
#include "sampler/logs/npy.h"
#include "sampler/logs/safetensors.h"

namespace sampler::logs {
namespace {

absl::StatusOr<std::unique_ptr<const Log>> OpenLlama(
    const std::string& path, MappedFile file, const OpenOptions& options) {
  auto llama = ParseLlamaLogits(path, file.bytes(), options);
  if (!llama.ok()) return llama.status();
  llama->parts.description.file_bytes =
      static_cast<std::int64_t>(file.bytes().size());
  absl::Status status = FinishParts(path, options, llama->parts);
  if (!status.ok()) return status;
  return std::make_unique<const LlamaLog>(std::move(file), *std::move(llama),
                                          options.floor);
}

absl::StatusOr<DenseParts> ParseDense(Format format, const std::string& path,
                                      absl::Span<const unsigned char> bytes,
                                      const OpenOptions& options) {
  switch (format) {
    case Format::kSafetensors:
      return ParseSafetensors(path, bytes, options);
    case Format::kNpy:
      return ParseNpy(path, bytes, options);
    case Format::kRaw:
    case Format::kLlamaLogits:  // OpenLlama's.
      break;
  }
  return ParseRaw(path, bytes, options);
}

absl::StatusOr<std::unique_ptr<const Log>> OpenDense(
    Format format, const std::string& path, MappedFile file,
    const OpenOptions& options) {
  auto dense = ParseDense(format, path, file.bytes(), options);
  if (!dense.ok()) return dense.status();
  dense->parts.description.file_bytes =
      static_cast<std::int64_t>(file.bytes().size());
  absl::Status status = FinishParts(path, options, dense->parts);
  if (!status.ok()) return status;
  return std::make_unique<const DenseLog>(std::move(file), *std::move(dense));
}

std::vector<std::int32_t> Narrow(const std::vector<std::int64_t>& checked) {
  return std::vector<std::int32_t>(checked.begin(), checked.end());
}

}  // namespace

absl::string_view FormatName(Format format) {
  switch (format) {
    case Format::kSafetensors:
      return "safetensors";
    case Format::kNpy:
      return "npy";
    case Format::kLlamaLogits:
      return "llama.cpp _logits_";
    case Format::kRaw:
      break;
  }
  return "raw";
}

absl::StatusOr<std::unique_ptr<const Log>> Log::Open(
    const std::string& path, const OpenOptions& options) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  const auto format = RecogniseFormat(path, file->bytes(), options);
  if (!format.ok()) return format.status();
  if (!options.tensor.empty() && *format != Format::kSafetensors) {
    return InvalidLog({path, "tensor", absl::StrCat("\"", options.tensor, "\""),
                       absl::StrCat("no tensor name for ", FormatName(*format)),
                       "leave it out: only safetensors has named tensors"});
  }
  return *format == Format::kLlamaLogits
             ? OpenLlama(path, *std::move(file), options)
             : OpenDense(*format, path, *std::move(file), options);
}

std::optional<FloorInfo> Log::Floor(std::int64_t) const { return std::nullopt; }

Log::Log(LogParts parts)
    : description_(std::move(parts.description)),
      tokens_(Narrow(parts.tokens)),
      prompt_tokens_(Narrow(parts.prompt_tokens)) {
  const absl::Span<const std::int32_t> prompts(prompt_tokens_);
  for (std::size_t s = 0; s + 1 < parts.sequence_offsets.size(); ++s) {
    LogSequence& sequence = sequences_.emplace_back();
    sequence.first_row = parts.sequence_offsets[s];
    sequence.rows = parts.sequence_offsets[s + 1] - sequence.first_row;
    if (parts.prompt_offsets.empty()) continue;
    const auto begin = static_cast<std::size_t>(parts.prompt_offsets[s]);
    const auto end = static_cast<std::size_t>(parts.prompt_offsets[s + 1]);
    sequence.prompt = prompts.subspan(begin, end - begin);
  }
}

}  // namespace sampler::logs
