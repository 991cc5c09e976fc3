#include "sampler/kernels/edits/guide.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/edits/guide.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

HWY_INLINE V Normalized(D d, const LogNormalizer& by, const double* from) {
  return hn::Sub(hn::Sub(hn::LoadU(d, from), hn::Set(d, by.max)),
                 hn::Set(d, by.log_sum));
}

HWY_INLINE void GuideVector(const GuideRule& rule, const double* other,
                            double* values) {
  const D d;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const V removed = hn::Set(d, -kInfinity);
  const V l = Normalized(d, rule.own, values);
  const V g = Normalized(d, rule.other, other);
  const V guided = hn::Add(g, hn::Mul(hn::Set(d, rule.scale), hn::Sub(l, g)));
  // The formula itself gives inf - inf here; this is its limit.
  const V limit = hn::Set(d, rule.scale > 1.0 ? kInfinity : -kInfinity);
  const V all = hn::IfThenElse(hn::Eq(g, removed), limit, guided);
  hn::StoreU(hn::IfThenElse(hn::Eq(l, removed), removed, all), d, values);
}

void GuideEach(const GuideRule& rule, const double* other, std::size_t count,
               double* values) {
  const std::size_t lanes = hn::Lanes(D());
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    GuideVector(rule, other + i, values + i);
  }
  if (i == count) return;
  constexpr std::size_t kMostLanes = HWY_MAX_BYTES / sizeof(double);
  double last_other[kMostLanes] = {};
  double last[kMostLanes] = {};
  std::copy(other + i, other + count, last_other);
  std::copy(values + i, values + count, last);
  GuideVector(rule, last_other, last);
  std::copy_n(last, count - i, values + i);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(GuideEach);

void Guide(const GuideRule& rule, absl::Span<const double> other,
           absl::Span<double> values) {
  HWY_DYNAMIC_DISPATCH(GuideEach)
  (rule, other.data(), values.size(), values.data());
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
