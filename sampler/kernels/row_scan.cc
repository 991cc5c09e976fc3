#include "sampler/kernels/row_scan.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/load.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/row_scan.cc"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
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

// Writes the maxima, as they are stored; returns the sum of all.
float MaximaOfF32(const unsigned char* row, std::size_t blocks, float* maxima) {
  constexpr std::size_t kBytes = kBlockSize * sizeof(float);
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
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
  return hn::GetLane(hn::SumOfLanes(d, sum));
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

// Writes the maxima, as they are stored; returns the largest magnitude, whose
// bits tell NaN and infinity.
std::int16_t MaximaOf16(const unsigned char* row, std::size_t blocks,
                        std::int16_t* maxima) {
  constexpr std::size_t kBytes = kBlockSize * 2;
  const hn::ScalableTag<std::int16_t> d;
  auto magnitude = hn::Zero(d);
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
  return LargestLane(d, magnitude);
}

double MaxOf(const double* values, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto lowest = hn::Set(d, -std::numeric_limits<double>::infinity());
  auto a = lowest;
  auto b = lowest;
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    a = hn::Max(a, hn::LoadU(d, values + i));
    b = hn::Max(b, hn::LoadU(d, values + i + lanes));
  }
  double max = LargestLane(d, hn::Max(a, b));
  for (; i < count; ++i) max = std::max(max, values[i]);
  return max;
}

std::size_t FindFirst(const double* values, std::size_t count, double value) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto wanted = hn::Set(d, value);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto hit =
        hn::FindFirstTrue(d, hn::Eq(hn::LoadU(d, values + i), wanted));
    if (hit >= 0) return i + static_cast<std::size_t>(hit);
  }
  while (i < count && values[i] != value) ++i;
  return i;
}

// The mask of one whole block.
std::uint64_t MaskOfF32(const unsigned char* block, float threshold) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto least = hn::Set(d, threshold);
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kBlockSize; i += lanes) {
    const auto hits = hn::Ge(LoadBytes(d, block + i * sizeof(float)), least);
    std::uint64_t bits = 0;
    std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(d, hits, bytes);
    std::memcpy(&bits, bytes, sizeof(bits));
    mask |= bits << i;
  }
  return mask;
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(MaximaOfF32);
HWY_EXPORT(MaximaOf16);
HWY_EXPORT(MaxOf);
HWY_EXPORT(FindFirst);
HWY_EXPORT(MaskOfF32);

namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

// The general case: blocks of doubles.
RowScan ScanConverted(Logits row, double* maxima) {
  RowScan scan = {false, true, 0.0};
  double values[kBlockSize];
  for (std::size_t b = 0; b < BlockCount(row.size()); ++b) {
    const std::size_t first = b * kBlockSize;
    const std::size_t count = std::min(kBlockSize, row.size() - first);
    row.Load(first, count, values);
    const BlockSummary s = Summarize(values, count);
    maxima[b] = s.max;
    scan.has_nan |= s.has_nan;
    scan.all_finite &= s.finite == count;
    // Infinities would hide what the largest finite value is.
    const double top = s.max <= kLargest ? std::fabs(s.max) : kLargest;
    if (s.finite > 0) {
      scan.magnitude = std::max({scan.magnitude, std::fabs(s.min_finite), top});
    }
  }
  return scan;
}

bool HasNan(Logits row) {
  double values[kBlockSize];
  for (std::size_t first = 0; first < row.size(); first += kBlockSize) {
    const std::size_t count = std::min(kBlockSize, row.size() - first);
    row.Load(first, count, values);
    if (Summarize(values, count).has_nan) return true;
  }
  return false;
}

constexpr double kLargestFloat = std::numeric_limits<float>::max();

