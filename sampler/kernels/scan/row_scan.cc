#include "sampler/kernels/scan/row_scan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/load.h"
#include "sampler/kernels/scan/batches.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/scan/row_scan.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/extreme-inl.h"
#include "sampler/kernels/load-inl.h"
#include "sampler/kernels/pack-inl.h"
#include "sampler/kernels/scan/row_scan-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

float MaximaOfF32(const unsigned char* row, std::size_t blocks, float* maxima) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  AddMaximaOfF32(d, row, blocks, maxima, sum);
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

std::int16_t MaximaOf16(const unsigned char* row, std::size_t blocks,
                        std::int16_t* maxima) {
  const hn::ScalableTag<std::int16_t> d;
  auto magnitude = hn::Zero(d);
  AddMaximaOf16(d, row, blocks, maxima, magnitude);
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
template <class Loader>
HWY_INLINE std::uint64_t MaskOf(const unsigned char* block, float threshold) {
  const D d;
  const auto least = hn::Set(d, threshold);
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kBlockSize; i += hn::Lanes(d)) {
    const V v = Loader::Load(d, block + i * Loader::kSize);
    mask |= BitsOfMask(d, hn::Ge(v, least)) << i;
  }
  return mask;
}

std::uint64_t MaskOfF32(const unsigned char* block, float threshold) {
  return MaskOf<LoadF32>(block, threshold);
}

// Not of its NaNs, which some instruction sets load as infinities.
std::uint64_t MaskOfF16(const unsigned char* block, float threshold) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  std::uint64_t nans = 0;
  for (std::size_t i = 0; i < kBlockSize; i += hn::Lanes(d)) {
    const auto magnitude = hn::And(LoadHalves(du, block + i * LoadF16::kSize),
                                   hn::Set(du, 0x7fffu));
    const auto is_nan = hn::Gt(hn::BitCast(di, magnitude), hn::Set(di, 0x7c00));
    nans |= BitsOfMask(di, is_nan) << i;
  }
  return MaskOf<LoadF16>(block, threshold) & ~nans;
}

std::uint64_t MaskOfBF16(const unsigned char* block, float threshold) {
  return MaskOf<LoadBF16>(block, threshold);
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
HWY_EXPORT(MaskOfF16);
HWY_EXPORT(MaskOfBF16);

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
  Stored stored[kBatchBlocks];
  for (std::size_t b = 0; b < blocks; b += kBatchBlocks) {
    const std::size_t count = std::min(kBatchBlocks, blocks - b);
    scan(b, count, stored);
    LoadScaled(Logits(stored, dtype, count), 0, count, {}, maxima + b);
  }
}

RowScan Scan16(Logits row, std::size_t blocks, const BatchScans& scans,
               double* maxima) {
  const bool f16 = row.dtype() == DType::kF16;
  std::int16_t magnitude = 0;
  InBatches<std::int16_t>(
      row.dtype(), blocks, maxima,
      [&](std::size_t b, std::size_t count, std::int16_t* stored) {
        magnitude = std::max(magnitude, scans.halves(b, count, stored));
      });
  const std::int16_t infinity = f16 ? 0x7c00 : 0x7f80;
  return {magnitude > infinity, magnitude < infinity,
          f16 ? 65504.0 : kLargestFloat};
}

RowScan ScanF32(Logits row, std::size_t blocks, const BatchScans& scans,
                double* maxima) {
  float sum = 0.0f;
  InBatches<float>(row.dtype(), blocks, maxima,
                   [&](std::size_t b, std::size_t count, float* stored) {
                     sum += scans.f32(b, count, stored);
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

RowScan ScanBatches(Logits row, const BatchScans& scans, double* maxima) {
  ChooseSimdTarget();
  const std::size_t blocks = row.size() / kBlockSize;
  RowScan scan;
  switch (row.dtype()) {
    case DType::kF64:
      return ScanConverted(row, maxima);
    case DType::kF32:
      scan = ScanF32(row, blocks, scans, maxima);
      break;
    case DType::kF16:
    case DType::kBF16:
      scan = Scan16(row, blocks, scans, maxima);
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

RowScan ScanBlockMaxima(Logits row, double* maxima) {
  const auto f32 = [&](std::size_t b, std::size_t count, float* stored) {
    return HWY_DYNAMIC_DISPATCH(MaximaOfF32)(
        row.data() + b * kBlockSize * sizeof(float), count, stored);
  };
  const auto halves = [&](std::size_t b, std::size_t count,
                          std::int16_t* stored) {
    return HWY_DYNAMIC_DISPATCH(MaximaOf16)(row.data() + b * kBlockSize * 2,
                                            count, stored);
  };
  return ScanBatches(row, {f32, halves}, maxima);
}

double MaxOf(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(MaxOf)(values, count);
}

std::size_t FindFirst(const double* values, std::size_t count, double value) {
  return HWY_DYNAMIC_DISPATCH(FindFirst)(values, count, value);
}

std::uint64_t MaskAtLeast(Logits row, std::size_t first, std::size_t count,
                          double threshold) {
  const unsigned char* const block =
      row.data() + first * DTypeSize(row.dtype());
  const float least = RoundUpToFloat(threshold);
  if (count == kBlockSize) {
    switch (row.dtype()) {
      case DType::kF32:
        return HWY_DYNAMIC_DISPATCH(MaskOfF32)(block, least);
      case DType::kF16:
        return HWY_DYNAMIC_DISPATCH(MaskOfF16)(block, least);
      case DType::kBF16:
        return HWY_DYNAMIC_DISPATCH(MaskOfBF16)(block, least);
      case DType::kF64:
        break;
    }
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
