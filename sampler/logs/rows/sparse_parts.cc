#include "sampler/logs/rows/sparse_parts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/little_endian.h"
#include "sampler/logs/formats/safetensors_tokens.h"
#include "sampler/parameters/spelling.h"

namespace sampler::logs {
namespace {

// Finds the columns of one file.
class Columns {
 public:
  Columns(const std::string& file, const SafetensorsHeader& header)
      : file_(file), header_(header) {}

  // The real numbers of `tensor`, of `shape`; without a tensor, none.
  absl::StatusOr<Column> Real(const TensorInfo* tensor,
                              const std::vector<std::int64_t>& shape) const {
    if (tensor == nullptr) return Column();
    const auto dtype = RealType(tensor->dtype);
    if (!dtype || tensor->shape != shape) {
      return Wrong(*tensor,
                   absl::StrCat("F32, F16 or BF16 of shape ",
                                ShapeText(absl::MakeConstSpan(shape))));
    }
    return Column{Offset(*tensor), *dtype, {}};
  }

  // The same of integers along one axis.
  absl::StatusOr<Column> Integers(const TensorInfo& tensor) const {
    const auto type = IntegerTypeOf(tensor.dtype);
    if (!type) return Wrong(tensor, "I32 or I64");
    return Column{Offset(tensor), DType::kF32, *type};
  }

  absl::Status Wrong(const TensorInfo& tensor,
                     absl::string_view allowed) const {
    return InvalidLog({file_, absl::StrCat("tensor \"", tensor.name, "\""),
                       TensorText(tensor), allowed,
                       "write one value per entry of the rows"});
  }

 private:
  std::int64_t Offset(const TensorInfo& tensor) const {
    return static_cast<std::int64_t>(header_.data_offset) + tensor.begin;
  }

