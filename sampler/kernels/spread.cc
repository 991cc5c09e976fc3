#include "sampler/kernels/spread.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/kernels/block.h"
#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/spread.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// What a square is off by, in units of u; without FMA it is rounded.
constexpr double kSquareUnits = HWY_NATIVE_FMA ? 2.0 : 3.0;

struct Sums {
  V offsets[kRunning];
  V squares[kRunning];
};

template <class Loader>
HWY_INLINE void AddBlock(D d, const Loader& loader, const unsigned char* from,
                         V center, std::uint64_t left_out, Sums& sums) {
  const std::size_t lanes = hn::Lanes(d);
  const V lowest = hn::Set(d, std::numeric_limits<float>::lowest());
  for (std::size_t i = 0; i < kBlockSize; i += kRunning * lanes) {
    for (std::size_t j = 0; j < kRunning; ++j) {
      const std::size_t at = i + j * lanes;
      const V l = loader.Load(d, from + at * Loader::kSize);
      auto counts = hn::Ge(l, lowest);
      if (HWY_UNLIKELY(left_out != 0)) {
        counts = hn::And(counts, hn::Not(MaskOfBits(d, left_out >> at)));
      }
      const V offset = hn::IfThenElseZero(counts, hn::Sub(l, center));
      sums.offsets[j] = hn::Add(sums.offsets[j], offset);
      sums.squares[j] = hn::MulAdd(offset, offset, sums.squares[j]);
    }
  }
}

template <class Loader>
Spread SumBlocks(const Loader& loader, const unsigned char* row,
                 std::size_t blocks, float center,
                 const std::uint64_t* left_out) {
  const D d;
  const D64 d64;
  const V subtracted = hn::Set(d, center);
  constexpr std::size_t kBlocks = kChunkSize / kBlockSize;
  auto offsets = hn::Zero(d64);
  auto squares = hn::Zero(d64);
  for (std::size_t first = 0; first < blocks; first += kBlocks) {
    const V zero = hn::Zero(d);
    Sums sums = {{zero, zero, zero, zero}, {zero, zero, zero, zero}};
    const std::size_t end = std::min(blocks, first + kBlocks);
    for (std::size_t b = first; b < end; ++b) {
      AddBlock(d, loader, row + b * kBlockSize * Loader::kSize, subtracted,
               left_out != nullptr ? left_out[b] : 0, sums);
    }
    offsets = hn::Add(offsets, Widen(Sum4(sums.offsets)));
    squares = hn::Add(squares, Widen(Sum4(sums.squares)));
  }
  const std::size_t additions = kChunkSize / hn::Lanes(d) / kRunning;
  const double depth = static_cast<double>(additions) + 2.0;
  return {hn::GetLane(hn::SumOfLanes(d64, offsets)),
          hn::GetLane(hn::SumOfLanes(d64, squares)),
          kSecondOrder * (depth + kSquareUnits) * kU};
}

Spread SumAll(DType dtype, const unsigned char* row, std::size_t blocks,
              float center, const std::uint64_t* left_out, double least) {
  const auto sum = [=](const auto& loader) HWY_ATTR {
    return SumBlocks(loader, row, blocks, center, left_out);
  };
  return WithLoader(dtype, least, sum);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(SumAll);

Spread SumSpread(Logits row, float center, const std::uint64_t* left_out,
                 double least) {
  ChooseSimdTarget();
  const std::size_t blocks = row.size() / kBlockSize;
  Spread spread = HWY_DYNAMIC_DISPATCH(SumAll)(row.dtype(), row.data(), blocks,
                                               center, left_out, least);
  for (std::size_t id = blocks * kBlockSize; id < row.size(); ++id) {
    const double l = row[id];
    if (!std::isfinite(l) || l < least) continue;
    if (left_out != nullptr && (left_out[blocks] >> id % kBlockSize & 1) != 0) {
      continue;
    }
    const double offset = l - static_cast<double>(center);
    spread.offsets += offset;
    spread.squares += offset * offset;
  }
  return spread;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
