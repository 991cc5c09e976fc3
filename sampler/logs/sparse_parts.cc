#include "sampler/logs/sparse_parts.h"

#include <cmath>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/little_endian.h"
#include "sampler/logs/safetensors_tokens.h"
#include "sampler/mass.h"

namespace sampler::logs {
namespace {

std::optional<DType> RealType(absl::string_view dtype) {
  if (dtype == "F32") return DType::kF32;
  if (dtype == "F16") return DType::kF16;
  if (dtype == "BF16") return DType::kBF16;
  return std::nullopt;
}

// Finds the columns of one file.
class Columns {
 public:
  Columns(const std::string& file, absl::Span<const unsigned char> bytes,
          const SafetensorsHeader& header)
      : file_(file), bytes_(bytes), header_(header) {}

  // The column `name` of `count` elements, or a null one.
  absl::StatusOr<Column> Real(absl::string_view name,
                              std::int64_t count) const {
    const TensorInfo* tensor = header_.Find(name);
    if (tensor == nullptr) return Column();
    const auto dtype = RealType(tensor->dtype);
    if (!dtype || tensor->shape != std::vector<std::int64_t>{count}) {
      return Wrong(*tensor,
                   absl::StrCat("F32, F16 or BF16 of shape [", count, "]"));
    }
    return Column{Data(*tensor), *dtype, DTypeSize(*dtype)};
  }

  // The same of integers; `count` may be left open.
  absl::StatusOr<Column> Integers(absl::string_view name,
                                  std::optional<std::int64_t> count) const {
    const TensorInfo& tensor = *header_.Find(name);
    const bool integers = tensor.dtype == "I32" || tensor.dtype == "I64";
    if (!integers || tensor.shape.size() != 1 ||
        tensor.shape[0] != count.value_or(tensor.shape[0])) {
      return Wrong(tensor,
                   absl::StrCat("I32 or I64 of shape [",
                                count ? absl::StrCat(*count) : "N + 1", "]"));
    }
    const std::size_t width = tensor.dtype == "I32" ? 4 : 8;
    return Column{Data(tensor), DType::kF32, width};
  }

 private:
  absl::Status Wrong(const TensorInfo& tensor,
                     absl::string_view allowed) const {
    return InvalidLog(
        {file_, absl::StrCat("tensor \"", tensor.name, "\""),
         absl::StrCat(tensor.dtype, " ",
                      ShapeText(absl::MakeConstSpan(tensor.shape))),
         allowed, "write one value per entry of the rows"});
  }

  const unsigned char* Data(const TensorInfo& tensor) const {
    return bytes_.data() + header_.data_offset + tensor.begin;
  }

  const std::string& file_;
  absl::Span<const unsigned char> bytes_;
  const SafetensorsHeader& header_;
};

absl::Status CheckLength(const std::string& file,
                         absl::Span<const unsigned char> bytes,
                         const SafetensorsHeader& header) {
  const auto available =
      static_cast<std::int64_t>(bytes.size() - header.data_offset);
  const std::int64_t promised = header.tensors.back().end;
  if (available == promised) return absl::OkStatus();
  const std::string found = absl::StrCat(available, " bytes of data");
  const std::string allowed = absl::StrCat(promised, ", as the header says");
  if (available > promised) {
    return InvalidLog({file, "end of file", found, allowed,
                       "the file is corrupt: write it again"});
  }
  return TruncatedLog({file, "end of file", found, allowed,
                       "the file is truncated, and no row of a top-k log is "
                       "intact before its end: write it again"});
}

// The vocabulary size and k, from the metadata.
absl::Status ReadMetadata(const std::string& file, const OpenOptions& options,
                          SparseParts& sparse) {
  LogDescription& description = sparse.parts.description;
  const auto number = [&](const char* key) -> std::optional<std::int64_t> {
    const auto found = description.metadata.find(key);
    std::int64_t value = 0;
    if (found == description.metadata.end() ||
        !absl::SimpleAtoi(found->second, &value) || value < 1) {
      return std::nullopt;
    }
    return value;
  };
  const auto forced = description.metadata.find("forced_token");
  sparse.forced_token =
      forced != description.metadata.end() && forced->second == "true";
  sparse.top_k = number("top_k");
  const auto width = number("vocab_size");
  if (!width && !options.vocabulary_size) {
    return InvalidLog({file, "metadata \"vocab_size\"", "none",
                       "the size of the vocabulary",
                       "a top-k log does not show it: say it, for the tool "
                       "with --vocab-size"});
  }
  description.vocabulary_size =
      width.value_or(options.vocabulary_size.value_or(0));
  if (description.vocabulary_size > kMaxVocabularySize) {
    return InvalidLog({file, "metadata \"vocab_size\"",
                       absl::StrCat(description.vocabulary_size),
                       absl::StrCat("at most ", kMaxVocabularySize),
                       "rows of a top-k log are spread to this width"});
  }
  return absl::OkStatus();
}

// Offsets that ascend from 0 to the number of entries, ids of the vocabulary,
// none twice in a row.
absl::Status CheckEntries(const std::string& file, std::int64_t entries,
                          const SparseParts& sparse) {
  const LogDescription& description = sparse.parts.description;
  std::vector<std::int64_t> seen_in(
      static_cast<std::size_t>(description.vocabulary_size), -1);
  std::int64_t begin = sparse.offsets.Integer(0);
  for (std::int64_t row = 0; row < description.expected_rows; ++row) {
    const std::int64_t end = sparse.offsets.Integer(row + 1);
    const bool last = row + 1 == description.expected_rows;
    if ((row == 0 && begin != 0) || end < begin || end > entries ||
        (last && end != entries)) {
      return InvalidLog(
          {file, absl::StrCat("offsets[", row, "]"),
           absl::StrCat(begin, " and then ", end),
           absl::StrCat("offsets that ascend from 0 to ", entries),
           "write where each row starts, and the end"});
    }
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t id = sparse.ids.Integer(i);
      const bool known = id >= 0 && id < description.vocabulary_size;
      if (!known || seen_in[static_cast<std::size_t>(id)] == row) {
        return InvalidLog(
            {file, absl::StrCat("token_ids[", i, "]"),
             absl::StrCat("token id ", id, known ? " again" : ""),
             absl::StrCat("ids in [0, ", description.vocabulary_size,
                          "), none twice in a row"),
             "the tokens belong to another model, or the file is corrupt"});
      }
      seen_in[static_cast<std::size_t>(id)] = row;
      const bool nan =
          std::isnan(sparse.logprobs.Real(i)) ||
          (sparse.logits.data != nullptr && std::isnan(sparse.logits.Real(i)));
      if (nan) {
        return InvalidLog({file, absl::StrCat("logprobs[", i, "]"), "NaN",
                           "a log-probability and a logit for every entry",
                           "rows with NaN have no likeliest tokens"});
      }
    }
    if (sparse.log_sum_exps.data != nullptr &&
        !std::isfinite(sparse.log_sum_exps.Real(row))) {
      return InvalidLog({file, absl::StrCat("logsumexp[", row, "]"),
                         absl::StrCat(sparse.log_sum_exps.Real(row)),
                         "a finite number", "the file is corrupt"});
    }
    begin = end;
  }
  return absl::OkStatus();
}

}  // namespace

