// The exponential of the float32 filter, shared by the kernels that add it up;
// exp_sum.h proves its error. Included once per target, as Highway wants it,
// hence the toggled guard.

#if defined(SAMPLER_KERNELS_EXP_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_EXP_SUM_INL_H_
#undef SAMPLER_KERNELS_EXP_SUM_INL_H_
#else
#define SAMPLER_KERNELS_EXP_SUM_INL_H_
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "hwy/highway.h"
#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// Running sums of a block: as many as keep the adders busy, and vectors that
// are computed in step (as in weight-inl.h).
constexpr std::size_t kRunning = 4;

// 2^(i/16) of all i in one vector.
constexpr std::size_t kTableSize = 16;
constexpr bool kByTable = hn::MaxLanes(D()) == kTableSize;

// A row of doubles: differences from the center are rounded to floats.
struct LoadF64 {
  static constexpr std::size_t kSize = 8;
};

struct Constants {
  double wide_center;
  double wide_lowest;
  V center;
  V log2_head;
  V log2_tail;
  V lowest;
  double correction;  // Of a sum, per gap.
};

HWY_INLINE Constants MakeConstants(D d, const ExpArgument& argument) {
  return {argument.center,
          static_cast<double>(argument.lowest),
          hn::Set(d, static_cast<float>(argument.center)),
          hn::Set(d, argument.log2_head),
          hn::Set(d, argument.log2_tail),
          hn::Set(d, argument.lowest),
          kByTable ? -static_cast<double>(argument.log2_tail) /
                         static_cast<double>(argument.log2_head)
                   : 0.0};
}

// The doubles at `from`, less the center. The least comes first: infinities
// become finite floats on emulated targets.
HWY_INLINE hn::Vec<D64> WideGap(const unsigned char* from, const Constants& k) {
  const D64 d64;
  return hn::Max(hn::Sub(LoadBytes(d64, from), hn::Set(d64, k.wide_center)),
                 hn::Set(d64, k.wide_lowest));
}

// The elements at `from`, less the center.
template <class Loader>
HWY_INLINE V Gap(D d, [[maybe_unused]] const Loader& loader,
                 const unsigned char* from, const Constants& k) {
  if constexpr (Loader::kSize == sizeof(double)) {
    const hn::Vec<D64> low = WideGap(from, k);
#if HWY_TARGET == HWY_SCALAR
    return hn::DemoteTo(d, low);
#else
    const hn::Half<D> half;
    const hn::Vec<D64> high =
        WideGap(from + hn::Lanes(D64()) * sizeof(double), k);
    return hn::Combine(d, hn::DemoteTo(half, high), hn::DemoteTo(half, low));
#endif
  } else {
    return hn::Max(hn::Sub(loader.Load(d, from), k.center), k.lowest);
  }
}

// 2^(d log2_head), by the steps that the header counts for tables. Of 2^(i/16)
// the table has the bits less i << 19, so that adding n << 19 to entry n mod 16
// makes 2^(n/16) of it.
HWY_INLINE void ExpByTable(D d, const Constants& k, const V* gaps, V* terms) {
  alignas(64) static constexpr std::uint32_t kTable[kTableSize] = {
      0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532,
      0x3f75fed7, 0x3f75583f, 0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c,
      0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d};
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const auto table = hn::LoadU(du, kTable);
  const V magic = hn::Set(d, 0x1.8p19f);
  V f[kRunning];
  V power[kRunning];
  V q[kRunning];
  for (std::size_t j = 0; j < kRunning; ++j) {
    const V biased = hn::MulAdd(gaps[j], k.log2_head, magic);
    f[j] = hn::MulSub(gaps[j], k.log2_head, hn::Sub(biased, magic));
    const auto index =
        hn::And(hn::BitCast(di, biased), hn::Set(di, int{kTableSize - 1}));
    power[j] = hn::BitCast(
        d, hn::Add(hn::TableLookupLanes(table, hn::IndicesFromVec(du, index)),
                   hn::ShiftLeft<19>(hn::BitCast(du, biased))));
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    q[j] = hn::MulAdd(hn::Set(d, 0x1.c6b29a0000000p-5f), f[j],
                      hn::Set(d, 0x1.ebff940000000p-3f));
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    q[j] = hn::MulAdd(q[j], f[j], hn::Set(d, 0x1.62e4300000000p-1f));
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    terms[j] = hn::MulAdd(hn::Mul(q[j], f[j]), power[j], power[j]);
  }
}

// 2^(d log2_head + d log2_tail), by the steps that the header counts.
HWY_INLINE void ExpByPolynomial(D d, const Constants& k, const V* gaps,
                                V* terms) {
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, 0x1.8p23f);
  constexpr float kCoefficients[] = {0x1.3f9078p-13f,
                                     0x1.5f0a68p-10f,
                                     0x1.3b30b0p-7f,
                                     0x1.c6af78p-5f,
                                     0x1.ebfbd8p-3f,
                                     0x1.62e430p-1f,
                                     1.0f};
  V biased[kRunning];
  V f[kRunning];
  V p[kRunning];
  for (std::size_t j = 0; j < kRunning; ++j) {
    biased[j] = hn::MulAdd(gaps[j], k.log2_head, magic);
    const V n = hn::Sub(biased[j], magic);
#if HWY_NATIVE_FMA
    f[j] = hn::MulSub(gaps[j], k.log2_head, n);
#else
    f[j] = hn::Sub(hn::Mul(gaps[j], k.log2_head), n);
#endif
    f[j] = hn::MulAdd(gaps[j], k.log2_tail, f[j]);
    p[j] = hn::Set(d, kCoefficients[0]);
  }
  for (std::size_t c = 1; c < std::size(kCoefficients); ++c) {
    for (std::size_t j = 0; j < kRunning; ++j) {
      p[j] = hn::MulAdd(p[j], f[j], hn::Set(d, kCoefficients[c]));
    }
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    terms[j] =
        hn::BitCast(d, hn::Add(hn::BitCast(du, p[j]),
                               hn::ShiftLeft<23>(hn::BitCast(du, biased[j]))));
  }
}

HWY_INLINE void Exp(D d, const Constants& k, const V* gaps, V* terms) {
  if constexpr (kByTable) {
    ExpByTable(d, k, gaps, terms);
  } else {
    ExpByPolynomial(d, k, gaps, terms);
  }
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

// The constants of the bound on this instruction set, for sums with gaps.
HWY_INLINE ExpSumError ErrorOfSum() {
  constexpr double kU = 0x1p-24;
  const std::size_t additions = kBlockSize / hn::Lanes(D()) / kRunning;
  const double depth = static_cast<double>(additions) + 1.0;
  return {1.01 * (2.25 + depth) * kU, 1.01 * (HWY_NATIVE_FMA ? 1.0 : 2.0) * kU};
}

// And without: what the gap would correct is an error.
HWY_INLINE ExpSumError ErrorWithoutGaps(const Constants& k) {
  const ExpSumError error = ErrorOfSum();
  return {error.relative, error.per_gap + 1.01 * std::fabs(k.correction)};
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_EXP_SUM_INL_H_
