#include "sampler/logs/formats/safetensors_tokens.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/formats/safetensors_notes.h"
#include "sampler/logs/formats/safetensors_settings.h"
#include "sampler/logs/rows/integer_tensors.h"

namespace sampler::logs {
namespace {

using Integers = std::vector<std::int64_t>;

// Offsets of a file with steps first can only tell what its axes do.
absl::StatusOr<std::int64_t> CheckInterleaved(const IntegerTensors& tensors,
                                              const Integers& starts,
                                              const RowLayout& layout) {
  bool equal = std::ssize(starts) == layout.sequences + 1;
  for (std::size_t s = 0; equal && s < starts.size(); ++s) {
    equal = starts[s] == static_cast<std::int64_t>(s) * layout.steps;
  }
  if (equal) return layout.sequences;
  return InvalidLog({tensors.path(), "tensor \"seq_offsets\"",
                     absl::StrCat(starts.size(), " offsets"),
                     absl::StrCat("one for each of ", layout.sequences,
                                  " sequences of ", layout.steps, " rows"),
                     "rows with steps first ([T, B, V]) are equally many"});
}

// Layout and sequences. How many sequences the whole file has; 0 if the
// truncation took that away.
absl::StatusOr<std::int64_t> ReadSequences(const IntegerTensors& tensors,
                                           const SafetensorsHeader& header,
                                           const TensorInfo& rows,
                                           const OpenRequest& request,
                                           LogParts& parts) {
  LayoutQuestion question = {
      tensors.path(),
      absl::MakeConstSpan(rows.shape).first(rows.shape.size() - 1),
      {},
      GivenSequences(request),
      !rows.parts.empty()};
  if (request.tokens.has_value()) {
    question.tokens.push_back({request.tokens->shape});
  }
  const TensorInfo* drawn = header.Find("tokens");
  if (drawn != nullptr) question.tokens.push_back({drawn->shape});
  const TensorInfo* input = header.Find("input_ids");
  if (input != nullptr) question.tokens.push_back({input->shape, 1});
  const TensorInfo* whole = header.Find("sequences");
  if (whole != nullptr && !whole->shape.empty()) {
    question.tokens.push_back({whole->shape, whole->shape.back()});
  }
  for (const char* name : {"seq_offsets", "prompt_offsets"}) {
    const TensorInfo* offsets = header.Find(name);
    if (offsets == nullptr || offsets->shape.size() != 1) continue;
    question.sequences = offsets->shape[0] - 1;
  }
  auto layout = FindLayout(question, request.options, parts.description);
  if (!layout.ok()) return layout.status();
  SetLayout(*layout, parts);
  auto offsets = tensors.Read("seq_offsets");
  if (!offsets.ok()) return offsets.status();
  if (header.Find("seq_offsets") == nullptr) return layout->sequences;
  if (!offsets->has_value()) return 0;
  const Integers& starts = (*offsets)->ids;
  absl::Status status = tensors.CheckOffsets("seq_offsets", starts,
                                             parts.description.expected_rows);
  if (!status.ok()) return status;
  if (layout->steps_first) return CheckInterleaved(tensors, starts, *layout);
  parts.sequence_offsets = starts;
  return std::ssize(starts) - 1;
}

absl::Status ReadPrompts(const IntegerTensors& tensors, std::int64_t sequences,
                         LogParts& parts) {
  auto tokens = tensors.Read("prompt_tokens");
  if (!tokens.ok()) return tokens.status();
  auto starts = tensors.Read("prompt_offsets");
  if (!starts.ok()) return starts.status();
  if (!tokens->has_value()) return absl::OkStatus();
  const std::int64_t count = std::ssize((*tokens)->ids);
  Integers offsets = {0, count};
  if (starts->has_value()) {
    offsets = std::move((*starts)->ids);
  } else if (sequences != 1) {
    return InvalidLog({tensors.path(), "tensor \"prompt_offsets\"", "none",
                       absl::StrCat(sequences + 1, " offsets"),
                       "say where the prompt of each sequence starts"});
  }
  absl::Status status = tensors.CheckOffsets("prompt_offsets", offsets, count);
  if (!status.ok()) return status;
  if (std::ssize(offsets) != sequences + 1) {
    return InvalidLog({tensors.path(), "tensor \"prompt_offsets\"",
                       absl::StrCat(offsets.size(), " offsets"),
                       absl::StrCat(sequences + 1, ", one more than sequences"),
                       "say where the prompt of each sequence starts"});
  }
  parts.prompt_tokens = std::move((*tokens)->ids);
  parts.prompt_offsets = std::move(offsets);
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

absl::Status ReadInputIds(const IntegerTensors& tensors, std::int64_t sequences,
                          bool uniform, LogParts& parts) {
  const auto ids = tensors.Read("input_ids");
  if (!ids.ok()) return ids.status();
  if (!ids->has_value()) return absl::OkStatus();
  const std::int64_t count = std::ssize((*ids)->ids);
  const std::int64_t rows = parts.description.expected_rows;
  const std::int64_t extra =
      uniform && sequences > 0 && count == rows + sequences ? 1 : 0;
  if (count != rows && extra == 0) {
    return InvalidLog({tensors.path(), "tensor \"input_ids\"",
                       absl::StrCat(count, " ids"),
                       absl::StrCat(rows, ", or one more per sequence"),
                       "store the token drawn from each row as \"tokens\""});
  }
  auto ordered = IdsBySequence(tensors.path(), "tensor \"input_ids\"", **ids,
                               parts.layout, extra, /*any_shape=*/!uniform);
  if (!ordered.ok()) return ordered.status();
  if (extra == 1) {
    SplitInputIds(*ordered, sequences, parts);
    return absl::OkStatus();
  }
  parts.tokens = *std::move(ordered);
  parts.description.notices.push_back(
      "input_ids has one id per row and is taken as the tokens drawn; if it "
      "is the model's input, the shift check finds shift +1 better");
  return absl::OkStatus();
}

// What generate() returns: of each sequence its prompt and then one id per row.
absl::Status ReadWholeSequences(const IntegerTensors& tensors,
                                std::int64_t sequences, bool uniform,
                                LogParts& parts) {
  const auto ids = tensors.Read("sequences");
  if (!ids.ok()) return ids.status();
  if (!ids->has_value() || sequences == 0) return absl::OkStatus();
  const std::int64_t count = std::ssize((*ids)->ids);
  const std::int64_t steps = parts.description.expected_rows / sequences;
  const std::int64_t length = count / sequences;
  if (!uniform || count % sequences != 0 || length < steps) {
    return InvalidLog({tensors.path(), "tensor \"sequences\"",
                       absl::StrCat(count, " ids"),
                       absl::StrCat(steps, " or more of each of ", sequences,
                                    " sequences of equal length"),
                       "store the token drawn from each row as \"tokens\""});
  }
  const bool has_prompt = !parts.prompt_offsets.empty();
  if (!has_prompt) parts.prompt_offsets.push_back(0);
  for (std::int64_t s = 0; s < sequences; ++s) {
    const auto first = (*ids)->ids.begin() + s * length;
    const auto drawn = first + (length - steps);
    parts.tokens.insert(parts.tokens.end(), drawn, first + length);
    if (has_prompt) continue;
    parts.prompt_tokens.insert(parts.prompt_tokens.end(), first, drawn);
    parts.prompt_offsets.push_back(std::ssize(parts.prompt_tokens));
  }
  parts.description.notices.push_back(absl::StrCat(
      "the last ", steps,
      " ids of \"sequences\" are taken as the tokens "
      "drawn, and those before them as ",
      has_prompt ? "known: the file has prompt_tokens" : "the prompt",
      "; padding behind the end of a text counts as drawn"));
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadTokenTensors(const InputFile& file,
                              const SafetensorsHeader& header,
                              const TensorInfo& rows,
                              const OpenRequest& request, LogParts& parts) {
  const IntegerTensors tensors(file, header, parts.description);
  const auto sequences = ReadSequences(tensors, header, rows, request, parts);
  if (!sequences.ok()) return sequences.status();
  if (parts.description.rows == 0) return absl::OkStatus();
  if (*sequences > 0) {
    absl::Status status = ReadPrompts(tensors, *sequences, parts);
    if (!status.ok()) return status;
  }
  if (*sequences > 0) {
    absl::Status status = ReadSettings(tensors, *sequences, parts);
    if (!status.ok()) return status;
  }
  absl::Status noted = ReadRowNotes(tensors, parts);
  if (!noted.ok()) return noted;
  const bool has_offsets = header.Find("seq_offsets") != nullptr;
  auto tokens = tensors.Read("tokens");
  if (!tokens.ok()) return tokens.status();
  if (!tokens->has_value()) {
    const bool uniform = !has_offsets || *sequences == 1;
    if (header.Find("input_ids") == nullptr) {
      return ReadWholeSequences(tensors, *sequences, uniform, parts);
    }
    return ReadInputIds(tensors, *sequences, uniform, parts);
  }
  auto ordered =
      IdsBySequence(file.path(), "tensor \"tokens\"", **tokens, parts.layout,
                    /*extra=*/0, /*any_shape=*/has_offsets);
  if (!ordered.ok()) return ordered.status();
  parts.tokens = *std::move(ordered);
  if (header.Find("input_ids") != nullptr) {
    parts.description.notices.push_back(
        "input_ids is ignored: the file has tokens");
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs
