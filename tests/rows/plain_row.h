// What a dense row is by definition: every change evaluated on a plain array,
// in order; and every question to a dense row, asked beside it.

#ifndef SAMPLER_TESTS_ROWS_PLAIN_ROW_H_
#define SAMPLER_TESTS_ROWS_PLAIN_ROW_H_

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/rows/dense_row.h"

namespace sampler {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

class PlainRow {
 public:
  explicit PlainRow(Logits row) {
    for (std::size_t i = 0; i < row.size(); ++i) values.push_back(row[i]);
    for (const double v : values) Note(v);
  }

  void Set(std::size_t id, double value) {
    if (values[id] == -kInfinity) return;
    values[id] = value;
    Note(value);
  }

  void RemoveBelow(double threshold) {
    for (double& v : values) {
      if (v < threshold) v = -kInfinity;
    }
  }

  template <typename F>
  void Transform(F f) {
    for (double& v : values) {
      if (v == -kInfinity) continue;
      v = f(v);
      Note(v);
    }
  }

  RowStatus status() const {
    return nan ? RowStatus::kNan
               : (infinite ? RowStatus::kInfinite : RowStatus::kOk);
  }

  std::vector<double> values;

 private:
  void Note(double v) {
    nan |= std::isnan(v);
    infinite |= v == kInfinity;
  }

  bool nan = false;
  bool infinite = false;
};

// Every block and stretch that is loaded.
inline void ExpectSameStretches(const DenseRow& row, const PlainRow& plain,
                                const std::string& what) {
  std::vector<double> loaded(row.size(), -kInfinity);
  row.ForEachStretchReaching(
      -kInfinity, [&](std::size_t first, const DenseRow::Stretch& stretch) {
        for (std::size_t i = 0; i < stretch.size(); ++i) {
          if (first + i < loaded.size()) loaded[first + i] = stretch[i];
        }
      });
  ASSERT_EQ(loaded, plain.values) << what;
}

inline void ExpectSame(const DenseRow& row, const PlainRow& plain,
                       const std::string& what) {
  const std::size_t size = plain.values.size();
  ASSERT_EQ(row.size(), size);
  ASSERT_EQ(row.status(), plain.status()) << what;
  std::size_t finite = 0;
  for (std::size_t i = 0; i < size; ++i) {
    finite += std::isfinite(plain.values[i]) ? 1u : 0u;
    if (std::isnan(plain.values[i])) {
      ASSERT_TRUE(std::isnan(row.Value(i))) << what << ", id " << i;
    } else {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(row.Value(i)),
                std::bit_cast<std::uint64_t>(plain.values[i]))
          << what << ", id " << i;
    }
  }
  ASSERT_EQ(row.finite_count(), finite) << what;
  if (plain.status() == RowStatus::kNan) return;
  double max = -kInfinity;
  for (std::size_t b = 0; b < row.block_count(); ++b) {
    double block_max = -kInfinity;
    for (std::size_t i = b * 64; i < std::min(size, b * 64 + 64); ++i) {
      block_max = std::max(block_max, plain.values[i]);
    }
    ASSERT_EQ(row.BlockMaxima()[b], block_max) << what << ", block " << b;
    max = std::max(max, block_max);
  }
  ASSERT_EQ(row.Max(), max) << what;
  if (plain.status() != RowStatus::kOk) return;
  for (const double threshold :
       {-kInfinity, std::numeric_limits<double>::lowest(), max - 1.0, max}) {
    std::vector<std::pair<std::size_t, double>> fast, slow;
    row.ForEachAtLeast(
        threshold, [&](std::size_t id, double v) { fast.emplace_back(id, v); });
    for (std::size_t i = 0; i < size; ++i) {
      if (plain.values[i] > -kInfinity && plain.values[i] >= threshold) {
        slow.emplace_back(i, plain.values[i]);
      }
    }
    ASSERT_EQ(fast, slow) << what << ", threshold " << threshold;
  }
  ExpectSameStretches(row, plain, what);
  if (max == -kInfinity) return;
  const double low = max - 30.0;
  CandidateList gathered;
  row.GatherInside(low, max, gathered);
  std::size_t found = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (!(low <= plain.values[i] && plain.values[i] < max)) continue;
    ASSERT_LT(found, gathered.size()) << what;
    ASSERT_EQ(gathered.ids()[found], static_cast<TokenId>(i)) << what;
    ASSERT_EQ(gathered.logits()[found++], plain.values[i]) << what;
  }
  ASSERT_EQ(gathered.size(), found) << what;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_ROWS_PLAIN_ROW_H_
