#include "sampler/batch.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/pipelines.h"
#include "tests/rows.h"
#include "tests/test_share.h"

namespace sampler {
namespace {

constexpr std::int64_t kSizes[] = {1'000, 32'000};

// Rows of several shapes, sizes, pipelines and sequences, bad ones among them.
class Batch {
 public:
  explicit Batch(int size) {
    std::mt19937_64 random(1);
    for (const std::int64_t vocabulary : kSizes) {
      for (const char* stages :
           {R"({"type": "temperature", "temperature": 0.8},
               {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95})",
            R"({"type": "repetition_penalty", "penalty": 1.2},
               {"type": "typical_p", "p": 0.9})",
            R"({"type": "min_p", "p": 0.02}, {"type": "greedy"})", ""}) {
        pipelines_.push_back(MakePipeline(stages, vocabulary));
      }
    }
    for (int i = 0; i < size; ++i) {
      const Pipeline& pipeline = pipelines_[random() % pipelines_.size()];
      const auto vocabulary = pipeline.vocabulary_size();
      logits_.push_back(
          MakeRow(kAllRowKinds[random() % std::size(kAllRowKinds)],
                  static_cast<std::size_t>(vocabulary), random()));
      if (i % 5 == 0) logits_.back()[3] = NAN;
      sequences_.push_back(MakeSequence(vocabulary, {1, 2, 3}, {4, 4},
                                        random() % 3,
                                        static_cast<std::uint32_t>(i)));
      picked_.push_back(&pipeline);
    }
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      rows.push_back({picked_[i], logits_[i], &sequences_[i]});
    }
  }

  std::vector<BatchRow> rows;

 private:
  std::vector<Pipeline> pipelines_;
  std::vector<const Pipeline*> picked_;
  std::vector<std::vector<float>> logits_;
  std::vector<Sequence> sequences_;
};

void ExpectSame(const Token& a, const Token& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.bits, b.bits);
}

void RunOnThreads(std::size_t workers,
                  absl::FunctionRef<void(std::size_t)> task) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers; ++i) threads.emplace_back(task, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(SampleBatch, GivesEveryRowTheTokenItHasAlone) {
  const Batch batch(Share(200));
  std::vector<Token> alone;
  int bad = 0;
  for (const BatchRow& row : batch.rows) {
    Workspace fresh;
    alone.push_back(row.pipeline->Sample(row.logits, *row.sequence, fresh));
    bad += alone.back().status != RowStatus::kOk ? 1 : 0;
  }
  EXPECT_GT(bad, 0);
  std::mt19937_64 random(2);
  for (const std::size_t workers : {1u, 2u, 3u, 8u}) {
    std::vector<Workspace> workspaces(workers);
    // Any order and any subset.
    std::vector<std::size_t> order(batch.rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    order.resize(1 + random() % order.size());
    std::vector<BatchRow> rows;
    for (const std::size_t i : order) rows.push_back(batch.rows[i]);
    std::vector<Token> tokens(rows.size());
    SampleBatch(rows, absl::MakeSpan(tokens), absl::MakeSpan(workspaces),
                RunOnThreads);
    for (std::size_t i = 0; i < order.size(); ++i) {
      ExpectSame(tokens[i], alone[order[i]]);
    }
  }
  std::vector<Token> tokens(batch.rows.size());
  Workspace workspace;
  SampleBatch(batch.rows, absl::MakeSpan(tokens), workspace);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    ExpectSame(tokens[i], alone[i]);
  }
}

TEST(SampleBatch, OfNoRowsDoesNothing) {
  Workspace workspace;
  SampleBatch({}, {}, workspace);
}

TEST(SampleBatch, AsksForNoMoreWorkersThanRows) {
  const Batch batch(3);
  std::vector<Workspace> workspaces(16);
  std::vector<Token> tokens(batch.rows.size());
  std::size_t asked = 0;
  SampleBatch(batch.rows, absl::MakeSpan(tokens), absl::MakeSpan(workspaces),
              [&](std::size_t workers, auto task) {
                asked = workers;
                RunOnThreads(workers, task);
              });
  EXPECT_EQ(asked, 3u);
}

}  // namespace
}  // namespace sampler
