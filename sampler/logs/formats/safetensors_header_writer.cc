#include "sampler/logs/formats/safetensors_header_writer.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/formats/safetensors_header.h"

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
  using Json = nlohmann::ordered_json;
  Json json = Json::object();
  if (!metadata_.empty()) json["__metadata__"] = metadata_;
  for (const Tensor& tensor : tensors_) {
    json[tensor.name] = {{"dtype", tensor.dtype},
                         {"shape", tensor.shape},
                         {"data_offsets", {tensor.begin, tensor.end}}};
  }
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
