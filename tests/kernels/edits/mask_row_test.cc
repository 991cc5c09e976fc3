// Masked copies hold what a plain loop makes of the same bytes, in every type,
// on every instruction set, and nothing behind the row is written.

#include "sampler/kernels/edits/mask_row.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels {
namespace {

using Bytes = std::vector<unsigned char>;

class MaskRowTest : public OnEveryTarget {
 protected:
  std::mt19937_64 random_{11};
};

// -inf as the type stores it, on any machine.
Bytes RemovedBytes(DType dtype) {
  const double wide = -std::numeric_limits<double>::infinity();
  const float narrow = -std::numeric_limits<float>::infinity();
  const std::uint16_t half = dtype == DType::kF16 ? 0xfc00 : 0xff80;
  const void* from = dtype == DType::kF64   ? static_cast<const void*>(&wide)
                     : dtype == DType::kF32 ? static_cast<const void*>(&narrow)
                                            : static_cast<const void*>(&half);
  Bytes bytes(DTypeSize(dtype));
  std::memcpy(bytes.data(), from, bytes.size());
  return bytes;
}

TEST_P(MaskRowTest, CopiesWhatIsAllowed) {
  for (int round = 0; round < Share(1000); ++round) {
    for (const DType dtype :
         {DType::kF64, DType::kF32, DType::kF16, DType::kBF16}) {
      const std::size_t width = DTypeSize(dtype);
      const std::size_t size =
          random_() % 9 == 0 ? 4096 + random_() % 200 : random_() % 300;
      Bytes row(1 + size * width);  // Unaligned; any bits, NaN's among them.
      for (unsigned char& byte : row) {
        byte = static_cast<unsigned char>(random_());
      }
      std::vector<std::uint32_t> words(random_() % (size / 32 + 3));
      for (std::uint32_t& word : words) {
        word = static_cast<std::uint32_t>(random_());
        if (random_() % 8 == 0) word = 0;
        if (random_() % 8 == 0) word = ~0u;
      }
      const TokenMask mask{absl::MakeConstSpan(words)};
      const auto padding =
          random_() % 2 == 0 ? MaskPadding::kBan : MaskPadding::kAllow;

      Bytes want(row.begin() + 1, row.end());
      const Bytes removed = RemovedBytes(dtype);
      for (std::size_t i = 0; i < size; ++i) {
        if (mask.Allows(i, padding)) continue;
        std::memcpy(want.data() + i * width, removed.data(), width);
      }
      const Logits logits(row.data() + 1, dtype, size);
      Bytes copy(size * width + 64, 7);
      CopyAllowed(logits, mask, padding, copy.data());
      ASSERT_TRUE(std::equal(want.begin(), want.end(), copy.begin()));
      ASSERT_EQ(std::count(copy.end() - 64, copy.end(), 7), 64);

      CopyAllowed(logits, mask, padding, row.data() + 1);  // In place.
      ASSERT_TRUE(std::equal(want.begin(), want.end(), row.begin() + 1));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, MaskRowTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels
