#include "sampler/logs/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/file_names.h"

namespace sampler::logs {
namespace {

// Closes a descriptor that this file opened; standard input is left open.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : owned_(path != "-"),
        value_(owned_ ? open(path.c_str(), O_RDONLY | O_CLOEXEC)
                      : STDIN_FILENO) {}
  ~Descriptor() {
    if (owned_ && value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int value() const { return value_; }

 private:
  bool owned_;
  int value_;
};

absl::Status SystemError(const std::string& path, absl::string_view doing,
                         int error) {
  return absl::ErrnoToStatus(error,
                             absl::StrCat(InputName(path), ": cannot ", doing));
}

}  // namespace

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const Descriptor descriptor(path);
  if (descriptor.value() < 0) return SystemError(path, "open", errno);
  return OfDescriptor(descriptor.value(), path);
}

absl::StatusOr<MappedFile> MappedFile::OfDescriptor(int descriptor,
                                                    const std::string& path) {
  struct stat info;
  if (fstat(descriptor, &info) != 0) return SystemError(path, "stat", errno);
  if (S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(InputName(path),
                     ": got a directory, want a file; name one log inside it"));
  }
  MappedFile file;
  // A redirected standard input may be a regular file that someone has already
  // read from; its bytes start where its offset stands, so it is a stream too.
  const bool map = S_ISREG(info.st_mode) && info.st_size > 0 && path != "-";
  absl::Status status =
      map ? file.Map(descriptor, static_cast<std::size_t>(info.st_size), path)
          : file.ReadAll(descriptor, path);
  if (!status.ok()) return status;
  return file;
}

absl::Status MappedFile::Map(int descriptor, std::size_t size,
                             const std::string& path) {
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) {
    return absl::UnavailableError(absl::StrCat(
        SystemError(path, "map", errno).message(), "; pipe it through \"-\""));
  }
  // Only advice: a kernel that does not take it is as correct, and slower.
  (void)madvise(address, size, MADV_SEQUENTIAL);
  mapped_ = static_cast<const unsigned char*>(address);
  mapped_size_ = size;
  return absl::OkStatus();
}

absl::Status MappedFile::ReadAll(int descriptor, const std::string& path) {
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::size_t size = 0;
  while (true) {
    memory_.resize(size + kChunk);
    const ssize_t got = read(descriptor, memory_.data() + size, kChunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path, "read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  memory_.resize(size);
  return absl::OkStatus();
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)),
      mapped_size_(std::exchange(other.mapped_size_, 0)),
      memory_(std::move(other.memory_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(mapped_size_, other.mapped_size_);
  std::swap(memory_, other.memory_);
  return *this;
}

MappedFile::~MappedFile() {
  if (mapped_ != nullptr) {
    munmap(const_cast<unsigned char*>(mapped_), mapped_size_);
  }
}

}  // namespace sampler::logs
