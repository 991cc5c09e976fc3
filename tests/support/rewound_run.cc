#include "tests/support/rewound_run.h"

#include <optional>
#include <utility>

#include "gtest/gtest.h"
#include "sampler/logs/row_notes.h"
#include "sampler/random/random.h"

namespace sampler {
namespace {

constexpr char kLetters[] = "abcde";
constexpr std::uint64_t kSeed = 5;

std::uint64_t Mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

std::uint64_t HashOf(const std::vector<TokenId>& text) {
  std::uint64_t hash = text.size() + 1;
  for (const TokenId id : text) {
    hash = Mixed(hash + static_cast<std::uint64_t>(id) + 1);
  }
  return hash;
}

bool HasMask(const PipelineConfig& config) {
  for (const StageConfig& stage : config.stages) {
    if (stage.type == "mask") return true;
  }
  return false;
}

}  // namespace

std::string RewoundTokenText(TokenId id) {
  const auto n = static_cast<std::size_t>(id);
  if (n < 5) return std::string(1, kLetters[n]);
  if (n >= 30) return "";  // Such as the end of a text.
  return {kLetters[(n - 5) / 5], kLetters[(n - 5) % 5]};
}

std::vector<float> RewoundRow(const std::vector<TokenId>& text) {
  std::vector<float> row;
  const std::uint64_t hash = HashOf(text);
  for (std::uint64_t id = 0; id < kRewoundVocabulary; ++id) {
    row.push_back(static_cast<float>(Mixed(hash + 977 * id) % 4096) / 1024.0F);
  }
  return row;
}

RewoundRun DrawRewound(const Pipeline& pipeline,
                       std::vector<Rewinder::Phrase> phrases,
                       std::uint32_t number, std::int64_t length,
                       logs::Logger& logger) {
  RewoundRun run;
  const bool masked = HasMask(pipeline.config());
  auto rewinder = Rewinder::Create(std::move(phrases));
  auto sequence = pipeline.NewSequence({.seed = kSeed, .stream = number});
  EXPECT_TRUE(rewinder.ok() && sequence.ok());
  EXPECT_TRUE(
      logger.Describe(number, logs::SettingsOf(pipeline, *sequence)).ok());
  Workspace workspace;
  for (int step = 0; sequence->position() < length && step < 40 * length;
       ++step) {
    const std::vector<float> row = RewoundRow(run.tokens);
    const std::uint64_t bits = Mixed(HashOf(run.tokens) + 31);
    const std::uint32_t words[] = {static_cast<std::uint32_t>(bits) | 1U,
                                   static_cast<std::uint32_t>(bits >> 32)};
    StepInputs inputs;
    if (masked) inputs.mask = TokenMask(absl::MakeConstSpan(words));
    const logs::RowNotes notes = logs::NotesOf(*sequence, inputs.mask);
    const Token token = pipeline.Sample(row, *sequence, workspace, inputs);
    absl::StatusOr<Rewinder::Answer> answer;
    if (token.status == RowStatus::kNoCandidate) {
      answer = rewinder->NoCandidate(*sequence);
    } else {
      EXPECT_EQ(token.status, RowStatus::kOk);
      EXPECT_TRUE(sequence->Accept(token).ok());
      EXPECT_TRUE(logger.Append(number, row, token.id, notes).ok());
      run.tokens.push_back(token.id);
      answer = rewinder->Add(token.id, RewoundTokenText(token.id), *sequence);
    }
    EXPECT_TRUE(answer.ok()) << answer.status();
    run.text += answer->emit;
    if (answer->next == Rewinder::Next::kStop) break;
    if (answer->next != Rewinder::Next::kRewound) continue;
    ++run.rewinds;
    EXPECT_TRUE(logger.TakeBack(number, answer->taken).ok());
    run.tokens.resize(run.tokens.size() -
                      static_cast<std::size_t>(answer->taken));
  }
  return run;
}

}  // namespace sampler