// Calls scan(first, count, stored) for batches of blocks, to write their maxima
// as they are stored, and converts those.
template <typename Stored, typename Scan>
void InBatches(DType dtype, std::size_t blocks, double* maxima, Scan scan) {
  constexpr std::size_t kBatch = 256;
  Stored stored[kBatch];
  for (std::size_t b = 0; b < blocks; b += kBatch) {
    const std::size_t count = std::min(kBatch, blocks - b);
    scan(b, count, stored);
    LoadScaled(Logits(stored, dtype, count), 0, count, {}, maxima + b);
  }
}

RowScan Scan16(Logits row, std::size_t blocks, double* maxima) {
  const bool f16 = row.dtype() == DType::kF16;
  std::int16_t magnitude = 0;
  InBatches<std::int16_t>(
      row.dtype(), blocks, maxima,
      [&](std::size_t b, std::size_t count, std::int16_t* stored) {
        const std::int16_t own = HWY_DYNAMIC_DISPATCH(MaximaOf16)(
            row.data() + b * kBlockSize * 2, count, stored);
        magnitude = std::max(magnitude, own);
      });
  const std::int16_t infinity = f16 ? 0x7c00 : 0x7f80;
  return {magnitude > infinity, magnitude < infinity,
          f16 ? 65504.0 : kLargestFloat};
}

RowScan ScanF32(Logits row, std::size_t blocks, double* maxima) {
  float sum = 0.0f;
  InBatches<float>(row.dtype(), blocks, maxima,
                   [&](std::size_t b, std::size_t count, float* stored) {
                     sum += HWY_DYNAMIC_DISPATCH(MaximaOfF32)(
                         row.data() + b * kBlockSize * sizeof(float), count,
                         stored);
                   });
  const Logits scanned(row.data(), DType::kF32, blocks * kBlockSize);
  return {std::isnan(sum) && HasNan(scanned), std::isfinite(sum),
          kLargestFloat};
}

}  // namespace

float RoundUpToFloat(double value) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (value > kLargestFloat) return kInfinity;
  if (value < -kLargestFloat) {
    return std::isinf(value) ? -kInfinity : -static_cast<float>(kLargestFloat);
  }
  const auto nearest = static_cast<float>(value);
  return static_cast<double>(nearest) < value
             ? std::nextafter(nearest, kInfinity)
             : nearest;
}

RowScan ScanBlockMaxima(Logits row, double* maxima) {
  ChooseSimdTarget();
  const std::size_t blocks = row.size() / kBlockSize;
  RowScan scan;
  switch (row.dtype()) {
    case DType::kF64:
      return ScanConverted(row, maxima);
    case DType::kF32:
      scan = ScanF32(row, blocks, maxima);
      break;
    case DType::kF16:
    case DType::kBF16:
      scan = Scan16(row, blocks, maxima);
      break;
  }
  const std::size_t whole = blocks * kBlockSize;
  if (whole < row.size()) {
    const RowScan rest =
        ScanConverted(Logits(row.data() + whole * DTypeSize(row.dtype()),
                             row.dtype(), row.size() - whole),
                      maxima + blocks);
    scan.has_nan |= rest.has_nan;
    scan.all_finite &= rest.all_finite;
    scan.magnitude = std::max(scan.magnitude, rest.magnitude);
  }
  return scan;
}

double MaxOf(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(MaxOf)(values, count);
}

std::size_t FindFirst(const double* values, std::size_t count, double value) {
  return HWY_DYNAMIC_DISPATCH(FindFirst)(values, count, value);
}

std::uint64_t MaskAtLeast(Logits row, std::size_t first, std::size_t count,
                          double threshold) {
  if (count == kBlockSize && row.dtype() == DType::kF32) {
    return HWY_DYNAMIC_DISPATCH(MaskOfF32)(row.data() + first * sizeof(float),
                                           RoundUpToFloat(threshold));
  }
  double values[kBlockSize];
  row.Load(first, count, values);
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < count; ++i) {
    mask |= std::uint64_t{values[i] >= threshold ? 1u : 0u} << i;
  }
  return mask;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