  const std::string& file_;
  const SafetensorsHeader& header_;
};

absl::Status CheckLength(const InputFile& file,
                         const SafetensorsHeader& header) {
  const std::int64_t available =
      file.size() - static_cast<std::int64_t>(header.data_offset);
  const std::int64_t promised = header.tensors.back().end;
  if (available == promised) return absl::OkStatus();
  const std::string found = absl::StrCat(available, " bytes of data");
  const std::string allowed = absl::StrCat(promised, ", as the header says");
  if (available > promised) {
    return InvalidLog({file.path(), "end of file", found, allowed,
                       "the file is corrupt: write it again"});
  }
  return TruncatedLog({file.path(), "end of file", found, allowed,
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
    const auto said = description.metadata.find("vocab_size");
    return InvalidLog({file, "metadata \"vocab_size\"",
                       said == description.metadata.end()
                           ? "none"
                           : absl::StrCat("\"", Shortened(said->second), "\""),
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

// Rows in CSR form: offsets along one axis, ids and values along another.
absl::Status FindCsr(const Columns& columns, const SafetensorsHeader& header,
                     const RowTensors& tensors, SparseParts& sparse) {
  for (const TensorInfo* tensor : {tensors.ids, tensors.offsets}) {
    if (tensor->shape.size() == 1) continue;
    return columns.Wrong(*tensor, "I32 or I64 of one axis");
  }
  sparse.entries = tensors.ids->shape[0];
  const std::int64_t rows = tensors.offsets->shape[0] - 1;
  sparse.parts.description.expected_rows = rows;
  auto offsets = columns.Integers(*tensors.offsets);
  if (!offsets.ok()) return offsets.status();
  sparse.offsets = *offsets;
  auto sums = columns.Real(header.Find("logsumexp"), {rows});
  if (!sums.ok()) return sums.status();
  sparse.log_sum_exps = *sums;
  return absl::OkStatus();
}

// Rows of equal length: ids and values of shape [..., K].
absl::Status FindEqualRows(const Columns& columns,
                           const SafetensorsHeader& header,
                           const RowTensors& tensors, SparseParts& sparse) {
  std::vector<std::int64_t> axes = tensors.ids->shape;
  if (axes.back() < 1) return columns.Wrong(*tensors.ids, "K >= 1 ids a row");
  sparse.row_entries = axes.back();
  axes.pop_back();
  std::int64_t rows = 1;  // The header has checked the products.
  for (const std::int64_t extent : axes) rows *= extent;
  sparse.entries = rows * sparse.row_entries;
  sparse.parts.description.expected_rows = rows;
  auto sums = columns.Real(header.Find("logsumexp"), axes);
  if (!sums.ok()) return sums.status();
  sparse.log_sum_exps = *sums;
  return absl::OkStatus();
}

// All columns but the offsets, and the number of rows.
absl::Status FindColumns(const Columns& columns,
                         const SafetensorsHeader& header,
                         const RowTensors& tensors, SparseParts& sparse) {
  absl::Status status = tensors.form == RowForm::kCsr
                            ? FindCsr(columns, header, tensors, sparse)
                            : FindEqualRows(columns, header, tensors, sparse);
  if (!status.ok()) return status;
  auto ids = columns.Integers(*tensors.ids);
  if (!ids.ok()) return ids.status();
  sparse.ids = *ids;
  auto logits = columns.Real(tensors.logits, tensors.ids->shape);
  if (!logits.ok()) return logits.status();
  sparse.logits = *logits;
  auto logprobs = columns.Real(tensors.logprobs, tensors.ids->shape);
  if (!logprobs.ok()) return logprobs.status();
  sparse.logprobs = *logprobs;
  // What the metadata calls log-probabilities is so, whatever its name.
  const auto& metadata = sparse.parts.description.metadata;
  const auto kind = metadata.find("kind");
  const bool declared =
      kind != metadata.end() && absl::StrContains(kind->second, "logprob");
  if (declared && !sparse.logprobs.present()) {
    sparse.logprobs = std::exchange(sparse.logits, Column());
  }
  return absl::OkStatus();
}

// Reads every entry once, and tells what was left out.
absl::Status CheckEntries(const InputFile& file, SparseParts& sparse) {
  EntryReader reader(file, sparse);
  std::int64_t filling = 0;
  std::int64_t repeated = 0;
  const std::int64_t rows = sparse.parts.description.expected_rows;
  for (std::int64_t row = 0; row < rows;) {
    absl::Status status = reader.Read(row, rows - row, row);
    if (!status.ok()) return status;
    for (std::int64_t i = 0; i < reader.rows(); ++i) {
      const auto entries = reader.Row(i);
      if (!entries.ok()) return entries.status();
      filling += entries->filling;
      repeated += entries->repeated;
    }
    row += reader.rows();
  }
  std::vector<std::string>& notices = sparse.parts.description.notices;
  if (filling > 0) {
    notices.push_back(absl::StrCat(
        filling,
        " entries with a negative id or the value -inf are left out: they "
        "fill rows up"));
  }
  if (repeated > 0) {
    notices.push_back(absl::StrCat(
        repeated,
        " entries repeat a token of their row with the same value, and count "
        "once"));
  }
  return absl::OkStatus();
}

// Offsets begin with 0 and end with the number of entries; what is between
// them is checked as it is read.
absl::Status CheckEnds(const InputFile& file, const SparseParts& sparse) {
  const std::int64_t rows = sparse.parts.description.expected_rows;
  if (!sparse.offsets.present()) return absl::OkStatus();
  for (const auto& [index, wanted] :
       {std::pair{std::int64_t{0}, std::int64_t{0}},
        std::pair{rows, sparse.entries}}) {
    const IntegerType type = sparse.offsets.integer;
    unsigned char bytes[8];
    absl::Status status = file.Read(
        sparse.offsets.offset + index * static_cast<std::int64_t>(type.width),
        absl::MakeSpan(bytes, type.width));
    if (!status.ok()) return status;
    const std::int64_t found = LoadInteger(bytes, type.width, type.is_signed);
    if (found == wanted) continue;
    return InvalidLog(
        {file.path(),
         absl::StrCat("offsets[", std::max<std::int64_t>(index - 1, 0), "]"),
         absl::StrCat(found, index == 0 ? " at its begin" : " at its end"),
         absl::StrCat("offsets that ascend from 0 to ", sparse.entries),
         "write where each row starts, and the end"});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SparseParts> ParseSparse(const InputFile& file,
                                        const SafetensorsHeader& header,
                                        const RowTensors& tensors,
                                        const OpenRequest& request) {
  absl::Status status = CheckLength(file, header);
  if (!status.ok()) return status;
  SparseParts sparse;
  LogDescription& description = sparse.parts.description;
  description.format = Format::kSafetensors;
  description.tensor = tensors.ids->name;
  description.metadata = header.metadata;
  description.top_k = true;
  status = FindColumns(Columns(file.path(), header), header, tensors, sparse);
  if (!status.ok()) return status;
  if (!sparse.logprobs.present() && tensors.form == RowForm::kCsr) {
    return InvalidLog(
        {file.path(), "tensor \"logprobs\"", "none",
         absl::StrCat("F32, F16 or BF16 of shape [", sparse.entries, "]"),
         "a top-k log needs the entries' log-probabilities; a kept set alone "
         "tells no logits: give the model's rows as \"logits\" beside it, "
         "and it is their mask"});
  }
  status = ReadMetadata(file.path(), request.options, sparse);
  if (!status.ok()) return status;
  description.rows = description.expected_rows;
  status = CheckExtents(file.path(), request.options, description);
  if (!status.ok()) return status;
  status = CheckEnds(file, sparse);
  if (!status.ok()) return status;
  status = CheckEntries(file, sparse);
  if (!status.ok()) return status;
  // The rows of a CSR log lie along the axis of its offsets.
  TensorInfo rows = *tensors.ids;
  if (tensors.form == RowForm::kCsr) rows.shape = {description.rows, 1};
  status = ReadTokenTensors(file, header, rows, request, sparse.parts);
  if (!status.ok()) return status;
  return sparse;
}

}  // namespace sampler::logs
