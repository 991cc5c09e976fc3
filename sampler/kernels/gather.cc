#include "sampler/kernels/gather.h"

#include <algorithm>
#include <bit>

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

// If a block holds more than so many elements to take, they are packed by
// vectors.
constexpr int kManyOfABlock = 8;

// Which of at most 64 blocks reach `least`, as bits. A loop over blocks with a
// branch for each would mispredict it at every block that does.
HWY_INLINE std::uint64_t BlocksReaching(const double* maxima, std::size_t count,
                                        double least) {
  const D64 d;
  const std::size_t lanes = hn::Lanes(d);
  const auto wanted = hn::Set(d, least);
  std::uint64_t reaching = 0;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    reaching |= BitsOfMask(d, hn::Ge(hn::LoadU(d, maxima + i), wanted)) << i;
  }
  for (; i < count; ++i) {
    reaching |= std::uint64_t{maxima[i] >= least ? 1u : 0u} << i;
  }
  return reaching;
}

// Gathers from one block of 64 elements, whose ids begin at `first`, to the
// ends of `ids` and `values`.
template <class Loader>
HWY_INLINE std::size_t GatherBlock(const unsigned char* row, std::size_t first,
                                   V low, V high, std::uint64_t also,
                                   std::int32_t* ids, double* values) {
  const D d;
  const hn::RebindToSigned<D> di;
  const std::size_t lanes = hn::Lanes(d);
  float block[kBlockSize];
  std::uint64_t hits = also;
  for (std::size_t i = 0; i < kBlockSize; i += lanes) {
    const V v = Loader::Load(d, row + (first + i) * Loader::kSize);
    hn::StoreU(v, d, block + i);
    hits |= BitsOfMask(d, hn::And(hn::Ge(v, low), hn::Lt(v, high))) << i;
  }
  std::size_t found = 0;
  if (std::popcount(hits) <= kManyOfABlock) {
    for (; hits != 0; hits &= hits - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(hits));
      ids[found] = static_cast<std::int32_t>(first + i);
      values[found++] = static_cast<double>(block[i]);
    }
    return found;
  }
  for (std::size_t i = 0; i < kBlockSize; i += lanes) {
    const auto mask = MaskOfBits(d, hits >> i);
    const auto own_ids = hn::Add(
        hn::Iota(di, 0), hn::Set(di, static_cast<std::int32_t>(first + i)));
    StorePacked(d, hn::LoadU(d, block + i), mask, own_ids, ids + found,
                values + found);
    found += hn::CountTrue(d, mask);
  }
  return found;
}

template <class Loader>
std::size_t GatherBlocks(const unsigned char* row, std::size_t blocks,
                         const Interval& interval, const double* maxima,
                         double least, const std::uint64_t* also,
                         std::int32_t* ids, double* values) {
  const D d;
  const V low = hn::Set(d, static_cast<float>(interval.low));
  const V high = hn::Set(d, static_cast<float>(interval.high));
  std::size_t found = 0;
  for (std::size_t first = 0; first < blocks; first += 64) {
    std::uint64_t reaching = BlocksReaching(
        maxima + first, std::min<std::size_t>(64, blocks - first), least);
    for (; reaching != 0; reaching &= reaching - 1) {
      const std::size_t b =
          first + static_cast<std::size_t>(std::countr_zero(reaching));
      found += GatherBlock<Loader>(row, b * kBlockSize, low, high,
                                   also != nullptr ? also[b] : 0, ids + found,
                                   values + found);
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
