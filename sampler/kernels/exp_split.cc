#include "sampler/kernels/exp_split.h"

#include <algorithm>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/exp_split.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// Running sums of one part of a chunk. Terms of the other part are added as 0,
// so that sums are as deep as SumExpOfRow's.
struct Part {
  V sums[kRunning];
  V gaps[kRunning];
};

HWY_INLINE void Add(V e, V gap, std::size_t j, Part& part) {
  part.sums[j] = hn::Add(part.sums[j], e);
  part.gaps[j] = hn::MulAdd(e, gap, part.gaps[j]);
}

HWY_INLINE void Clear(D d, V* v) {
  for (std::size_t j = 0; j < kRunning; ++j) v[j] = hn::Zero(d);
}

template <class Loader>
ExpSplit SplitBlocks(const Loader& loader, const unsigned char* row,
                     std::size_t blocks, const ExpArgument& argument,
                     const Interval& interval, const std::uint64_t* edited) {
  const D d;
  const D64 d64;
  const std::size_t lanes = hn::Lanes(d);
  const Constants k = MakeConstants(d, argument);
  const V low = hn::Set(d, static_cast<float>(interval.low));
  const V high = hn::Set(d, static_cast<float>(interval.high));
  auto inside_sum = hn::Zero(d64);
  auto outside_sum = hn::Zero(d64);
  auto inside_gap = hn::Zero(d64);
  auto outside_gap = hn::Zero(d64);
  const V zero = hn::Zero(d);
  Part in = {{zero, zero, zero, zero}, {zero, zero, zero, zero}};
  Part out = in;
  for (std::size_t b = 0; b < blocks; ++b) {
    const unsigned char* const from = row + b * kBlockSize * Loader::kSize;
    const std::uint64_t left_out = edited != nullptr ? edited[b] : 0;
    Clear(d, in.sums);
    Clear(d, out.sums);
    Clear(d, in.gaps);
    Clear(d, out.gaps);
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
        const std::size_t at = i + j * lanes;
        const V l = loader.Load(d, from + at * Loader::kSize);
        const auto inside = hn::And(hn::Ge(l, low), hn::Lt(l, high));
        Add(hn::IfThenElseZero(inside, terms[j]), gaps[j], j, in);
        Add(hn::IfThenZeroElse(inside, terms[j]), gaps[j], j, out);
      }
    }
    inside_sum = hn::Add(inside_sum, Widen(Sum4(in.sums)));
    outside_sum = hn::Add(outside_sum, Widen(Sum4(out.sums)));
    inside_gap = hn::Add(inside_gap, Widen(Sum4(in.gaps)));
    outside_gap = hn::Add(outside_gap, Widen(Sum4(out.gaps)));
  }
  const auto totals = [&](hn::Vec<D64> sum, hn::Vec<D64> gap) HWY_ATTR {
    const double gaps = hn::GetLane(hn::SumOfLanes(d64, gap)) * -argument.scale;
    return ExpSums{hn::GetLane(hn::SumOfLanes(d64, sum)) + gaps * k.correction,
                   gaps};
  };
  return {totals(inside_sum, inside_gap), totals(outside_sum, outside_gap),
          ErrorOfSum()};
}

ExpSplit SplitAll(DType dtype, const unsigned char* row, std::size_t blocks,
                  const ExpArgument& argument, const Interval& interval,
                  const std::uint64_t* edited) {
  const auto split = [&](const auto& loader) HWY_ATTR {
    return SplitBlocks(loader, row, blocks, argument, interval, edited);
  };
  return WithLoader(dtype, argument.least, split);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(SplitAll);

namespace {

// A chunk of anything: each part with the other left out.
void AddChunk(Logits chunk, const ExpArgument& argument,
              const Interval& interval, const std::uint64_t* edited,
              ExpSplit& split) {
  double values[kChunkSize];
  chunk.Load(0, chunk.size(), values);
  std::uint64_t not_inside[kChunkSize / kBlockSize] = {};
  std::uint64_t not_outside[kChunkSize / kBlockSize] = {};
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const bool inside = interval.low <= values[i] && values[i] < interval.high;
    const std::size_t b = i / kBlockSize;
    const std::uint64_t bit = std::uint64_t{1} << i % kBlockSize;
    const std::uint64_t left_out = edited != nullptr ? edited[b] & bit : 0;
    not_inside[b] |= inside ? left_out : bit;
    not_outside[b] |= inside ? bit : left_out;
  }
  double sum;
  double gap;
  SumExpOfRow(chunk, argument, not_inside, &sum, &gap);
  split.inside.sum += sum;
  split.inside.gap += gap;
  SumExpOfRow(chunk, argument, not_outside, &sum, &gap);
  split.outside.sum += sum;
  split.outside.gap += gap;
}

}  // namespace

ExpSplit SplitExpOfRow(Logits row, const ExpArgument& argument,
                       const Interval& interval, const std::uint64_t* edited) {
  ChooseSimdTarget();
  const std::size_t blocks =
      row.dtype() == DType::kF64
          ? 0
          : row.size() / kChunkSize * (kChunkSize / kBlockSize);
  ExpSplit split = HWY_DYNAMIC_DISPATCH(SplitAll)(
      row.dtype(), row.data(), blocks, argument, interval, edited);
  for (std::size_t i = blocks * kBlockSize; i < row.size(); i += kChunkSize) {
    const Logits chunk(row.data() + i * DTypeSize(row.dtype()), row.dtype(),
                       std::min(kChunkSize, row.size() - i));
    AddChunk(chunk, argument, interval,
             edited == nullptr ? nullptr : edited + i / kBlockSize, split);
  }
  return split;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
