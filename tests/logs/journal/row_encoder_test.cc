#include "sampler/logs/journal/row_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/logs/log_files.h"
#include "tests/support/rows.h"

namespace sampler::logs {
namespace {

TEST(DenseEncoder, PassesRowsOfItsTypeThrough) {
  const std::vector<float> row = {1, 2, 3};
  DenseEncoder encoder(DType::kF32);
  const auto bytes = encoder.Encode(row);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(static_cast<const void*>(bytes->data()), row.data());
  EXPECT_EQ(bytes->size(), 12u);
}

TEST(DenseEncoder, NamesTheLogitThatDoesNotFit) {
  DenseEncoder encoder(DType::kF16);
  EXPECT_TRUE(Refuses(encoder.Encode(std::vector<float>{1, -65'520}),
                      absl::StatusCode::kOutOfRange,
                      {"logits[1]: got -65520", "f16"}));
}

// Against a sort of the whole row and a sum in long double.
TEST(SparseEncoder, HoldsTheFirstOfTheTotalOrderAndTheDrawn) {
  for (const RowKind kind : kAllRowKinds) {
    for (const std::size_t size : {1u, 7u, 1000u, 5000u}) {
      const std::vector<float> row = MakeRow(kind, size, 3);
      std::vector<std::int32_t> order(size);
      std::iota(order.begin(), order.end(), 0);
      const auto value = [&](std::int32_t id) {
        return row[static_cast<std::size_t>(id)];
      };
      std::sort(order.begin(), order.end(), [&](auto a, auto b) {
        return value(a) > value(b) || (value(a) == value(b) && a < b);
      });
      long double sum = 0;
      for (const float l : row) {
        sum += std::exp(static_cast<long double>(l) -
                        static_cast<long double>(value(order[0])));
      }
      const auto full = static_cast<double>(
          static_cast<long double>(value(order[0])) + std::log(sum));
      while (std::isinf(value(order.back()))) order.pop_back();
      for (const std::int64_t k : {1, 5, 64}) {
        SCOPED_TRACE(absl::StrCat(RowKindName(kind), " ", size, " ", k));
        std::vector<std::int32_t> expected = order;
        expected.resize(std::min(order.size(), static_cast<std::size_t>(k)));
        const std::int32_t drawn = order.back();
        if (std::find(expected.begin(), expected.end(), drawn) ==
            expected.end()) {
          expected.push_back(drawn);
        }
        SparseEncoder encoder(DType::kF32, k);
        const auto encoded = encoder.Encode(row, drawn);
        ASSERT_TRUE(encoded.ok()) << encoded.status();
        EXPECT_EQ(Ids(encoded->ids), expected);
        EXPECT_NEAR(static_cast<double>(encoded->log_sum_exp), full, 1e-5);
        const Logits logits(encoded->logits.data(), DType::kF32,
                            expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
          const auto logit = static_cast<double>(value(expected[i]));
          EXPECT_EQ(logits[i], logit);
          EXPECT_NEAR(static_cast<double>(encoded->logprobs[i]), logit - full,
                      1e-5);
        }
      }
    }
  }
}

TEST(SparseEncoder, RefusesRowsWithoutLikeliestTokens) {
  SparseEncoder encoder(DType::kF32, 2);
  for (const float bad : {NAN, INFINITY}) {
    EXPECT_TRUE(Refuses(encoder.Encode(std::vector<float>{1, bad}, 0),
                        absl::StatusCode::kInvalidArgument, {"status"}));
  }
  EXPECT_TRUE(
      Refuses(encoder.Encode(std::vector<float>{-INFINITY, -INFINITY}, 0),
              absl::StatusCode::kInvalidArgument, {"no_candidate"}));
}

}  // namespace
}  // namespace sampler::logs
