// The file of `replay --emit` (emit.h): lists are put aside as they come, and
// written once their number is known.
//
// Thread-safety: one thread at a time.
// Errors: those of output_file.h.
// Tested by: tests/tools/replay/emit_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_EMIT_FILE_H_
#define SAMPLER_TOOLS_REPLAY_EMIT_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/files/temporary_file.h"
#include "sampler/logs/formats/safetensors_header_writer.h"
#include "tools/replay/emit.h"

namespace sampler::tools {

// Bytes in a file without a name, to be read back once.
class Spool {
 public:
  // Beside `path`, which errors name.
  static absl::StatusOr<Spool> Create(const std::string& path);

  template <typename T>
  void Append(absl::Span<const T> values) {
    Write({reinterpret_cast<const unsigned char*>(values.data()),
           values.size() * sizeof(T)});
  }

  absl::Status CopyTo(logs::OutputFile& file) const;

 private:
  Spool(std::string path, logs::TemporaryFile file)
      : path_(std::move(path)), file_(std::move(file)) {}
  void Write(absl::Span<const unsigned char> bytes);

  std::string path_;
  logs::TemporaryFile file_;
  int error_ = 0;  // Of the system; kept for CopyTo.
  std::int64_t bytes_ = 0;
};

class EmitFile {
 public:
  static absl::StatusOr<EmitFile> Create(const EmitOptions& options,
                                         const ReplayHeader& header);

  void Add(const RowResult& row);
  absl::Status Finish();
  std::int64_t inexact() const { return inexact_; }

 private:
  EmitFile(const EmitOptions& options, const ReplayHeader& header, Spool ids,
           Spool logprobs, Spool bits);

  void AddMask(const EmittedRow& row);
  void AddBits(const EmittedRow& row);
  void Describe(logs::SafetensorsHeaderWriter& header) const;
  std::map<std::string, std::string> Metadata() const;

  const EmitOptions options_;
  const ReplayHeader& header_;
  Spool ids_;
  Spool logprobs_;
  Spool bits_;
  std::int64_t inexact_ = 0;
  std::int64_t sequence_ = -1;
  // Tensors of a number a row.
  std::vector<std::int64_t> rows_;
  std::vector<std::int64_t> seq_offsets_;
  std::vector<std::int32_t> tokens_;
  std::vector<std::int32_t> kept_;
  std::vector<std::uint8_t> exact_;
  std::vector<std::int64_t> offsets_ = {0};
  std::vector<std::int64_t> bits_rows_;
  std::vector<float> logprob_;
  std::vector<float> full_logprob_;
  std::vector<float> ln_mass_;
  std::vector<float> raw_logprob_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_EMIT_FILE_H_
