#include "tools/import/settings_file.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::tools {
namespace {

// No settings file of any runtime comes near it.
constexpr std::int64_t kLargestText = std::int64_t{64} << 20;
// More than the metadata of any model: vocabularies are some 10 MB of it.
constexpr std::int64_t kLargestMetadata = std::int64_t{128} << 20;

}  // namespace

absl::StatusOr<std::string> ReadSettingsFile(const std::string& path) {
  const auto file = logs::InputFile::Open(path);
  if (!file.ok()) return file.status();
  const auto head = file->Prefix(4);
  if (!head.ok()) return head.status();
  const bool gguf =
      absl::string_view(reinterpret_cast<const char*>(head->data()),
                        head->size()) == "GGUF";
  if (!gguf && file->size() > kLargestText) {
    return absl::ResourceExhaustedError(
        absl::StrCat(logs::InputName(path), ": ", file->size(),
                     " bytes: settings have at most ", kLargestText));
  }
  const auto bytes = file->Prefix(
      std::min(file->size(), gguf ? kLargestMetadata : kLargestText));
  if (!bytes.ok()) return bytes.status();
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace sampler::tools
