#include "sampler/logs/server/array_answer.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/files/scratch_file.h"
#include "sampler/logs/formats/safetensors_header_writer.h"
#include "sampler/logs/server/array_choices.h"
#include "sampler/logs/server/documents.h"

namespace sampler::logs {
namespace {

// A longer file is left to the readers of JSON, which refuse it.
constexpr std::int64_t kMostArrayBytes = std::int64_t{1} << 30;

std::string LittleEndian(const std::vector<std::int64_t>& values) {
  std::string bytes;
  bytes.reserve(8 * values.size());
  for (const std::int64_t value : values) {
    for (int i = 0; i < 8; ++i) {
      bytes.push_back(
          static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
  }
  return bytes;
}

absl::Status WriteText(absl::string_view text, ScratchFile& scratch) {
  return scratch.Write(
      {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

absl::StatusOr<InputFile> WriteAll(const std::string& path,
                                   const ArrayChoices& all) {
  SafetensorsHeaderWriter header({});
  const ArrayRows& first = all.rows.front();
  const std::int64_t count = all.offsets.back();
  header.Add(first.key, first.element->name, {count, first.width},
             static_cast<std::size_t>(first.element->width));
  std::vector<std::string> lists;
  const auto add = [&](const char* name,
                       const std::vector<std::int64_t>& values) {
    header.Add(name, "I64", {std::ssize(values)}, 8);
    lists.push_back(LittleEndian(values));
  };
  add("seq_offsets", all.offsets);
  if (all.all_tokens) add("tokens", all.tokens);
  if (all.all_masks) {
    add("sampling_mask_offsets", all.mask_offsets);
    add("sampling_mask_token_ids", all.mask_ids);
  }
  const auto head = header.Bytes(path);
  if (!head.ok()) return head.status();
  auto scratch = ScratchFile::Create(path);
  if (!scratch.ok()) return scratch.status();
  absl::Status status = WriteText(*head, *scratch);
  for (const ArrayRows& rows : all.rows) {
    if (!status.ok()) return status;
    status =
        WriteText(absl::string_view(rows.bytes).substr(rows.data), *scratch);
  }
  for (const std::string& list : lists) {
    if (!status.ok()) return status;
    status = WriteText(list, *scratch);
  }
  if (!status.ok()) return status;
  return scratch->Open();
}

}  // namespace

absl::StatusOr<std::optional<InputFile>> UnpackArrayAnswer(
    const InputFile& file) {
  if (file.size() > kMostArrayBytes) return std::nullopt;
  const auto bytes = file.ReadAll();
  if (!bytes.ok()) return bytes.status();
  const absl::string_view text(reinterpret_cast<const char*>(bytes->data()),
                               bytes->size());
  if (!absl::StrContains(text, absl::StrCat("\"", kNpyInBase64))) {
    return std::nullopt;
  }
  const auto documents =
      ReadDocuments(file.path(), text, /*allow_partial=*/false);
  if (!documents.ok()) return documents.status();
  const auto all = ReadArrayChoices(file.path(), *documents);
  if (!all.ok()) return all.status();
  if (all->rows.empty()) return std::nullopt;
  auto written = WriteAll(file.path(), *all);
  if (!written.ok()) return written.status();
  return std::optional<InputFile>(*std::move(written));
}

}  // namespace sampler::logs
