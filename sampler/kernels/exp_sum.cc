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

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// What is added up of blocks beside their terms: in units of d, not of x.
struct WeightedSums {
  V offsets[kRunning];
  V squares[kRunning];
};

// The sum of one block; adds to `weighted`, whose offsets it begins anew
// where `first` is true.
template <bool first, class Loader>
HWY_INLINE V SumBlock(D d, const Loader& loader, const unsigned char* from,
                      const Constants& k, std::uint64_t left_out,
                      WeightedSums& weighted) {
  const std::size_t lanes = hn::Lanes(d);
  V sums[kRunning];
  for (std::size_t i = 0; i < kBlockSize; i += kRunning * lanes) {
    V offsets[kRunning];
    V terms[kRunning];
    for (std::size_t j = 0; j < kRunning; ++j) {
      const std::size_t at = i + j * lanes;
      offsets[j] = Offset(d, loader, from + at * Loader::kSize, k);
      if (HWY_UNLIKELY(left_out != 0)) {
        offsets[j] =
            hn::IfThenElse(MaskOfBits(d, left_out >> at), k.lowest, offsets[j]);
      }
    }
    Exp(d, k, offsets, terms);
    for (std::size_t j = 0; j < kRunning; ++j) {
      const V product = hn::Mul(terms[j], offsets[j]);
      sums[j] = i == 0 ? terms[j] : hn::Add(sums[j], terms[j]);
      weighted.offsets[j] =
          first && i == 0 ? product : hn::Add(weighted.offsets[j], product);
      weighted.squares[j] =
          hn::MulAdd(product, offsets[j], weighted.squares[j]);
    }
  }
  return Sum4(sums);
}

// Returns the sum of the weighted squares of x.
template <class Loader>
double SumChunksWithDistances(const Loader& loader, const unsigned char* row,
                              std::size_t blocks, const ExpArgument& argument,
                              const std::uint64_t* edited, double* sums,
                              double* distances) {
  const D d;
  const D64 d64;
  const Constants k = MakeConstants(d, argument);
  const V zero = hn::Zero(d);
  double all_squares = 0.0;
  for (std::size_t first = 0; first < blocks; first += kBlocksOfChunk) {
    auto sum = hn::Zero(d64);
    auto offset = hn::Zero(d64);
    WeightedSums some = {{zero, zero, zero, zero}, {zero, zero, zero, zero}};
    const std::size_t end = std::min(first + kBlocksOfChunk, blocks);
    const auto block = [&](std::size_t b) {
      return row + b * kBlockSize * Loader::kSize;
    };
    const auto left_out = [&](std::size_t b) {
      return edited != nullptr ? edited[b] : 0;
    };
    for (std::size_t b = first; b < end; b += kDistanceBlocks) {
      const V one = SumBlock<true>(d, loader, block(b), k, left_out(b), some);
      sum = hn::Add(sum, Widen(one));
      if (b + 1 < end) {
        const V two =
            SumBlock<false>(d, loader, block(b + 1), k, left_out(b + 1), some);
        sum = hn::Add(sum, Widen(two));
      }
      offset = hn::Add(offset, Widen(Sum4(some.offsets)));
    }
    const std::size_t c = first / kBlocksOfChunk;
    const double own_distance =
        hn::GetLane(hn::SumOfLanes(d64, offset)) * -argument.scale;
    const double own_squares =
        hn::GetLane(hn::SumOfLanes(d64, Widen(Sum4(some.squares)))) *
        argument.scale * argument.scale;
    sums[c] =
        hn::GetLane(hn::SumOfLanes(d64, sum)) + own_distance * k.correction;
    distances[c] = own_distance + own_squares * k.correction;
    all_squares += own_squares;
  }
  return all_squares;
}

