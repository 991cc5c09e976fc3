// Rows of logits for tests: the shapes on which samplers go wrong.

#ifndef SAMPLER_TESTS_SUPPORT_ROWS_H_
#define SAMPLER_TESTS_SUPPORT_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sampler {

enum class RowKind {
  kPeaked,    // One token holds nearly everything.
  kFlat,      // Almost equal logits: a nucleus of most of the vocabulary.
  kZipf,      // p_i ~ 1 / rank, in random order.
  kGaussian,  // Independent normal logits.
  kTied,      // Gaussian rounded to bf16: thousands of exact ties.
  kMasked,    // Gaussian, half of it at -inf, starting with a masked prefix.
  kEqual,     // All the same.
  kSorted,    // Ascending: the head comes last.
};

inline constexpr RowKind kAllRowKinds[] = {
    RowKind::kPeaked, RowKind::kFlat,   RowKind::kZipf,  RowKind::kGaussian,
    RowKind::kTied,   RowKind::kMasked, RowKind::kEqual, RowKind::kSorted};

std::string RowKindName(RowKind kind);

// A row of `size` logits of that kind, the same for the same seed on every
// machine.
std::vector<float> MakeRow(RowKind kind, std::size_t size, std::uint64_t seed);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_ROWS_H_
