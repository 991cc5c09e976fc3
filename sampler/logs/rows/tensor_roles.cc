#include "sampler/logs/rows/tensor_roles.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/rows/mask_tensors.h"

namespace sampler::logs {
namespace {

using Tensors = std::vector<const TensorInfo*>;

constexpr absl::string_view kChoose = "choose with --tensor NAME";

// Read beside the rows, whatever their form (safetensors.h).
constexpr absl::string_view kBesideRows[] = {
    "tokens",        "input_ids",      "sequences",  "seq_offsets",
    "seq_seeds",     "seq_streams",    "seq_clocks", "seq_configs",
    "prompt_tokens", "prompt_offsets", "attempts",   "ban_offsets",
    "banned_tokens"};

bool HasRows(const TensorInfo& tensor) {
  return tensor.shape.size() == 2 || tensor.shape.size() == 3;
}

bool CouldBeLogits(const TensorInfo& tensor) {
  return RealType(tensor.dtype).has_value() && HasRows(tensor) &&
         !IsMaskName(tensor.name);
}

bool CouldBeIds(const TensorInfo& tensor) {
  const auto type = IntegerTypeOf(tensor.dtype);
  return type.has_value() && type->width >= 2 && HasRows(tensor) &&
         !IsMaskName(tensor.name);
}

// Names that are given to ids of the likeliest tokens and to nothing else.
bool SoundsLikeIds(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  return absl::StrContains(lower, "indices") || lower == "token_ids" ||
         absl::StrContains(lower, "topk") || absl::StrContains(lower, "top_k");
}

bool SoundsLikeLogprobs(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  return absl::StrContains(lower, "logprob") ||
         absl::StrContains(lower, "log_prob");
}

Tensors All(const SafetensorsHeader& header) {
  Tensors all;
  for (const TensorInfo& tensor : header.tensors) all.push_back(&tensor);
  return all;
}

absl::Status Ambiguous(const std::string& file, const Tensors& tensors,
                       absl::string_view role) {
  return InvalidLog({file, "tensors",
                     absl::StrCat(tensors.size(), " that could be the ", role,
                                  ": ", TensorsText(tensors)),
                     "one", kChoose});
}

Tensors OfShape(const SafetensorsHeader& header, const TensorInfo& like,
                bool (*fits)(const TensorInfo&)) {
  Tensors found;
  for (const TensorInfo& tensor : header.tensors) {
    if (fits(tensor) && tensor.shape == like.shape) found.push_back(&tensor);
  }
  return found;
}

// Adds the values of the ids `rows.ids` to `rows`.
absl::Status TakeValues(const std::string& file,
                        const SafetensorsHeader& header,
                        const std::string& wanted, RowTensors& rows) {
  Tensors logits;
  Tensors logprobs;
  for (const TensorInfo* tensor : OfShape(header, *rows.ids, CouldBeLogits)) {
    (SoundsLikeLogprobs(tensor->name) ? logprobs : logits).push_back(tensor);
  }
  for (Tensors* tensors : {&logits, &logprobs}) {
    const TensorInfo* named = header.Find(wanted);
    if (absl::c_linear_search(*tensors, named)) *tensors = {named};
    if (tensors->size() > 1) return Ambiguous(file, *tensors, "values");
  }
  if (!logits.empty()) rows.logits = logits.front();
  if (!logprobs.empty()) rows.logprobs = logprobs.front();
  return absl::OkStatus();
}

// The ids that belong to `values`: integers of its shape; null: none.
absl::StatusOr<const TensorInfo*> IdsOf(const std::string& file,
                                        const SafetensorsHeader& header,
                                        const TensorInfo& values) {
  Tensors ids = OfShape(header, values, CouldBeIds);
  if (ids.size() > 1) {
    Tensors named;
    for (const TensorInfo* tensor : ids) {
      if (SoundsLikeIds(tensor->name)) named.push_back(tensor);
    }
    if (named.size() == 1) ids = named;
  }
  if (ids.size() > 1) return Ambiguous(file, ids, "token ids");
  return ids.empty() ? nullptr : ids.front();
}

// As many as the tensor's rows: the product of all axes but the last.
std::int64_t RowsOf(const TensorInfo& tensor) {
  std::int64_t rows = 1;
  for (std::size_t axis = 0; axis + 1 < tensor.shape.size(); ++axis) {
    rows *= tensor.shape[axis];
  }
  return rows;
}

// Several ids a row without values of their shape: a top-k file whose arrays
// were cut differently. Its values would pass for whole rows.
absl::Status CheckNoIdsAreLeft(const std::string& file,
                               const SafetensorsHeader& header,
                               const TensorInfo& whole) {
  for (const TensorInfo& tensor : header.tensors) {
    const bool several = CouldBeIds(tensor) && SoundsLikeIds(tensor.name) &&
                         tensor.shape.back() > 1 &&
                         RowsOf(tensor) == RowsOf(whole);
    if (!several) continue;
    return InvalidLog(
        {file, absl::StrCat("tensor \"", tensor.name, "\""), TensorText(tensor),
         absl::StrCat("the shape of the values beside it, \"", whole.name,
                      "\" ", TensorText(whole)),
         "top-k rows have one token id for each value; if the values are whole "
         "rows, leave this tensor out of the file"});
  }
  return absl::OkStatus();
}

absl::StatusOr<const TensorInfo*> NamedLogits(const std::string& file,
                                              const SafetensorsHeader& header,
                                              const std::string& name) {
  const TensorInfo* tensor = header.Find(name);
  if (tensor != nullptr && CouldBeLogits(*tensor)) return tensor;
  return InvalidLog(
      {file, absl::StrCat("tensor \"", name, "\""),
       tensor == nullptr ? "no such tensor" : TensorText(*tensor),
       "F32, F16, BF16 or F64 of shape [N, V] or [B, N, V]",
       absl::StrCat("this file holds ", TensorsText(All(header)))});
}

// The tensors with the largest last axis, the one called "logits" too.
absl::StatusOr<const TensorInfo*> OnlyLogits(const std::string& file,
                                             const SafetensorsHeader& header) {
  Tensors candidates;
  std::int64_t width = 0;
  for (const TensorInfo& tensor : header.tensors) {
    if (!CouldBeLogits(tensor) || tensor.shape.back() < width) continue;
    if (tensor.shape.back() > width) candidates.clear();
    width = tensor.shape.back();
    candidates.push_back(&tensor);
  }
  const TensorInfo* named = header.Find("logits");
  if (named != nullptr && CouldBeLogits(*named) &&
      !absl::c_linear_search(candidates, named)) {
    candidates.push_back(named);
  }
  if (candidates.size() == 1) return candidates.front();
  if (candidates.size() > 1) return Ambiguous(file, candidates, "logits");
  return InvalidLog(
      {file, "tensors", TensorsText(All(header)),
       "one F32, F16, BF16 or F64 tensor of shape [N, V] or [B, N, V]",
       "save the logits under the name \"logits\""});
}

// Tensors of integers that have values of their shape beside them.
Tensors PairedIds(const SafetensorsHeader& header) {
  Tensors paired;
  for (const TensorInfo& tensor : header.tensors) {
    if (!CouldBeIds(tensor)) continue;
    if (OfShape(header, tensor, CouldBeLogits).empty()) continue;
    paired.push_back(&tensor);
  }
  return paired;
}

// Are there rows as many as those of `ids`, but wider?
bool HasWiderRows(const SafetensorsHeader& header, const TensorInfo& ids) {
  return absl::c_any_of(header.tensors, [&](const TensorInfo& tensor) {
    return CouldBeLogits(tensor) && tensor.shape.back() > ids.shape.back() &&
           RowsOf(tensor) == RowsOf(ids);
  });
}

absl::StatusOr<RowTensors> TopK(const std::string& file,
                                const SafetensorsHeader& header,
                                const std::string& wanted,
                                const TensorInfo& ids) {
  RowTensors rows;
  rows.form = RowForm::kTopK;
  rows.ids = &ids;
  absl::Status status = TakeValues(file, header, wanted, rows);
  if (!status.ok()) return status;
  return rows;
}

absl::StatusOr<RowTensors> Whole(const std::string& file,
                                 const SafetensorsHeader& header,
                                 const TensorInfo& whole) {
  absl::Status status = CheckNoIdsAreLeft(file, header, whole);
  if (!status.ok()) return status;
  RowTensors rows;
  rows.whole = &whole;
  return rows;
}

// The rows whose values the user names.
absl::StatusOr<RowTensors> NamedRows(const std::string& file,
                                     const SafetensorsHeader& header,
                                     const std::string& wanted) {
  const auto values = NamedLogits(file, header, wanted);
  if (!values.ok()) return values.status();
  const auto ids = IdsOf(file, header, **values);
  if (!ids.ok()) return ids.status();
  return *ids == nullptr ? Whole(file, header, **values)
                         : TopK(file, header, wanted, **ids);
}

}  // namespace

absl::StatusOr<RowTensors> FindRows(const std::string& file,
                                    const SafetensorsHeader& header,
                                    const std::string& wanted) {
  if (!wanted.empty()) return NamedRows(file, header, wanted);
  const TensorInfo* logits = header.Find("logits");
  const bool csr = header.Find("offsets") != nullptr &&
                   header.Find("token_ids") != nullptr &&
                   (logits == nullptr || logits->shape.size() == 1);
  if (csr) {
    RowTensors rows;
    rows.form = RowForm::kCsr;
    rows.offsets = header.Find("offsets");
    rows.ids = header.Find("token_ids");
    rows.logits = logits;
    rows.logprobs = header.Find("logprobs");
    return rows;
  }
  const Tensors paired = PairedIds(header);
  if (paired.empty()) {
    const auto whole = OnlyLogits(file, header);
    if (!whole.ok()) return whole.status();
    return Whole(file, header, **whole);
  }
  const TensorInfo& first = *paired.front();
  const bool one_shape = absl::c_all_of(
      paired, [&](const TensorInfo* ids) { return ids->shape == first.shape; });
  if (!one_shape || HasWiderRows(header, first)) {
    Tensors values;
    for (const TensorInfo& tensor : header.tensors) {
      if (CouldBeLogits(tensor)) values.push_back(&tensor);
    }
    return Ambiguous(file, values, "logits");
  }
  const auto ids =
      IdsOf(file, header, *OfShape(header, first, CouldBeLogits).front());
  if (!ids.ok()) return ids.status();
  return TopK(file, header, wanted, **ids);
}

std::string UnusedTensors(const SafetensorsHeader& header,
                          const RowTensors& rows, const TensorInfo* mask) {
  Tensors unused;
  const ListedMasks listed =
      rows.form == RowForm::kWhole ? FindSamplingMask(header) : ListedMasks();
  for (const TensorInfo& tensor : header.tensors) {
    if (&tensor == listed.ids || &tensor == listed.offsets) continue;
    const bool of_rows =
        &tensor == rows.whole || &tensor == rows.offsets ||
        &tensor == rows.ids || &tensor == rows.logits ||
        &tensor == rows.logprobs || &tensor == mask ||
        (rows.form != RowForm::kWhole && tensor.name == "logsumexp");
    if (of_rows || IsListedMaskName(tensor.name)) continue;
    if (absl::c_linear_search(kBesideRows, tensor.name)) continue;
    unused.push_back(&tensor);
  }
  if (unused.empty()) return "";
  return absl::StrCat(
      unused.size() == 1 ? "a tensor is not read: " : "tensors are not read: ",
      TensorsText(unused));
}

}  // namespace sampler::logs
