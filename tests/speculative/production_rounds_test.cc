// The law over several rounds at a production vocabulary: 32,000 tokens in four
// groups, rows that depend on the group of the last token.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "tests/speculative/round_laws.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::speculative {
namespace {

constexpr std::int64_t kSize = 32'000;
constexpr int kGroups = 4;
constexpr std::size_t kLength = 3;

// Zipf rows, one after each group and one for the beginning, in which a group
// of tokens is favoured.
class GroupModel {
 public:
  explicit GroupModel(float favour) {
    for (std::size_t last = 0; last <= kGroups; ++last) {
      std::vector<float> row = MakeRow(RowKind::kZipf, kSize, last);
      for (std::size_t id = (last + 1) % kGroups; id < row.size();
           id += kGroups) {
        row[id] += favour;
      }
      rows_.push_back(std::move(row));
    }
  }

  const std::vector<float>& After(absl::Span<const TokenId> text) const {
    return rows_[text.empty()
                     ? kGroups
                     : static_cast<std::size_t>(text.back() % kGroups)];
  }

  // The groups' probabilities in that row, as `pipeline` leaves it.
  std::array<double, kGroups> GroupLaw(const Pipeline& pipeline,
                                       std::size_t last) const {
    Workspace workspace;
    ProbabilityRecord record;
    pipeline.Process(rows_[last], MakeSequence(kSize), workspace)
        .Record(record);
    std::array<double, kGroups> law = {};
    for (const TokenId id : record.ids()) {
      law[static_cast<std::size_t>(id % kGroups)] += record.Of(id);
    }
    return law;
  }

 private:
  std::vector<std::vector<float>> rows_;
};

TEST(ProductionRounds, HaveTheLawOfTheTarget) {
  const GroupModel target_model(1.0F);
  const GroupModel draft_model(-0.5F);
  const Pipeline target_pipeline = MakePipeline(
      R"({"type": "top_k", "k": 400}, {"type": "top_p", "p": 0.9})", kSize);
  const Pipeline draft_pipeline =
      MakePipeline(R"({"type": "top_k", "k": 40})", kSize);
  std::vector<std::array<double, kGroups>> step;
  for (std::size_t last = 0; last <= kGroups; ++last) {
    step.push_back(target_model.GroupLaw(target_pipeline, last));
  }
  const int texts = 3'000;  // Fewer would leave the test no power.
  std::vector<double> expected(64);
  for (std::size_t t = 0; t < 64; ++t) {
    expected[t] = texts * step[kGroups][t / 16] * step[t / 16][t / 4 % 4] *
                  step[t / 4 % 4][t % 4];
  }
  Workspace workspace;
  Round round;
  for (const auto verify : {VerifyByRejection, VerifyBlock}) {
    std::vector<double> observed(64);
    for (int stream = 0; stream < texts; ++stream) {
      const auto s = static_cast<std::uint32_t>(stream);
      Sequence target = MakeSequence(kSize, {}, {}, 1, s);
      Sequence draft = MakeSequence(kSize, {}, {}, 2, s);
      Text text;
      while (text.size() < kLength) {
        const auto rows_of = [&](const GroupModel& model) {
          return [&](std::size_t i) {
            return Logits(model.After(With(text, round.tokens(), i)));
          };
        };
        ASSERT_TRUE(round
                        .Propose(draft_pipeline, draft, 2, rows_of(draft_model),
                                 workspace)
                        .ok());
        ASSERT_TRUE(round
                        .Weigh(target_pipeline, target, rows_of(target_model),
                               workspace)
                        .ok());
        ASSERT_TRUE(
            round.Accept(verify(round.view(), target), target, draft).ok());
        text.assign(target.history().output().begin(),
                    target.history().output().end());
      }
      observed[static_cast<std::size_t>(text[0] % 4 * 16 + text[1] % 4 * 4 +
                                        text[2] % 4)] += 1;
    }
    const ChiSquare fit = PooledChiSquare(observed, expected);
    EXPECT_GT(fit.degrees, 20);
    EXPECT_LT(fit.statistic, ChiSquareQuantile(fit.degrees, kFalseAlarm));
  }
}

}  // namespace
}  // namespace sampler::speculative
