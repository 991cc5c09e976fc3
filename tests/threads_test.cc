// What the headers say of threads, on eight of them: one pipeline under many
// sequences and workspaces, batches, and one logger. Results equal those of one
// thread; under ThreadSanitizer (.ci/run) no access races either.

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/batch.h"
#include "sampler/config.h"
#include "sampler/logprobs.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "sampler/presets.h"

namespace sampler::threads_test {
namespace {

constexpr std::size_t kThreads = 8;
constexpr std::int64_t kSize = 2'000;
constexpr int kSteps = 24;

// Stages with a memory, with history, with both, and plain ones.
constexpr const char* kChains[] = {
    R"({"version": 1, "stages": [
        {"type": "repetition_penalty", "penalty": 1.2},
        {"type": "dry", "multiplier": 0.8},
        {"type": "no_repeat_ngram", "n": 4},
        {"type": "temperature", "temperature": 0.9},
        {"type": "typical_p", "p": 0.98}, {"type": "top_p", "p": 0.95},
        {"type": "xtc", "probability": 0.5, "threshold": 0.05},
        {"type": "categorical"}]})",
    R"({"version": 1, "stages": [
        {"type": "presence_penalty", "penalty": 0.5, "window": 16},
        {"type": "mirostat", "tau": 4.0, "eta": 0.2},
        {"type": "categorical"}]})",
    R"({"version": 1, "rng": "llama_cpp", "stages": [
        {"type": "top_k", "k": 40}, {"type": "min_p", "p": 0.02},
        {"type": "temperature", "temperature": 1.1},
        {"type": "categorical"}]})",
    R"({"version": 1, "stages": [
        {"type": "top_h", "alpha": 0.5}, {"type": "gumbel_max"}]})"};

// Runs task(worker) on so many threads at the same time.
void RunWorkers(std::size_t workers,
                absl::FunctionRef<void(std::size_t)> task) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers; ++i) threads.emplace_back(task, i);
  for (std::thread& thread : threads) thread.join();
}

void OnThreads(absl::FunctionRef<void(std::size_t)> task) {
  RunWorkers(kThreads, task);
}

std::vector<float> MakeRow(std::uint64_t stream, std::int64_t position) {
  std::vector<float> row(kSize);
  std::uint64_t bits =
      stream * 1'000'003 + static_cast<std::uint64_t>(position);
  for (float& logit : row) {
    bits = bits * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    logit = static_cast<float>(bits >> 40) / (1 << 21);
  }
  return row;
}

Pipeline MakePipeline(const char* json) {
  const auto config = ParseConfig(json);
  EXPECT_TRUE(config.ok()) << config.status();
  auto pipeline = Pipeline::Create(*config, kSize);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  return *std::move(pipeline);
}

std::vector<Sequence> MakeSequences(const Pipeline& pipeline,
                                    std::size_t count) {
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < count; ++i) {
    auto sequence = pipeline.NewSequence(
        {.seed = 7, .stream = static_cast<std::uint32_t>(i), .prompt = {1, 2}});
    EXPECT_TRUE(sequence.ok()) << sequence.status();
    sequences.push_back(*std::move(sequence));
  }
  return sequences;
}

// Ids and random bits of a text, and the logprobs of its last token.
struct Text {
  std::vector<std::int32_t> ids;
  std::vector<std::uint64_t> bits;
  double logprob = 0.0;

  bool operator==(const Text&) const = default;
};

Text Generate(const Pipeline& pipeline, std::uint32_t stream) {
  auto sequence = pipeline.NewSequence({.seed = 7, .stream = stream});
  Workspace workspace;
  LogprobReporter reporter;
  Text text;
  for (int step = 0; step < kSteps; ++step) {
    const std::vector<float> row = MakeRow(stream, step);
    const Distribution distribution =
        pipeline.Process(row, *sequence, workspace);
    const Token token = pipeline.DrawFrom(distribution, *sequence, workspace);
    if (token.status != RowStatus::kOk) break;
    text.logprob =
        reporter.Report(row, distribution, token.id, 3).processed.token.logprob;
    text.ids.push_back(token.id);
    text.bits.push_back(token.bits);
    if (!sequence->Accept(token).ok()) break;
    // A speculative loop takes back now and then.
    if (step % 8 == 7 && !sequence->Rollback(2).ok()) break;
  }
  return text;
}

TEST(Threads, ShareOnePipeline) {
  for (const char* chain : kChains) {
    const Pipeline pipeline = MakePipeline(chain);
    std::vector<Text> texts(2 * kThreads);
    OnThreads([&](std::size_t thread) {
      for (std::size_t i = thread; i < texts.size(); i += kThreads) {
        texts[i] = Generate(pipeline, static_cast<std::uint32_t>(i));
      }
    });
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(texts[i].ids.size(), kSteps) << chain;
      EXPECT_EQ(texts[i], Generate(pipeline, static_cast<std::uint32_t>(i)))
          << chain;
    }
  }
}

