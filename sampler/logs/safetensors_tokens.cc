#include "sampler/logs/safetensors_tokens.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/little_endian.h"

namespace sampler::logs {
namespace {

using Integers = std::vector<std::int64_t>;

// Reads the integer tensors of one file.
class IntegerTensors {
 public:
  IntegerTensors(const std::string& file, absl::Span<const unsigned char> bytes,
                 const SafetensorsHeader& header, LogDescription& description)
      : file_(file),
        bytes_(bytes),
        header_(header),
        description_(description) {}

  // The values of tensor `name`; empty if the file has none or it is cut off.
  absl::StatusOr<std::optional<Integers>> Read(absl::string_view name) const {
    const TensorInfo* tensor = header_.Find(name);
    if (tensor == nullptr) return std::nullopt;
    if (tensor->dtype != "I32" && tensor->dtype != "I64") {
      return InvalidLog({file_, absl::StrCat("tensor \"", name, "\""),
                         absl::StrCat("dtype ", tensor->dtype), "I32 or I64",
                         "save token ids and offsets as integers"});
    }
    const auto available =
        static_cast<std::int64_t>(bytes_.size() - header_.data_offset);
    if (tensor->end > available) {
      description_.notices.push_back(absl::StrCat(
          "tensor \"", name, "\" lies behind the truncation and is left out"));
      return std::nullopt;
    }
    const unsigned char* from =
        bytes_.data() + header_.data_offset + tensor->begin;
    const std::size_t width = tensor->dtype == "I32" ? 4 : 8;
    Integers values(static_cast<std::size_t>(tensor->end - tensor->begin) /
                    width);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = width == 4 ? LoadLittle<std::int32_t>(from + 4 * i)
                             : LoadLittle<std::int64_t>(from + 8 * i);
    }
    return values;
  }

  // Refuses offsets that do not ascend from 0 to `end`.
  absl::Status CheckOffsets(absl::string_view name, const Integers& offsets,
                            std::int64_t end) const {
    if (offsets.size() >= 2 && offsets.front() == 0 && offsets.back() == end &&
        std::is_sorted(offsets.begin(), offsets.end())) {
      return absl::OkStatus();
    }
    return InvalidLog(
        {file_, absl::StrCat("tensor \"", name, "\""),
         offsets.empty()
             ? "no offsets"
             : absl::StrCat(offsets.size(), " offsets from ", offsets.front(),
                            " to ", offsets.back()),
         absl::StrCat("offsets that ascend from 0 to ", end),
         "write one start per sequence and the end"});
  }

