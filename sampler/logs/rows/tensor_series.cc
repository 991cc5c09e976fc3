#include "sampler/logs/rows/tensor_series.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sampler::logs {
namespace {

// "logits_12" as "logits_" and 12; nullopt without a number.
struct Numbered {
  std::string stem;
  std::int64_t number = 0;
};
std::optional<Numbered> Split(absl::string_view name) {
  std::size_t digits = 0;
  while (digits < name.size() && absl::ascii_isdigit(static_cast<unsigned char>(
                                     name[name.size() - 1 - digits]))) {
    ++digits;
  }
  Numbered split;
  constexpr std::size_t kMostDigits = 9;
  if (digits == 0 || digits > kMostDigits || digits == name.size() ||
      !absl::SimpleAtoi(name.substr(name.size() - digits), &split.number)) {
    return std::nullopt;
  }
  split.stem = std::string(name.substr(0, name.size() - digits));
  return split;
}

bool CouldBeAStep(const TensorInfo& tensor) {
  return RealType(tensor.dtype).has_value() &&
         (tensor.shape.size() == 1 || tensor.shape.size() == 2) &&
         tensor.shape.back() > 1;
}

// By number.
using Series = std::map<std::int64_t, const TensorInfo*>;

// Does each number stand for one step?
bool IsWhole(const Series& series, std::size_t count) {
  const std::int64_t first = series.begin()->first;
  const TensorInfo& like = *series.begin()->second;
  return series.size() > 1 && series.size() == count && first <= 1 &&
         series.rbegin()->first - first + 1 ==
             static_cast<std::int64_t>(series.size()) &&
         std::all_of(series.begin(), series.end(), [&](const auto& step) {
           return step.second->dtype == like.dtype &&
                  step.second->shape == like.shape;
         });
}

TensorInfo Joined(const Series& series, std::string name) {
  const TensorInfo& like = *series.begin()->second;
  TensorInfo joined = {std::move(name), like.dtype, {}, like.begin, like.end};
  joined.shape.push_back(static_cast<std::int64_t>(series.size()));
  for (const std::int64_t extent : like.shape) {
    // One text's rows have no axis of texts.
    if (extent > 1 || &extent == &like.shape.back()) {
      joined.shape.push_back(extent);
    }
  }
  for (const auto& [number, step] : series) {
    joined.parts.push_back(step->begin);
    joined.begin = std::min(joined.begin, step->begin);
    joined.end = std::max(joined.end, step->end);
  }
  return joined;
}

std::string NameOf(const std::string& stem, const SafetensorsHeader& header) {
  const std::size_t end = stem.find_last_not_of("_.-/");
  const std::string name =
      end == std::string::npos ? "" : stem.substr(0, end + 1);
  return name.empty() || header.Find(name) != nullptr ? stem + "*" : name;
}

}  // namespace

SafetensorsHeader JoinSeries(SafetensorsHeader header,
                             const std::string& wanted,
                             std::vector<std::string>& notices) {
  std::map<std::string, Series> all;
  std::map<std::string, std::size_t> counts;
  for (const TensorInfo& tensor : header.tensors) {
    const auto split = Split(tensor.name);
    if (!split || !CouldBeAStep(tensor)) continue;
    all[split->stem][split->number] = &tensor;
    ++counts[split->stem];
  }
  std::vector<TensorInfo> joined;
  std::vector<const TensorInfo*> gone;
  for (const auto& [stem, series] : all) {
    const bool is_named = std::any_of(
        series.begin(), series.end(),
        [&](const auto& step) { return step.second->name == wanted; });
    if (is_named || !IsWhole(series, counts[stem])) continue;
    joined.push_back(Joined(series, NameOf(stem, header)));
    notices.push_back(absl::StrCat(series.size(), " tensors, ",
                                   series.begin()->second->name, " to ",
                                   series.rbegin()->second->name,
                                   ", are joined in the order of their "
                                   "numbers"));
    for (const auto& [number, step] : series) gone.push_back(step);
  }
  if (joined.empty()) return header;
  for (const TensorInfo& tensor : header.tensors) {
    const bool is_gone =
        std::find(gone.begin(), gone.end(), &tensor) != gone.end();
    if (!is_gone) joined.push_back(tensor);
  }
  // The last one still ends the data.
  std::stable_sort(
      joined.begin(), joined.end(),
      [](const TensorInfo& a, const TensorInfo& b) { return a.end < b.end; });
  header.tensors = std::move(joined);
  return header;
}

}  // namespace sampler::logs
