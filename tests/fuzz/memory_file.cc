#include "tests/fuzz/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

namespace fs = std::filesystem;

// Is removed when the process ends well.
struct Folder {
  Folder() {
    const bool memory =
        fs::is_directory("/dev/shm") && access("/dev/shm", W_OK | X_OK) == 0;
    path = (memory ? fs::path("/dev/shm") : fs::temp_directory_path()) /
           "sampler-fuzz-XXXXXX";
    Require(mkdtemp(path.data()) != nullptr, "a folder can be made");
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  std::string path;
};

}  // namespace

MemoryFile::MemoryFile(Bytes bytes)
    : descriptor_(memfd_create("input", MFD_CLOEXEC)),
      path_(absl::StrCat("/proc/self/fd/", descriptor_)) {
  Require(descriptor_ >= 0, "a file can be made in memory");
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    Require(written > 0, "a file in memory can be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

MemoryFile::~MemoryFile() { close(descriptor_); }

std::string EmptyFolder() {
  static const Folder folder;
  for (const auto& entry : fs::directory_iterator(folder.path)) {
    fs::remove_all(entry.path());
  }
  return folder.path;
}

}  // namespace sampler::fuzz
