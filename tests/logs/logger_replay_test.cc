// The loop closes: several sequences are generated from the rows of a real
// model with every kind of state in the chain, logged, and replayed from the
// log. The same tokens come out.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::logger_replay_test {
namespace {

constexpr std::uint64_t kSeed = 1234;
constexpr int kSequences = 4;
constexpr int kSteps = 60;

struct Chain {
  const char* name;
  const char* stages;
  bool within_top_k;  // Cuts to fewer tokens than a top-k log of 64 holds.
};

constexpr Chain kChains[] = {
    {"penalties",
     R"({"type": "repetition_penalty", "penalty": 1.2, "window": 64},
        {"type": "frequency_penalty", "penalty": 0.3},
        {"type": "presence_penalty", "penalty": 0.2},
        {"type": "temperature", "temperature": 1.3},
        {"type": "top_p", "p": 0.95}, {"type": "categorical"})",
     false},
    {"dry",
     R"({"type": "dry", "multiplier": 0.8, "allowed_length": 1},
        {"type": "no_repeat_ngram", "n": 4},
        {"type": "temperature", "temperature": 1.2}, {"type": "categorical"})",
     false},
    {"mirostat",
     R"({"type": "temperature", "temperature": 1.1},
        {"type": "mirostat", "tau": 4, "eta": 0.2}, {"type": "categorical"})",
     false},
    {"adaptive",
     R"({"type": "top_k", "k": 40}, {"type": "adaptive_p", "target": 0.4},
        {"type": "categorical"})",
     true},
    {"xtc",
     R"({"type": "temperature", "temperature": 1.1}, {"type": "top_k", "k": 40},
        {"type": "xtc", "probability": 0.5, "threshold": 0.1},
        {"type": "categorical"})",
     true},
    {"all",
     R"({"type": "repetition_penalty", "penalty": 1.1, "window": 64},
        {"type": "dry", "multiplier": 0.8, "allowed_length": 1},
        {"type": "temperature", "temperature": 1.2},
        {"type": "xtc", "probability": 0.3, "threshold": 0.1},
        {"type": "mirostat", "tau": 5, "eta": 0.1}, {"type": "gumbel_max"})",
     false}};

Pipeline MakePipeline(const Chain& chain, std::int64_t size) {
  const auto config = ParseConfig(
      absl::StrCat("{\"version\": 1, \"stages\": [", chain.stages, "]}"));
  EXPECT_TRUE(config.ok()) << config.status();
  auto pipeline = Pipeline::Create(*config, size);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  return *std::move(pipeline);
}

// What a model would say: a row of the shipped log, by the tokens so far.
class Model {
 public:
  Model()
      : log_(*Log::Open(
            absl::StrCat(SAMPLER_TEST_DATA, "/story-f16.safetensors"))) {}

  std::int64_t size() const { return log_->vocabulary_size(); }
  Logits Next(int sequence, int step, std::int32_t last) {
    return log_->Row((sequence * 7 + step + last) % log_->rows(), buffer_)
        .value();
  }

 private:
  std::unique_ptr<const Log> log_;
  RowBuffer buffer_;
};

std::vector<std::int32_t> PromptOf(int sequence) {
  return std::vector<std::int32_t>(static_cast<std::size_t>(sequence),
                                   260 + sequence);
}

// Generates all sequences in turn, a step of each, into a log; returns their
// tokens one sequence after another.
std::vector<std::int32_t> Generate(const Pipeline& pipeline, Model& model,
                                   Logger& logger) {
  Workspace workspace;
  std::vector<Sequence> sequences;
  std::vector<std::vector<std::int32_t>> tokens(kSequences);
  for (int s = 0; s < kSequences; ++s) {
    sequences.push_back(
        *pipeline.NewSequence({.seed = kSeed,
                               .stream = static_cast<std::uint32_t>(s),
                               .prompt = PromptOf(s)}));
    EXPECT_TRUE(
        logger.AddPrompt(static_cast<std::uint32_t>(s), PromptOf(s)).ok());
  }
  for (int step = 0; step < kSteps; ++step) {
    for (int s = 0; s < kSequences; ++s) {
      auto& own = tokens[static_cast<std::size_t>(s)];
      Sequence& sequence = sequences[static_cast<std::size_t>(s)];
      const Logits row = model.Next(s, step, own.empty() ? 0 : own.back());
      const Token token = pipeline.Sample(row, sequence, workspace);
      EXPECT_EQ(token.status, RowStatus::kOk);
      EXPECT_TRUE(
          logger.Append(static_cast<std::uint32_t>(s), row, token.id).ok());
      EXPECT_TRUE(sequence.Accept(token).ok());
      own.push_back(token.id);
    }
  }
  std::vector<std::int32_t> all;
  for (const auto& own : tokens) all.insert(all.end(), own.begin(), own.end());
  return all;
}

std::vector<std::int32_t> Replay(const Pipeline& pipeline, const Log& log,
                                 std::uint64_t seed) {
  Workspace workspace;
  RowBuffer buffer;
  std::vector<std::int32_t> tokens;
  for (std::size_t s = 0; s < log.sequences().size(); ++s) {
    const LogSequence& logged = log.sequences()[s];
    Sequence sequence =
        *pipeline.NewSequence({.seed = seed,
                               .stream = static_cast<std::uint32_t>(s),
                               .prompt = Ids(logged.prompt)});
    for (std::int64_t i = 0; i < logged.rows; ++i) {
      const Token token = pipeline.Sample(
          *log.Row(logged.first_row + i, buffer), sequence, workspace);
      EXPECT_TRUE(sequence.Accept(token).ok());
      tokens.push_back(token.id);
    }
  }
  return tokens;
}

class LoggerReplayTest : public testing::TestWithParam<Chain> {};

TEST_P(LoggerReplayTest, GivesTheLoggedTokensAgain) {
  const Chain& chain = GetParam();
  Model model;
  const Pipeline pipeline = MakePipeline(chain, model.size());
  for (const std::int64_t top_k : {0, 64}) {
    if (top_k > 0 && !chain.within_top_k) continue;
    const std::string path = WriteFile(absl::StrCat(chain.name, top_k), "");
    std::filesystem::remove(path);
    auto logger = Logger::Create(path, {.vocabulary_size = model.size(),
                                        .dtype = DType::kF16,
                                        .top_k = top_k});
    ASSERT_TRUE(logger.ok()) << logger.status();
    const std::vector<std::int32_t> drawn = Generate(pipeline, model, *logger);
    ASSERT_TRUE(logger->Finish().ok());
    const auto log = Log::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(Ids((*log)->tokens()), drawn);
    EXPECT_EQ(Replay(pipeline, **log, kSeed), drawn);
    EXPECT_NE(Replay(pipeline, **log, kSeed + 1), drawn);
    std::filesystem::remove(path);
  }
}

INSTANTIATE_TEST_SUITE_P(Chains, LoggerReplayTest, testing::ValuesIn(kChains),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace sampler::logs::logger_replay_test
