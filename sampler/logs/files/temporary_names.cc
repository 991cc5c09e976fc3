#include "sampler/logs/files/temporary_names.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <utility>

namespace sampler::logs {
namespace {

constexpr std::size_t kSlots = 64;

// Whoever exchanges a name for null owns it: its TemporaryName, which then
// frees it, or a signal handler, which cannot.
std::array<std::atomic<char*>, kSlots> names;
static_assert(std::atomic<char*>::is_always_lock_free);

}  // namespace

TemporaryName::TemporaryName(const std::string& name)
    : name_(new char[name.size() + 1]), slot_(kSlots) {
  std::memcpy(name_, name.c_str(), name.size() + 1);
  for (std::size_t i = 0; i < kSlots; ++i) {
    char* free_slot = nullptr;
    if (names[i].compare_exchange_strong(free_slot, name_)) {
      slot_ = i;
      return;
    }
  }
}

TemporaryName::TemporaryName(TemporaryName&& other) noexcept
    : name_(std::exchange(other.name_, nullptr)), slot_(other.slot_) {}

TemporaryName& TemporaryName::operator=(TemporaryName&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(slot_, other.slot_);
  return *this;
}

TemporaryName::~TemporaryName() {
  if (name_ == nullptr) return;
  (void)unlink(name_);
  // The name is forgotten after the file is gone: a signal in between finds
  // nothing to remove.
  char* registered = name_;
  if (slot_ < kSlots &&
      !names[slot_].compare_exchange_strong(registered, nullptr)) {
    return;  // A signal handler may still read it.
  }
  delete[] name_;
}

void RemoveTemporaryFiles() noexcept {
  for (std::atomic<char*>& slot : names) {
    const char* name = slot.exchange(nullptr);
    if (name != nullptr) (void)unlink(name);
  }
}

}  // namespace sampler::logs
