#include "sampler/kernels/softmax_term.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/softmax_term.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kLaneCount = 16;
// No vector may hold more than one round of lanes.
using D16 = hn::CappedTag<double, kLaneCount>;
using V16 = hn::Vec<D16>;

// Vectors that are computed in step (exp-inl.h).
constexpr std::size_t kTermsInStep = 8;

// Entry n mod 8 of the table, by the low bits of `biased`.
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D16>> Powers(
    [[maybe_unused]] D16 d, hn::Vec<hn::RebindToUnsigned<D16>> biased) {
  const hn::RebindToUnsigned<D16> du;
  const hn::RebindToSigned<D16> di;
  const auto index = hn::And(biased, hn::Set(du, kEighths - 1));
  if constexpr (hn::MaxLanes(D16()) == kEighths) {
    return hn::TableLookupLanes(hn::LoadU(du, kEighthPowers),
                                hn::IndicesFromVec(du, index));
  } else {
    return hn::GatherIndex(du, kEighthPowers, hn::BitCast(di, index));
  }
}

// Replaces each of n differences value - max by its term: the operations of
// SoftmaxTerm, in the same order. Where a difference lies below kLowestTerm the
// exponential is some number or a NaN, and is dropped.
template <std::size_t n>
HWY_INLINE void ToTerms(D16 d, V16* v) {
  const hn::RebindToUnsigned<D16> du;
  const V16 magic = hn::Set(d, kRoundMagic);
  V16 biased[n];
  V16 r[n];
  V16 q[n];
  for (std::size_t i = 0; i < n; ++i) {
    biased[i] = hn::Add(hn::Mul(v[i], hn::Set(d, kEighthsPerNat)), magic);
    const V16 eighths = hn::Sub(biased[i], magic);
    r[i] = hn::Sub(hn::Sub(v[i], hn::Mul(eighths, hn::Set(d, kEighthHead))),
                   hn::Mul(eighths, hn::Set(d, kEighthTail)));
    q[i] = hn::Set(d, kTermCoefficients[5]);
  }
  for (int c = 4; c >= 0; --c) {
    const V16 coefficient = hn::Set(d, kTermCoefficients[c]);
    for (std::size_t i = 0; i < n; ++i) {
      q[i] = hn::Add(hn::Mul(q[i], r[i]), coefficient);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = hn::BitCast(du, biased[i]);
    const V16 power =
        hn::BitCast(d, hn::Add(Powers(d, bits), hn::ShiftLeft<49>(bits)));
    const V16 rest = hn::Add(r[i], hn::Mul(hn::Mul(r[i], r[i]), q[i]));
    const V16 term = hn::Add(power, hn::Mul(power, rest));
    v[i] = hn::IfThenElseZero(hn::Ge(v[i], hn::Set(d, kLowestTerm)), term);
  }
}

template <std::size_t n>
HWY_INLINE void TermsOfVectors(const double* values, double max,
                               double* terms) {
  const D16 d;
  const std::size_t lanes = hn::Lanes(d);
  V16 v[n];
  for (std::size_t j = 0; j < n; ++j) {
    v[j] = hn::Sub(hn::LoadU(d, values + j * lanes), hn::Set(d, max));
  }
  ToTerms<n>(d, v);
  for (std::size_t j = 0; j < n; ++j) hn::StoreU(v[j], d, terms + j * lanes);
}

void ComputeSoftmaxTerms(const double* values, std::size_t count, double max,
                         double* terms) {
  const std::size_t lanes = hn::Lanes(D16());
  std::size_t i = 0;
  for (; i + kTermsInStep * lanes <= count; i += kTermsInStep * lanes) {
    TermsOfVectors<kTermsInStep>(values + i, max, terms + i);
  }
  for (; i + lanes <= count; i += lanes) {
    TermsOfVectors<1>(values + i, max, terms + i);
  }
  for (; i < count; ++i) terms[i] = SoftmaxTerm(values[i], max);
}

void AddSoftmaxTerms(const double* values, double max, double* lanes) {
  const D16 d;
  const V16 head = hn::Set(d, max);
  for (std::size_t j = 0; j < kLaneCount; j += hn::Lanes(d)) {
    V16 lane = hn::LoadU(d, lanes + j);
    for (std::size_t i = j; i < kStretchSize; i += kTermsInStep * kLaneCount) {
      V16 v[kTermsInStep];
      for (std::size_t k = 0; k < kTermsInStep; ++k) {
        v[k] = hn::Sub(hn::LoadU(d, values + i + k * kLaneCount), head);
      }
      ToTerms<kTermsInStep>(d, v);
      for (std::size_t k = 0; k < kTermsInStep; ++k) lane = hn::Add(lane, v[k]);
    }
    hn::StoreU(lane, d, lanes + j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(ComputeSoftmaxTerms);
HWY_EXPORT(AddSoftmaxTerms);

void ComputeSoftmaxTerms(const double* values, std::size_t count, double max,
                         double* terms) {
  HWY_DYNAMIC_DISPATCH(ComputeSoftmaxTerms)(values, count, max, terms);
}

void AddSoftmaxTerms(const double* values, double max, double* lanes) {
  HWY_DYNAMIC_DISPATCH(AddSoftmaxTerms)(values, max, lanes);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
