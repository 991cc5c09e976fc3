// Who uses an object right now. The GIL is released while rows are sampled, so
// another thread may call in meanwhile: what may not be shared is leased, and a
// call that cannot have its lease raises RuntimeError instead of racing.
//
// Any number of readers, or one writer.
//
// Thread-safety: itself, from any number of threads, with or without a GIL.
// Tested by: tests/python/test_threads.py.

#ifndef SAMPLER_PYTHON_BINDINGS_LEASE_H_
#define SAMPLER_PYTHON_BINDINGS_LEASE_H_

#include <nanobind/nanobind.h>

#include <atomic>
#include <utility>

#include "sampler/python/bindings/errors.h"

namespace sampler::python {

// A value that several threads may get hold of.
template <typename T>
class Shared {
 public:
  explicit Shared(T value) : value_(std::move(value)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  class Reader {
   public:
    explicit Reader(const Shared& shared) : shared_(&shared) {
      int users = shared.users_.load();
      do {
        if (users < 0) RaiseBusy();
      } while (!shared.users_.compare_exchange_weak(users, users + 1));
    }
    Reader(Reader&& other) noexcept
        : shared_(std::exchange(other.shared_, nullptr)) {}
    Reader& operator=(Reader&&) = delete;
    ~Reader() {
      if (shared_ != nullptr) --shared_->users_;
    }
    const T& operator*() const { return shared_->value_; }
    const T* operator->() const { return &shared_->value_; }

   private:
    const Shared* shared_;
  };

  class Writer {
   public:
    explicit Writer(Shared& shared) : shared_(shared) {
      int users = 0;
      if (!shared.users_.compare_exchange_strong(users, -1)) RaiseBusy();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() { shared_.users_ = 0; }
    T& operator*() const { return shared_.value_; }
    T* operator->() const { return &shared_.value_; }

   private:
    Shared& shared_;
  };

 private:
  [[noreturn]] static void RaiseBusy() {
    Raise(PyExc_RuntimeError,
          "the object is in use by another call: a sequence, a round, a log "
          "being written belong to one thread at a time");
  }

  T value_;
  mutable std::atomic<int> users_ = 0;  // -1: a writer.
};

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_LEASE_H_
