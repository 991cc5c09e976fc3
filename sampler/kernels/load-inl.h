// Vectors of floats from rows of any narrow type, converted in registers:
// shared by the kernels that read rows as they are stored. Included once per
// target, as Highway wants it, hence the toggled guard.

#if defined(SAMPLER_KERNELS_LOAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_LOAD_INL_H_
#undef SAMPLER_KERNELS_LOAD_INL_H_
#else
#define SAMPLER_KERNELS_LOAD_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "hwy/highway.h"
#include "sampler/logits.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using D64 = hn::ScalableTag<double>;

// Rows need no alignment, not even of an element.
template <class Tag>
HWY_INLINE hn::Vec<Tag> LoadBytes(Tag d, const unsigned char* from) {
#if HWY_TARGET == HWY_SCALAR
  hn::TFromD<Tag> value;
  std::memcpy(&value, from, sizeof(value));
  return hn::Set(d, value);
#else
  const hn::Repartition<std::uint8_t, Tag> bytes;
  return hn::BitCast(d, hn::LoadU(bytes, from));
#endif
}

struct LoadF32 {
  static constexpr std::size_t kSize = 4;
  static HWY_INLINE V Load(D d, const unsigned char* from) {
    return LoadBytes(d, from);
  }
};

template <class Tag>
HWY_INLINE auto LoadHalves(Tag du, const unsigned char* from) {
  return hn::PromoteTo(du, LoadBytes(hn::Rebind<std::uint16_t, Tag>(), from));
}

struct LoadBF16 {
  static constexpr std::size_t kSize = 2;
  static HWY_INLINE V Load(D d, const unsigned char* from) {
    const hn::RebindToUnsigned<D> du;
    return hn::BitCast(d, hn::ShiftLeft<16>(LoadHalves(du, from)));
  }
};

struct LoadF16 {
  static constexpr std::size_t kSize = 2;
  static HWY_INLINE V Load(D d, const unsigned char* from) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)
    const hn::Rebind<std::uint16_t, D> bits;
    const hn::Rebind<hwy::float16_t, D> halves;
    return hn::PromoteTo(d, hn::BitCast(halves, LoadBytes(bits, from)));
#else
    const hn::RebindToUnsigned<D> du;
    const auto bits = LoadHalves(du, from);
    const auto magnitude = hn::And(bits, hn::Set(du, 0x7fffu));
    const auto sign = hn::ShiftLeft<16>(hn::Xor(bits, magnitude));
    // The exponent is biased by 15, not 127: times 2^112, exactly, subnormals
    // included. The exponent of infinity has to be made.
    const V scaled = hn::Mul(hn::BitCast(d, hn::ShiftLeft<13>(magnitude)),
                             hn::Set(d, 0x1p112f));
    const hn::RebindToSigned<D> di;
    const auto infinite =
        hn::Gt(hn::BitCast(di, magnitude), hn::Set(di, 0x7bff));
    const V value = hn::IfThenElse(
        hn::RebindMask(d, infinite),
        hn::Set(d, std::numeric_limits<float>::infinity()), scaled);
    return hn::BitCast(d, hn::Or(hn::BitCast(du, value), sign));
#endif
  }
};

// What a loader gives, with elements below `least` as -inf.
template <class Loader>
struct AtLeast {
  static constexpr std::size_t kSize = Loader::kSize;
  HWY_INLINE V Load(D d, const unsigned char* from) const {
    return Cut(d, Loader().Load(d, from));
  }

  HWY_INLINE V Cut(D d, V v) const {
    return hn::IfThenElse(hn::Lt(v, least),
                          hn::Set(d, -std::numeric_limits<float>::infinity()),
                          v);
  }

  V least;
};

// The elements of n vectors at `from`, an even number, in any order.
template <std::size_t n, class Loader>
HWY_INLINE void LoadInAnyOrder(D d, const Loader& loader,
                               const unsigned char* from, V* v) {
  for (std::size_t j = 0; j < n; ++j) {
    v[j] = loader.Load(d, from + j * hn::Lanes(d) * Loader::kSize);
  }
}

// Two in a word of 32 bits: each is where a float has it, or 16 bits lower.
template <std::size_t n>
HWY_INLINE void LoadInAnyOrder(D d, const LoadBF16& /*loader*/,
                               const unsigned char* from, V* v) {
  const hn::RebindToUnsigned<D> du;
  for (std::size_t j = 0; j < n; j += 2) {
    const auto two = LoadBytes(du, from + j * hn::Lanes(d) * LoadBF16::kSize);
    v[j] = hn::BitCast(d, hn::ShiftLeft<16>(two));
    v[j + 1] = hn::BitCast(d, hn::And(two, hn::Set(du, 0xffff0000u)));
  }
}

template <std::size_t n, class Loader>
HWY_INLINE void LoadInAnyOrder(D d, const AtLeast<Loader>& loader,
                               const unsigned char* from, V* v) {
  LoadInAnyOrder<n>(d, Loader(), from, v);
  for (std::size_t j = 0; j < n; ++j) v[j] = loader.Cut(d, v[j]);
}

// Calls f(loader); without a floor, nothing is compared with one.
template <class Loader, typename F>
HWY_INLINE auto WithFloor(double least, F f) {
  if (least == -std::numeric_limits<double>::infinity()) return f(Loader());
  return f(AtLeast<Loader>{hn::Set(D(), static_cast<float>(least))});
}

// Calls f(loader) with the loader of a narrow type under a floor
// (load.h).
template <typename F>
HWY_INLINE auto WithLoader(DType dtype, double least, F f) {
  switch (dtype) {
    case DType::kF16:
      return WithFloor<LoadF16>(least, f);
    case DType::kBF16:
      return WithFloor<LoadBF16>(least, f);
    default:
      return WithFloor<LoadF32>(least, f);
  }
}

// The lowest bits as a mask.
HWY_INLINE hn::Mask<D> MaskOfBits(D d, std::uint64_t bits) {
  std::uint8_t bytes[8];
  std::memcpy(bytes, &bits, sizeof(bits));
  return hn::LoadMaskBits(d, bytes);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_LOAD_INL_H_
