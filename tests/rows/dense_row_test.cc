#include "sampler/rows/dense_row.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/rows/plain_row.h"
#include "tests/rows/stored_row.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Edits many tokens at once, some of them out of the row, and the same ones or
// a part of them again, as stages do that punish the tokens of one text in
// turn.
void EditBatches(std::mt19937_64& random, DenseRow& row, PlainRow& plain) {
  std::vector<TokenId> ids(plain.values.size() + 2);
  std::iota(ids.begin(), ids.end(), 0);
  std::shuffle(ids.begin(), ids.end(), random);
  absl::Span<const TokenId> some(ids.data(), 1 + random() % ids.size());
  for (std::uint64_t round = random() % 4; round < 4; ++round) {
    std::vector<double> before(some.size());
    std::vector<double> after(some.size());
    row.LoadEach(some, before.data());
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto id = static_cast<std::size_t>(some[i]);
      const double want = id < row.size() ? plain.values[id] : -kInfinity;
      ASSERT_TRUE(before[i] == want ||
                  (std::isnan(want) && std::isnan(before[i])));
      after[i] = IsRemoved(before[i]) ? kRemoved : RandomValue(random);
    }
    row.StoreEach(some, before.data(), after.data());
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto id = static_cast<std::size_t>(some[i]);
      if (id < row.size()) plain.Set(id, after[i]);
    }
    if (random() % 2 == 0) some = some.subspan(random() % some.size());
    if (random() % 2 == 0) some = some.first(1 + random() % some.size());
  }
}

// Removes what a mask does not allow, which may be shorter than the row.
void MaskBoth(std::mt19937_64& random, DenseRow& row, PlainRow& plain) {
  std::vector<std::uint32_t> words(random() % (row.size() / 32 + 3));
  for (std::uint32_t& word : words) {
    word = static_cast<std::uint32_t>(random() | random());
  }
  const TokenMask mask{absl::MakeConstSpan(words)};
  const auto padding =
      random() % 2 == 0 ? MaskPadding::kBan : MaskPadding::kAllow;
  std::size_t allowed = 0;
  for (std::size_t id = 0; id < row.size(); ++id) {
    if (mask.Allows(id, padding)) {
      ++allowed;
    } else {
      plain.values[id] = -kInfinity;
    }
  }
  row.RemoveUnmasked(mask, padding, allowed);
}

