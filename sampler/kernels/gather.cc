#include "sampler/kernels/gather.h"

#include <algorithm>
#include <cstring>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/gather.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/load-inl.h"
#include "sampler/kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

template <class Loader>
std::size_t GatherBlocks(const unsigned char* row, std::size_t blocks,
                         const Interval& interval, const double* maxima,
                         double least, const std::uint64_t* also,
                         std::int32_t* ids, double* values) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const V low = hn::Set(d, static_cast<float>(interval.low));
  const V high = hn::Set(d, static_cast<float>(interval.high));
  const hn::RebindToSigned<D> di;
  const auto iota = hn::Iota(di, 0);  // A loop of its own, in some versions.
  std::size_t found = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    if (HWY_LIKELY(maxima[b] < least)) continue;
    const std::uint64_t taken = also != nullptr ? also[b] : 0;
    for (std::size_t i = 0; i < kBlockSize; i += lanes) {
      const std::size_t at = b * kBlockSize + i;
      const V v = Loader::Load(d, row + at * Loader::kSize);
      auto mask = hn::And(hn::Ge(v, low), hn::Lt(v, high));
      if (HWY_UNLIKELY(taken != 0)) {
        mask = hn::Or(mask, MaskOfBits(d, taken >> i));
      }
      if (hn::AllFalse(d, mask)) continue;
      const auto own_ids =
          hn::Add(iota, hn::Set(di, static_cast<std::int32_t>(at)));
      StorePacked(d, v, mask, own_ids, ids + found, values + found);
      found += hn::CountTrue(d, mask);
    }
  }
  return found;
}

std::size_t GatherF32(const unsigned char* row, std::size_t blocks,
                      const Interval& interval, const double* maxima,
                      double least, const std::uint64_t* also,
                      std::int32_t* ids, double* values) {
  return GatherBlocks<LoadF32>(row, blocks, interval, maxima, least, also, ids,
                               values);
}

std::size_t GatherF16(const unsigned char* row, std::size_t blocks,
                      const Interval& interval, const double* maxima,
                      double least, const std::uint64_t* also,
                      std::int32_t* ids, double* values) {
  return GatherBlocks<LoadF16>(row, blocks, interval, maxima, least, also, ids,
                               values);
}

std::size_t GatherBF16(const unsigned char* row, std::size_t blocks,
                       const Interval& interval, const double* maxima,
                       double least, const std::uint64_t* also,
                       std::int32_t* ids, double* values) {
  return GatherBlocks<LoadBF16>(row, blocks, interval, maxima, least, also, ids,
                                values);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(GatherF32);
HWY_EXPORT(GatherF16);
HWY_EXPORT(GatherBF16);

namespace {

// Rows of doubles, and the last block of any row, which may be cut: from block
// `b` on.
std::size_t GatherConverted(Logits row, std::size_t b, const Interval& interval,
                            const double* maxima, double least,
                            const std::uint64_t* also, std::int32_t* ids,
                            double* values) {
  std::size_t found = 0;
  double block[kBlockSize];
  for (; b < BlockCount(row.size()); ++b) {
    if (maxima[b] < least) continue;
    const std::uint64_t taken = also != nullptr ? also[b] : 0;
    const std::size_t first = b * kBlockSize;
    const std::size_t count = std::min(kBlockSize, row.size() - first);
    row.Load(first, count, block);
    // Every element is written, and overwritten by the next unless it counts.
    for (std::size_t i = 0; i < count; ++i) {
      ids[found] = static_cast<std::int32_t>(first + i);
      values[found] = block[i];
      const bool inside = interval.low <= block[i] && block[i] < interval.high;
      found += inside || (taken >> i & 1) != 0 ? 1u : 0u;
    }
  }
  return found;
}

}  // namespace

std::size_t Gather(Logits row, const Interval& interval, const double* maxima,
                   double least, const std::uint64_t* also, std::int32_t* ids,
                   double* values) {
  ChooseSimdTarget();
  const std::size_t whole =
      row.dtype() == DType::kF64 ? 0 : row.size() / kBlockSize;
  std::size_t found = 0;
  switch (row.dtype()) {
    case DType::kF64:
      break;
    case DType::kF32:
      found = HWY_DYNAMIC_DISPATCH(GatherF32)(row.data(), whole, interval,
                                              maxima, least, also, ids, values);
      break;
    case DType::kF16:
      found = HWY_DYNAMIC_DISPATCH(GatherF16)(row.data(), whole, interval,
                                              maxima, least, also, ids, values);
      break;
    case DType::kBF16:
      found = HWY_DYNAMIC_DISPATCH(GatherBF16)(
          row.data(), whole, interval, maxima, least, also, ids, values);
      break;
  }
  return found + GatherConverted(row, whole, interval, maxima, least, also,
                                 ids + found, values + found);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
