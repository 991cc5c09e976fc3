#include "tests/tools/doors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/logger.h"
#include "tests/support/stage_chains.h"
#include "tests/tools/c_door.h"
#include "tests/tools/c_draw_doors.h"
#include "tests/tools/tool.h"
#include "tools/options/unused_options.h"

namespace sampler::tools {
namespace {

// The most of the inputs that the pipeline can make use of.
StepInputs UsableInputs(const Pipeline& pipeline) {
  static const auto& mask =
      *new std::vector<std::uint32_t>((kChainVocabulary + 31) / 32, 0x7fffffff);
  static const auto& unconditional =
      *new std::vector<float>(kChainVocabulary, 0.25F);
  StepInputs best;
  int most = -1;
  for (unsigned subset = 0; subset < 8; ++subset) {
    StepInputs inputs;
    if ((subset & 1) != 0) inputs.mask = TokenMask(absl::MakeConstSpan(mask));
    if ((subset & 2) != 0) inputs.unconditional = Logits(unconditional);
    if ((subset & 4) != 0) inputs.uniform = 0.625;
    const int size = __builtin_popcount(subset);
    if (size > most && pipeline.CheckInputs(inputs).ok()) {
      best = inputs;
      most = size;
    }
  }
  EXPECT_GE(most, 0);
  return best;
}

std::string WriteLog(const std::vector<LoggedSequence>& sequences) {
  const std::string path = WriteTemporary("log.safetensors", "");
  std::filesystem::remove(path);
  auto logger =
      logs::Logger::Create(path, {.vocabulary_size = kChainVocabulary});
  EXPECT_TRUE(logger.ok()) << logger.status();
  for (std::uint32_t s = 0; s < sequences.size(); ++s) {
    EXPECT_TRUE(logger->AddPrompt(s, sequences[s].prompt).ok());
    for (std::size_t i = 0; i < sequences[s].rows.size(); ++i) {
      EXPECT_TRUE(
          logger->Append(s, sequences[s].rows[i], sequences[s].tokens[i]).ok());
    }
  }
  EXPECT_TRUE(logger->Finish().ok());
  return path;
}

}  // namespace

Doors::Doors()
    : config_(WriteTemporary("chain.json", "")),
      page_(WriteTemporary("page.html", "")) {
  std::mt19937_64 random(7);
  constexpr float kGone = -std::numeric_limits<float>::infinity();
  for (const int size : {7, 5}) {
    LoggedSequence sequence;
    sequence.prompt = {1, 0, 2, 1, 0, 2, size};
    for (int i = 0; i < size; ++i) {
      std::vector<float> row(kChainVocabulary);
      for (float& l : row) {
        l = static_cast<float>(random() % 1024) / 128.0F - 4.0F;
      }
      row[i == 3 ? 3 : 60] = kGone;
      sequence.rows.push_back(row);
      sequence.tokens.push_back(static_cast<std::int32_t>(random() % 4));
    }
    sequences_.push_back(std::move(sequence));
  }
  std::vector<float>& bad = sequences_[1].rows[2];
  std::fill(bad.begin(), bad.end(), kGone);
  log_ = WriteLog(sequences_);
}

void Doors::Enter(const PipelineConfig& config, Extent extent) {
  const std::string text = ToJson(config);
  SCOPED_TRACE(text);
  std::ofstream(config_, std::ios::binary) << text;
  const auto parsed = ParseConfig(text, kChainVocabulary);
  if (!parsed.ok()) {
    ++refused_;
    return ExpectRefused(text, std::string(parsed.status().message()));
  }
  seed_.clear();
  RunOptions options;
  options.seed = kSeed;
  if (OnlyWhatMatters(options, {*parsed}).seed.has_value()) {
    seed_ = {"-s", absl::StrCat(kSeed), "--stream", "0"};
  }
  EXPECT_EQ(*parsed, config);
  ExpectValid(config);
  const auto pipeline = Pipeline::Create(*parsed, kChainVocabulary);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  ++sampled_;
  ExpectSnapshots(*pipeline);
  ExpectInC(*pipeline, text);
  ExpectMoreInC(*pipeline, text, extent);

  const absl::Status without = pipeline->CheckInputs({});
  if (!without.ok()) return ExpectNoRun(std::string(without.message()));
  const std::array<std::vector<WalkedRow>, 2> walks = {Walk(*pipeline, false),
                                                       Walk(*pipeline, true)};
  const std::vector<std::string> formats = {"", "--json", "--jsonl", "--csv"};
  const std::size_t turn = turn_++;
  for (std::size_t i = 0; i < 2 * formats.size(); ++i) {
    if (extent == Extent::kTurns && i != turn % (2 * formats.size())) continue;
    const bool logged = i % 2 == 1;
    ExpectReplays(walks[logged ? 1 : 0], logged, formats[i / 2]);
  }
  const std::size_t rows = walks[0].size();
  for (std::size_t i = 0; i < 4 * rows; ++i) {
    if (extent == Extent::kTurns && i != turn % (4 * rows)) continue;
    const bool logged = i % 2 == 1;
    ExpectExplains(walks[logged ? 1 : 0][i / 4], logged, i / 2 % 2 == 1);
  }
}

std::vector<WalkedRow> Doors::Walk(const Pipeline& pipeline,
                                   bool logged) const {
  std::vector<WalkedRow> walked;
  Workspace workspace;
  for (std::size_t s = 0; s < sequences_.size(); ++s) {
    const LoggedSequence& log = sequences_[s];
    auto sequence =
        pipeline.NewSequence({.seed = kSeed,
                              .stream = static_cast<std::uint32_t>(s),
                              .prompt = log.prompt});
    EXPECT_TRUE(sequence.ok()) << sequence.status();
    if (!sequence.ok()) return walked;
    for (std::size_t i = 0; i < log.rows.size(); ++i) {
      const Token token = pipeline.Sample(log.rows[i], *sequence, workspace);
      walked.push_back({static_cast<std::int64_t>(walked.size()),
                        static_cast<std::int64_t>(s), token.status, token.id});
      const bool bad = token.status != RowStatus::kOk;
      EXPECT_EQ(bad, token.id < 0);
      EXPECT_TRUE(
          sequence->Accept(token, logged || bad ? log.tokens[i] : token.id)
              .ok());
    }
  }
  return walked;
}

// From a snapshot in the middle it goes on as without one.
void Doors::ExpectSnapshots(const Pipeline& pipeline) const {
  const StepInputs inputs = UsableInputs(pipeline);
  const LoggedSequence& log = sequences_[0];
  Workspace workspace;
  auto sequence = pipeline.NewSequence({.seed = kSeed, .prompt = log.prompt});
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  std::optional<Sequence> restored;
  for (std::size_t i = 0; i < log.rows.size(); ++i) {
    if (i == log.rows.size() / 2) {
      const auto again = Sequence::Restore(sequence->Snapshot());
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(*again == *sequence);
      restored = *again;
    }
    const Token token =
        pipeline.Sample(log.rows[i], *sequence, workspace, inputs);
    if (restored.has_value()) {
      const Token same =
          pipeline.Sample(log.rows[i], *restored, workspace, inputs);
      EXPECT_EQ(same.id, token.id);
      EXPECT_EQ(same.bits, token.bits);
      EXPECT_EQ(same.status, token.status);
      EXPECT_EQ(restored->Accept(same).ok(), same.id >= 0);
    }
    EXPECT_EQ(sequence->Accept(token).ok(), token.id >= 0);
  }
  EXPECT_TRUE(*restored == *sequence);
}

void Doors::ExpectInC(const Pipeline& pipeline, const std::string& text) const {
  const StepInputs inputs = UsableInputs(pipeline);
  const LoggedSequence& log = sequences_[0];
  CDoor door(text, kSeed, log.prompt);
  Workspace workspace;
  auto sequence = pipeline.NewSequence({.seed = kSeed, .prompt = log.prompt});
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  for (std::size_t i = 0; i < log.rows.size(); ++i) {
    if (i == log.rows.size() / 2) door.Restore();
    const Token token =
        pipeline.Sample(log.rows[i], *sequence, workspace, inputs);
    const CToken in_c = door.Sample(log.rows[i], inputs);
    EXPECT_EQ(in_c.id, token.id);
    EXPECT_EQ(in_c.status, static_cast<int>(token.status));
    EXPECT_EQ(in_c.bits, token.bits);
    if (token.id < 0) continue;
    EXPECT_LE(in_c.logprob, 1e-12);
    EXPECT_GE(in_c.logprob, -40);
    EXPECT_LT(in_c.raw_logprob, 0);
    EXPECT_TRUE(std::isfinite(in_c.raw_logprob));
    EXPECT_TRUE(sequence->Accept(token).ok());
    door.Accept(token.id);
  }
}

void Doors::ExpectMoreInC(const Pipeline& pipeline, const std::string& text,
                          Extent extent) {
  const DrawnChain chain = {pipeline, text, kSeed, sequences_[0]};
  const bool all = extent == Extent::kAll;
  const std::size_t turn = c_turn_++ % 3;
  if (all || turn == 0) ExpectDrawsInC(chain, UsableInputs(pipeline));
  if (all || turn == 1) ExpectRoundsInC(chain);
  if (all || turn == 2) ExpectTreesInC(chain);
}

}  // namespace sampler::tools
