#include "sampler/kernels/exp_sum.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/exp_sum.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"

#ifndef SAMPLER_KERNELS_EXP_SUM_ONCE_
#define SAMPLER_KERNELS_EXP_SUM_ONCE_
namespace sampler::kernels {
// Whether gaps are summed up.
enum class Gaps { kSum, kSkip };
}  // namespace sampler::kernels
#endif  // SAMPLER_KERNELS_EXP_SUM_ONCE_

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// The sum of one block; adds to `gap_sums` (in units of d, not of x), if they
// are wanted.
template <Gaps gaps_wanted, class Loader>
HWY_INLINE V SumBlock(D d, const Loader& loader, const unsigned char* from,
                      const Constants& k, std::uint64_t left_out, V* gap_sums) {
  const std::size_t lanes = hn::Lanes(d);
  V sums[kRunning];
  for (std::size_t i = 0; i < kBlockSize; i += kRunning * lanes) {
    V gaps[kRunning];
    V terms[kRunning];
    for (std::size_t j = 0; j < kRunning; ++j) {
      const std::size_t at = i + j * lanes;
      gaps[j] = Gap(d, loader, from + at * Loader::kSize, k);
      if (HWY_UNLIKELY(left_out != 0)) {
        gaps[j] =
            hn::IfThenElse(MaskOfBits(d, left_out >> at), k.lowest, gaps[j]);
      }
    }
    Exp(d, k, gaps, terms);
    for (std::size_t j = 0; j < kRunning; ++j) {
      sums[j] = i == 0 ? terms[j] : hn::Add(sums[j], terms[j]);
      if constexpr (gaps_wanted == Gaps::kSum) {
        gap_sums[j] = hn::MulAdd(terms[j], gaps[j], gap_sums[j]);
      }
    }
  }
  return Sum4(sums);
}

template <Gaps gaps_wanted, class Loader>
void SumChunks(const Loader& loader, const unsigned char* row,
               std::size_t chunks, const ExpArgument& argument,
               const std::uint64_t* edited, double* sums, double* gaps) {
  const D d;
  const D64 d64;
  const Constants k = MakeConstants(d, argument);
  constexpr std::size_t kBlocks = kChunkSize / kBlockSize;
  for (std::size_t c = 0; c < chunks; ++c) {
    auto sum = hn::Zero(d64);
    V gap[kRunning] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (std::size_t b = c * kBlocks; b < (c + 1) * kBlocks; ++b) {
      const V block =
          SumBlock<gaps_wanted>(d, loader, row + b * kBlockSize * Loader::kSize,
                                k, edited != nullptr ? edited[b] : 0, gap);
      sum = hn::Add(sum, Widen(block));
    }
    sums[c] = hn::GetLane(hn::SumOfLanes(d64, sum));
    if constexpr (gaps_wanted == Gaps::kSum) {
      gaps[c] =
          hn::GetLane(hn::SumOfLanes(d64, Widen(Sum4(gap)))) * -argument.scale;
      sums[c] += gaps[c] * k.correction;
    }
  }
}

ExpSumError SumAll(DType dtype, const unsigned char* row, std::size_t chunks,
                   const ExpArgument& argument, const std::uint64_t* edited,
                   double* sums, double* gaps) {
  const auto sum = [&](const auto& loader) HWY_ATTR {
    if (gaps != nullptr) {
      SumChunks<Gaps::kSum>(loader, row, chunks, argument, edited, sums, gaps);
    } else {
      SumChunks<Gaps::kSkip>(loader, row, chunks, argument, edited, sums, gaps);
    }
  };
  if (dtype == DType::kF64) {
    sum(LoadF64());
  } else {
    WithLoader(dtype, argument.least, sum);
  }
  return gaps != nullptr ? ErrorOfSum()
                         : ErrorWithoutGaps(MakeConstants(D(), argument));
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(SumAll);

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
  std::replace_if(
      values, values + count, [&](double l) { return l < argument.least; },
      kNoFloor);
  std::fill(values + count, values + kChunkSize, kNoFloor);
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
  relative.least = kNoFloor;
  return HWY_DYNAMIC_DISPATCH(SumAll)(
      DType::kF32, reinterpret_cast<const unsigned char*>(gaps), 1, relative,
      left_out, sum, gap);
}

}  // namespace

double GapBound(double sum, double terms, double excess) {
  // One percent for the error of the sum itself, which moves the bound by less
  // than its own part; e^-80 for sums that are nothing at all.
  const double s = sum + 0x1p-115;
  const double spread = std::max(Log(std::max(terms / s, 1.0)), 0.0);
  return 1.01 * s * (spread + 1e-3 + 2.0 * std::fabs(excess));
}

ExpSumError SumExpOfRow(Logits row, const ExpArgument& argument,
                        const std::uint64_t* edited, double* sums,
                        double* gaps) {
  ChooseSimdTarget();
  const std::size_t whole = row.size() / kChunkSize;
  const ExpSumError error = HWY_DYNAMIC_DISPATCH(SumAll)(
      row.dtype(), row.data(), whole, argument, edited, sums, gaps);
  for (std::size_t c = whole; c < ChunkCount(row.size()); ++c) {
    SumConverted(row, c * kChunkSize, argument, edited, sums + c,
                 gaps != nullptr ? gaps + c : nullptr);
  }
  return error;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
