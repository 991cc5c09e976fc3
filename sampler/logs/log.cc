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
#include "sampler/logs/safetensors_header.h"
#include "sampler/logs/sparse_log.h"

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

absl::StatusOr<std::unique_ptr<const Log>> OpenDense(
    const std::string& path, MappedFile file, const OpenOptions& options,
    absl::StatusOr<DenseParts> dense) {
  if (!dense.ok()) return dense.status();
  dense->parts.description.file_bytes =
      static_cast<std::int64_t>(file.bytes().size());
  absl::Status status = FinishParts(path, options, dense->parts);
  if (!status.ok()) return status;
  return std::make_unique<const DenseLog>(std::move(file), *std::move(dense));
}

absl::StatusOr<std::unique_ptr<const Log>> OpenSafetensors(
    const std::string& path, MappedFile file, const OpenOptions& options) {
  const absl::Span<const unsigned char> bytes = file.bytes();
  auto header = ParseSafetensorsHeader(path, bytes);
  if (!header.ok()) return header.status();
  if (!IsSparse(*header) || !options.tensor.empty()) {
    return OpenDense(
        path, std::move(file), options,
        ParseSafetensors(path, bytes, *std::move(header), options));
  }
  auto sparse = ParseSparse(path, bytes, *header, options);
  if (!sparse.ok()) return sparse.status();
  sparse->parts.description.file_bytes =
      static_cast<std::int64_t>(bytes.size());
  absl::Status status = FinishParts(path, options, sparse->parts);
  if (!status.ok()) return status;
  return std::make_unique<const SparseLog>(std::move(file), *std::move(sparse));
}

absl::StatusOr<std::unique_ptr<const Log>> OpenAs(Format format,
                                                  const std::string& path,
                                                  MappedFile file,
                                                  const OpenOptions& options) {
  // Moving the object does not move the bytes.
  const absl::Span<const unsigned char> bytes = file.bytes();
  switch (format) {
    case Format::kSafetensors:
      return OpenSafetensors(path, std::move(file), options);
    case Format::kNpy:
      return OpenDense(path, std::move(file), options,
                       ParseNpy(path, bytes, options));
    case Format::kLlamaLogits:
      return OpenLlama(path, std::move(file), options);
    case Format::kRaw:
      break;
  }
  return OpenDense(path, std::move(file), options,
                   ParseRaw(path, bytes, options));
}

std::vector<std::int32_t> ToIds(const std::vector<std::int64_t>& checked) {
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
  return OpenAs(*format, path, *std::move(file), options);
}

std::optional<FloorInfo> Log::Floor(std::int64_t) const { return std::nullopt; }

std::optional<TailInfo> Log::Tail(std::int64_t) const { return std::nullopt; }

Log::Log(LogParts parts)
    : description_(std::move(parts.description)),
      tokens_(ToIds(parts.tokens)),
      prompt_tokens_(ToIds(parts.prompt_tokens)) {
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
