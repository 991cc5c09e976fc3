#include "sampler/kernels/scan/scan_sum.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/scan/batches.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/scan/scan_sum.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/exp_sum-inl.h"
#include "sampler/kernels/scan/row_scan-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// Scans and sums up by chunks, so many blocks after so many, a power of two:
// what is asked of memory while it is scanned comes while it is summed up. Of
// rows in memory, 1 KiB at a time takes 0.96 of the time that 2 KiB take.
template <std::size_t kBlocks, class Loader, class Stored, typename AddMaxima>
HWY_INLINE void ScanChunks(const unsigned char* row, std::size_t blocks,
                           const ExpArgument& argument, Stored* maxima,
                           double* sums, AddMaxima add_maxima) {
  const D d;
  const Loader loader;
  const Constants k = MakeConstants(d, argument);
  for (std::size_t b = 0; b < blocks; b += kBlocksOfChunk) {
    const unsigned char* const from = row + b * kBlockSize * Loader::kSize;
    const std::size_t count = std::min(kBlocksOfChunk, blocks - b);
    const auto scan = [&](std::size_t first) HWY_ATTR {
      if (first % kBlocks != 0) return;
      add_maxima(from + first * kBlockSize * Loader::kSize,
                 std::min(kBlocks, count - first), maxima + b + first);
    };
    sums[b / kBlocksOfChunk] =
        SumOfChunk(d, loader, from, count, k, nullptr, scan);
  }
}

float ScanChunksOfF32(const unsigned char* row, std::size_t blocks,
                      const ExpArgument& argument, float* maxima,
                      double* sums) {
  const D d;
  V sum = hn::Zero(d);
  ScanChunks<4, LoadF32>(
      row, blocks, argument, maxima, sums,
      [&](const unsigned char* from, std::size_t count, float* own)
          HWY_ATTR { AddMaximaOfF32(d, from, count, own, sum); });
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

std::int16_t ScanChunksOf16(DType dtype, const unsigned char* row,
                            std::size_t blocks, const ExpArgument& argument,
                            std::int16_t* maxima, double* sums) {
  const hn::ScalableTag<std::int16_t> d;
  auto magnitude = hn::Zero(d);
  const auto add_maxima =
      [&](const unsigned char* from, std::size_t count, std::int16_t* own)
          HWY_ATTR { AddMaximaOf16(d, from, count, own, magnitude); };
  if (dtype == DType::kF16) {
    ScanChunks<8, LoadF16>(row, blocks, argument, maxima, sums, add_maxima);
  } else {
    ScanChunks<8, LoadBF16>(row, blocks, argument, maxima, sums, add_maxima);
  }
  return LargestLane(d, magnitude);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(ScanChunksOfF32);
HWY_EXPORT(ScanChunksOf16);

ScanWithSums ScanAndSum(Logits row, const ExpArgument& argument, double* maxima,
                        double* sums) {
  constexpr std::size_t kBlocks = kChunkSize / kBlockSize;
  static_assert(kBatchBlocks % kBlocks == 0);
  const std::size_t size = DTypeSize(row.dtype());
  const auto block = [&](std::size_t b) {
    return row.data() + b * kBlockSize * size;
  };
  const auto f32 = [&](std::size_t b, std::size_t count, float* stored) {
    return HWY_DYNAMIC_DISPATCH(ScanChunksOfF32)(block(b), count, argument,
                                                 stored, sums + b / kBlocks);
  };
  const auto halves = [&](std::size_t b, std::size_t count,
                          std::int16_t* stored) {
    return HWY_DYNAMIC_DISPATCH(ScanChunksOf16)(
        row.dtype(), block(b), count, argument, stored, sums + b / kBlocks);
  };
  const RowScan scan = ScanBatches(row, {f32, halves}, maxima);
  // What is no whole block; the error is that of any sum.
  const std::size_t blocks = row.size() / kBlockSize;
  const Logits rest(block(blocks), row.dtype(), row.size() % kBlockSize);
  double sum = 0.0;
  const ExpSumError error = SumExpOfRow(rest, argument, nullptr, &sum, nullptr);
  if (rest.size() > 0) {
    double& last = sums[blocks / kBlocks];
    last = blocks % kBlocks == 0 ? sum : last + sum;
  }
  return {scan, error};
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
