// A search of a sketch ends at the place that a sorted walk finds.

#include "sampler/bounds/mass_sketch.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

TEST(MassSketch, FindsThePlaceOfASortedWalk) {
  std::mt19937_64 random(5);
  MassSketch sketch;  // Used again, as in the library.
  for (int round = 0; round < Share(500); ++round) {
    const double max = static_cast<double>(random() % 100) - 50.0;
    const double center = max - static_cast<double>(random() % 5);
    sketch.Begin(max, center);
    std::vector<double> all;
    for (int part = 0; part < 3; ++part) {
      std::vector<double> logits(1 + random() % 200);
      for (double& logit : logits) {
        logit = max - static_cast<double>(random() % 12000) * 1e-3;
      }
      sketch.Add(logits);
      all.insert(all.end(), logits.begin(), logits.end());
    }
    std::sort(all.begin(), all.end(), [&](double a, double b) {
      return std::fabs(a - center) < std::fabs(b - center);
    });
    double total = 0.0;
    for (const double logit : all) total += std::exp(logit - max);
    for (const double share : {0.05, 0.5, 0.95}) {
      double running = 0.0;
      double distance = 0.0;
      for (const double logit : all) {
        running += std::exp(logit - max);
        distance = std::fabs(logit - center);
        if (running >= share * total) break;
      }
      const MassSketch::Place place = MassSketch::Search([&](float bound) {
        return sketch.Beyond(bound) <= (1.0 - share) * total;
      });
      const double step = 0.04;  // Of nats.
      EXPECT_LE(static_cast<double>(place.nearest), distance + step);
      EXPECT_GE(static_cast<double>(place.farthest), distance - step);
      EXPECT_LE(static_cast<double>(place.farthest - place.nearest), step);
      // From a guess, near or not, it finds the same.
      for (const float guess :
           {0.0f, place.nearest + 0.02f, 11.0f, MassSketch::kFarthest}) {
        const MassSketch::Place near = MassSketch::WhereFallsTo(
            (1.0 - share) * total,
            [&](float bound) { return sketch.Beyond(bound); }, {guess, 0.1f},
            0.0);
        EXPECT_LE(near.nearest, place.farthest);
        EXPECT_GE(near.farthest, place.nearest);
        EXPECT_LE(static_cast<double>(near.farthest - near.nearest), step);
      }
    }
  }
}

TEST(MassSketch, SearchEndsWhereNothingIsFarAndWhereAllIs) {
  const MassSketch::Place never =
      MassSketch::Search([](float) { return false; });
  EXPECT_EQ(never.farthest, MassSketch::kFarthest);
  const MassSketch::Place always =
      MassSketch::Search([](float) { return true; });
  EXPECT_EQ(always.nearest, 0.0f);
  for (const float guess : {0.0f, 3.0f, MassSketch::kFarthest}) {
    const auto at = [&](double mass) {
      return MassSketch::WhereFallsTo(
          1.0, [mass](float) { return mass; }, {guess, 0.1f}, 0.0);
    };
    EXPECT_EQ(at(2.0).farthest, MassSketch::kFarthest);
    EXPECT_EQ(at(0.5).nearest, 0.0f);
  }
}

TEST(MassSketch, FindsWhereNothingIsLeft) {
  const MassSketch::Place place = MassSketch::WhereFallsTo(
      0.0, [](float distance) { return std::max(0.0f, 3.0f - distance); },
      {6.0f, 6.0f}, 0.0);
  EXPECT_LT(place.nearest, 3.0f);
  EXPECT_GE(place.farthest, 3.0f);
  EXPECT_LT(place.farthest - place.nearest, 0.01f);
}

TEST(MassSketch, AsksFewQuestionsOfAnyFall) {
  // Steep, even, and, the last, with a jump, where halving has to do.
  const std::vector<std::function<double(double)>> falls = {
      [](double d) { return std::exp(-d); },
      [](double d) { return std::exp(-0.05 * d * d); },
      [](double d) { return std::max(0.0, 1.0 - d / 4.0); },
      [](double d) { return d < 0.3 ? 1.0 - d : 1e-3 * std::exp(-d); }};
  for (const auto& fall : falls) {
    for (const double mass : {0.5, 0.05, 0.01}) {
      int asked = 0;
      const MassSketch::Place place = MassSketch::WhereFallsTo(
          mass,
          [&](float distance) {
            ++asked;
            return fall(static_cast<double>(distance));
          },
          {6.0f, 6.0f}, 0.01 * mass);
      EXPECT_GT(fall(static_cast<double>(place.nearest)), mass);
      EXPECT_LE(fall(static_cast<double>(place.farthest)), mass);
      EXPECT_LE(asked, &fall == &falls.back() ? 24 : 15);
    }
  }
}

}  // namespace
}  // namespace sampler