// Registry, presets and kernels choose and build at their first use.
TEST(Threads, MakePipelinesAtOnce) {
  std::vector<Text> texts(kThreads);
  OnThreads([&](std::size_t thread) {
    for (const Preset& preset : Presets()) {
      const auto config = ParseConfig(preset.json, kSize);
      if (!config.ok()) return;
      const auto pipeline = Pipeline::Create(*config, kSize);
      if (pipeline.ok()) texts[thread] = Generate(*pipeline, 3);
    }
  });
  for (const Text& text : texts) {
    EXPECT_EQ(text.ids.size(), kSteps);
    EXPECT_EQ(text, texts[0]);
  }
}

TEST(Threads, ReadOneSequence) {
  const Pipeline pipeline = MakePipeline(kChains[0]);
  const std::vector<Sequence> sequences = MakeSequences(pipeline, 1);
  const std::vector<float> row = MakeRow(1, 1);
  std::vector<Token> tokens(kThreads);
  std::vector<std::string> snapshots(kThreads);
  OnThreads([&](std::size_t thread) {
    Workspace workspace;
    tokens[thread] = pipeline.Sample(row, sequences[0], workspace);
    snapshots[thread] = sequences[0].Snapshot();
  });
  for (std::size_t i = 0; i < kThreads; ++i) {
    EXPECT_EQ(tokens[i].id, tokens[0].id);
    EXPECT_EQ(snapshots[i], snapshots[0]);
  }
}

TEST(Threads, WorkOnBatches) {
  const Pipeline pipeline = MakePipeline(kChains[0]);
  std::vector<Sequence> together = MakeSequences(pipeline, 20);
  std::vector<Sequence> alone = MakeSequences(pipeline, 20);
  std::vector<Workspace> workspaces(kThreads);
  Workspace workspace;
  for (int step = 0; step < 6; ++step) {
    std::vector<std::vector<float>> logits;
    std::vector<BatchRow> rows;
    for (std::size_t i = 0; i < together.size(); ++i) {
      logits.push_back(MakeRow(i, step));
    }
    for (std::size_t i = 0; i < together.size(); ++i) {
      rows.push_back({&pipeline, logits[i], &together[i]});
    }
    std::vector<Token> tokens(rows.size());
    SampleBatch(rows, absl::MakeSpan(tokens), absl::MakeSpan(workspaces),
                RunWorkers);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Token token = pipeline.Sample(logits[i], alone[i], workspace);
      ASSERT_EQ(token.status, RowStatus::kOk);
      EXPECT_EQ(tokens[i].id, token.id);
      EXPECT_EQ(tokens[i].bits, token.bits);
      ASSERT_TRUE(together[i].Accept(tokens[i]).ok());
      ASSERT_TRUE(alone[i].Accept(token).ok());
    }
  }
}

TEST(Threads, AppendToOneLogger) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "/threads-", getpid(), ".safetensors");
  auto logger = logs::Logger::Create(
      path, {.vocabulary_size = kSize, .overwrite = logs::Overwrite::kYes});
  ASSERT_TRUE(logger.ok()) << logger.status();
  std::vector<int> logged(kThreads);
  OnThreads([&](std::size_t thread) {
    const auto sequence = static_cast<std::uint32_t>(thread);
    for (int step = 0; step < kSteps; ++step) {
      const std::vector<float> row = MakeRow(thread, step);
      logged[thread] += logger->Append(sequence, row, step).ok() ? 1 : 0;
    }
  });
  ASSERT_TRUE(logger->Finish().ok());
  const auto log = logs::Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->rows(), kThreads * kSteps);
  // Readers share the log, each with a buffer of its own.
  std::vector<int> same(kThreads);
  OnThreads([&](std::size_t thread) {
    logs::RowBuffer buffer;
    for (int step = 0; step < kSteps; ++step) {
      const std::int64_t row =
          static_cast<std::int64_t>(thread) * kSteps + step;
      const Logits read = (*log)->Row(row, buffer).value();
      const std::vector<float> want = MakeRow(thread, step);
      bool equal = read.size() == want.size();
      for (std::size_t i = 0; equal && i < want.size(); ++i) {
        equal = read[i] == want[i];
      }
      same[thread] += equal ? 1 : 0;
    }
  });
  for (std::size_t i = 0; i < kThreads; ++i) {
    EXPECT_EQ(logged[i], kSteps);
    EXPECT_EQ(same[i], kSteps);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sampler::threads_test
