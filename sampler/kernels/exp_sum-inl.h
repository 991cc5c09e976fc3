// The exponential of the float32 filter, shared by the kernels that add it up;
// exp_sum.h proves its error. Included once per target, as Highway wants it,
// hence the toggled guard.

#if defined(SAMPLER_KERNELS_EXP_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_EXP_SUM_INL_H_
#undef SAMPLER_KERNELS_EXP_SUM_INL_H_
#else
#define SAMPLER_KERNELS_EXP_SUM_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"
#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// Running sums of a block: as many as keep the adders busy.
constexpr std::size_t kRunning = 4;

// A row of doubles: differences from the center are rounded to floats.
struct LoadF64 {
  static constexpr std::size_t kSize = 8;
};

struct Constants {
  double wide_center;
  V center;
  V log2_head;
  V log2_tail;
  V lowest;
};

HWY_INLINE Constants MakeConstants(D d, const ExpArgument& argument) {
  return {argument.center, hn::Set(d, static_cast<float>(argument.center)),
          hn::Set(d, argument.log2_head), hn::Set(d, argument.log2_tail),
          hn::Set(d, argument.lowest)};
}

// The elements at `from`, less the center.
template <class Loader>
HWY_INLINE V Gap(D d, const unsigned char* from, const Constants& k) {
  if constexpr (Loader::kSize == sizeof(double)) {
    const D64 d64;
    const auto center = hn::Set(d64, k.wide_center);
    const auto low = hn::Sub(LoadBytes(d64, from), center);
#if HWY_TARGET == HWY_SCALAR
    const V gap = hn::DemoteTo(d, low);
#else
    const hn::Half<D> half;
    const auto high =
        hn::Sub(LoadBytes(d64, from + hn::Lanes(d64) * sizeof(double)), center);
    const V gap =
        hn::Combine(d, hn::DemoteTo(half, high), hn::DemoteTo(half, low));
#endif
    return hn::Max(gap, k.lowest);
  } else {
    return hn::Max(hn::Sub(Loader::Load(d, from), k.center), k.lowest);
  }
}

// 2^(d log2_head + d log2_tail), by the steps that the header counts.
HWY_INLINE V Exp(D d, const Constants& k, V gap) {
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, 0x1.8p23f);
  const V biased = hn::MulAdd(gap, k.log2_head, magic);
  const V n = hn::Sub(biased, magic);
#if HWY_NATIVE_FMA
  V f = hn::MulSub(gap, k.log2_head, n);
#else
  V f = hn::Sub(hn::Mul(gap, k.log2_head), n);
#endif
  f = hn::MulAdd(gap, k.log2_tail, f);
  V p = hn::Set(d, 0x1.3f9078p-13f);
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.5f0a68p-10f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.3b30b0p-7f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.c6af78p-5f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.ebfbd8p-3f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.62e430p-1f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0f));
  return hn::BitCast(d, hn::Add(hn::BitCast(du, p),
                                hn::ShiftLeft<23>(hn::BitCast(du, biased))));
}

// The lanes of v, in double, in fewer lanes.
HWY_INLINE hn::Vec<D64> Widen(V v) {
  const D64 d64;
#if HWY_TARGET == HWY_SCALAR
  return hn::PromoteTo(d64, v);
#else
  const hn::Half<D> half;
  return hn::Add(hn::PromoteTo(d64, hn::LowerHalf(half, v)),
                 hn::PromoteTo(d64, hn::UpperHalf(half, v)));
#endif
}

HWY_INLINE V Sum4(const V* v) {
  return hn::Add(hn::Add(v[0], v[1]), hn::Add(v[2], v[3]));
}

// The constants of the bound on this instruction set.
HWY_INLINE ExpSumError ErrorOfSum() {
  constexpr double kU = 0x1p-24;
  const std::size_t additions = kBlockSize / hn::Lanes(D()) / kRunning;
  const double depth = static_cast<double>(additions) + 1.0;
  return {1.01 * (2.25 + depth) * kU, 1.01 * (HWY_NATIVE_FMA ? 1.0 : 2.0) * kU};
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_EXP_SUM_INL_H_
