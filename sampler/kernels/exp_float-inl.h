// e^x of vectors of floats, the exponential of the float32 bounds; exp_sum.h
// proves its error. Included once per target, as Highway wants it, hence the
// toggled guard.

#if defined(SAMPLER_KERNELS_EXP_FLOAT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_EXP_FLOAT_INL_H_
#undef SAMPLER_KERNELS_EXP_FLOAT_INL_H_
#else
#define SAMPLER_KERNELS_EXP_FLOAT_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "hwy/highway.h"
#include "sampler/arithmetic/numeric.h"
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

// Smaller exponents of 2 are taken for this (ExpArgument::lowest).
constexpr float kLowestExponent = -120.0f;

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
  V folded_center;    // The center times log2_head,
  double fold_shift;  // and what its rounding makes sums wrong by, a factor.
  double correction;  // Of a sum, per weighted distance.
};

HWY_INLINE Constants MakeConstants(D d, const ExpArgument& argument) {
  const auto head = static_cast<double>(argument.log2_head);
  // Exact: of two floats, but for rows of doubles, which nobody folds.
  const double product = argument.center * head;
  const auto folded = static_cast<float>(product);
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  return {argument.center,
          static_cast<double>(argument.lowest),
          hn::Set(d, static_cast<float>(argument.center)),
          hn::Set(d, argument.log2_head),
          hn::Set(d, argument.log2_tail),
          hn::Set(d, argument.lowest),
          hn::Set(d, folded),
          sampler::Exp((static_cast<double>(folded) - product) * kLn2),
          kByTable ? -static_cast<double>(argument.log2_tail) / head : 0.0};
}

// The doubles at `from`, less the center. The least comes first: infinities
// become finite floats on emulated targets.
HWY_INLINE hn::Vec<D64> WideOffset(const unsigned char* from,
                                   const Constants& k) {
  const D64 d64;
  return hn::Max(hn::Sub(LoadBytes(d64, from), hn::Set(d64, k.wide_center)),
                 hn::Set(d64, k.wide_lowest));
}

// The elements at `from`, less the center.
template <class Loader>
HWY_INLINE V Offset(D d, [[maybe_unused]] const Loader& loader,
                    const unsigned char* from, const Constants& k) {
  if constexpr (Loader::kSize == sizeof(double)) {
    const hn::Vec<D64> low = WideOffset(from, k);
#if HWY_TARGET == HWY_SCALAR
    return hn::DemoteTo(d, low);
#else
    const hn::Half<D> half;
    const hn::Vec<D64> high =
        WideOffset(from + hn::Lanes(D64()) * sizeof(double), k);
    return hn::Combine(d, hn::DemoteTo(half, high), hn::DemoteTo(half, low));
#endif
  } else {
    return hn::Max(hn::Sub(loader.Load(d, from), k.center), k.lowest);
  }
}

// kRunning exponents of 2, split: n, or n/16, and what is added to it in the
// low bits of `biased`; and the rest, f.
struct Exponents {
  // GCC compiles an implicit constructor without the instruction set of V.
  HWY_INLINE Exponents() {}  // NOLINT(modernize-use-equals-default)

  V biased[kRunning];
  V rest[kRunning];
};

constexpr float kSplitter = kByTable ? 0x1.8p19f : 0x1.8p23f;

// Of offsets from the center: l - center.
HWY_INLINE Exponents SplitOffsets(D d, const Constants& k, const V* offsets) {
  const V magic = hn::Set(d, kSplitter);
  Exponents e;
  for (std::size_t j = 0; j < kRunning; ++j) {
    e.biased[j] = hn::MulAdd(offsets[j], k.log2_head, magic);
    const V n = hn::Sub(e.biased[j], magic);
#if HWY_NATIVE_FMA
    e.rest[j] = hn::MulSub(offsets[j], k.log2_head, n);
#else
    e.rest[j] = hn::Sub(hn::Mul(offsets[j], k.log2_head), n);
#endif
    if constexpr (!kByTable) {
      e.rest[j] = hn::MulAdd(offsets[j], k.log2_tail, e.rest[j]);
    }
  }
  return e;
}

// Of narrow elements themselves: the center is folded into the product. The
// least comes first in Max, which then hands a NaN on. REQUIRES: there is FMA.
HWY_INLINE Exponents SplitElements(D d, const V* elements, const Constants& k,
                                   std::uint64_t left_out) {
  const std::size_t lanes = hn::Lanes(d);
  const V magic = hn::Set(d, kSplitter);
  const V lowest = hn::Set(d, kLowestExponent);
  Exponents e;
  for (std::size_t j = 0; j < kRunning; ++j) {
    V y =
        hn::Max(lowest, hn::MulSub(elements[j], k.log2_head, k.folded_center));
    if (HWY_UNLIKELY(left_out != 0)) {
      y = hn::IfThenElse(MaskOfBits(d, left_out >> (j * lanes)), lowest, y);
    }
    e.biased[j] = hn::Add(y, magic);
    e.rest[j] = hn::Sub(y, hn::Sub(e.biased[j], magic));
  }
  return e;
}

