#include "sampler/stages/shapes/temperature.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/support/pipelines.h"

namespace sampler::temperature_test {
namespace {

using Row = std::vector<double>;

TEST(Temperature, MultipliesByTheRoundedReciprocal) {
  const Row row = {3.7, -1.1, kGone, 0};
  for (const double t : {0.7, 1.3, 2.0, 1e-3, 1e6}) {
    const double s = 1.0 / t;
    EXPECT_EQ(After(row, absl::StrCat(R"({"type": "temperature",
                                         "temperature": )",
                                      t, "}")),
              (Row{3.7 * s, -1.1 * s, kGone, 0}));
  }
}

TEST(Temperature, OfZeroKeepsTheHeadOnly) {
  const std::string zero = R"({"type": "temperature", "temperature": 0})";
  EXPECT_EQ(After({1, 3, 3, 2}, zero), (Row{kGone, 3, kGone, kGone}));
  EXPECT_EQ(After({-5}, zero), (Row{-5}));
}

TEST(Temperature, ThatOverflowsGivesAStatus) {
  const auto status = [](const Row& row, const std::string& t) {
    return RunStages(row,
                     R"({"type": "temperature", "temperature": )" + t + "}")
        .status;
  };
  EXPECT_EQ(status({1e10, 1}, "1e-300"), RowStatus::kInfinite);
  EXPECT_EQ(status({1, 0}, "4.9e-324"), RowStatus::kNan);  // 0 * inf
  EXPECT_EQ(status({2, 1}, "4.9e-324"), RowStatus::kInfinite);
  EXPECT_EQ(status({-2, -1}, "4.9e-324"), RowStatus::kNoCandidate);
  EXPECT_EQ(status({2, 1}, "1.7e308"), RowStatus::kOk);
}

TEST(TemperatureSchedule, MeetsItsEndsExactly) {
  using Shape = TemperatureSchedule::Shape;
  for (const Shape shape :
       {Shape::kLinear, Shape::kExponential, Shape::kCosine}) {
    const TemperatureSchedule s{
        .from = 1.7, .to = 0.3, .steps = 7, .start = 3, .shape = shape};
    for (const std::int64_t t :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
          std::int64_t{0}, std::int64_t{3}}) {
      EXPECT_EQ(s.At(t), 1.7);
    }
    for (const std::int64_t t : {std::int64_t{10}, std::int64_t{11},
                                 std::numeric_limits<std::int64_t>::max()}) {
      EXPECT_EQ(s.At(t), 0.3);
    }
    for (std::int64_t t = 3; t < 10; ++t) EXPECT_GT(s.At(t), s.At(t + 1));
  }
}

TEST(TemperatureSchedule, FollowsItsShape) {
  using Shape = TemperatureSchedule::Shape;
  TemperatureSchedule s{.from = 2.0, .to = 0.5, .steps = 4};
  EXPECT_EQ(s.At(1), 1.625);
  EXPECT_EQ(s.At(2), 1.25);
  EXPECT_EQ(s.At(3), 0.875);
  s.shape = Shape::kExponential;
  EXPECT_NEAR(s.At(1), std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(s.At(2), 1.0, 1e-15);
  s.shape = Shape::kCosine;
  EXPECT_EQ(s.At(2), 1.25);
  EXPECT_NEAR(s.At(1), 0.5 + 1.5 * (1 + std::sqrt(0.5)) / 2, 1e-15);
}

TEST(TemperatureSchedule, StaysBetweenItsEndsWhereverConfigsMayPutThem) {
  using Shape = TemperatureSchedule::Shape;
  const std::pair<double, double> ends[] = {
      {1e-300, 1.0},   {1.0, 1e-300}, {1e300, 1.0}, {1.0, 1e300},
      {1e150, 1e-150}, {1e300, 0.0},  {0.0, 1e300}, {4.9e-324, 1e-300}};
  for (const auto& [shape, name] :
       {std::pair(Shape::kLinear, "linear"),
        std::pair(Shape::kCosine, "cosine"),
        std::pair(Shape::kExponential, "exponential")}) {
    for (const auto& [from, to] : ends) {
      const absl::StatusOr<PipelineConfig> config = ParseConfig(absl::StrCat(
          R"({"version": 1, "stages": [{"type": "temperature", "schedule":
              {"from": )",
          from, R"(, "to": )", to, R"(, "steps": 1000, "shape": ")", name,
          R"("}}, {"type": "greedy"}]})"));
      const bool exponential = shape == Shape::kExponential;
      EXPECT_EQ(config.ok(), !exponential || (from > 0 && to > 0))
          << config.status();
      if (!config.ok()) continue;
      const TemperatureSchedule s{
          .from = from, .to = to, .steps = 1000, .shape = shape};
      for (std::int64_t t = 0; t <= 1000; ++t) {
        EXPECT_GE(s.At(t), std::min(from, to) * (1 - 1e-12)) << name << t;
        EXPECT_LE(s.At(t), std::max(from, to) * (1 + 1e-12)) << name << t;
      }
    }
  }
}

TEST(TemperatureSchedule, RefusesWhatWouldOverflow) {
  const auto error = [](const std::string& schedule) {
    return std::string(ParseConfig(R"({"version": 1, "stages": [
  {"type": "temperature", "schedule": {)" +
                                   schedule + R"(}}, {"type": "greedy"}]})")
                           .status()
                           .message());
  };
  EXPECT_EQ(error(R"("from": 1e-200, "to": 1e200, "steps": 9,
                     "shape": "exponential")"),
            "2:3: /stages/0: an exponential schedule wants \"to\" / "
            "\"from\" in [1e-300, 1e+300]");
  EXPECT_EQ(error(R"("from": 0, "to": 1, "steps": 9, "shape": "exponential")"),
            "2:3: /stages/0: an exponential schedule wants \"from\" and "
            "\"to\" > 0");
  EXPECT_EQ(error(R"("from": 1e301, "to": 1, "steps": 9)"),
            "2:40: /stages/0/schedule/from: got 1e+301, want a finite number "
            "in [0, 1e+300]");
}

TEST(TemperatureSchedule, FollowsThePositionOrTheCallersStep) {
  const Row row = {4, 2};
  const auto stage = [](const std::string& clock) {
    return R"({"type": "temperature", "schedule": {"from": 1, "to": 0.5,
               "steps": 2, "clock": ")" +
           clock + "\"}}";
  };
  Sequence sequence = MakeSequence(2, {0, 0, 0, 0}, {1, 1});
  EXPECT_EQ(RunStages(row, stage("position"), sequence).logits, (Row{8, 4}));
  EXPECT_EQ(RunStages(row, stage("step"), sequence).logits, row);
  sequence.set_clock(2);
  EXPECT_EQ(RunStages(row, stage("step"), sequence).logits, (Row{8, 4}));
  sequence.set_clock(-5);
  EXPECT_EQ(RunStages(row, stage("step"), sequence).logits, row);
}

TEST(TemperatureSchedule, MayEndInGreedy) {
  const std::string stage = R"({"type": "temperature", "schedule":
                                {"from": 1, "to": 0, "steps": 1}})";
  EXPECT_EQ(After({1, 2, 2}, stage), (Row{1, 2, 2}));
  EXPECT_EQ(After({1, 2, 2}, stage, {}, {0}), (Row{kGone, 2, kGone}));
}

}  // namespace
}  // namespace sampler::temperature_test
