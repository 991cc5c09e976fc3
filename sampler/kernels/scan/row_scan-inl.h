// The maxima of blocks as they are stored, shared by the kernels that scan a
// row. Included once per target, as Highway wants it, hence the toggled guard.

#if defined(SAMPLER_KERNELS_SCAN_ROW_SCAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_SCAN_ROW_SCAN_INL_H_
#undef SAMPLER_KERNELS_SCAN_ROW_SCAN_INL_H_
#else
#define SAMPLER_KERNELS_SCAN_ROW_SCAN_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <limits>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/extreme-inl.h"
#include "sampler/kernels/load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR
// Of every 16 bytes of `a` and of `b` half as many lanes of each, the larger of
// two, side by side. What is larger is decided in a's type, which lanes stay
// together by the tag.
template <class DPair, class V>
HWY_INLINE V Fold(DPair pairs, V a, V b) {
  const hn::DFromV<V> d;
  const auto x = hn::BitCast(pairs, a);
  const auto y = hn::BitCast(pairs, b);
  return hn::Max(hn::BitCast(d, hn::InterleaveLower(pairs, x, y)),
                 hn::BitCast(d, hn::InterleaveUpper(pairs, x, y)));
}

// The same of all parts of 16 bytes of a vector; stores them.
template <class V>
HWY_INLINE void StoreFolded(V v, hn::TFromV<V>* out) {
  const hn::DFromV<V> d;
  if constexpr (hn::MaxLanes(d) * sizeof(hn::TFromV<V>) > 16) {
    const hn::Half<decltype(d)> half;
    StoreFolded(hn::Max(hn::LowerHalf(half, v), hn::UpperHalf(half, v)), out);
  } else {
    hn::StoreU(v, d, out);
  }
}
#endif

// How far ahead, in bytes, rows are asked for: far enough that one that comes
// out of memory is translated and on its way before it is looked at.
constexpr std::size_t kAhead = 4096;

// Vectors of one block.
template <class D>
constexpr std::size_t kVectors = kBlockSize / hn::MaxLanes(D());

template <class D>
HWY_INLINE void LoadBlock(D d, const unsigned char* from, hn::Vec<D>* v) {
  using T = hn::TFromD<D>;
  for (std::size_t i = 0; i < kVectors<D>; ++i) {
    v[i] = LoadBytes(d, from + i * hn::Lanes(d) * sizeof(T));
  }
  constexpr std::size_t kLine = 64;
  for (std::size_t i = 0; i < kBlockSize * sizeof(T); i += kLine) {
    hwy::Prefetch(from + kAhead + i);  // Behind the row's end: no harm.
  }
  HWY_FENCE;  // Some compilers would load anew for every use, and wait.
}

// The maximum of one block lane by lane; adds the block up into `sum`.
//
// A NaN, and infinities of both signs, make any sum that they enter NaN, and an
// infinity alone makes it infinite. So one addition per vector tells a row of
// finite numbers from all others, and a sum that is not finite is looked into
// by whoever gets it.
template <class D>
HWY_INLINE hn::Vec<D> BlockOfF32(D d, const unsigned char* from,
                                 hn::Vec<D>& sum) {
  hn::Vec<D> v[kVectors<D>];
  LoadBlock(d, from, v);
  auto max = v[0];
  auto block_sum = v[0];
  for (std::size_t i = 1; i < kVectors<D>; ++i) {
    max = hn::Max(max, v[i]);
    block_sum = hn::Add(block_sum, v[i]);
  }
  sum = hn::Add(sum, block_sum);
  return max;
}

// Writes the maxima, as they are stored, and adds all up into `sum`.
template <class D>
HWY_INLINE void AddMaximaOfF32(D d, const unsigned char* row,
                               std::size_t blocks, float* maxima,
                               hn::Vec<D>& sum) {
  constexpr std::size_t kBytes = kBlockSize * sizeof(float);
  std::size_t b = 0;
#if HWY_TARGET != HWY_SCALAR
  // Four blocks fill the lanes of 16 bytes.
  const hn::Repartition<std::uint64_t, decltype(d)> twos;
  for (; b + 4 <= blocks; b += 4) {
    const auto block = [&](std::size_t j) HWY_ATTR {
      return BlockOfF32(d, row + (b + j) * kBytes, sum);
    };
    const auto first = Fold(d, block(0), block(1));
    const auto second = Fold(d, block(2), block(3));
    StoreFolded(Fold(twos, first, second), maxima + b);
  }
#endif
  for (; b < blocks; ++b) {
    maxima[b] = LargestLane(d, BlockOfF32(d, row + b * kBytes, sum));
  }
}

// 16-bit floats as integers that order alike, and back: negative ones have the
// bits of their magnitude inverted.
template <class V>
HWY_INLINE V Ordered(V bits) {
  const hn::DFromV<V> d;
  return hn::Xor(bits, hn::And(hn::ShiftRight<15>(bits), hn::Set(d, 0x7fff)));
}

template <class D>
HWY_INLINE hn::Vec<D> BlockOf16(D d, const unsigned char* from,
                                hn::Vec<D>& magnitude) {
  hn::Vec<D> v[kVectors<D>];
  LoadBlock(d, from, v);
  auto max = hn::Set(d, std::numeric_limits<std::int16_t>::min());
  for (const hn::Vec<D> bits : v) {
    max = hn::Max(max, Ordered(bits));
    magnitude = hn::Max(magnitude, hn::And(bits, hn::Set(d, 0x7fff)));
  }
  return max;
}

// Writes the maxima, as they are stored; `magnitude` becomes the largest, whose
// bits tell NaN and infinity.
template <class D>
HWY_INLINE void AddMaximaOf16(D d, const unsigned char* row, std::size_t blocks,
                              std::int16_t* maxima, hn::Vec<D>& magnitude) {
  constexpr std::size_t kBytes = kBlockSize * 2;
  std::size_t b = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::Repartition<std::int32_t, decltype(d)> twos;
  const hn::Repartition<std::int64_t, decltype(d)> fours;
  const hn::Full128<std::int16_t> d8;
  for (; b + 8 <= blocks; b += 8) {
    const auto two_blocks = [&](std::size_t j) HWY_ATTR {
      const unsigned char* const from = row + (b + j) * kBytes;
      const auto first = BlockOf16(d, from, magnitude);
      return Fold(d, first, BlockOf16(d, from + kBytes, magnitude));
    };
    const auto first = Fold(twos, two_blocks(0), two_blocks(2));
    const auto second = Fold(twos, two_blocks(4), two_blocks(6));
    StoreFolded(Fold(fours, first, second), maxima + b);
    hn::StoreU(Ordered(hn::LoadU(d8, maxima + b)), d8, maxima + b);
  }
#endif
  for (; b < blocks; ++b) {
    const std::int16_t max =
        LargestLane(d, BlockOf16(d, row + b * kBytes, magnitude));
    maxima[b] = static_cast<std::int16_t>(max < 0 ? max ^ 0x7fff : max);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_SCAN_ROW_SCAN_INL_H_
