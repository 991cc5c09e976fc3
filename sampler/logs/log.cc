#include "sampler/logs/log.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/files/token_file.h"
#include "sampler/logs/format.h"
#include "sampler/logs/formats/llama_logits.h"
#include "sampler/logs/formats/npy.h"
#include "sampler/logs/formats/safetensors.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/npz/npz.h"
#include "sampler/logs/rows/dense_log.h"
#include "sampler/logs/rows/mask_tensors.h"
#include "sampler/logs/rows/sparse_log.h"
#include "sampler/logs/rows/tensor_roles.h"
#include "sampler/logs/rows/tensor_series.h"
#include "sampler/logs/server/array_answer.h"
#include "sampler/logs/server/server_log.h"

namespace sampler::logs {
namespace {

// What FinishParts wants to know of the file as a whole.
absl::Status Finish(const InputFile& file, const OpenRequest& request,
                    LogParts& parts) {
  parts.description.file_bytes = file.size();
  return FinishParts(file.path(), request, parts);
}

absl::StatusOr<std::unique_ptr<const Log>> OpenLlama(
    InputFile file, const OpenRequest& request) {
  auto llama = ParseLlamaLogits(file, request);
  if (!llama.ok()) return llama.status();
  absl::Status status = Finish(file, request, llama->parts);
  if (!status.ok()) return status;
  return std::make_unique<const LlamaLog>(std::move(file), *std::move(llama),
                                          request.options.floor);
}

absl::StatusOr<std::unique_ptr<const Log>> OpenDense(
    InputFile file, const OpenRequest& request,
    absl::StatusOr<DenseParts> dense) {
  if (!dense.ok()) return dense.status();
  absl::Status status = Finish(file, request, dense->parts);
  if (!status.ok()) return status;
  return std::make_unique<const DenseLog>(std::move(file), *std::move(dense));
}

// What safetensors files hold beside rows and tokens: masks, and tensors that
// nobody reads.
absl::Status ReadOthers(const InputFile& file, const SafetensorsHeader& header,
                        const RowTensors& rows, LogParts& parts) {
  const auto mask = FindMask(file.path(), header);
  if (!mask.ok()) return mask.status();
  if (*mask != nullptr) {
    absl::Status status = FindMaskColumn(file, header, **mask, parts);
    if (!status.ok()) return status;
  }
  const auto listed = FindListedMasks(file.path(), header, rows.form);
  if (!listed.ok()) return listed.status();
  if (*mask != nullptr && listed->ids != nullptr) {
    return InvalidLog({file.path(), "tensors",
                       absl::StrCat("masks in \"", (*mask)->name,
                                    "\" and in \"", listed->ids->name, "\""),
                       "one of them", "leave the other out of the file"});
  }
  if (listed->ids != nullptr) {
    absl::Status status = FindListedMaskColumn(file, header, *listed, parts);
    if (!status.ok()) return status;
  }
  std::string unused = UnusedTensors(header, rows, *mask);
  if (!unused.empty()) {
    parts.description.notices.push_back(std::move(unused));
  }
  return absl::OkStatus();
}

// `format`: what the file was, or was unpacked from.
absl::StatusOr<std::unique_ptr<const Log>> OpenSafetensors(
    InputFile file, Format format, const OpenRequest& request) {
  auto read = ReadSafetensorsHeader(file);
  if (!read.ok()) return read.status();
  std::vector<std::string> joined;
  const SafetensorsHeader header =
      JoinSeries(*std::move(read), request.options.tensor, joined);
  const auto rows = FindRows(file.path(), header, request.options.tensor);
  if (!rows.ok()) return rows.status();
  if (rows->form == RowForm::kWhole) {
    auto dense = ParseSafetensors(file, header, *rows->whole, request);
    if (!dense.ok()) return dense.status();
    dense->parts.description.format = format;
    auto& notices = dense->parts.description.notices;
    notices.insert(notices.begin(), joined.begin(), joined.end());
    absl::Status status = ReadOthers(file, header, *rows, dense->parts);
    if (!status.ok()) return status;
    return OpenDense(std::move(file), request, std::move(dense));
  }
  auto sparse = ParseSparse(file, header, *rows, request);
  if (!sparse.ok()) return sparse.status();
  sparse->parts.description.format = format;
  absl::Status status = ReadOthers(file, header, *rows, sparse->parts);
  if (!status.ok()) return status;
  status = Finish(file, request, sparse->parts);
  if (!status.ok()) return status;
  return std::make_unique<const SparseLog>(std::move(file), *std::move(sparse));
}

absl::StatusOr<std::unique_ptr<const Log>> OpenServer(
    InputFile file, const OpenRequest& request) {
  auto arrays = UnpackArrayAnswer(file);
  if (!arrays.ok()) return arrays.status();
  if (arrays->has_value()) {
    return OpenSafetensors(*std::move(*arrays), Format::kServerAnswer, request);
  }
  auto server = ParseServerAnswers(file, request);
  if (absl::IsNotFound(server.status())) return RefuseText(file);
  if (!server.ok()) return server.status();
  absl::Status status = Finish(file, request, server->parts);
  if (!status.ok()) return status;
  return std::make_unique<const ServerLog>(std::move(file), *std::move(server));
}

absl::StatusOr<std::unique_ptr<const Log>> OpenAs(Format format, InputFile file,
                                                  const OpenRequest& request) {
  if (format == Format::kSafetensors) {
    return OpenSafetensors(std::move(file), format, request);
  }
  if (format == Format::kNpz) {
    auto unpacked = UnpackNpz(file);
    if (!unpacked.ok()) return unpacked.status();
    return OpenSafetensors(*std::move(unpacked), format, request);
  }
  if (format == Format::kLlamaLogits) {
    return OpenLlama(std::move(file), request);
  }
  if (format == Format::kServerAnswer) {
    return OpenServer(std::move(file), request);
  }
  auto dense = format == Format::kNpy ? ParseNpy(file, request)
                                      : ParseRaw(file, request);
  return OpenDense(std::move(file), request, std::move(dense));
}

std::vector<TokenId> ToIds(const std::vector<std::int64_t>& checked) {
  return std::vector<TokenId>(checked.begin(), checked.end());
}

}  // namespace

absl::string_view FormatName(Format format) {
  switch (format) {
    case Format::kSafetensors:
      return "safetensors";
    case Format::kNpy:
      return "npy";
    case Format::kNpz:
      return "npz";
    case Format::kLlamaLogits:
      return "llama.cpp _logits_";
    case Format::kServerAnswer:
      return "server answer";
    case Format::kRaw:
      break;
  }
  return "raw";
}

absl::StatusOr<std::unique_ptr<const Log>> Log::Open(
    const std::string& path, const OpenOptions& options) {
  auto file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  const auto format = RecogniseFormat(*file, options);
  if (!format.ok()) return format.status();
  const bool named = *format == Format::kSafetensors ||
                     *format == Format::kNpz ||
                     *format == Format::kServerAnswer;
  if (!options.tensor.empty() && !named) {
    return InvalidLog({path, "tensor", absl::StrCat("\"", options.tensor, "\""),
                       absl::StrCat("no tensor name for ", FormatName(*format)),
                       "leave it out: only safetensors and .npz have names"});
  }
  OpenRequest request = {options};
  if (!options.tokens_file.empty()) {
    auto tokens = ReadTokenFile(options.tokens_file);
    if (!tokens.ok()) return tokens.status();
    request.tokens = *std::move(tokens);
  }
  return OpenAs(*format, *std::move(file), request);
}

struct Log::Stored {
  InputFile file;
  // Not 0: the file has step 0 of so many sequences, then step 1 of all.
  std::int64_t interleaved_sequences;
  std::optional<MaskColumn> mask;
  std::vector<std::uint32_t> attempts;  // Of the rows, or none.
  std::vector<std::int64_t> ban_offsets;
  std::vector<TokenId> banned_tokens;
};

Log::~Log() = default;

std::int64_t Log::RowInFile(std::int64_t row) const {
  if (stored_->interleaved_sequences == 0) return row;
  const std::int64_t steps = rows() / stored_->interleaved_sequences;
  return row % steps * stored_->interleaved_sequences + row / steps;
}

absl::StatusOr<std::optional<FloorInfo>> Log::Floor(std::int64_t) const {
  return std::nullopt;
}

absl::StatusOr<std::optional<TailInfo>> Log::Tail(std::int64_t) const {
  return std::nullopt;
}

const InputFile& Log::file() const { return stored_->file; }

absl::Span<const std::uint32_t> Log::attempts() const {
  return stored_->attempts;
}

bool Log::has_bans() const { return !stored_->banned_tokens.empty(); }

absl::Span<const TokenId> Log::Bans(std::int64_t row) const {
  if (!has_bans()) return {};
  const auto n = static_cast<std::size_t>(row);
  const auto begin = static_cast<std::size_t>(stored_->ban_offsets[n]);
  const auto end = static_cast<std::size_t>(stored_->ban_offsets[n + 1]);
  return absl::MakeConstSpan(stored_->banned_tokens)
      .subspan(begin, end - begin);
}

absl::StatusOr<std::optional<TokenMask>> Log::Mask(std::int64_t row,
                                                   RowBuffer& buffer) const {
  if (!stored_->mask.has_value()) return std::nullopt;
  absl::Status status =
      ReadMask(file(), *stored_->mask, RowInFile(row), row, buffer.mask);
  if (!status.ok()) return status;
  return TokenMask(absl::MakeConstSpan(buffer.mask));
}

Log::Log(InputFile file, LogParts parts)
    : stored_(
          new Stored{.file = std::move(file),
                     .interleaved_sequences =
                         parts.layout.steps_first ? parts.layout.sequences : 0,
                     .mask = parts.mask,
                     .attempts = {parts.attempts.begin(), parts.attempts.end()},
                     .ban_offsets = std::move(parts.ban_offsets),
                     .banned_tokens = ToIds(parts.banned_tokens)}),
      description_(std::move(parts.description)),
      tokens_(ToIds(parts.tokens)),
      prompt_tokens_(ToIds(parts.prompt_tokens)) {
  const absl::Span<const TokenId> prompts(prompt_tokens_);
  for (std::size_t s = 0; s + 1 < parts.sequence_offsets.size(); ++s) {
    LogSequence& sequence = sequences_.emplace_back();
    sequence.first_row = parts.sequence_offsets[s];
    sequence.rows = parts.sequence_offsets[s + 1] - sequence.first_row;
    if (!parts.drawn_with.empty()) sequence.drawn_with = parts.drawn_with[s];
    if (parts.prompt_offsets.empty()) continue;
    const auto begin = static_cast<std::size_t>(parts.prompt_offsets[s]);
    const auto end = static_cast<std::size_t>(parts.prompt_offsets[s + 1]);
    sequence.prompt = prompts.subspan(begin, end - begin);
  }
}

}  // namespace sampler::logs
