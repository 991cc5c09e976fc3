#include "tools/replay/row_list.h"

#include <algorithm>
#include <limits>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

// The log-sum-exp of a writer is float32.
constexpr double kWriterSlack = 1e-5;

// The distance between two values that the row can express, in nats.
double StepOf(const logs::FloorInfo& floor) {
  constexpr double kLargestCode = 65535.0;
  return floor.window / kLargestCode;
}

}  // namespace

std::optional<logs::TailInfo> TailOf(const RowBounds& bounds,
                                     std::int64_t width) {
  if (!bounds.floor.has_value() || bounds.floor->count == 0) {
    return bounds.tail;
  }
  const logs::FloorInfo& floor = *bounds.floor;
  const std::int64_t listed = width - floor.count;
  return logs::TailInfo{
      .listed = listed,
      .count = floor.count,
      .mass = std::numeric_limits<double>::quiet_NaN(),
      // Up to half a step above the floor, values are rounded down to it; the
      // float32 of the writer is good for the rest.
      .bound = floor.log_prob + 0.75 * StepOf(floor),
      .above = listed,
      .maximum = floor.log_prob + floor.window,
      .log_sum_exp = 0.0};
}

std::optional<RowList> ListOf(const Logits& row, const RowBounds& bounds) {
  const auto tail = TailOf(bounds, static_cast<std::int64_t>(row.size()));
  if (!tail.has_value()) return std::nullopt;
  RowList list = {.tail = *tail};
  if (bounds.tail.has_value()) return list;
  double above = 0.0;  // Probability of what is listed.
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] > tail->bound) above += Exp(row[i]);
  }
  list.tail.mass = std::clamp(1.0 - above, 0.0, 1.0);
  list.mass_error = StepOf(*bounds.floor) / 2.0 + kWriterSlack;
  return list;
}

std::int64_t RankedIn(const Logits& row, const logs::TailInfo& tail) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    count += row[i] >= tail.bound ? 1 : 0;
  }
  return count;
}

}  // namespace sampler::tools
