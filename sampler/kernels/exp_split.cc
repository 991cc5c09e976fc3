#include "sampler/kernels/exp_split.h"

#include <algorithm>

#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/exp_split.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"
#include "sampler/kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// An interval in vectors.
struct Range {
  HWY_INLINE Range(D d, const Interval& interval)
      : low(hn::Set(d, static_cast<float>(interval.low))),
        high(hn::Set(d, static_cast<float>(interval.high))) {}

  HWY_INLINE hn::Mask<D> Contain(V l) const {
    return hn::And(hn::Ge(l, low), hn::Lt(l, high));
  }

  V low;
  V high;
};

HWY_INLINE void Clear(D d, V* v) {
  for (std::size_t j = 0; j < kRunning; ++j) v[j] = hn::Zero(d);
}

// Terms of other parts are added as 0, so that sums are as deep as
// SumExpOfRow's.
template <class Loader>
ExpSplit SplitChunks(const Loader& loader, const unsigned char* row,
                     std::size_t chunks, const ExpArgument& argument,
                     const SplitRanges& ranges, const std::uint64_t* edited,
                     double* inside_sums, std::int32_t* ids, double* values) {
  const D d;
  const D64 d64;
  const hn::RebindToSigned<D> di;
  const auto iota = hn::Iota(di, 0);
  const std::size_t lanes = hn::Lanes(d);
  const Constants k = MakeConstants(d, argument);
  const Range inside(d, ranges.inside);
  const Range listed(d, ranges.listed);
  constexpr std::size_t kBlocks = kChunkSize / kBlockSize;
  auto rest = hn::Zero(d64);
  std::size_t found = 0;
  V in[kRunning];
  V out[kRunning];
  for (std::size_t c = 0; c < chunks; ++c) {
    auto chunk = hn::Zero(d64);
    for (std::size_t b = c * kBlocks; b < (c + 1) * kBlocks; ++b) {
      const unsigned char* const from = row + b * kBlockSize * Loader::kSize;
      const std::uint64_t left_out = edited != nullptr ? edited[b] : 0;
      Clear(d, in);
      Clear(d, out);
      for (std::size_t i = 0; i < kBlockSize; i += kRunning * lanes) {
        V gaps[kRunning];
        V terms[kRunning];
        for (std::size_t j = 0; j < kRunning; ++j) {
          gaps[j] = Gap(d, loader, from + (i + j * lanes) * Loader::kSize, k);
        }
        Exp(d, k, gaps, terms);
        for (std::size_t j = 0; j < kRunning; ++j) {
          const std::size_t at = i + j * lanes;
          const V l = loader.Load(d, from + at * Loader::kSize);
          auto is_in = inside.Contain(l);
          auto is_listed = hn::AndNot(is_in, listed.Contain(l));
          V term = terms[j];
          if (HWY_UNLIKELY(left_out != 0)) {
            const auto mask = MaskOfBits(d, left_out >> at);
            is_listed = hn::Or(is_listed, mask);
            is_in = hn::AndNot(mask, is_in);
          }
          in[j] = hn::Add(in[j], hn::IfThenElseZero(is_in, term));
          out[j] = hn::Add(out[j],
                           hn::IfThenZeroElse(hn::Or(is_in, is_listed), term));
          if (hn::AllFalse(d, is_listed)) continue;
          const auto own_ids = hn::Add(
              iota,
              hn::Set(di, static_cast<std::int32_t>(b * kBlockSize + at)));
          StorePacked(d, l, is_listed, own_ids, ids + found, values + found);
          found += hn::CountTrue(d, is_listed);
        }
      }
      chunk = hn::Add(chunk, Widen(Sum4(in)));
      rest = hn::Add(rest, Widen(Sum4(out)));
    }
    inside_sums[c] = hn::GetLane(hn::SumOfLanes(d64, chunk));
  }
  return {hn::GetLane(hn::SumOfLanes(d64, rest)), found, ErrorWithoutGaps(k)};
}

ExpSplit SplitAll(DType dtype, const unsigned char* row, std::size_t chunks,
                  const ExpArgument& argument, const SplitRanges& ranges,
                  const std::uint64_t* edited, double* inside_sums,
                  std::int32_t* ids, double* values) {
  const auto split = [&](const auto& loader) HWY_ATTR {
    return SplitChunks(loader, row, chunks, argument, ranges, edited,
                       inside_sums, ids, values);
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

// The chunk that begins at element `first`, of anything: each part with the
// others left out. Returns the sum of what lies inside.
double SplitChunk(Logits row, std::size_t first, const ExpArgument& argument,
                  const SplitRanges& ranges, const std::uint64_t* edited,
                  std::int32_t* ids, double* values, ExpSplit& split) {
  const std::size_t count = std::min(kChunkSize, row.size() - first);
  const Logits chunk(row.data() + first * DTypeSize(row.dtype()), row.dtype(),
                     count);
  double loaded[kChunkSize];
  chunk.Load(0, count, loaded);
  std::uint64_t not_inside[kChunkSize / kBlockSize] = {};
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
    if (left_out || !in) not_inside[b] |= bit;
    if (in || is_listed) not_rest[b] |= bit;
    ids[split.found] = static_cast<std::int32_t>(first + i);
    values[split.found] = loaded[i];
    split.found += is_listed ? 1 : 0;
  }
  double inside;
  double rest;
  SumExpOfRow(chunk, argument, not_inside, &inside, nullptr);
  split.error = SumExpOfRow(chunk, argument, not_rest, &rest, nullptr);
  split.rest += rest;
  return inside;
}

}  // namespace

ExpSplit SplitExpOfRow(Logits row, const ExpArgument& argument,
                       const SplitRanges& ranges, const std::uint64_t* edited,
                       double* inside_sums, std::int32_t* ids, double* values) {
  ChooseSimdTarget();
  const std::size_t whole =
      row.dtype() == DType::kF64 ? 0 : row.size() / kChunkSize;
  ExpSplit split;
  if (whole > 0) {
    split = HWY_DYNAMIC_DISPATCH(SplitAll)(row.dtype(), row.data(), whole,
                                           argument, ranges, edited,
                                           inside_sums, ids, values);
  }
  for (std::size_t c = whole; c < ChunkCount(row.size()); ++c) {
    inside_sums[c] = SplitChunk(row, c * kChunkSize, argument, ranges, edited,
                                ids, values, split);
  }
  return split;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
