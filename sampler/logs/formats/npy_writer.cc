#include "sampler/logs/formats/npy_writer.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace sampler::logs {
namespace {

const char* Description(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "<f4";
    case DType::kF16:
      return "<f2";
    case DType::kBF16:
      return "|V2";
    case DType::kF64:
      break;
  }
  return "<f8";
}

}  // namespace

absl::Status WriteNpy(const std::string& path, Overwrite overwrite,
                      const LogContents& contents, DenseRows rows) {
  auto file = OutputFile::Create(path, overwrite);
  if (!file.ok()) return file.status();
  std::string header =
      absl::StrCat("{'descr': '", Description(contents.dtype),
                   "', 'fortran_order': False, 'shape': (", contents.rows(),
                   ", ", contents.vocabulary_size, "), }");
  // The data begins at a multiple of 64, after ten bytes before the header.
  constexpr std::size_t kBefore = 10;
  header.resize((kBefore + header.size() + 64) / 64 * 64 - kBefore, ' ');
  header.back() = '\n';
  constexpr unsigned char kMagic[] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  const auto length = static_cast<std::uint16_t>(header.size());
  file->Append(kMagic);
  file->AppendValues(absl::MakeConstSpan(&length, 1));
  file->AppendValues(absl::MakeConstSpan(header.data(), header.size()));
  for (std::int64_t n = 0; n < contents.rows() && !file->failed(); ++n) {
    const auto row = rows(n);
    if (!row.ok()) return row.status();
    file->Append(*row);
  }
  return file->Commit();
}

}  // namespace sampler::logs
