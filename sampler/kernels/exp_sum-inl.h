// Sums of the float32 exponential (exp_float-inl.h) over a chunk, and the error
// that adding them up makes; exp_sum.h proves it. Included once per target, as
// Highway wants it, hence the toggled guard.

#if defined(SAMPLER_KERNELS_EXP_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_EXP_SUM_INL_H_
#undef SAMPLER_KERNELS_EXP_SUM_INL_H_
#else
#define SAMPLER_KERNELS_EXP_SUM_INL_H_
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "sampler/kernels/exp_float-inl.h"
#include "sampler/kernels/exp_sum.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

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

// Blocks whose sums are added in float32 before they are widened, where
// weighted distances are not summed up: two where a block is four vectors.
constexpr std::size_t kBlocksTogether = kByTable ? 2 : 1;

constexpr std::size_t kBlocksOfChunk = kChunkSize / kBlockSize;

// What SumOfChunk calls before it reads blocks from `block` on: nothing to do.
struct NothingBefore {
  HWY_INLINE void operator()(std::size_t /*block*/) const {}
};

// The sum of a chunk of so many blocks at `from`, without weighted distances.
// `edited` has its first block's word, or is null. before(block) is called
// before blocks are read.
template <class Loader, class Before = NothingBefore>
HWY_INLINE double SumOfChunk(D d, const Loader& loader,
                             const unsigned char* from, std::size_t blocks,
                             const Constants& k, const std::uint64_t* edited,
                             Before before = {}) {
  const D64 d64;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d64);
  for (std::size_t b = 0; b < blocks; b += kBlocksTogether) {
    before(b);
    const std::size_t end = b + kBlocksTogether <= blocks
                                ? kBlocksTogether * kBlockSize
                                : kBlockSize;
    V sums[kRunning];
    for (std::size_t i = 0; i < end; i += kRunning * lanes) {
      const std::size_t at = b * kBlockSize + i;
      const std::uint64_t left_out =
          edited != nullptr ? edited[at / kBlockSize] >> (at % kBlockSize) : 0;
      V terms[kRunning];
      ExpOfRow(d, loader, from + at * Loader::kSize, k, left_out, terms);
      for (std::size_t j = 0; j < kRunning; ++j) {
        sums[j] = i == 0 ? terms[j] : hn::Add(sums[j], terms[j]);
      }
    }
    sum = hn::Add(sum, Widen(Sum4(sums)));
  }
  const double total = hn::GetLane(hn::SumOfLanes(d64, sum));
  return kFolds<Loader> ? total * k.fold_shift : total;
}

// The bound of exp_sum.h in units of u: what a term is off by, what it is off
// by for each unit of its exponent, and the part that all of second order adds.
constexpr double kU = 0x1p-24;
constexpr double kTermUnits = 2.25;
constexpr double kDistanceUnits = HWY_NATIVE_FMA ? 1.0 : 2.0;
constexpr double kSecondOrder = 1.01;

// The constants of the bound on this instruction set, for terms that are added
// up over so many blocks.
HWY_INLINE ExpSumError ErrorOfSum(std::size_t blocks) {
  const std::size_t additions = blocks * kBlockSize / hn::Lanes(D()) / kRunning;
  const double depth = static_cast<double>(additions) + 1.0;
  return {kSecondOrder * (kTermUnits + depth) * kU,
          kSecondOrder * kDistanceUnits * kU, kSecondOrder * depth * kU, 0.0};
}

// Blocks whose weighted distances are added in float32 before they are widened.
constexpr std::size_t kDistanceBlocks = 2;

// Of sums with weighted distances, whose products are rounded before they are
// added.
HWY_INLINE ExpSumError ErrorWithDistances() {
  static_assert(kDistanceBlocks == 2);
  ExpSumError error = ErrorOfSum(1);
  error.of_distance =
      ErrorOfSum(kDistanceBlocks).additions + kSecondOrder * 2.0 * kU;
  return error;
}

// And without: what the second constant would add is an error.
HWY_INLINE ExpSumError ErrorWithoutDistances(const ExpArgument& argument) {
  const ExpSumError error = ErrorOfSum(kBlocksTogether);
  const double tail_part = std::fabs(static_cast<double>(argument.log2_tail) /
                                     static_cast<double>(argument.log2_head));
  return {error.relative, error.per_distance + kSecondOrder * tail_part,
          error.additions, 0.0};
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_EXP_SUM_INL_H_
