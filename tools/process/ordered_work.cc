#include "tools/process/ordered_work.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sampler::tools {
namespace {

struct Slot {
  std::unique_ptr<WorkItem> item;
  bool done = false;
};

// The items that were read and are not yet written, in order.
class Line {
 public:
  Line(const OrderedWork& steps, std::size_t longest)
      : steps_(steps), longest_(longest) {}

  // Takes part in reading, working and writing until there is nothing left.
  void Join(int worker) {
    std::unique_lock lock(mutex_);
    while (!IsEmpty()) {
      if (CanWrite()) {
        Write(lock);
      } else if (CanRead()) {
        ReadAndWork(worker, lock);
      } else {
        changed_.wait(lock);
      }
    }
  }

  // Ends the line early: `error` is thrown by RunInOrder.
  void Fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (error_ == nullptr) error_ = std::move(error);
    changed_.notify_all();
  }

  const std::exception_ptr& error() const { return error_; }

 private:
  bool IsEmpty() const {
    return error_ != nullptr || (ended_ && slots_.empty());
  }
  bool CanWrite() const {
    return !writing_ && !slots_.empty() && slots_.front()->done;
  }
  bool CanRead() const {
    return !reading_ && !ended_ && slots_.size() < longest_;
  }

  void Write(std::unique_lock<std::mutex>& lock) {
    const std::unique_ptr<Slot> slot = std::move(slots_.front());
    slots_.pop_front();
    writing_ = true;
    lock.unlock();
    steps_.write(*slot->item);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }

  void ReadAndWork(int worker, std::unique_lock<std::mutex>& lock) {
    reading_ = true;
    lock.unlock();
    std::unique_ptr<WorkItem> item = steps_.read();
    lock.lock();
    reading_ = false;
    changed_.notify_all();
    if (item == nullptr) {
      ended_ = true;
      return;
    }
    slots_.push_back(std::make_unique<Slot>(Slot{std::move(item)}));
    Slot& slot = *slots_.back();
    lock.unlock();
    steps_.work(*slot.item, worker);
    lock.lock();
    slot.done = true;
    changed_.notify_all();
  }

  const OrderedWork& steps_;
  const std::size_t longest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Slot>> slots_;
  bool reading_ = false;
  bool writing_ = false;
  bool ended_ = false;
  std::exception_ptr error_;
};

}  // namespace

void RunInOrder(const OrderedWork& steps, int threads) {
  Line line(steps, 2 * static_cast<std::size_t>(threads));
  const auto join = [&line](int worker) {
    try {
      line.Join(worker);
    } catch (...) {
      line.Fail(std::current_exception());
    }
  };
  std::vector<std::thread> others;
  try {
    for (int worker = 1; worker < threads; ++worker) {
      others.emplace_back(join, worker);
    }
  } catch (const std::system_error&) {
    // Fewer threads.
  } catch (const std::bad_alloc&) {
    // The same.
  }
  join(0);
  for (std::thread& other : others) other.join();
  if (line.error() != nullptr) std::rethrow_exception(line.error());
}

}  // namespace sampler::tools
