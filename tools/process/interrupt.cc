#include "tools/process/interrupt.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

std::atomic<bool> waits_for_an_end = false;
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

Interruptible::Interruptible() { waits_for_an_end = true; }
Interruptible::~Interruptible() { waits_for_an_end = false; }

bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }

bool NoteInterrupt() { return waits_for_an_end && !interrupted.exchange(true); }

std::string InterruptedText(std::int64_t done, std::int64_t wanted) {
  return absl::StrCat("interrupted: ", Grouped(done), " of ", Grouped(wanted),
                      " rows were answered");
}

}  // namespace sampler::tools
