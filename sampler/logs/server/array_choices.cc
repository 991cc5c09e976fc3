#include "sampler/logs/server/array_choices.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/formats/npy_header.h"
#include "sampler/logs/server/json_node.h"

namespace sampler::logs {
namespace {

constexpr RealElement kRealElements[] = {
    {"<f4", "F32", 4}, {"<f2", "F16", 2}, {"<f8", "F64", 8}};

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  absl::StatusOr<ArrayChoices> Read(const Documents& documents) && {
    for (const Document& document : documents.documents) {
      const std::string line = absl::StrCat("line ", document.line);
      const JsonNode* choices = document.node.Get("choices");
      if (choices == nullptr || !choices->is_array()) {
        absl::Status status = AddChoice(line, document.node);
        if (!status.ok()) return status;
        continue;
      }
      for (std::size_t c = 0; c < choices->items.size(); ++c) {
        absl::Status status = AddChoice(
            absl::StrCat(line, ", choices[", c, "]"), choices->items[c]);
        if (!status.ok()) return status;
      }
    }
    return std::move(all_);
  }

 private:
  absl::Status Wrong(const std::string& where, absl::string_view found,
                     absl::string_view want) const {
    return InvalidLog({file_, where, found, want, "the answer is damaged"});
  }

  // The array of a string; without an element where its numbers are not real.
  absl::StatusOr<ArrayRows> Decode(const std::string& where,
                                   const std::string& key,
                                   const std::string& text) const {
    ArrayRows rows;
    rows.key = key;
    const std::string name = absl::StrCat(where, ".", key);
    if (!absl::Base64Unescape(text, &rows.bytes)) {
      return Wrong(name, "a .npy file in damaged base64", "whole base64");
    }
    const auto header = ParseNpyHeader(
        absl::StrCat(file_, ", ", name),
        {reinterpret_cast<const unsigned char*>(rows.bytes.data()),
         rows.bytes.size()});
    if (!header.ok()) return header.status();
    for (const RealElement& element : kRealElements) {
      if (header->descr == element.descr) rows.element = &element;
    }
    if (rows.element == nullptr) return rows;
    std::vector<std::int64_t> shape = header->shape;
    if (shape.size() == 3 && shape[0] == 1) shape.erase(shape.begin());
    const auto elements = CheckedProduct(shape);
    rows.data = header->data_offset;
    const auto bytes = static_cast<std::int64_t>(rows.bytes.size() - rows.data);
    if (shape.size() != 2 || header->fortran_order || !elements ||
        CheckedMultiply(*elements, rows.element->width) != bytes) {
      return Wrong(name,
                   absl::StrCat("an array of shape ",
                                ShapeText(absl::MakeConstSpan(header->shape)),
                                " and ", bytes, " bytes"),
                   "rows [T, V] or [1, T, V] with all their bytes");
    }
    rows.count = shape[0];
    rows.width = shape[1];
    return rows;
  }

  absl::Status AddChoice(const std::string& where, const JsonNode& choice) {
    std::vector<ArrayRows> found;
    for (std::size_t i = 0; i < choice.keys.size(); ++i) {
      const JsonNode& value = choice.items[i];
      if (!value.is_string() || !absl::StartsWith(value.text, kNpyInBase64)) {
        continue;
      }
      auto rows = Decode(where, choice.keys[i], value.text);
      if (!rows.ok()) return rows.status();
      if (rows->element != nullptr) found.push_back(*std::move(rows));
    }
    if (found.empty()) return absl::OkStatus();
    if (found.size() > 1) {
      return InvalidLog(
          {file_, where,
           absl::StrCat("arrays of real numbers in \"", found[0].key,
                        "\" and \"", found[1].key, "\""),
           "one", "leave the other out of the answer"});
    }
    ArrayRows& rows = found.front();
    if (!all_.rows.empty() && (rows.element != all_.rows[0].element ||
                               rows.width != all_.rows[0].width)) {
      return Wrong(
          where,
          absl::StrCat("rows of ", rows.width, " x ", rows.element->name),
          absl::StrCat("those of the first answer, ", all_.rows[0].width, " x ",
                       all_.rows[0].element->name));
    }
    const std::int64_t count = rows.count;
    all_.offsets.push_back(all_.offsets.back() + count);
    all_.rows.push_back(std::move(rows));
    absl::Status status = AddTokens(where, choice, count);
    return status.ok() ? AddMask(where, choice, count) : status;
  }

  absl::Status AddIds(const std::string& where, const JsonNode& list,
                      std::vector<std::int64_t>& ids) const {
    for (const JsonNode& item : list.items) {
      if (!item.integer.has_value()) {
        return Wrong(where, "a value that is no integer", "token ids");
      }
      ids.push_back(*item.integer);
    }
    return absl::OkStatus();
  }

  absl::Status AddTokens(const std::string& where, const JsonNode& choice,
                         std::int64_t count) {
    const JsonNode* ids = choice.Get("token_ids");
    if (ids == nullptr || !ids->is_array()) {
      all_.all_tokens = false;
      return absl::OkStatus();
    }
    if (std::ssize(ids->items) != count) {
      return Wrong(where + ".token_ids",
                   absl::StrCat(ids->items.size(), " ids"),
                   absl::StrCat(count, ", one per row"));
    }
    return AddIds(where + ".token_ids", *ids, all_.tokens);
  }

  absl::Status AddMask(const std::string& where, const JsonNode& choice,
                       std::int64_t count) {
    const JsonNode* mask = choice.Get("sampling_mask");
    const JsonNode* ids = mask == nullptr ? nullptr : mask->Get("token_ids");
    const JsonNode* offsets = mask == nullptr ? nullptr : mask->Get("offsets");
    if (ids == nullptr || offsets == nullptr) {
      all_.all_masks = false;
      return absl::OkStatus();
    }
    const std::string name = where + ".sampling_mask";
    std::vector<std::int64_t> starts;
    absl::Status status = AddIds(name, *offsets, starts);
    if (!status.ok()) return status;
    const bool fits = std::ssize(starts) == count + 1 && starts.front() == 0 &&
                      starts.back() == std::ssize(ids->items) &&
                      std::is_sorted(starts.begin(), starts.end());
    if (!fits) {
      return Wrong(name, absl::StrCat(starts.size(), " offsets"),
                   absl::StrCat(count + 1, " that ascend from 0 to ",
                                ids->items.size()));
    }
    const std::int64_t before = std::ssize(all_.mask_ids);
    for (std::size_t i = 1; i < starts.size(); ++i) {
      all_.mask_offsets.push_back(before + starts[i]);
    }
    return AddIds(name, *ids, all_.mask_ids);
  }

  const std::string& file_;
  ArrayChoices all_;
};

}  // namespace

absl::StatusOr<ArrayChoices> ReadArrayChoices(const std::string& file,
                                              const Documents& documents) {
  return Reader(file).Read(documents);
}

}  // namespace sampler::logs
