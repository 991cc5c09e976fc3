// The place that a sketch gives holds the one that a sorted walk finds.

#include "sampler/bounds/mass_sketch.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

TEST(MassSketch, HoldsThePlaceOfASortedWalk) {
  std::mt19937_64 random(5);
  MassSketch sketch;
  for (int round = 0; round < Share(500); ++round) {
    std::vector<std::pair<double, double>> masses(1 + random() % 300);
    double range = 0.0;
    for (auto& [distance, mass] : masses) {
      distance = random() % 5 == 0
                     ? 0.0
                     : static_cast<double>(random() % 100000) * 1e-3;
      mass = static_cast<double>(1 + random() % 1000);
      range = std::max(range, distance);
    }
    sketch.Begin(range);
    double total = 0.0;
    for (const auto& [distance, mass] : masses) {
      sketch.Add(distance, mass);
      total += mass;
    }
    ASSERT_EQ(sketch.total(), total);
    std::sort(masses.begin(), masses.end());
    for (const double share : {0.0, 0.05, 0.5, 0.95, 1.0}) {
      double running = 0.0;
      std::size_t at = 0;
      while (running + masses[at].second < share * total) {
        running += masses[at++].second;
      }
      const MassSketch::Place place = sketch.At(share);
      if (share > 0.0) {
        ASSERT_LE(place.nearest, masses[at].first);
      }
      ASSERT_GE(place.farthest * (1.0 + 1e-12),
                share > 0.0 ? masses[at].first : 0.0);
      ASSERT_LE(place.farthest - place.nearest,
                std::max(range, 4096.0) / 4096.0 * (1.0 + 1e-9));
    }
  }
}

}  // namespace
}  // namespace sampler