template <class Loader>
void SumChunks(const Loader& loader, const unsigned char* row,
               std::size_t blocks, const ExpArgument& argument,
               const std::uint64_t* edited, double* sums) {
  const D d;
  const Constants k = MakeConstants(d, argument);
  for (std::size_t b = 0; b < blocks; b += kBlocksOfChunk) {
    sums[b / kBlocksOfChunk] =
        SumOfChunk(d, loader, row + b * kBlockSize * Loader::kSize,
                   std::min(kBlocksOfChunk, blocks - b), k,
                   edited != nullptr ? edited + b : nullptr);
  }
}

ExpSumError SumAll(DType dtype, const unsigned char* row, std::size_t blocks,
                   const ExpArgument& argument, const std::uint64_t* edited,
                   double* sums, double* distances, double* squares) {
  const auto sum = [&](const auto& loader) HWY_ATTR {
    if (distances != nullptr) {
      *squares = SumChunksWithDistances(loader, row, blocks, argument, edited,
                                        sums, distances);
    } else {
      SumChunks(loader, row, blocks, argument, edited, sums);
    }
  };
  if (dtype == DType::kF64) {
    sum(LoadF64());
  } else {
    WithLoader(dtype, argument.least, sum);
  }
  return distances != nullptr ? ErrorWithDistances()
                              : ErrorWithoutDistances(argument);
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

// The last block of anything, where it is not whole, as floats relative to the
// center.
ExpSumError SumRest(Logits row, const ExpArgument& argument,
                    const std::uint64_t* edited, double* sum, double* distance,
                    double* squares) {
  const std::size_t block = row.size() / kBlockSize;
  const std::size_t count = row.size() % kBlockSize;
  double values[kBlockSize];
  float offsets[kBlockSize];
  row.Load(block * kBlockSize, count, values);
  std::replace_if(
      values, values + count, [&](double l) { return l < argument.least; },
      kNoFloor);
  std::fill(values + count, values + kBlockSize, kNoFloor);
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    const double d = std::max(values[i] - argument.center,
                              static_cast<double>(argument.lowest));
    offsets[i] = static_cast<float>(d);
  }
  ExpArgument relative = argument;
  relative.center = 0.0;
  relative.least = kNoFloor;
  return HWY_DYNAMIC_DISPATCH(SumAll)(
      DType::kF32, reinterpret_cast<const unsigned char*>(offsets), 1, relative,
      edited != nullptr ? edited + block : nullptr, sum, distance, squares);
}

// Adds that block to the sums of the whole ones.
void AddRest(Logits row, const ExpArgument& argument,
             const std::uint64_t* edited, double* sums, double* distances,
             double& squares) {
  double sum = 0.0;
  double distance = 0.0;
  double own_squares = 0.0;
  SumRest(row, argument, edited, &sum,
          distances != nullptr ? &distance : nullptr, &own_squares);
  // It may be a chunk of its own.
  const std::size_t last = row.size() / kChunkSize;
  const bool alone = row.size() % kChunkSize < kBlockSize;
  sums[last] = alone ? sum : sums[last] + sum;
  if (distances == nullptr) return;
  distances[last] = alone ? distance : distances[last] + distance;
  squares += own_squares;
}

}  // namespace

double DistanceBound(double sum, double terms, double excess) {
  // One percent for the error of the sum itself, which moves the bound by less
  // than its own part; e^-80 for sums that are nothing at all.
  const double s = sum + 0x1p-115;
  const double spread = std::max(Log(std::max(terms / s, 1.0)), 0.0);
  return 1.01 * s * (spread + 1e-3 + 2.0 * std::fabs(excess));
}

ExpSumError SumExpOfRow(Logits row, const ExpArgument& argument,
                        const std::uint64_t* edited, double* sums,
                        double* distances, double* squares) {
  ChooseSimdTarget();
  double all_squares = 0.0;
  const ExpSumError error = HWY_DYNAMIC_DISPATCH(SumAll)(
      row.dtype(), row.data(), row.size() / kBlockSize, argument, edited, sums,
      distances, &all_squares);
  if (row.size() % kBlockSize != 0) {
    AddRest(row, argument, edited, sums, distances, all_squares);
  }
  if (squares != nullptr) *squares = all_squares;
  return error;
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
