#include "sampler/kernels/scan/maxima_edits.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/scan/maxima_edits.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr int kBlockBits = std::countr_zero(kBlockSize);

// The bits of as many edits as a vector has lanes.
HWY_INLINE std::uint64_t RareOfVector(const std::int32_t* ids,
                                      const double* before, const double* after,
                                      const double* maxima) {
  const D64 d;
  const hn::RebindToSigned<D64> di;
  const hn::Rebind<std::int32_t, D64> d32;
  const auto old_value = hn::LoadU(d, before);
  const auto new_value = hn::LoadU(d, after);
  const auto lowest = hn::Set(d, kLowest);
  // What is removed may lie outside the row: the first block stands in.
  const auto in_row = hn::RebindMask(di, hn::Ge(old_value, lowest));
  const auto block = hn::IfThenElseZero(
      in_row,
      hn::ShiftRight<kBlockBits>(hn::PromoteTo(di, hn::LoadU(d32, ids))));
  const auto max = hn::GatherIndex(d, maxima, block);
  const auto usual =
      hn::And(hn::And(hn::Ge(new_value, lowest), hn::Lt(new_value, max)),
              hn::And(hn::Ge(old_value, lowest), hn::Lt(old_value, max)));
  return BitsOfMask(d, hn::Not(usual));
}

HWY_INLINE std::uint64_t RareOfOne(std::int32_t id, double before, double after,
                                   const double* maxima) {
  if (!(before >= kLowest)) return 1;
  const double max = maxima[static_cast<std::size_t>(id) / kBlockSize];
  return after >= kLowest && after < max && before < max ? 0 : 1;
}

// At most 64 edits.
HWY_INLINE std::uint64_t RareOf(const std::int32_t* ids, const double* before,
                                const double* after, std::size_t count,
                                const double* maxima) {
  const std::size_t lanes = hn::Lanes(D64());
  std::uint64_t rare = 0;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    rare |= RareOfVector(ids + i, before + i, after + i, maxima) << i;
  }
  if (i < count && lanes <= count) {
    // The last vector overlaps the one before.
    i = count - lanes;
    return rare | RareOfVector(ids + i, before + i, after + i, maxima) << i;
  }
  for (; i < count; ++i) {
    rare |= RareOfOne(ids[i], before[i], after[i], maxima) << i;
  }
  return rare;
}

void FindAll(const std::int32_t* ids, const double* before, const double* after,
             std::size_t count, const double* maxima, std::uint64_t* rare) {
  for (std::size_t i = 0; i < count; i += 64) {
    rare[i / 64] = RareOf(ids + i, before + i, after + i,
                          std::min<std::size_t>(64, count - i), maxima);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(FindAll);

void FindMaximaEdits(const std::int32_t* ids, const double* before,
                     const double* after, std::size_t count,
                     const double* maxima, std::uint64_t* rare) {
  ChooseSimdTarget();
  HWY_DYNAMIC_DISPATCH(FindAll)(ids, before, after, count, maxima, rare);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