std::int64_t Column::Integer(std::int64_t i) const {
  const unsigned char* from = data + width * static_cast<std::size_t>(i);
  return width == 4 ? LoadLittle<std::int32_t>(from)
                    : LoadLittle<std::int64_t>(from);
}

double Column::Real(std::int64_t i) const {
  return Logits(data + width * static_cast<std::size_t>(i), dtype, 1)[0];
}

bool IsSparse(const SafetensorsHeader& header) {
  const TensorInfo* logits = header.Find("logits");
  return header.Find("offsets") != nullptr &&
         header.Find("token_ids") != nullptr &&
         (logits == nullptr || logits->shape.size() == 1);
}

absl::StatusOr<SparseParts> ParseSparse(const std::string& file,
                                        absl::Span<const unsigned char> bytes,
                                        const SafetensorsHeader& header,
                                        const OpenOptions& options) {
  absl::Status status = CheckLength(file, bytes, header);
  if (!status.ok()) return status;
  SparseParts sparse;
  LogDescription& description = sparse.parts.description;
  description.format = Format::kSafetensors;
  description.tensor = "token_ids";
  description.metadata = header.metadata;
  const Columns columns(file, bytes, header);
  auto ids = columns.Integers("token_ids", std::nullopt);
  if (!ids.ok()) return ids.status();
  const std::int64_t entries = header.Find("token_ids")->shape[0];
  auto offsets = columns.Integers("offsets", std::nullopt);
  if (!offsets.ok()) return offsets.status();
  const std::int64_t rows = header.Find("offsets")->shape[0] - 1;
  auto logits = columns.Real("logits", entries);
  if (!logits.ok()) return logits.status();
  auto logprobs = columns.Real("logprobs", entries);
  if (!logprobs.ok()) return logprobs.status();
  auto log_sum_exps = columns.Real("logsumexp", rows);
  if (!log_sum_exps.ok()) return log_sum_exps.status();
  if (logprobs->data == nullptr) {
    return InvalidLog(
        {file, "tensor \"logprobs\"", "none",
         absl::StrCat("F32, F16 or BF16 of shape [", entries, "]"),
         "a top-k log needs the entries' log-probabilities"});
  }
  sparse.ids = *ids;
  sparse.offsets = *offsets;
  sparse.logits = *logits;
  sparse.logprobs = *logprobs;
  sparse.log_sum_exps = *log_sum_exps;
  description.rows = description.expected_rows = rows;
  status = ReadMetadata(file, options, sparse);
  if (!status.ok()) return status;
  status = CheckExtents(file, options, description);
  if (!status.ok()) return status;
  status = CheckEntries(file, entries, sparse);
  if (!status.ok()) return status;
  sparse.parts.sequence_offsets = UniformOffsets(rows, rows);
  status = ReadTokenTensors(file, bytes, header, sparse.parts);
  if (!status.ok()) return status;
  return sparse;
}

}  // namespace sampler::logs
