#include "sampler/logs/rows/mask_tensors.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

constexpr absl::string_view kMaskNames[] = {"mask", "masks", "token_mask",
                                            "bitmask", "token_bitmask"};

// Masks that list ids are called so, with what each of two tensors holds.
constexpr const char* kListedMasks[] = {"sampling_mask", "mask"};

}  // namespace

bool IsMaskName(absl::string_view name) {
  return absl::c_linear_search(kMaskNames, name);
}

bool IsListedMaskName(absl::string_view name) {
  return absl::c_any_of(kListedMasks, [&](const char* stem) {
    return name == absl::StrCat(stem, "_token_ids") ||
           name == absl::StrCat(stem, "_offsets");
  });
}

absl::StatusOr<const TensorInfo*> FindMask(const std::string& file,
                                           const SafetensorsHeader& header) {
  std::vector<const TensorInfo*> masks;
  for (const TensorInfo& tensor : header.tensors) {
    if (IsMaskName(tensor.name)) masks.push_back(&tensor);
  }
  if (masks.size() > 1) {
    return InvalidLog({file, "tensors",
                       absl::StrCat(masks.size(), " that could be the masks: ",
                                    TensorsText(masks)),
                       "one", "leave the others out of the file"});
  }
  return masks.empty() ? nullptr : masks.front();
}

ListedMasks FindSamplingMask(const SafetensorsHeader& header) {
  const ListedMasks masks = {header.Find("token_ids"), header.Find("offsets")};
  const bool whole = masks.ids != nullptr && masks.offsets != nullptr &&
                     header.Find("logprobs") == nullptr;
  return whole ? masks : ListedMasks();
}

absl::StatusOr<ListedMasks> FindListedMasks(const std::string& file,
                                            const SafetensorsHeader& header,
                                            RowForm form) {
  ListedMasks found;
  for (const char* stem : kListedMasks) {
    const ListedMasks listed = {header.Find(absl::StrCat(stem, "_token_ids")),
                                header.Find(absl::StrCat(stem, "_offsets"))};
    if (listed.ids == nullptr && listed.offsets == nullptr) continue;
    if (listed.ids == nullptr || listed.offsets == nullptr) {
      const bool has_ids = listed.ids != nullptr;
      return InvalidLog(
          {file, absl::StrCat("tensor \"", stem, "_token_ids\""),
           has_ids ? "no offsets beside it" : "none beside the offsets",
           absl::StrCat("both, the second one called \"", stem, "_offsets\""),
           "ids without their starts belong to no row"});
    }
    found = listed;
  }
  if (found.ids == nullptr && form == RowForm::kWhole) {
    found = FindSamplingMask(header);
  }
  return found;
}

}  // namespace sampler::logs
