#include "sampler/logs/formats/llama_logits.h"

#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/files/little_endian.h"

namespace sampler::logs {
namespace {

constexpr std::int64_t kHeaderBytes = 20;
constexpr std::size_t kCodesOffset = 8;  // After scale and min_log_prob.

struct LogitsHeader {
  std::int64_t context;     // n_ctx
  std::int64_t vocabulary;  // n_vocab
  std::int64_t chunks;      // n_chunk

  std::int64_t prompt() const { return context / 2 + 1; }
  std::int64_t rows_per_chunk() const { return context - prompt(); }
  // Codes are padded to an even count.
  std::int64_t row_bytes() const {
    return 2 * (2 * ((vocabulary + 1) / 2) + 4);
  }
};

// Where the rows begin and where the file must end.
struct Extent {
  std::int64_t tokens;
  std::int64_t data_offset;
  std::int64_t rows;
  std::int64_t size;
};

absl::StatusOr<LogitsHeader> ReadHeader(const std::string& file,
                                        absl::Span<const unsigned char> bytes) {
  if (std::ssize(bytes) < kHeaderBytes) {
    return TruncatedLog({file,
                         absl::StrCat("end of file at byte ", bytes.size()),
                         "an incomplete header, no intact row", "20 bytes",
                         "the file is truncated: record it again"});
  }
  const auto field = [&](std::size_t offset) -> std::int64_t {
    return LoadLittle<std::int32_t>(&bytes[offset]);
  };
  const LogitsHeader header{field(8), field(12), field(16)};
  // Three tokens are the shortest chunk that has a row.
  if (header.context < 3 || header.vocabulary < 1 || header.chunks < 1) {
    return InvalidLog(
        {file, "header, byte 8",
         absl::StrCat("n_ctx ", header.context, ", n_vocab ", header.vocabulary,
                      ", n_chunk ", header.chunks),
         "n_ctx >= 3, n_vocab >= 1, n_chunk >= 1",
         "the header is corrupt: record the file again"});
  }
  return header;
}

std::optional<Extent> Measure(const LogitsHeader& header) {
  // Both factors are below 2^31, so their products fit; what follows may not.
  const std::int64_t tokens = header.chunks * header.context;
  const std::int64_t rows = header.chunks * header.rows_per_chunk();
  const auto token_bytes = CheckedMultiply(tokens, 4);
  const auto row_bytes = CheckedMultiply(rows, header.row_bytes());
  if (!token_bytes || !row_bytes) return std::nullopt;
  const auto data_offset = CheckedAdd(kHeaderBytes, *token_bytes);
  if (!data_offset) return std::nullopt;
  const auto size = CheckedAdd(*data_offset, *row_bytes);
  if (!size) return std::nullopt;
  return Extent{tokens, *data_offset, rows, *size};
}

// Splits each chunk's tokens into the prompt and one token per row.
absl::Status ReadTokens(const InputFile& file, const LogitsHeader& header,
                        LogParts& parts) {
  std::vector<unsigned char> bytes(
      static_cast<std::size_t>(4 * header.chunks * header.context));
  absl::Status status = file.Read(kHeaderBytes, absl::MakeSpan(bytes));
  if (!status.ok()) return status;
  parts.prompt_offsets.push_back(0);
  const unsigned char* from = bytes.data();
  for (std::int64_t chunk = 0; chunk < header.chunks; ++chunk) {
    for (std::int64_t i = 0; i < header.context; ++i, from += 4) {
      const std::int64_t id = LoadLittle<std::int32_t>(from);
      (i < header.prompt() ? parts.prompt_tokens : parts.tokens).push_back(id);
    }
    parts.prompt_offsets.push_back((chunk + 1) * header.prompt());
  }
  return absl::OkStatus();
}

bool IsFullWindow(double window) {
  // The writer's scale is one float division away from W / 65535; a thousandth
  // of it is far more than that rounding and far less than a natural minimum
  // is likely to hit.
  return std::fabs(window - 16.0) < 16e-3 || std::fabs(window - 24.0) < 24e-3;
}

}  // namespace

absl::StatusOr<LlamaParts> ParseLlamaLogits(const InputFile& input,
                                            const OpenRequest& request) {
  const std::string& file = input.path();
  const auto start = input.Prefix(kHeaderBytes);
  if (!start.ok()) return start.status();
  auto header = ReadHeader(file, *start);
  if (!header.ok()) return header.status();
  const auto extent = Measure(*header);
  const std::int64_t size = input.size();
  if (!extent || size > extent->size) {
    return InvalidLog(
        {file, "size", absl::StrCat(size, " bytes"),
         extent ? absl::StrCat(extent->size, ", as the header says")
                : "a header whose rows take fewer than 2^63 bytes",
         "the file is corrupt or not of this format: record it again"});
  }
  LlamaParts llama;
  LogDescription& description = llama.parts.description;
  description.format = Format::kLlamaLogits;
  description.dtype = DType::kF32;
  description.vocabulary_size = header->vocabulary;
  description.expected_rows = extent->rows;
  absl::Status status = CheckExtents(file, request.options, description);
  if (!status.ok()) return status;
  if (request.options.axes.has_value()) {
    return InvalidLog({file, "axes", "an order", "none for llama.cpp _logits_",
                       "leave it out: the format knows its own"});
  }
  description.metadata["n_ctx"] = absl::StrCat(header->context);
  description.metadata["n_chunk"] = absl::StrCat(header->chunks);
  llama.row_bytes = header->row_bytes();
  const bool tokens_complete = size >= extent->data_offset;
  if (tokens_complete) {
    llama.data_offset = extent->data_offset;
    description.rows = (size - extent->data_offset) / llama.row_bytes;
    status = ReadTokens(input, *header, llama.parts);
    if (!status.ok()) return status;
  }
  SetLayout({header->chunks, header->rows_per_chunk(), false}, llama.parts);
  return llama;
}

LlamaLog::LlamaLog(InputFile file, LlamaParts llama, FloorPolicy policy)
    : Log(std::move(file), std::move(llama.parts)),
      data_offset_(llama.data_offset),
      row_bytes_(llama.row_bytes),
      policy_(policy) {}

absl::Status LlamaLog::ReadRow(std::int64_t row,
                               std::vector<unsigned char>& bytes) const {
  bytes.resize(static_cast<std::size_t>(row_bytes_));
  return file().Read(data_offset_ + row * row_bytes_, absl::MakeSpan(bytes),
                     row);
}

absl::StatusOr<Logits> LlamaLog::Row(std::int64_t row,
                                     RowBuffer& buffer) const {
  absl::Status status = ReadRow(row, buffer.bytes);
  if (!status.ok()) return status;
  const unsigned char* from = buffer.bytes.data();
  const float scale = LoadLittleFloat(from);
  const float min_log_prob = LoadLittleFloat(from + 4);
  const bool drop = policy_ == FloorPolicy::kDrop &&
                    IsFullWindow(static_cast<double>(scale) * 65535.0);
  constexpr float kRemoved = -std::numeric_limits<float>::infinity();
  const auto size = static_cast<std::size_t>(vocabulary_size());
  buffer.values.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto code = LoadLittle<std::uint16_t>(from + kCodesOffset + 2 * i);
    const float product = scale * static_cast<float>(code);
    buffer.values[i] = drop && code == 0 ? kRemoved : product + min_log_prob;
  }
  return Logits(absl::MakeConstSpan(buffer.values));
}

absl::StatusOr<std::optional<FloorInfo>> LlamaLog::Floor(
    std::int64_t row) const {
  std::vector<unsigned char> bytes;
  absl::Status status = ReadRow(row, bytes);
  if (!status.ok()) return status;
  const unsigned char* from = bytes.data();
  FloorInfo info;
  info.window = static_cast<double>(LoadLittleFloat(from)) * 65535.0;
  info.full = IsFullWindow(info.window);
  info.dropped = info.full && policy_ == FloorPolicy::kDrop;
  info.log_prob = static_cast<double>(LoadLittleFloat(from + 4));
  if (!info.full) return info;
  for (std::int64_t i = 0; i < vocabulary_size(); ++i) {
    info.count +=
        LoadLittle<std::uint16_t>(from + kCodesOffset + 2 * i) == 0 ? 1 : 0;
  }
  return info;
}

}  // namespace sampler::logs
