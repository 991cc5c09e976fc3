// Sequence::Ban: tokens that are forbidden at one place of a text.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/pipelines.h"

namespace sampler::bans_test {
namespace {

constexpr std::int64_t kSize = 4;

std::string KeptHere(const Pipeline& pipeline, const Sequence& sequence) {
  Workspace workspace;
  const std::vector<float> row(kSize, 1.0f);
  const Distribution d = pipeline.Process(row, sequence, workspace);
  std::string kept;
  for (TokenId id = 0; id < kSize; ++id) kept += d.Contains(id) ? '1' : '0';
  return kept;
}

TEST(Bans, HoldAtTheirPlaceAlone) {
  const Pipeline pipeline = MakePipeline("", kSize);
  Sequence sequence = MakeSequence(kSize, {1}, {0, 2});
  EXPECT_TRUE(sequence.Ban(3).ok());
  EXPECT_TRUE(sequence.Ban(1).ok());
  EXPECT_TRUE(sequence.Ban(1).ok());  // Once more: it stays one.
  EXPECT_EQ(KeptHere(pipeline, sequence), "1010");
  EXPECT_TRUE(sequence.AcceptId(0).ok());
  EXPECT_EQ(KeptHere(pipeline, sequence), "1111");
  EXPECT_TRUE(sequence.Rollback(2).ok());
  EXPECT_EQ(KeptHere(pipeline, sequence), "1111");
  EXPECT_TRUE(sequence.AcceptId(1).ok());  // As long, but another text.
  EXPECT_EQ(KeptHere(pipeline, sequence), "1111");
  EXPECT_TRUE(sequence.Redraw(1).ok());
  EXPECT_TRUE(sequence.AcceptId(2).ok());
  EXPECT_EQ(KeptHere(pipeline, sequence), "1010");
}

TEST(Bans, OfAllTokensLeaveNoCandidate) {
  const Pipeline pipeline = MakePipeline("", kSize);
  Sequence sequence = MakeSequence(kSize);
  for (TokenId id = 0; id < kSize; ++id) EXPECT_TRUE(sequence.Ban(id).ok());
  Workspace workspace;
  EXPECT_EQ(
      pipeline.Sample(std::vector<float>(kSize), sequence, workspace).status,
      RowStatus::kNoCandidate);
}

TEST(Bans, AreOfTheSequencesValueItsCopiesAndSnapshots) {
  const Pipeline pipeline = MakePipeline("", kSize);
  const Sequence plain = MakeSequence(kSize, {}, {0, 2});
  Sequence sequence = plain;
  EXPECT_TRUE(sequence.Ban(3).ok());
  EXPECT_FALSE(sequence == plain);
  EXPECT_FALSE(sequence.DiffersInRandomNumbersAlone(plain));
  EXPECT_EQ(KeptHere(pipeline, sequence.Fork(9)), "1110");
  const auto restored = Sequence::Restore(sequence.Snapshot());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(*restored, sequence);
  EXPECT_EQ(KeptHere(pipeline, *restored), "1110");
  EXPECT_EQ(plain.Snapshot().find("bans"), std::string::npos);
}

TEST(Bans, ThatAreWrongAreRefused) {
  Sequence sequence = MakeSequence(kSize);
  EXPECT_EQ(sequence.Ban(4).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(sequence.Ban(-1).message(),
            "token to ban: got -1, want a token id in [0, 4)");
  EXPECT_FALSE(sequence.has_bans());
  EXPECT_TRUE(sequence.Ban(2).ok());
  const auto good = nlohmann::json::parse(sequence.Snapshot());
  for (const char* bans :
       {"[]", "3", "[3]", R"([{"after": [], "token": 4}])",
        R"([{"after": [9], "token": 1}])", R"([{"after": []}])",
        R"([{"after": [], "token": 1, "more": 2}])"}) {
    nlohmann::json snapshot = good;
    snapshot["bans"] = nlohmann::json::parse(bans);
    EXPECT_EQ(Sequence::Restore(snapshot.dump()).status().message(),
              "sequence snapshot: /bans: want a non-empty list of {\"after\": "
              "[token ids], \"token\": id}")
        << bans;
  }
}

// llama.cpp's samplers know of no places: a step says so.
TEST(Bans, AreNotForAParityMode) {
  const Pipeline pipeline =
      Pipeline::Create(ParseConfig(R"({"version": 1, "rng": "llama_cpp",
                                       "stages": [{"type": "categorical"}]})")
                           .value(),
                       kSize)
          .value();
  Sequence sequence = MakeSequence(kSize);
  EXPECT_TRUE(sequence.Ban(2).ok());
  Workspace workspace;
  EXPECT_EQ(
      pipeline.Sample(std::vector<float>(kSize), sequence, workspace).status,
      RowStatus::kWrongState);
}

}  // namespace
}  // namespace sampler::bans_test
