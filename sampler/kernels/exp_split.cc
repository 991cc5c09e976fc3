#include "sampler/kernels/exp_split.h"

#include <algorithm>
#include <limits>

#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/load.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/exp_split.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"
#include "sampler/kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// An interval in vectors. One without an upper end takes half of the time.
template <bool kOpenAbove>
struct Range {
  HWY_INLINE Range(D d, const Interval& interval)
      : low(hn::Set(d, static_cast<float>(interval.low))),
        high(hn::Set(d, static_cast<float>(interval.high))) {}

  HWY_INLINE hn::Mask<D> Contain(V l) const {
    if constexpr (kOpenAbove) return hn::Ge(l, low);
    return hn::And(hn::Ge(l, low), hn::Lt(l, high));
  }

  V low;
  V high;
};

// Writes those of a vector's ids that a mask takes; returns their number. Where
// packing takes an instruction, it is done for every vector: which of them list
// something is hard to predict.
HWY_INLINE std::size_t StoreIds(D d, hn::Mask<D> mask,
                                hn::Vec<hn::RebindToSigned<D>> own,
                                std::int32_t* ids) {
  const hn::RebindToSigned<D> di;
  if constexpr (!kByTable) {
    if (hn::AllFalse(d, mask)) return 0;
  }
  hn::StoreU(Pack(di, own, hn::RebindMask(di, mask)), di, ids);
  return hn::CountTrue(d, mask);
}

// Terms of other parts are added as 0, so that sums are as deep as
// SumExpOfRow's.
template <bool kOpenAbove, class Loader>
ExpSplit SplitChunks(const Loader& loader, const unsigned char* row,
                     std::size_t blocks, const ExpArgument& argument,
                     const SplitRanges& ranges, const std::uint64_t* edited,
                     double* rest_sums, std::int32_t* ids) {
  const D d;
  const D64 d64;
  const std::size_t lanes = hn::Lanes(d);
  const Constants k = MakeConstants(d, argument);
  const Range<kOpenAbove> inside(d, ranges.inside);
  const Range<kOpenAbove> listed(d, ranges.listed);
  const double shift = HWY_NATIVE_FMA ? k.fold_shift : 1.0;
  const hn::RebindToSigned<D> di;
  const auto iota = hn::Iota(di, 0);  // A loop of its own, in some versions.
  std::size_t found = 0;
  for (std::size_t first = 0; first < blocks; first += kBlocksOfChunk) {
    auto chunk = hn::Zero(d64);
    const std::size_t end = std::min(first + kBlocksOfChunk, blocks);
    for (std::size_t b = first; b < end; ++b) {
      const unsigned char* const from = row + b * kBlockSize * Loader::kSize;
      const std::uint64_t left_out = edited != nullptr ? edited[b] : 0;
      V rest[kRunning];
      for (std::size_t i = 0; i < kBlockSize; i += kRunning * lanes) {
        V l[kRunning];
        V terms[kRunning];
        for (std::size_t j = 0; j < kRunning; ++j) {
          l[j] = loader.Load(d, from + (i + j * lanes) * Loader::kSize);
        }
        ExpOfElements(d, l, k, 0, terms);
        for (std::size_t j = 0; j < kRunning; ++j) {
          const std::size_t at = i + j * lanes;
          auto is_in = inside.Contain(l[j]);
          auto is_listed = listed.Contain(l[j]);
          if (HWY_UNLIKELY(left_out != 0)) {
            const auto mask = MaskOfBits(d, left_out >> at);
            is_listed = hn::Or(is_listed, mask);
            is_in = hn::AndNot(mask, is_in);
          }
          const V term = hn::IfThenZeroElse(hn::Or(is_in, is_listed), terms[j]);
          rest[j] = i == 0 ? term : hn::Add(rest[j], term);
          const auto own = hn::Add(
              iota,
              hn::Set(di, static_cast<std::int32_t>(b * kBlockSize + at)));
          found += StoreIds(d, hn::AndNot(is_in, is_listed), own, ids + found);
        }
      }
      chunk = hn::Add(chunk, Widen(Sum4(rest)));
    }
    rest_sums[first / kBlocksOfChunk] =
        hn::GetLane(hn::SumOfLanes(d64, chunk)) * shift;
  }
  return {found, ErrorWithoutDistances(argument)};
}

ExpSplit SplitAll(DType dtype, const unsigned char* row, std::size_t blocks,
                  const ExpArgument& argument, const SplitRanges& ranges,
                  const std::uint64_t* edited, double* rest_sums,
                  std::int32_t* ids) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool open_above =
      ranges.inside.high == kInfinity && ranges.listed.high == kInfinity;
  const auto split = [&](const auto& loader) HWY_ATTR {
    return open_above ? SplitChunks<true>(loader, row, blocks, argument, ranges,
                                          edited, rest_sums, ids)
                      : SplitChunks<false>(loader, row, blocks, argument,
                                           ranges, edited, rest_sums, ids);
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

bool Contains(const Interval& interval, double value) {
  return interval.low <= value && value < interval.high;
}

// The chunk of anything, or the end of one, that begins at element `first`, the
// first of a block: lists what is listed, and returns the sum of the rest, the
// others left out.
double SplitChunk(Logits row, std::size_t first, const ExpArgument& argument,
                  const SplitRanges& ranges, const std::uint64_t* edited,
                  std::int32_t* ids, ExpSplit& split) {
  const std::size_t count =
      std::min(kChunkSize - first % kChunkSize, row.size() - first);
  const Logits chunk(row.data() + first * DTypeSize(row.dtype()), row.dtype(),
                     count);
  double loaded[kChunkSize];
  chunk.Load(0, count, loaded);
  std::uint64_t not_rest[kChunkSize / kBlockSize] = {};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t b = i / kBlockSize;
    const std::uint64_t bit = std::uint64_t{1} << i % kBlockSize;
    const bool left_out =
        edited != nullptr && (edited[first / kBlockSize + b] & bit) != 0;
    // The floor is part of both ranges, but not of the element.
    const bool in = Contains(ranges.inside, loaded[i]);
    const bool is_listed =
        left_out || (!in && Contains(ranges.listed, loaded[i]));
    if (in || is_listed) not_rest[b] |= bit;
    ids[split.found] = static_cast<std::int32_t>(first + i);
    split.found += is_listed ? 1 : 0;
  }
  double rest;
  split.error = SumExpOfRow(chunk, argument, not_rest, &rest, nullptr);
  return rest;
}

}  // namespace

ExpSplit SplitExpOfRow(Logits row, const ExpArgument& argument,
                       const SplitRanges& ranges, const std::uint64_t* edited,
                       double* rest_sums, std::int32_t* ids, double* values) {
  ChooseSimdTarget();
  const std::size_t whole =
      row.dtype() == DType::kF64 ? 0 : row.size() / kBlockSize * kBlockSize;
  ExpSplit split;
  if (whole > 0) {
    split = HWY_DYNAMIC_DISPATCH(SplitAll)(row.dtype(), row.data(),
                                           whole / kBlockSize, argument, ranges,
                                           edited, rest_sums, ids);
  }
  for (std::size_t first = whole; first < row.size();
       first += kChunkSize - first % kChunkSize) {
    const double rest =
        SplitChunk(row, first, argument, ranges, edited, ids, split);
    double& sum = rest_sums[first / kChunkSize];
    sum = first % kChunkSize == 0 ? rest : sum + rest;
  }
  LoadElements(row, ids, split.found, {}, values);
  return split;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
