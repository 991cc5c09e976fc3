#include "sampler/batch.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

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

// What a row asks to be reported is what a reporter says of it alone, with and
// without reporters of the caller's, on any number of workers.
TEST(SampleBatch, ReportsLogprobsWhereRowsAskForThem) {
  constexpr std::size_t kTop = 5;
  Batch batch(40);
  const std::size_t size = batch.rows.size();
  std::vector<TokenLogprob> room(2 * kTop * size);
  std::vector<LogprobReport> raw(size);
  std::vector<LogprobReport> processed(size);
  std::vector<Workspace> workspaces(3);
  std::vector<LogprobReporter> reporters(3);
  Workspace workspace;
  LogprobReporter reporter;
  for (const bool with_reporters : {false, true}) {
    const auto span = absl::MakeSpan(room);
    for (std::size_t i = 0; i < size; ++i) {
      raw[i] = {.top = span.subspan(2 * kTop * i, kTop)};
      processed[i] = {.top = span.subspan(2 * kTop * i + kTop, kTop)};
      batch.rows[i].raw = i % 2 == 0 ? &raw[i] : nullptr;
      batch.rows[i].processed = i % 3 == 0 ? &processed[i] : nullptr;
    }
    std::vector<Token> tokens(size);
    SampleBatch(
        batch.rows, absl::MakeSpan(tokens), absl::MakeSpan(workspaces),
        [](std::size_t workers, auto task) {
          std::vector<std::thread> threads;
          for (std::size_t w = 0; w < workers; ++w)
            threads.emplace_back(task, w);
          for (std::thread& thread : threads) thread.join();
        },
        with_reporters ? absl::MakeSpan(reporters)
                       : absl::Span<LogprobReporter>());
    int listed = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const BatchRow& row = batch.rows[i];
      const Distribution left =
          row.pipeline->Process(row.logits, *row.sequence, workspace);
      EXPECT_EQ(tokens[i].status, left.status());
      if (row.processed != nullptr) {
        EXPECT_EQ(processed[i].token, LogprobOf(left, tokens[i].id));
        EXPECT_EQ(std::vector<TokenLogprob>(processed[i].top.begin(),
                                            processed[i].top.end()),
                  TopLogprobs(left, kTop));
      } else {
        EXPECT_EQ(processed[i].token, TokenLogprob());
      }
      if (row.raw != nullptr) {
        const Distribution as_it_came = reporter.Raw(row.logits);
        EXPECT_EQ(raw[i].token, LogprobOf(as_it_came, tokens[i].id));
        EXPECT_EQ(
            std::vector<TokenLogprob>(raw[i].top.begin(), raw[i].top.end()),
            TopLogprobs(as_it_came, kTop));
        listed += static_cast<int>(raw[i].top.size());
      } else {
        EXPECT_EQ(raw[i].token, TokenLogprob());
      }
    }
    EXPECT_GT(listed, 0);
  }
}

}  // namespace
}  // namespace sampler
