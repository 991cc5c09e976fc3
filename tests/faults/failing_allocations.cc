#include "tests/faults/failing_allocations.h"

#include <cstdlib>
#include <new>

namespace {

using sampler::faults::Failing;

// No class: allocations begin before any constructor has run.
bool armed = false;
Failing failing = Failing::kOnce;
std::int64_t left = 0;  // Allocations before the first that fails.
bool failed = false;
std::int64_t live_blocks = 0;

bool Fails() {
  if (!armed || --left >= 0) return false;
  if (failing == Failing::kOnce && failed) return false;
  failed = true;
  return true;
}

void* Allocate(std::size_t size, std::size_t alignment) {
  if (Fails()) return nullptr;
  if (size == 0) size = 1;
  void* const memory =
      alignment == 0 ? std::malloc(size)
                     : std::aligned_alloc(alignment, (size + alignment - 1) /
                                                         alignment * alignment);
  if (memory != nullptr) ++live_blocks;
  return memory;
}

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Free(void* memory) {
  if (memory != nullptr) --live_blocks;
  std::free(memory);
}

}  // namespace

namespace sampler::faults {

FailingAllocations::FailingAllocations(std::int64_t first, Failing how) {
  left = first - 1;
  failing = how;
  failed = false;
  armed = true;
}
FailingAllocations::~FailingAllocations() { armed = false; }
bool FailingAllocations::happened() const { return failed; }

std::int64_t LiveBlocks() { return live_blocks; }

}  // namespace sampler::faults

// Array forms come here by way of these.
void* operator new(std::size_t size) { return OrThrow(Allocate(size, 0)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, 0);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return OrThrow(Allocate(size, static_cast<std::size_t>(alignment)));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  Free(memory);
}
