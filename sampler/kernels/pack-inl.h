// Packing the lanes of a vector that a mask takes, as Highway's Compress does.
// Included once per target, as Highway wants it, hence the toggled guard.
//
// AVX2 has no such instruction, and AVX-512's for eight lanes is not what
// Highway 1.0.3 (Debian 12) uses: both look up a permutation, in a table that
// GCC 12 copies to the stack at every call (1 and 2 KiB; google/highway#1139).
// Gathering 3,584 of 151,936 floats took 107 us on AVX2 for that, and takes
// 11 us with the one table below, which stays where it is.

#if defined(SAMPLER_KERNELS_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_PACK_INL_H_
#undef SAMPLER_KERNELS_PACK_INL_H_
#else
#define SAMPLER_KERNELS_PACK_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hwy/highway.h"
#include "sampler/kernels/lane_orders.h"
#include "sampler/kernels/load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
inline constexpr bool kPackByTable = true;
#else
inline constexpr bool kPackByTable = false;
#endif

// The lanes that a mask takes, as bits from the lowest on.
template <class Tag>
HWY_INLINE std::uint64_t BitsOfMask(Tag d, hwy::HWY_NAMESPACE::Mask<Tag> mask) {
  std::uint8_t bytes[8] = {};
  hwy::HWY_NAMESPACE::StoreMaskBits(d, mask, bytes);
  std::uint64_t bits;
  std::memcpy(&bits, bytes, sizeof(bits));
  return bits;
}

// Of eight lanes, by the table.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> PackEight(
    Tag d, hwy::HWY_NAMESPACE::Vec<Tag> v, hwy::HWY_NAMESPACE::Mask<Tag> mask) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<Tag> du;
  const hn::Rebind<std::uint8_t, Tag> d8;
  const hn::Rebind<std::uint32_t, Tag> d32;
  const auto order =
      hn::PromoteTo(d32, hn::LoadU(d8, kLaneOrders.of[BitsOfMask(d, mask)]));
  if constexpr (sizeof(hn::TFromD<Tag>) == 4) {
    return hn::TableLookupLanes(v, hn::IndicesFromVec(d, order));
  } else {
    return hn::TableLookupLanes(
        v, hn::IndicesFromVec(d, hn::PromoteTo(du, order)));
  }
}

// The lanes of `v` that `mask` takes, in order, at the start of the result;
// what follows them is any of the others. REQUIRES: elements of 4 or 8 bytes.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> Pack(
    Tag d, hwy::HWY_NAMESPACE::Vec<Tag> v, hwy::HWY_NAMESPACE::Mask<Tag> mask) {
  namespace hn = hwy::HWY_NAMESPACE;
  constexpr std::size_t kLanes = hn::MaxLanes(Tag());
  if constexpr (kPackByTable && kLanes == 8) {
    return PackEight(d, v, mask);
  } else if constexpr (kPackByTable && kLanes == 4 &&
                       sizeof(hn::TFromD<Tag>) == 8) {
    // Four lanes of 8 bytes are eight of 4, two of them taken at a time.
    const hn::Repartition<float, Tag> halves;
    return hn::BitCast(d, PackEight(halves, hn::BitCast(halves, v),
                                    hn::MaskFromVec(hn::BitCast(
                                        halves, hn::VecFromMask(d, mask)))));
  } else {
    return hn::Compress(v, mask);
  }
}

// Writes the floats that a mask takes, as doubles, and their ids.
HWY_INLINE void StorePacked([[maybe_unused]] D d, V v, hn::Mask<D> mask,
                            hn::Vec<hn::RebindToSigned<D>> own_ids,
                            std::int32_t* ids, double* values) {
  const hn::RebindToSigned<D> di;
  const D64 d64;
  hn::StoreU(Pack(di, own_ids, hn::RebindMask(di, mask)), di, ids);
  const V packed = Pack(d, v, mask);
#if HWY_TARGET == HWY_SCALAR
  hn::StoreU(hn::PromoteTo(d64, packed), d64, values);
#else
  const hn::Half<D> half;
  hn::StoreU(hn::PromoteTo(d64, hn::LowerHalf(half, packed)), d64, values);
  hn::StoreU(hn::PromoteTo(d64, hn::UpperHalf(half, packed)), d64,
             values + hn::Lanes(d64));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_PACK_INL_H_
