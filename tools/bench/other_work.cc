#include "tools/bench/other_work.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace sampler::bench {
namespace {

constexpr std::size_t kNumbers = std::size_t{16} << 20;
constexpr std::size_t kLine = 16;  // Numbers of a cache line.
constexpr std::size_t kReads = (std::size_t{4} << 20) / kLine / 4;
constexpr std::size_t kSorted = 20'000;

volatile std::uint64_t sink;  // So that no result is dropped unused.

std::vector<std::uint32_t> RandomNumbers() {
  std::vector<std::uint32_t> numbers(kNumbers);
  std::minstd_rand random(1);
  for (std::uint32_t& number : numbers) {
    number = static_cast<std::uint32_t>(random());
  }
  return numbers;
}

}  // namespace

void DoOtherWork() {
  static const auto& numbers = *new std::vector<std::uint32_t>(RandomNumbers());
  static std::size_t at = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kReads; ++i) {
    at = (at + kLine) % kNumbers;
    const std::uint32_t number = numbers[at];
    if ((number & 1) != 0) {
      sum += number;
    } else {
      sum ^= std::uint64_t{number} * 3;
    }
    if ((number & 6) != 0) sum -= number >> 3;
    if ((number & 8) != 0) sum += sum >> 7;
  }
  std::vector<std::uint32_t> sorted(numbers.begin(), numbers.begin() + kSorted);
  std::sort(sorted.begin(), sorted.end());
  sink = sum + sorted[kSorted / 2];
}

}  // namespace sampler::bench
