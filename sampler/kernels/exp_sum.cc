#include "sampler/kernels/exp_sum.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/exp_sum.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using D64 = hn::ScalableTag<double>;

// Running sums of a block: as many as keep the adders busy.
constexpr std::size_t kRunning = 4;

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
  }
};

struct Constants {
  V center;
  V log2_head;
  V log2_tail;
  V lowest;
};

// 2^(d log2_head + d log2_tail), by the steps that the header counts.
HWY_INLINE V Exp(D d, const Constants& k, V gap) {
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, 0x1.8p23f);
  const V biased = hn::MulAdd(gap, k.log2_head, magic);
  const V n = hn::Sub(biased, magic);
#if HWY_NATIVE_FMA
  V f = hn::MulSub(gap, k.log2_head, n);
#else
  V f = hn::Sub(hn::Mul(gap, k.log2_head), n);
#endif
  f = hn::MulAdd(gap, k.log2_tail, f);
  V p = hn::Set(d, 0x1.3f9078p-13f);
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.5f0a68p-10f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.3b30b0p-7f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.c6af78p-5f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.ebfbd8p-3f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.62e430p-1f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0f));
  return hn::BitCast(d, hn::Add(hn::BitCast(du, p),
                                hn::ShiftLeft<23>(hn::BitCast(du, biased))));
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

// The sum of one block; adds to `gaps` (in units of d, not of x).
template <class Loader>
HWY_INLINE V SumBlock(D d, const unsigned char* from, const Constants& k,
                      std::uint64_t left_out, V* gaps) {
  const std::size_t lanes = hn::Lanes(d);
  V sums[kRunning] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  for (std::size_t i = 0; i < kBlockSize; i += kRunning * lanes) {
    for (std::size_t j = 0; j < kRunning; ++j) {
      const std::size_t at = i + j * lanes;
      const V l = Loader::Load(d, from + at * Loader::kSize);
      V v = hn::Max(hn::Sub(l, k.center), k.lowest);
      if (HWY_UNLIKELY(left_out != 0)) {
        const std::uint64_t bits = left_out >> at;
        std::uint8_t bytes[8];
        std::memcpy(bytes, &bits, sizeof(bits));
        v = hn::IfThenElse(hn::LoadMaskBits(d, bytes), k.lowest, v);
      }
      const V e = Exp(d, k, v);
      sums[j] = hn::Add(sums[j], e);
      gaps[j] = hn::MulAdd(e, v, gaps[j]);
    }
  }
  return Sum4(sums);
}

template <class Loader>
void SumChunks(const unsigned char* row, std::size_t chunks,
               const ExpArgument& argument, const std::uint64_t* edited,
               double* sums, double* gaps) {
  const D d;
  const D64 d64;
  const Constants k = {hn::Set(d, static_cast<float>(argument.center)),
                       hn::Set(d, argument.log2_head),
                       hn::Set(d, argument.log2_tail),
                       hn::Set(d, argument.lowest)};
  constexpr std::size_t kBlocks = kChunkSize / kBlockSize;
  for (std::size_t c = 0; c < chunks; ++c) {
    auto sum = hn::Zero(d64);
    V gap[kRunning] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (std::size_t b = c * kBlocks; b < (c + 1) * kBlocks; ++b) {
      const V block =
          SumBlock<Loader>(d, row + b * kBlockSize * Loader::kSize, k,
                           edited != nullptr ? edited[b] : 0, gap);
      sum = hn::Add(sum, Widen(block));
    }
    sums[c] = hn::GetLane(hn::SumOfLanes(d64, sum));
    gaps[c] =
        hn::GetLane(hn::SumOfLanes(d64, Widen(Sum4(gap)))) * -argument.scale;
  }
}

ExpSumError SumF32(const unsigned char* row, std::size_t chunks,
                   const ExpArgument& argument, const std::uint64_t* edited,
                   double* sums, double* gaps) {
  SumChunks<LoadF32>(row, chunks, argument, edited, sums, gaps);
  constexpr double kU = 0x1p-24;
  const std::size_t additions = kBlockSize / hn::Lanes(D()) / kRunning;
  const double depth = static_cast<double>(additions) + 1.0;
  return {1.01 * (2.25 + depth) * kU, 1.01 * (HWY_NATIVE_FMA ? 1.0 : 2.0) * kU};
}

void SumF16(const unsigned char* row, std::size_t chunks,
            const ExpArgument& argument, const std::uint64_t* edited,
            double* sums, double* gaps) {
  SumChunks<LoadF16>(row, chunks, argument, edited, sums, gaps);
}

void SumBF16(const unsigned char* row, std::size_t chunks,
             const ExpArgument& argument, const std::uint64_t* edited,
             double* sums, double* gaps) {
  SumChunks<LoadBF16>(row, chunks, argument, edited, sums, gaps);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(SumF32);
HWY_EXPORT(SumF16);
HWY_EXPORT(SumBF16);

ExpArgument::ExpArgument(double subtracted, double multiplied)
    : center(subtracted), scale(multiplied) {
  constexpr double kLog2E = 0x1.71547652b82fep+0;
  const double factor = scale * kLog2E;
  log2_head = static_cast<float>(factor);
  log2_tail = static_cast<float>(factor - static_cast<double>(log2_head));
  // 2^-120 is about e^-83.
  lowest = static_cast<float>(-120.0 / factor);
}

namespace {

// A chunk of anything, as floats relative to the center.
ExpSumError SumConverted(Logits row, std::size_t first,
                         const ExpArgument& argument,
                         const std::uint64_t* edited, double* sum,
                         double* gap) {
  const std::size_t count = std::min(kChunkSize, row.size() - first);
  double values[kChunkSize];
  float gaps[kChunkSize];
  row.Load(first, count, values);
  std::fill(values + count, values + kChunkSize,
            -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < kChunkSize; ++i) {
    const double d = std::max(values[i] - argument.center,
                              static_cast<double>(argument.lowest));
    gaps[i] = static_cast<float>(d);
  }
  std::uint64_t left_out[kChunkSize / kBlockSize] = {};
  if (edited != nullptr) {
    std::copy_n(edited + first / kBlockSize, BlockCount(count), left_out);
  }
  ExpArgument relative = argument;
  relative.center = 0.0;
  return HWY_DYNAMIC_DISPATCH(SumF32)(
      reinterpret_cast<const unsigned char*>(gaps), 1, relative, left_out, sum,
      gap);
}

}  // namespace

ExpSumError SumExpOfRow(Logits row, const ExpArgument& argument,
                        const std::uint64_t* edited, double* sums,
                        double* gaps) {
  ChooseSimdTarget();
  const std::size_t whole = row.size() / kChunkSize;
  std::size_t done = whole;
  // The constants of the bound are those of the instruction set.
  ExpSumError error = HWY_DYNAMIC_DISPATCH(SumF32)(
      row.data(), row.dtype() == DType::kF32 ? whole : 0, argument, edited,
      sums, gaps);
  switch (row.dtype()) {
    case DType::kF32:
      break;
    case DType::kF16:
      HWY_DYNAMIC_DISPATCH(SumF16)
      (row.data(), whole, argument, edited, sums, gaps);
      break;
    case DType::kBF16:
      HWY_DYNAMIC_DISPATCH(SumBF16)
      (row.data(), whole, argument, edited, sums, gaps);
      break;
    case DType::kF64:
      done = 0;
      break;
  }
  for (std::size_t c = done; c < ChunkCount(row.size()); ++c) {
    SumConverted(row, c * kChunkSize, argument, edited, sums + c, gaps + c);
  }
  return error;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