// 2^n/16 2^f, by the steps that the header counts for tables. Of 2^(i/16) the
// table has the bits less i << 19, so that adding n << 19 to entry n mod 16
// makes 2^(n/16) of it.
HWY_INLINE void ExpByTable(D d, const Exponents& e, V* terms) {
  alignas(64) static constexpr std::uint32_t kTable[kTableSize] = {
      0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532,
      0x3f75fed7, 0x3f75583f, 0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c,
      0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d};
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const auto table = hn::LoadU(du, kTable);
  V power[kRunning];
  V q[kRunning];
  for (std::size_t j = 0; j < kRunning; ++j) {
    const auto index =
        hn::And(hn::BitCast(di, e.biased[j]), hn::Set(di, int{kTableSize - 1}));
    power[j] = hn::BitCast(
        d, hn::Add(hn::TableLookupLanes(table, hn::IndicesFromVec(du, index)),
                   hn::ShiftLeft<19>(hn::BitCast(du, e.biased[j]))));
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    q[j] = hn::MulAdd(hn::Set(d, 0x1.c6b29a0000000p-5f), e.rest[j],
                      hn::Set(d, 0x1.ebff940000000p-3f));
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    q[j] = hn::MulAdd(q[j], e.rest[j], hn::Set(d, 0x1.62e4300000000p-1f));
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    terms[j] = hn::MulAdd(hn::Mul(q[j], e.rest[j]), power[j], power[j]);
  }
}

// 2^n 2^f, by the steps that the header counts.
HWY_INLINE void ExpByPolynomial(D d, const Exponents& e, V* terms) {
  const hn::RebindToUnsigned<D> du;
  constexpr float kCoefficients[] = {0x1.3f9078p-13f,
                                     0x1.5f0a68p-10f,
                                     0x1.3b30b0p-7f,
                                     0x1.c6af78p-5f,
                                     0x1.ebfbd8p-3f,
                                     0x1.62e430p-1f,
                                     1.0f};
  V p[kRunning];
  for (std::size_t j = 0; j < kRunning; ++j) {
    p[j] = hn::Set(d, kCoefficients[0]);
  }
  for (std::size_t c = 1; c < std::size(kCoefficients); ++c) {
    for (std::size_t j = 0; j < kRunning; ++j) {
      p[j] = hn::MulAdd(p[j], e.rest[j], hn::Set(d, kCoefficients[c]));
    }
  }
  for (std::size_t j = 0; j < kRunning; ++j) {
    terms[j] = hn::BitCast(
        d, hn::Add(hn::BitCast(du, p[j]),
                   hn::ShiftLeft<23>(hn::BitCast(du, e.biased[j]))));
  }
}

HWY_INLINE void ExpOf(D d, const Exponents& e, V* terms) {
  if constexpr (kByTable) {
    ExpByTable(d, e, terms);
  } else {
    ExpByPolynomial(d, e, terms);
  }
}

// e^(scale d) of offsets.
HWY_INLINE void Exp(D d, const Constants& k, const V* offsets, V* terms) {
  ExpOf(d, SplitOffsets(d, k, offsets), terms);
}

// Does a sum without weighted distances fold the center into the product?
template <class Loader>
constexpr bool kFolds = HWY_NATIVE_FMA&& Loader::kSize != sizeof(double);

// e^(scale d) of kRunning vectors of narrow elements; hardly anything where a
// bit of `left_out` is set. Where the center is folded, all terms are off by
// the factor k.fold_shift.
HWY_INLINE void ExpOfElements(D d, const V* elements, const Constants& k,
                              std::uint64_t left_out, V* terms) {
#if HWY_NATIVE_FMA
  ExpOf(d, SplitElements(d, elements, k, left_out), terms);
#else
  const std::size_t lanes = hn::Lanes(d);
  V offsets[kRunning];
  for (std::size_t j = 0; j < kRunning; ++j) {
    offsets[j] = hn::Max(hn::Sub(elements[j], k.center), k.lowest);
    if (HWY_UNLIKELY(left_out != 0)) {
      offsets[j] = hn::IfThenElse(MaskOfBits(d, left_out >> (j * lanes)),
                                  k.lowest, offsets[j]);
    }
  }
  Exp(d, k, offsets, terms);
#endif
}

// The same of what lies at `from`, of any type; in any order, where none is
// left out.
template <class Loader>
HWY_INLINE void ExpOfRow(D d, const Loader& loader, const unsigned char* from,
                         const Constants& k, std::uint64_t left_out, V* terms) {
  const std::size_t lanes = hn::Lanes(d);
  V elements[kRunning];
  if constexpr (Loader::kSize != sizeof(double)) {
    if (HWY_UNLIKELY(left_out != 0)) {
      for (std::size_t j = 0; j < kRunning; ++j) {
        elements[j] = loader.Load(d, from + j * lanes * Loader::kSize);
      }
    } else {
      LoadInAnyOrder<kRunning>(d, loader, from, elements);
    }
    ExpOfElements(d, elements, k, left_out, terms);
  } else {
    for (std::size_t j = 0; j < kRunning; ++j) {
      elements[j] = Offset(d, loader, from + j * lanes * Loader::kSize, k);
      if (HWY_UNLIKELY(left_out != 0)) {
        elements[j] = hn::IfThenElse(MaskOfBits(d, left_out >> (j * lanes)),
                                     k.lowest, elements[j]);
      }
    }
    Exp(d, k, elements, terms);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_EXP_FLOAT_INL_H_