TEST(DenseRow, EqualsAPlainArrayOverRandomChanges) {
  std::mt19937_64 random(1);
  DenseRow row;  // Reused, as in a workspace.
  int floors = 0;
  for (int trace = 0; trace < Share(600); ++trace) {
    const std::size_t sizes[] = {1, 2, 63, 64, 65, 128, 1000};
    std::vector<double> values(sizes[random() % std::size(sizes)]);
    for (double& v : values) v = RandomValue(random);
    const DType dtypes[] = {DType::kF32, DType::kF16, DType::kBF16,
                            DType::kF64};
    const Stored stored = Store(values, dtypes[random() % 4]);
    row.Reset(stored.row);
    PlainRow plain(stored.row);
    std::string what = "trace " + std::to_string(trace) + ": reset";
    ExpectSame(row, plain, what);
    for (int step = 0; step < 12; ++step) {
      const std::uint64_t action = random() % 15;
      if (action < 6) {
        // Several edits between two looks, often of one id.
        for (std::uint64_t i = random() % 5; i <= 5; ++i) {
          const std::size_t id = random() % values.size();
          const double value = RandomValue(random);
          row.Set(id, value);
          plain.Set(id, value);
        }
        what += ", set";
      } else if (action < 10) {
        const double factors[] = {0.5,  2.0,   1.0 / 0.7, 1.0 / 3.0,
                                  1e10, 1e-20, 1e-5};
        const double factor = factors[random() % std::size(factors)];
        row.Scale(factor);
        plain.Transform([=](double v) { return v * factor; });
        what += ", scale " + std::to_string(factor);
      } else if (action < 11) {
        const auto f = [](double v) {
          return v < -30.0 ? -kInfinity : v - 0.1;
        };
        row.Transform([&](std::size_t, double v) { return f(v); });
        plain.Transform(f);
        what += ", transform";
      } else if (action < 13) {
        EditBatches(random, row, plain);
        what += ", batches";
      } else if (action < 14) {
        MaskBoth(random, row, plain);
        what += ", mask";
      } else if (row.status() == RowStatus::kOk) {
        const double threshold = plain.values[random() % values.size()];
        if (row.RemoveBelow(threshold)) {
          plain.RemoveBelow(threshold);
          ++floors;
          what += ", remove below " + std::to_string(threshold);
        }
      }
      ExpectSame(row, plain, what);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(floors, 0);
}

// Scales round neighbours to one product: those that stay are told apart as
// they are stored.
TEST(DenseRow, KeepsItsFloorUnderScalesThatRound) {
  std::vector<float> values(200);
  values[0] = 1.0f;
  for (std::size_t i = 1; i < values.size(); ++i) {
    values[i] = std::nextafter(values[i - 1], 2.0f);
  }
  DenseRow row;
  row.Reset(absl::Span<const float>(values));
  ASSERT_TRUE(row.RemoveBelow(static_cast<double>(values[100])));
  row.Scale(0x1p-1000);
  row.Scale(0x1p-74);  // Everything that is left becomes the least number.
  EXPECT_EQ(row.Value(99), -kInfinity);
  EXPECT_EQ(row.Value(100), 0x1p-1074);
  EXPECT_EQ(row.finite_count(), 100u);
  EXPECT_EQ(row.BlockMaxima()[0], -kInfinity);
  EXPECT_EQ(row.FirstOfMax(), 100u);
}

TEST(DenseRow, HasNoFloorWhereItCannotBeTold) {
  const std::vector<double> doubles = {1.0, 2.0};
  const std::vector<float> floats = {1.0f, 2.0f};
  DenseRow row;
  row.Reset(absl::Span<const double>(doubles));
  EXPECT_FALSE(row.RemoveBelow(2.0));
  EXPECT_FALSE(row.ManyReach(1.0));
  EXPECT_EQ(row.finite_count(), 2u);
  row.Reset(absl::Span<const float>(floats));
  EXPECT_TRUE(row.ManyReach(1.0));
  row.Transform([](std::size_t, double v) { return v + 1.0; });
  EXPECT_FALSE(row.RemoveBelow(3.0));
  EXPECT_EQ(row.finite_count(), 2u);
}

TEST(DenseRow, EqualsAPlainArrayWhenNumbersOverflow) {
  std::mt19937_64 random(2);
  DenseRow row;
  for (int trace = 0; trace < Share(2000); ++trace) {
    std::vector<double> values(1 + random() % 130);
    for (double& v : values) {
      v = std::ldexp(static_cast<double>(random() % 7) - 3.0,
                     static_cast<int>(random() % 2000) - 1000);
    }
    row.Reset(absl::Span<const double>(values));
    PlainRow plain{Logits(absl::Span<const double>(values))};
    std::string what = "trace " + std::to_string(trace);
    for (int step = 0; step < 4; ++step) {
      if (random() % 3 == 0) {
        const double edits[] = {kNan, kInfinity, -kInfinity, 1e308, -1e308};
        const std::size_t id = random() % values.size();
        const double value = edits[random() % std::size(edits)];
        row.Set(id, value);
        plain.Set(id, value);
        what += ", set " + std::to_string(value);
      } else {
        const double factors[] = {1e300, kInfinity, 1e-300, 1e100, 5e-324};
        const double factor = factors[random() % std::size(factors)];
        row.Scale(factor);
        plain.Transform([=](double v) { return v * factor; });
        what += ", scale " + std::to_string(factor);
      }
      ExpectSame(row, plain, what);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(DenseRow, NotesNanAndInfinityInEverySlot) {
  DenseRow row;
  for (const std::size_t size : {1u, 7u, 63u, 64u, 65u, 200u}) {
    for (std::size_t at = 0; at < size; ++at) {
      std::vector<double> values(size, 1.0);
      values[at] = kInfinity;
      row.Reset(absl::Span<const double>(values));
      EXPECT_EQ(row.status(), RowStatus::kInfinite);
      // NaN outranks infinity, whichever comes first.
      values[(at + 1) % size] = kNan;
      row.Reset(absl::Span<const double>(values));
      EXPECT_EQ(row.status(), RowStatus::kNan);
      EXPECT_EQ(row.finite_count(), size < 2 ? 0 : size - 2);
    }
  }
}

TEST(DenseRow, DoesNotReviveWhatWasRemoved) {
  const std::vector<float> values = {
      1.0f, -std::numeric_limits<float>::infinity(), 3.0f};
  DenseRow row;
  row.Reset(absl::Span<const float>(values));
  row.Set(1, 5.0);
  row.Set(2, -kInfinity);
  row.Set(2, 7.0);
  row.Scale(2.0);
  row.Transform([](std::size_t, double) { return 4.0; });
  row.Set(1, 5.0);
  EXPECT_EQ(row.Value(0), 4.0);
  EXPECT_EQ(row.Value(1), -kInfinity);
  EXPECT_EQ(row.Value(2), -kInfinity);
  EXPECT_EQ(row.finite_count(), 1u);
  EXPECT_EQ(row.Max(), 4.0);
}

TEST(DenseRow, TakesARowOfNothing) {
  DenseRow row;
  row.Reset(Logits());
  EXPECT_EQ(row.size(), 0u);
  EXPECT_EQ(row.finite_count(), 0u);
  EXPECT_EQ(row.Max(), -kInfinity);
  row.Scale(2.0);
  EXPECT_EQ(row.status(), RowStatus::kOk);
}

TEST(DenseRow, ForgetsEverythingAtReset) {
  std::mt19937_64 random(3);
  DenseRow row;
  for (int round = 0; round < Share(300); ++round) {
    std::vector<double> values(1 + random() % 300);
    for (double& v : values) v = RandomValue(random);
    row.Reset(absl::Span<const double>(values));
    ExpectSame(row, PlainRow{Logits(absl::Span<const double>(values))},
               "after reset");
    for (int i = 0; i < 20; ++i) {
      row.Set(random() % values.size(), RandomValue(random));
    }
    row.Scale(1.0 / 3.0);
    if (random() % 2 == 0) {
      row.Transform([](std::size_t, double v) { return v + kNan; });
    }
  }
}

}  // namespace
}  // namespace sampler
