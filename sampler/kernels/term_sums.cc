#include "sampler/kernels/term_sums.h"

#include <algorithm>
#include <limits>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/term_sums.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

constexpr double kLeastExponent = -80.0;

// Differences from a center, in fewer bits; far ones are all alike.
HWY_INLINE V NarrowOffsets(D d, const double* logits, double center) {
  const D64 d64;
  const auto offset = [&](std::size_t i) HWY_ATTR {
    const auto v = hn::Sub(hn::LoadU(d64, logits + i), hn::Set(d64, center));
    return hn::Min(hn::Max(v, hn::Set(d64, -1e30)), hn::Set(d64, 1e30));
  };
#if HWY_TARGET == HWY_SCALAR
  return hn::DemoteTo(d, offset(0));
#else
  const hn::Half<D> half;
  return hn::Combine(d, hn::DemoteTo(half, offset(hn::Lanes(d64))),
                     hn::DemoteTo(half, offset(0)));
#endif
}

// REQUIRES: `count` is a multiple of kTermsStep.
void ComputeSteps(const double* logits, std::size_t count, double max,
                  double center, float* distances, float* masses) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const Constants k = MakeConstants(d, ExpArgument(0.0, 1.0));
  const V least = hn::Set(d, static_cast<float>(kLeastExponent));
  for (std::size_t i = 0; i < count; i += kRunning * lanes) {
    V exponents[kRunning];
    V terms[kRunning];
    for (std::size_t j = 0; j < kRunning; ++j) {
      exponents[j] = NarrowOffsets(d, logits + i + j * lanes, max);
      exponents[j] = hn::Max(exponents[j], least);
    }
    Exp(d, k, exponents, terms);
    for (std::size_t j = 0; j < kRunning; ++j) {
      const std::size_t at = i + j * lanes;
      const auto weighs = hn::Gt(exponents[j], least);
      const V distance = hn::Abs(NarrowOffsets(d, logits + at, center));
      hn::StoreU(hn::IfThenElse(weighs, distance, hn::Set(d, kFarthestTerm)), d,
                 distances + at);
      hn::StoreU(hn::IfThenElseZero(weighs, terms[j]), d, masses + at);
    }
  }
}

// Calls add(j, mass) for the masses of terms that `take`s their distances, a
// vector at a time, j in turn up to kRunning.
template <class Take, class Add>
HWY_INLINE void ForEachMass(const float* distances, const float* masses,
                            std::size_t count, Take take, Add add) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += kRunning * lanes) {
    for (std::size_t j = 0; j < kRunning; ++j) {
      const std::size_t at = i + j * lanes;
      const auto taken = take(hn::LoadU(d, distances + at));
      add(j, hn::IfThenElseZero(taken, hn::LoadU(d, masses + at)), taken);
    }
  }
}

HWY_INLINE double SumRunning(const V* sums) {
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(D(), Sum4(sums))));
}

TermSums SumWithin(const float* distances, const float* masses,
                   std::size_t count, float bound) {
  const D d;
  const V last = hn::Set(d, bound);
  V sums[kRunning];
  std::fill_n(sums, kRunning, hn::Zero(d));
  std::size_t within = 0;
  ForEachMass(
      distances, masses, count,
      [&](V distance) HWY_ATTR { return hn::Le(distance, last); },
      [&](std::size_t j, V mass, hn::Mask<D> taken) HWY_ATTR {
        sums[j] = hn::Add(sums[j], mass);
        within += hn::CountTrue(d, taken);
      });
  return {SumRunning(sums), within};
}

double SumBeyond(const float* distances, const float* masses, std::size_t count,
                 float bound) {
  const D d;
  const V last = hn::Set(d, bound);
  V sums[kRunning];
  std::fill_n(sums, kRunning, hn::Zero(d));
  ForEachMass(
      distances, masses, count,
      [&](V distance) HWY_ATTR { return hn::Gt(distance, last); },
      [&](std::size_t j, V mass, hn::Mask<D>)
          HWY_ATTR { sums[j] = hn::Add(sums[j], mass); });
  return SumRunning(sums);
}

double SumSquaresBeyond(const float* distances, const float* masses,
                        std::size_t count, float bound) {
  const D d;
  const V last = hn::Set(d, bound);
  V sums[kRunning];
  std::fill_n(sums, kRunning, hn::Zero(d));
  ForEachMass(
      distances, masses, count,
      [&](V distance) HWY_ATTR { return hn::Gt(distance, last); },
      [&](std::size_t j, V mass, hn::Mask<D>)
          HWY_ATTR { sums[j] = hn::MulAdd(mass, mass, sums[j]); });
  return SumRunning(sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(ComputeSteps);
HWY_EXPORT(SumWithin);
HWY_EXPORT(SumBeyond);
HWY_EXPORT(SumSquaresBeyond);

void ComputeTerms(const double* logits, std::size_t count, double max,
                  double center, float* distances, float* masses) {
  ChooseSimdTarget();
  const std::size_t whole = count / kTermsStep * kTermsStep;
  HWY_DYNAMIC_DISPATCH(ComputeSteps)
  (logits, whole, max, center, distances, masses);
  if (whole == count) return;
  double rest[kTermsStep];
  std::fill(std::copy(logits + whole, logits + count, rest), rest + kTermsStep,
            -std::numeric_limits<double>::infinity());
  HWY_DYNAMIC_DISPATCH(ComputeSteps)
  (rest, kTermsStep, max, center, distances + whole, masses + whole);
}

TermSums SumTermsWithin(const float* distances, const float* masses,
                        std::size_t count, float bound) {
  return HWY_DYNAMIC_DISPATCH(SumWithin)(distances, masses, count, bound);
}

double SumTermsBeyond(const float* distances, const float* masses,
                      std::size_t count, float bound) {
  return HWY_DYNAMIC_DISPATCH(SumBeyond)(distances, masses, count, bound);
}

double SumSquaredTermsBeyond(const float* distances, const float* masses,
                             std::size_t count, float bound) {
  return HWY_DYNAMIC_DISPATCH(SumSquaresBeyond)(distances, masses, count,
                                                bound);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
