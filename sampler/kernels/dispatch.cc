#include "sampler/kernels/dispatch.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

// One trivial function per instruction set, to learn which were compiled and
// which of them runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/dispatch.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

std::int64_t RunningTarget() { return HWY_TARGET; }

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(RunningTarget);

namespace {

absl::string_view NameOf(std::int64_t target) {
  switch (target) {
    case HWY_AVX3:
      return "avx512";
    case HWY_AVX2:
      return "avx2";
    case HWY_SSE4:
      return "sse4";
    case HWY_SSSE3:
      return "ssse3";
    case HWY_NEON:
      return "neon";
// Of newer versions of Highway.
#ifdef HWY_AVX3_ZEN4
    case HWY_AVX3_ZEN4:
      return "avx512_zen4";
#endif
#ifdef HWY_SSE2
    case HWY_SSE2:
      return "sse2";
#endif
    case HWY_EMU128:
    case HWY_SCALAR:
      return "scalar";
    default:
      return hwy::TargetName(target);
  }
}

// Those of this build that the CPU has, whatever is chosen at the moment.
const std::vector<std::int64_t>& Targets() {
  static const auto* const targets =
      new std::vector<std::int64_t>(hwy::SupportedAndGeneratedTargets());
  return *targets;
}

}  // namespace

std::vector<absl::string_view> SimdTargets() {
  std::vector<absl::string_view> names;
  for (const std::int64_t target : Targets()) names.push_back(NameOf(target));
  return names;
}

absl::string_view SimdTarget() {
  ChooseSimdTarget();
  return NameOf(HWY_DYNAMIC_DISPATCH(RunningTarget)());
}

bool UseSimdTarget(absl::string_view name) {
  ChooseSimdTarget();
  const auto& targets = Targets();
  const auto named =
      std::find_if(targets.begin(), targets.end(),
                   [&](std::int64_t target) { return NameOf(target) == name; });
  if (named == targets.end()) return false;
  hwy::SetSupportedTargetsForTest(*named);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return true;
}

void ChooseSimdTarget() {
  static const bool chosen = [] {
    const char* const name = std::getenv("SAMPLER_SIMD");
    if (name == nullptr) return true;
    for (const std::int64_t target : Targets()) {
      if (NameOf(target) != name) continue;
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
    return true;
  }();
  (void)chosen;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
