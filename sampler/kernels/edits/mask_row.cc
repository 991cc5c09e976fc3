#include "sampler/kernels/edits/mask_row.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "sampler/kernels/block.h"
#include "sampler/kernels/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/edits/mask_row.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

template <class Tag>
HWY_INLINE void StoreBytes([[maybe_unused]] Tag d, hn::Vec<Tag> v,
                           unsigned char* to) {
#if HWY_TARGET == HWY_SCALAR
  const hn::TFromD<Tag> value = hn::GetLane(v);
  std::memcpy(to, &value, sizeof(value));
#else
  const hn::Repartition<std::uint8_t, Tag> bytes;
  hn::StoreU(hn::BitCast(bytes, v), bytes, to);
#endif
}

// One block of elements of type T, whose -inf is `removed`. Bit i of `allowed`
// says whether element i stays.
template <typename T>
HWY_INLINE void CopyBlock(const unsigned char* from, std::uint64_t allowed,
                          T removed, unsigned char* to) {
  const hn::CappedTag<T, kBlockSize> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < kBlockSize; i += lanes) {
    const std::uint64_t bits = allowed >> i;
    std::uint8_t bytes[8];
    std::memcpy(bytes, &bits, sizeof(bits));
    const auto stays = hn::LoadMaskBits(d, bytes);
    const auto v = LoadBytes(d, from + i * sizeof(T));
    StoreBytes(d, hn::IfThenElse(stays, v, hn::Set(d, removed)),
               to + i * sizeof(T));
  }
}

template <typename T>
HWY_INLINE void CopyBlocks(const unsigned char* from,
                           const std::uint64_t* allowed, std::size_t blocks,
                           T removed, unsigned char* to) {
  constexpr std::size_t kBytes = kBlockSize * sizeof(T);
  for (std::size_t b = 0; b < blocks; ++b) {
    CopyBlock<T>(from + b * kBytes, allowed[b], removed, to + b * kBytes);
  }
}

// Elements of 2, 4 or 8 bytes.
void CopyElements(const unsigned char* from, const std::uint64_t* allowed,
                  std::size_t blocks, std::size_t width, std::uint64_t removed,
                  unsigned char* to) {
  if (width == 2) {
    CopyBlocks(from, allowed, blocks, static_cast<std::uint16_t>(removed), to);
  } else if (width == 4) {
    CopyBlocks(from, allowed, blocks, static_cast<std::uint32_t>(removed), to);
  } else {
    CopyBlocks(from, allowed, blocks, removed, to);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(CopyElements);

namespace {

// -inf as the type stores it.
std::uint64_t RemovedBits(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return 0xfc00;
    case DType::kBF16:
      return 0xff80;
    case DType::kF32:
      return 0xff800000;
    case DType::kF64:
      break;
  }
  return 0xfff0000000000000;
}

// The bits of the mask for 64 tokens from `first` on.
std::uint64_t AllowedFrom(TokenMask mask, std::size_t first,
                          std::uint32_t beyond) {
  const absl::Span<const std::uint32_t> words = mask.words();
  const std::size_t w = first / 32;
  const std::uint64_t low = w < words.size() ? words[w] : beyond;
  const std::uint64_t high = w + 1 < words.size() ? words[w + 1] : beyond;
  return high << 32 | low;
}

}  // namespace

void CopyAllowed(Logits row, TokenMask mask, MaskPadding padding,
                 unsigned char* out) {
  constexpr std::size_t kBatch = 64;
  const std::uint32_t beyond =
      padding == MaskPadding::kAllow ? ~std::uint32_t{0} : 0;
  const std::uint64_t removed = RemovedBits(row.dtype());
  const std::size_t width = DTypeSize(row.dtype());
  const std::size_t blocks = row.size() / kBlockSize;
  std::uint64_t allowed[kBatch];
  for (std::size_t b = 0; b < blocks; b += kBatch) {
    const std::size_t count = std::min(kBatch, blocks - b);
    for (std::size_t i = 0; i < count; ++i) {
      allowed[i] = AllowedFrom(mask, (b + i) * kBlockSize, beyond);
    }
    const std::size_t begin = b * kBlockSize * width;
    HWY_DYNAMIC_DISPATCH(CopyElements)
    (row.data() + begin, allowed, count, width, removed, out + begin);
  }
  // The last block may be cut: it gets room for a whole one.
  const std::size_t begin = blocks * kBlockSize * width;
  const std::size_t rest = row.size() * width - begin;
  if (rest == 0) return;
  const std::uint64_t last = AllowedFrom(mask, blocks * kBlockSize, beyond);
  unsigned char block[kBlockSize * sizeof(double)] = {};
  std::memcpy(block, row.data() + begin, rest);
  HWY_DYNAMIC_DISPATCH(CopyElements)(block, &last, 1, width, removed, block);
  std::memcpy(out + begin, block, rest);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
