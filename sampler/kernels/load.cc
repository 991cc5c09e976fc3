#include "sampler/kernels/load.h"

#include <algorithm>
#include <cstring>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/load.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

HWY_INLINE void StoreScaled(hn::Vec<D64> v, const double* factors,
                            std::size_t factor_count, double* out) {
  const D64 d64;
  for (std::size_t i = 0; i < factor_count; ++i) {
    v = hn::Mul(v, hn::Set(d64, factors[i]));
  }
  hn::StoreU(v, d64, out);
}

// As many elements as fill vectors; returns how many.
template <class Loader>
HWY_INLINE std::size_t LoadVectors(const Loader& loader,
                                   const unsigned char* from, std::size_t count,
                                   const double* factors,
                                   std::size_t factor_count, double* out) {
  const D d;
  const D64 d64;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const V v = loader.Load(d, from + i * Loader::kSize);
#if HWY_TARGET == HWY_SCALAR
    StoreScaled(hn::PromoteTo(d64, v), factors, factor_count, out + i);
#else
    const hn::Half<D> half;
    StoreScaled(hn::PromoteTo(d64, hn::LowerHalf(half, v)), factors,
                factor_count, out + i);
    StoreScaled(hn::PromoteTo(d64, hn::UpperHalf(half, v)), factors,
                factor_count, out + i + hn::Lanes(d64));
#endif
  }
  return i;
}

std::size_t LoadAll(DType dtype, const unsigned char* from, std::size_t count,
                    const double* factors, std::size_t factor_count,
                    double least, double* out) {
  const D64 d64;
  const auto load = [=](const auto& loader) HWY_ATTR {
    return LoadVectors(loader, from, count, factors, factor_count, out);
  };
  if (dtype != DType::kF64) return WithLoader(dtype, least, load);
  std::size_t i = 0;
  for (; i + hn::Lanes(d64) <= count; i += hn::Lanes(d64)) {
    StoreScaled(LoadBytes(d64, from + i * sizeof(double)), factors,
                factor_count, out + i);
  }
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(LoadAll);

void LoadScaled(Logits row, std::size_t first, std::size_t count,
                absl::Span<const double> factors, double* out, double least) {
  ChooseSimdTarget();
  const std::size_t loaded = HWY_DYNAMIC_DISPATCH(LoadAll)(
      row.dtype(), row.data() + first * DTypeSize(row.dtype()), count,
      factors.data(), factors.size(), least, out);
  row.Load(first + loaded, count - loaded, out + loaded);
  for (std::size_t i = loaded; i < count; ++i) {
    if (out[i] < least) out[i] = kNoFloor;
  }
  for (const double factor : factors) {
    for (std::size_t i = loaded; i < count; ++i) out[i] *= factor;
  }
}

void LoadElements(Logits row, const std::int32_t* ids, std::size_t count,
                  absl::Span<const double> factors, double* values,
                  double least) {
  constexpr std::size_t kBatch = 256;
  unsigned char stored[kBatch * sizeof(double)];
  for (std::size_t first = 0; first < count; first += kBatch) {
    const std::size_t n = std::min(kBatch, count - first);
    const auto copy = [&]<std::size_t kSize>() {
      for (std::size_t i = 0; i < n; ++i) {
        const auto id = static_cast<std::size_t>(ids[first + i]);
        const std::size_t in_row = id < row.size() ? id : 0;
        std::memcpy(stored + i * kSize, row.data() + in_row * kSize, kSize);
      }
    };
    const std::size_t size = DTypeSize(row.dtype());
    if (size == 2) copy.template operator()<2>();
    if (size == 4) copy.template operator()<4>();
    if (size == 8) copy.template operator()<8>();
    LoadScaled(Logits(stored, row.dtype(), n), 0, n, factors, values + first,
               least);
  }
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
