#include "tools/bench/max_read.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tools/bench/max_read.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

float MaxRead(const float* values, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto a = hn::LoadU(d, values);
  auto b = a;
  auto c = a;
  auto e = a;
  for (std::size_t i = 0; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::Max(a, hn::LoadU(d, values + i));
    b = hn::Max(b, hn::LoadU(d, values + i + lanes));
    c = hn::Max(c, hn::LoadU(d, values + i + 2 * lanes));
    e = hn::Max(e, hn::LoadU(d, values + i + 3 * lanes));
  }
  return hn::GetLane(hn::MaxOfLanes(d, hn::Max(hn::Max(a, b), hn::Max(c, e))));
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler {

HWY_EXPORT(MaxRead);

float MaxRead(const float* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(MaxRead)(values, count);
}

}  // namespace sampler
#endif  // HWY_ONCE
