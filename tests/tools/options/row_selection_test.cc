#include "tools/options/row_selection.h"

#include <vector>

#include "gtest/gtest.h"

namespace sampler::tools {
namespace {

std::vector<std::int64_t> RowsOf(const RowSelectionOptions& options,
                                 std::int64_t rows) {
  const auto selection = SelectRows(options, rows);
  EXPECT_TRUE(selection.ok()) << selection.status();
  std::vector<std::int64_t> chosen;
  if (!selection.ok()) return chosen;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (selection->Has(row)) chosen.push_back(row);
  }
  EXPECT_EQ(selection->count(), std::ssize(chosen));
  return chosen;
}

using Rows = std::vector<std::int64_t>;

TEST(RowSelection, IsARangeEveryNthAndALimit) {
  EXPECT_EQ(RowsOf({}, 3), (Rows{0, 1, 2}));
  EXPECT_EQ(RowsOf({.rows = "1:3"}, 4), (Rows{1, 2}));
  EXPECT_EQ(RowsOf({.rows = ":2"}, 4), (Rows{0, 1}));
  EXPECT_EQ(RowsOf({.rows = "2:"}, 4), (Rows{2, 3}));
  EXPECT_EQ(RowsOf({.rows = "1:", .every = 3}, 9), (Rows{1, 4, 7}));
  EXPECT_EQ(RowsOf({.rows = "1:", .every = 3, .limit = 2}, 9), (Rows{1, 4}));
  EXPECT_EQ(RowsOf({.rows = "", .every = 100}, 9), (Rows{0}));
  EXPECT_EQ(RowsOf({.rows = "", .every = 1, .limit = 100}, 3), (Rows{0, 1, 2}));
}

TEST(RowSelection, RefusesRangesOutsideTheLog) {
  for (const char* rows : {"5", "a:b", "3:3", "4:2", "0:11", "-1:3", "1:2:3"}) {
    EXPECT_FALSE(SelectRows({.rows = rows}, 10).ok()) << rows;
  }
}

}  // namespace
}  // namespace sampler::tools
