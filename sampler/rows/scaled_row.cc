#include "sampler/rows/scaled_row.h"

#include <cmath>
#include <limits>

namespace sampler {

double ScaledRow::StoredThreshold(double threshold) const {
  double t = threshold;
  for (auto factor = factors_.rbegin(); factor != factors_.rend(); ++factor) {
    // If a rounded product x * factor reaches t, x reaches t / factor up to a
    // few units in the last place, or a few subnormal steps.
    t /= *factor;
    t -= std::fabs(t) * 0x1p-50 + 0x1p-1022 / *factor;
    if (!std::isfinite(t)) return kRemoved;
  }
  return t;
}

std::optional<double> ScaledRow::LeastStored(double threshold) const {
  constexpr int kSteps = 64;  // The first guess is a few steps too low.
  const auto reaches = [&](double stored) {
    for (const double factor : factors_) stored *= factor;
    return stored >= threshold;
  };
  double stored = StoredThreshold(threshold);
  if (stored == kRemoved) return {};
  const bool narrow = !IsOfDoubles();
  if (narrow) stored = static_cast<double>(kernels::RoundUpToFloat(stored));
  for (int i = 0; i < kSteps; ++i) {
    if (reaches(stored)) return stored;
    stored = narrow ? static_cast<double>(std::nextafter(
                          static_cast<float>(stored),
                          std::numeric_limits<float>::infinity()))
                    : std::nextafter(stored, -kRemoved);
  }
  return {};
}

StoredInterval ScaledRow::Stored(double low, double high) const {
  const bool all = low <= std::numeric_limits<double>::lowest();
  const std::optional<double> first =
      all ? std::optional<double>(kRemoved) : LeastStored(low);
  const std::optional<double> end = LeastStored(high);
  const double lowest =
      IsOfDoubles() ? std::numeric_limits<double>::lowest()
                    : static_cast<double>(std::numeric_limits<float>::lowest());
  return {{std::max({first.value_or(lowest), lowest, floor_}),
           end.value_or(-kRemoved)},
          first.has_value() && (end.has_value() || high == -kRemoved)};
}

}  // namespace sampler
