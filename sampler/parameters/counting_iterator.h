// An iterator over text that counts what it has passed. A parser that takes
// iterators reads by it, and its caller knows where the parser is.
//
// Thread-safety: one thread at a time.
// Tested by: tests/parameters/json_document_test.cc.

#ifndef SAMPLER_PARAMETERS_COUNTING_ITERATOR_H_
#define SAMPLER_PARAMETERS_COUNTING_ITERATOR_H_

#include <cstddef>
#include <iterator>

namespace sampler {

// An input iterator at `at`, which adds one to `*count` for each step.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count)
      : at_(at), count_(count) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const {
    return at_ == other.at_;
  }
  bool operator!=(const CountingIterator& other) const {
    return at_ != other.at_;
  }

 private:
  const char* at_;
  std::size_t* count_;
};

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_COUNTING_ITERATOR_H_
