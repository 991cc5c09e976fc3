#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/config/fingerprint.h"
#include "sampler/pipeline.h"

namespace sampler::config_fingerprint_test {
namespace {

PipelineConfig Config(double temperature, std::int64_t k) {
  return {.stages = {{"temperature", {{"temperature", temperature}}},
                     {"top_k", {{"k", k}}},
                     {"categorical"}}};
}

TEST(ConfigFingerprint, IsOfWhatDecidesTheTokens) {
  const PipelineConfig config = Config(0.5, 3);
  const std::uint64_t fingerprint = ConfigFingerprint(config);
  EXPECT_NE(fingerprint, 0u);
  PipelineConfig same = config;
  same.seed = 7;
  same.description = "another word for it";
  same.schema = "x";
  EXPECT_EQ(ConfigFingerprint(same), fingerprint);
  EXPECT_EQ(ConfigFingerprint(*ParseConfig(ToJson(config))), fingerprint);
  EXPECT_EQ(ConfigFingerprint(Config(1.0, 3)), ConfigFingerprint(*ParseConfig(
                                                   R"({"version": 1, "stages": [
                    {"type": "temperature", "temperature": 1},
                    {"type": "top_k", "k": 3}, {"type": "categorical"}]})")));

  std::vector<PipelineConfig> others = {Config(0.25, 3), Config(0.5, 4)};
  others.push_back(config);
  others.back().stages.erase(others.back().stages.begin());
  others.push_back(config);
  std::swap(others.back().stages[0], others.back().stages[1]);
  others.push_back(config);
  others.back().rng = Rng::kLlamaCpp;
  others.push_back(config);
  others.back().stages[0].parameters["min"] = nullptr;
  for (const PipelineConfig& other : others) {
    EXPECT_NE(ConfigFingerprint(other), fingerprint) << ToJson(other);
  }
}

TEST(ConfigFingerprint, TellsTreesApartThatReadAlike) {
  const auto of = [](Value value) {
    return ConfigFingerprint({.stages = {{"x", {{"p", std::move(value)}}}}});
  };
  // By a count and a value: a braced list of one list is a copy to Clang and a
  // list of a list to GCC.
  const Value ones = Value::List(2, Value(1));
  const std::vector<std::uint64_t> different = {
      of(nullptr),
      of(true),
      of(1),
      of("1"),
      of(Value::List(1, Value(1))),
      of(ones),
      of(Value::List{Value::List(1, Value(1)), 1}),
      of(Value::List(1, ones)),
      of(Value::Object{{"1", 1}}),
      of(std::int64_t{1} << 60),
      of(static_cast<double>((std::int64_t{1} << 60) + 1)),
      of(0.1)};
  for (std::size_t a = 0; a < different.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NE(different[a], different[b]) << a << " " << b;
    }
  }
}

class SnapshotOfAConfig : public testing::Test {
 protected:
  const std::vector<float> row_ = {1, 2, 3, 4};
  const Pipeline warm_ = *Pipeline::Create(Config(0.5, 3), 4);
  const Pipeline hot_ = *Pipeline::Create(Config(2.0, 3), 4);
};

TEST_F(SnapshotOfAConfig, IsRestoredUnderThatConfigOnly) {
  const Sequence sequence = *warm_.NewSequence({.seed = 3});
  EXPECT_EQ(sequence.config(), warm_.fingerprint());
  const std::string snapshot = sequence.Snapshot();
  const auto restored = warm_.RestoreSequence(snapshot);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_TRUE(*restored == sequence);
  const auto refused = hot_.RestoreSequence(snapshot);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "/config"))
      << refused.status();
  // A seed of its own is no other config.
  PipelineConfig seeded = Config(0.5, 3);
  seeded.seed = 9;
  EXPECT_TRUE(Pipeline::Create(seeded, 4)->RestoreSequence(snapshot).ok());
}

TEST_F(SnapshotOfAConfig, IsUsedUnderThatConfigOnly) {
  Workspace workspace;
  const Sequence sequence = *warm_.NewSequence({.seed = 3});
  const Sequence restored = *Sequence::Restore(sequence.Snapshot());
  EXPECT_TRUE(restored.restored());
  const Logits row(row_);
  EXPECT_EQ(warm_.Sample(row, restored, workspace).id,
            warm_.Sample(row, sequence, workspace).id);
  EXPECT_EQ(hot_.Sample(row, restored, workspace).status,
            RowStatus::kWrongState);
  // A sequence that goes on in the same program may change its pipeline.
  EXPECT_EQ(hot_.Sample(row, sequence, workspace).status, RowStatus::kOk);
}

TEST_F(SnapshotOfAConfig, MayBeNobodys) {
  const Sequence sequence = *Sequence::Create(4, {.seed = 3});
  EXPECT_EQ(sequence.config(), 0u);
  EXPECT_FALSE(absl::StrContains(sequence.Snapshot(), "config"));
  EXPECT_TRUE(warm_.RestoreSequence(sequence.Snapshot()).ok());
  EXPECT_TRUE(hot_.RestoreSequence(sequence.Snapshot()).ok());
  std::string wrong = warm_.NewSequence()->Snapshot();
  wrong.replace(wrong.find("\"config\":"), 9, "\"config\":-");
  EXPECT_FALSE(Sequence::Restore(wrong).ok());
}

}  // namespace
}  // namespace sampler::config_fingerprint_test
