// The directory of a zip archive (PKWARE APPNOTE 6.3.9, with the ZIP64
// extension): where each member's data lie and how they are stored.
//
// Errors: DataLoss where the archive has no directory at its end (it is cut);
//   InvalidArgument for an entry outside the file, an encrypted one, or another
//   method than 0 (stored) and 8 (deflated).
// Thread-safety: pure function of the file.
// Tested by: tests/logs/npz/npz_test.cc.

#ifndef SAMPLER_LOGS_NPZ_ZIP_DIRECTORY_H_
#define SAMPLER_LOGS_NPZ_ZIP_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::logs {

struct ZipMember {
  std::string name;
  bool deflated = false;
  std::int64_t offset = 0;  // Of its data in the file.
  std::int64_t stored = 0;  // Bytes there,
  std::int64_t size = 0;    // and what they become.
};

absl::StatusOr<std::vector<ZipMember>> ReadZipDirectory(const InputFile& file);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_NPZ_ZIP_DIRECTORY_H_
