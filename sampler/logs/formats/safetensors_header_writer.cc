#include "sampler/logs/formats/safetensors_header_writer.h"

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/parameters/value_json.h"

namespace sampler::logs {

void SafetensorsHeaderWriter::Add(std::string name, std::string dtype,
                                  std::vector<std::int64_t> shape,
                                  std::size_t width) {
  const std::int64_t begin = tensors_.empty() ? 0 : tensors_.back().end;
  auto bytes = static_cast<std::int64_t>(width);
  for (const std::int64_t extent : shape) bytes *= extent;
  tensors_.push_back({std::move(name), std::move(dtype), std::move(shape),
                      begin, begin + bytes});
}

absl::StatusOr<std::string> SafetensorsHeaderWriter::Bytes(
    const std::string& path) const {
  std::vector<std::string> members;
  if (!metadata_.empty()) {
    const auto note = [](std::string* out, const auto& named) {
      absl::StrAppend(out, WriteJsonString(named.first), ":",
                      WriteJsonString(named.second));
    };
    members.push_back(absl::StrCat(R"("__metadata__":{)",
                                   absl::StrJoin(metadata_, ",", note), "}"));
  }
  for (const Tensor& tensor : tensors_) {
    members.push_back(
        absl::StrCat(WriteJsonString(tensor.name), R"(:{"dtype":)",
                     WriteJsonString(tensor.dtype), R"(,"shape":[)",
                     absl::StrJoin(tensor.shape, ","), R"(],"data_offsets":[)",
                     tensor.begin, ",", tensor.end, "]}"));
  }
  std::string text = absl::StrCat("{", absl::StrJoin(members, ","), "}");
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  if (length > kMaximumSafetensorsHeader) {
    return absl::InvalidArgumentError(
        absl::StrCat(OutputName(path), ": metadata: got a header of ", length,
                     " bytes, want at most ", kMaximumSafetensorsHeader));
  }
  std::string bytes(sizeof(length), '\0');
  std::memcpy(bytes.data(), &length, sizeof(length));
  return bytes + text;
}

absl::Status SafetensorsHeaderWriter::WriteTo(const std::string& path,
                                              OutputFile& file) const {
  const auto bytes = Bytes(path);
  if (!bytes.ok()) return bytes.status();
  file.AppendValues(absl::MakeConstSpan(bytes->data(), bytes->size()));
  return absl::OkStatus();
}

}  // namespace sampler::logs
