#include "sampler/kernels/power.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "sampler/arithmetic/numeric.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/power.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp-inl.h"
#include "sampler/kernels/log-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

// Integers below 2^52, as doubles.
HWY_INLINE V SmallToDouble(D d, hn::Vec<hn::RebindToUnsigned<D>> integers) {
  const hn::RebindToUnsigned<D> du;
  const auto magic = hn::Set(du, std::bit_cast<std::uint64_t>(0x1p52));
  return hn::Sub(hn::BitCast(d, hn::Or(integers, magic)), hn::Set(d, 0x1p52));
}

// quotients[i] = ToDouble(before + sums[i]) / total, as far as whole vectors
// go; returns how far. A mass is two parts below 2^52 of 32 bits and above:
// both are exact doubles, and their sum rounds once.
std::size_t DivideMasses(const std::uint64_t* sums, std::size_t count,
                         Mass before, double total, double* quotients) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const auto low_half = hn::Set(du, 0xffffffffu);
  const auto before_low = hn::Set(du, absl::Uint128Low64(before) & 0xffffffffu);
  const auto before_high = hn::Set(du, absl::Uint128Low64(before >> 32));
  const V divisor = hn::Set(d, total);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto sum = hn::Add(hn::LoadU(du, sums + i), before_low);
    const auto high = hn::Add(hn::ShiftRight<32>(sum), before_high);
    const V mass = hn::Add(hn::Mul(SmallToDouble(d, high), hn::Set(d, 0x1p32)),
                           SmallToDouble(d, hn::And(sum, low_half)));
    hn::StoreU(hn::Div(mass, divisor), d, quotients + i);
  }
  return i;
}

// How many vectors are computed in step (exp-inl.h).
constexpr std::size_t kAtOnce = 8;

template <std::size_t n>
HWY_INLINE void LogsOfVectors(double* values) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V v[n];
  for (std::size_t j = 0; j < n; ++j) v[j] = hn::LoadU(d, values + j * lanes);
  HouseLogs<n>(d, v);
  for (std::size_t j = 0; j < n; ++j) hn::StoreU(v[j], d, values + j * lanes);
}

// Exp(factor * log) of each log, as RaiseToPower wants it.
template <std::size_t n>
HWY_INLINE void PowersOfVectors(V factor, double* logs) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V v[n];
  for (std::size_t j = 0; j < n; ++j) {
    v[j] = hn::Mul(factor, hn::LoadU(d, logs + j * lanes));
  }
  HouseExps<n>(d, v);
  for (std::size_t j = 0; j < n; ++j) {
    // Only 1 has the logarithm 0.
    const V log = hn::LoadU(d, logs + j * lanes);
    hn::StoreU(hn::IfThenElse(hn::Eq(log, hn::Zero(d)), hn::Set(d, 1.0), v[j]),
               d, logs + j * lanes);
  }
}

void TakeLogs(std::size_t count, double* values) {
  const std::size_t lanes = hn::Lanes(D());
  std::size_t i = 0;
  for (; i + kAtOnce * lanes <= count; i += kAtOnce * lanes) {
    LogsOfVectors<kAtOnce>(values + i);
  }
  for (; i + lanes <= count; i += lanes) LogsOfVectors<1>(values + i);
  for (; i < count; ++i) values[i] = Log(values[i]);
}

void RaiseToPower(double exponent, std::size_t count, double* values) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const V factor = hn::Set(d, exponent);
  // Loops apart: more vectors are then under way at a time.
  TakeLogs(count, values);
  std::size_t i = 0;
  for (; i + kAtOnce * lanes <= count; i += kAtOnce * lanes) {
    PowersOfVectors<kAtOnce>(factor, values + i);
  }
  for (; i + lanes <= count; i += lanes) {
    PowersOfVectors<1>(factor, values + i);
  }
  for (; i < count; ++i) {
    values[i] = values[i] == 0.0 ? 1.0 : Exp(exponent * values[i]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(DivideMasses);
HWY_EXPORT(RaiseToPower);
HWY_EXPORT(TakeLogs);

Mass RunningShares(const Weight* weights, std::size_t count, Mass before,
                   Mass total, double* shares) {
  constexpr std::size_t kBatch = 256;
  std::uint64_t sums[kBatch];
  for (std::size_t first = 0; first < count; first += kBatch) {
    const std::size_t size = std::min(kBatch, count - first);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
      sum += weights[first + i];
      sums[i] = sum;
    }
    std::size_t i = HWY_DYNAMIC_DISPATCH(DivideMasses)(
        sums, size, before, ToDouble(total), shares + first);
    for (; i < size; ++i) shares[first + i] = Ratio(before + sums[i], total);
    before += sum;
  }
  return before;
}

void RaiseToPower(double exponent, std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(RaiseToPower)(exponent, count, values);
}

void TakeLogs(std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(TakeLogs)(count, values);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