 private:
  const std::string& file_;
  absl::Span<const unsigned char> bytes_;
  const SafetensorsHeader& header_;
  LogDescription& description_;
};

// How many sequences the whole file has; 0 if the truncation took that away.
absl::StatusOr<std::int64_t> ReadSequences(const IntegerTensors& tensors,
                                           const SafetensorsHeader& header,
                                           LogParts& parts) {
  if (header.Find("seq_offsets") == nullptr) {
    // Not from sequence_offsets: a truncated file lists those with rows only.
    const TensorInfo* logits = header.Find(parts.description.tensor);
    return logits->shape.size() == 3 ? logits->shape[0] : 1;
  }
  auto offsets = tensors.Read("seq_offsets");
  if (!offsets.ok()) return offsets.status();
  if (!offsets->has_value()) return 0;
  absl::Status status = tensors.CheckOffsets("seq_offsets", **offsets,
                                             parts.description.expected_rows);
  if (!status.ok()) return status;
  parts.sequence_offsets = **std::move(offsets);
  return static_cast<std::int64_t>(parts.sequence_offsets.size()) - 1;
}

absl::Status ReadPrompts(const std::string& file, const IntegerTensors& tensors,
                         std::int64_t sequences, LogParts& parts) {
  auto tokens = tensors.Read("prompt_tokens");
  if (!tokens.ok()) return tokens.status();
  auto offsets = tensors.Read("prompt_offsets");
  if (!offsets.ok()) return offsets.status();
  if (!tokens->has_value()) return absl::OkStatus();
  const auto count = static_cast<std::int64_t>((*tokens)->size());
  if (!offsets->has_value()) {
    if (sequences != 1) {
      return InvalidLog({file, "tensor \"prompt_offsets\"", "none",
                         absl::StrCat(sequences + 1, " offsets"),
                         "say where the prompt of each sequence starts"});
    }
    *offsets = Integers{0, count};
  }
  absl::Status status =
      tensors.CheckOffsets("prompt_offsets", **offsets, count);
  if (!status.ok()) return status;
  if (static_cast<std::int64_t>((*offsets)->size()) != sequences + 1) {
    return InvalidLog({file, "tensor \"prompt_offsets\"",
                       absl::StrCat((*offsets)->size(), " offsets"),
                       absl::StrCat(sequences + 1, ", one more than sequences"),
                       "say where the prompt of each sequence starts"});
  }
  parts.prompt_tokens = **std::move(tokens);
  parts.prompt_offsets = **std::move(offsets);
  return absl::OkStatus();
}

// input_ids of N + 1 per sequence hold one id before the first row.
void SplitInputIds(const Integers& ids, std::int64_t sequences,
                   LogParts& parts) {
  const auto length = static_cast<std::int64_t>(ids.size()) / sequences;
  const bool has_prompt = !parts.prompt_offsets.empty();
  if (has_prompt) {
    parts.description.notices.push_back(
        "the first of input_ids is ignored: the file has prompt_tokens");
  } else {
    parts.prompt_offsets.push_back(0);
  }
  for (std::int64_t s = 0; s < sequences; ++s) {
    const auto first = ids.begin() + s * length;
    parts.tokens.insert(parts.tokens.end(), first + 1, first + length);
    if (has_prompt) continue;
    parts.prompt_tokens.push_back(*first);
    parts.prompt_offsets.push_back(s + 1);
  }
}

absl::Status ReadInputIds(const std::string& file,
                          const IntegerTensors& tensors, std::int64_t sequences,
                          bool uniform, LogParts& parts) {
  auto ids = tensors.Read("input_ids");
  if (!ids.ok()) return ids.status();
  if (!ids->has_value()) return absl::OkStatus();
  const auto count = static_cast<std::int64_t>((*ids)->size());
  const std::int64_t rows = parts.description.expected_rows;
  if (count == rows) {
    parts.tokens = **std::move(ids);
    parts.description.notices.push_back(
        "input_ids has one id per row and is taken as the tokens drawn; if it "
        "is the model's input, the shift check finds shift +1 better");
    return absl::OkStatus();
  }
  if (uniform && count == rows + sequences) {
    SplitInputIds(**ids, sequences, parts);
    return absl::OkStatus();
  }
  return InvalidLog({file, "tensor \"input_ids\"", absl::StrCat(count, " ids"),
                     absl::StrCat(rows, ", or one more per sequence"),
                     "store the token drawn from each row as \"tokens\""});
}

}  // namespace

absl::Status ReadTokenTensors(const std::string& file,
                              absl::Span<const unsigned char> bytes,
                              const SafetensorsHeader& header,
                              LogParts& parts) {
  const std::int64_t rows = parts.description.expected_rows;
  const IntegerTensors tensors(file, bytes, header, parts.description);
  auto sequences = ReadSequences(tensors, header, parts);
  if (!sequences.ok()) return sequences.status();
  if (*sequences > 0) {
    absl::Status status = ReadPrompts(file, tensors, *sequences, parts);
    if (!status.ok()) return status;
  }
  auto tokens = tensors.Read("tokens");
  if (!tokens.ok()) return tokens.status();
  if (!tokens->has_value()) {
    const bool uniform =
        header.Find("seq_offsets") == nullptr || *sequences == 1;
    return ReadInputIds(file, tensors, *sequences, uniform, parts);
  }
  parts.tokens = **std::move(tokens);
  if (static_cast<std::int64_t>(parts.tokens.size()) != rows) {
    return InvalidLog({file, "tensor \"tokens\"",
                       absl::StrCat(parts.tokens.size(), " ids"),
                       absl::StrCat(rows, " ids, one per row"),
                       "store the token drawn from each row"});
  }
  if (header.Find("input_ids") != nullptr) {
    parts.description.notices.push_back(
        "input_ids is ignored: the file has tokens");
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs
