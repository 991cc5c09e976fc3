// A small model, and the comparison of texts with an enumerated law, for tests
// of tokens that are taken back.

#ifndef SAMPLER_TESTS_LAWS_REDRAW_LAWS_H_
#define SAMPLER_TESTS_LAWS_REDRAW_LAWS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"

namespace sampler::redraw_laws {

using Text = std::vector<TokenId>;
using Row = std::vector<double>;

inline constexpr double kFalseAlarm = 1e-9;
inline constexpr std::int64_t kSize = 7;

// A model: the next logits depend on the last token and on the length.
inline Row LogitsAfter(const Text& text) {
  const std::size_t last =
      text.empty() ? 3 : static_cast<std::size_t>(text.back());
  Row row(kSize);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<double>((i * 5 + last * 3 + text.size()) % 7) * 0.4;
  }
  return row;
}

inline Row Without(Row row, const std::set<TokenId>& banned) {
  for (const TokenId id : banned) row[static_cast<std::size_t>(id)] = kGone;
  return row;
}

// The statistic over its limit: above 1 where the law is another.
inline double Misfit(const std::map<Text, double>& law,
                     const std::map<Text, double>& counts, int texts) {
  std::vector<double> observed;
  std::vector<double> expected;
  double seen = 0.0;
  for (const auto& [text, p] : law) {
    const auto at = counts.find(text);
    observed.push_back(at == counts.end() ? 0.0 : at->second);
    expected.push_back(p * texts);
    seen += observed.back();
  }
  EXPECT_EQ(seen, texts) << "texts that have no probability";
  const ChiSquare fit = PooledChiSquare(observed, expected);
  EXPECT_GE(fit.degrees, 3);
  return fit.statistic / ChiSquareQuantile(fit.degrees, kFalseAlarm);
}

}  // namespace sampler::redraw_laws

#endif  // SAMPLER_TESTS_LAWS_REDRAW_LAWS_H_
