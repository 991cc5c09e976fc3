// The n-th allocation fails, for every n: std::bad_alloc passes through and
// leaves no memory behind, objects are as they were before or after the call,
// and what is asked again is answered as if nothing had failed.

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/batch.h"
#include "sampler/importers/importer.h"
#include "sampler/logprobs.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "sampler/rewind/rewinder.h"
#include "tests/faults/every_allocation.h"
#include "tests/faults/failing_allocations.h"
#include "tests/logs/log_files.h"
#include "tests/support/stage_examples.h"

namespace sampler::faults {
namespace {

constexpr std::int64_t kVocabulary = 200;

std::vector<float> Row(int salt) {
  std::vector<float> row(kVocabulary);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto mixed = (i * 37 + static_cast<std::size_t>(salt) * 11) % 97;
    row[i] = static_cast<float>(mixed) / 8.0F;
  }
  return row;
}

std::string ConfigOf(const Example& example) {
  const std::string stage = Active(example);
  const bool draws = GroupOf(example) == StageGroup::kDraw;
  return absl::StrCat(R"({"version": 1, )", PhasesFor(stage), R"("stages": [)",
                      stage, draws ? "" : R"(, {"type": "categorical"})", "]}");
}

constexpr char kMemory[] = R"(
    {"type": "dry", "multiplier": 0.8}, {"type": "repetition_penalty",
     "penalty": 1.2}, {"type": "mirostat", "version": 2})";

TEST(AllocationFaults, AConfigIsReadAndCompiledOrNot) {
  for (const Example& example : Examples()) {
    const std::string text = ConfigOf(example);
    ExpectAllOrNothing(example.type, [&] {
      const auto config = ParseConfig(text, kVocabulary);
      const auto pipeline = Pipeline::Create(config.value(), kVocabulary);
      return pipeline->fingerprint();
    });
  }
}

TEST(AllocationFaults, AWrongConfigIsReportedOrNot) {
  ExpectAllOrNothing("a wrong config", [] {
    const auto config = ParseConfig(
        R"({"version": 2, "stages": [{"type": "topp", "p": -1}], "x": [1, {}]})");
    return std::string(config.status().message());
  });
}

// A step that ran out of memory is taken again in the same workspace.
TEST(AllocationFaults, AStepIsTakenAgain) {
  const std::vector<float> row = Row(1);
  const std::vector<float> second = Row(2);
  const std::vector<std::uint32_t> mask(7, 0x5a5a5a5a);
  const StepInputs offered = {.mask = TokenMask(absl::MakeConstSpan(mask)),
                              .unconditional = Logits(second),
                              .uniform = 0.3};
  const Sequence sequence = MakeSequence(kVocabulary, {3, 4, 3}, {4, 3, 4});
  for (const Example& example : Examples()) {
    const Pipeline pipeline = MakePipeline(Active(example), kVocabulary);
    const StepInputs inputs = pipeline.OnlyRead(offered);
    Workspace untouched;
    const Token expected = pipeline.Sample(row, sequence, untouched, inputs);
    ForEveryAllocation(example.type, [&](std::int64_t n) {
      Workspace workspace;
      bool happened = false;
      const auto step = [&] {
        return pipeline.Sample(row, sequence, workspace, inputs);
      };
      const auto token = WithFailure(n, Failing::kOnce, happened, step);
      if (token.has_value()) {
        EXPECT_EQ(token->id, expected.id) << example.type << " " << n;
      }
      const Token again = step();
      EXPECT_EQ(again.id, expected.id) << example.type << " " << n;
      EXPECT_EQ(again.status, expected.status) << example.type << " " << n;
      EXPECT_EQ(again.state.values, expected.state.values) << example.type;
      return happened;
    });
  }
}

TEST(AllocationFaults, ABatchIsTakenOrNot) {
  const std::vector<float> rows[] = {Row(1), Row(2), Row(3)};
  const Pipeline pipeline = MakePipeline(kMemory, kVocabulary);
  const Sequence sequence = MakeSequence(kVocabulary, {3, 4}, {3, 4});
  ExpectAllOrNothing("a batch", [&] {
    Workspace workspace;
    LogprobReporter reporter;
    std::vector<TokenLogprob> top(6);
    LogprobReport raw[3];
    std::vector<BatchRow> batch;
    for (std::size_t i = 0; i < 3; ++i) {
      raw[i].top = absl::MakeSpan(top).subspan(2 * i, 2);
      batch.push_back({&pipeline, rows[i], &sequence, {}, &raw[i], nullptr});
    }
    Token tokens[3];
    SampleBatch(batch, absl::MakeSpan(tokens), workspace, &reporter);
    std::string text;
    for (std::size_t i = 0; i < 3; ++i) {
      absl::StrAppend(&text, tokens[i].id, ":", raw[i].token.rank, ":",
                      raw[i].top[0].id, " ");
    }
    return text;
  });
}

// ---- Sequences -------------------------------------------------------------

using Change = std::function<absl::Status(Sequence&)>;

void ExpectBeforeOrAfter(const std::string& what, const Sequence& before,
                         const Change& change) {
  Sequence after = before;
  ASSERT_TRUE(change(after).ok()) << what;
  for (const Failing how : {Failing::kOnce, Failing::kFromThereOn}) {
    ForEveryAllocation(what, [&](std::int64_t n) {
      Sequence sequence = before;
      bool happened = false;
      const auto status =
          WithFailure(n, how, happened, [&] { return change(sequence); });
      if (status.has_value()) {
        EXPECT_TRUE(status->ok() && sequence == after) << what << " " << n;
        return happened;
      }
      EXPECT_TRUE(sequence == before) << what << ", allocation " << n;
      EXPECT_EQ(sequence.Snapshot(), before.Snapshot()) << what << " " << n;
      EXPECT_TRUE(change(sequence).ok() && sequence == after)
          << what << " again, after allocation " << n;
      return happened;
    });
  }
}

TEST(AllocationFaults, ASequenceIsAsItWas) {
  const Pipeline pipeline = MakePipeline(kMemory, kVocabulary);
  Sequence sequence =
      pipeline.NewSequence({.seed = 4, .prompt = {1, 2, 3}}).value();
  Workspace workspace;
  // Where vectors of all sizes are full: somewhere among these lengths.
  for (int length = 0; length < 9; ++length) {
    const Token token = pipeline.Sample(Row(length), sequence, workspace);
    ASSERT_EQ(token.status, RowStatus::kOk);
    ExpectBeforeOrAfter(absl::StrCat("accept at ", length), sequence,
                        [&](Sequence& s) { return s.Accept(token); });
    ASSERT_TRUE(sequence.Accept(token).ok());
  }
  ExpectBeforeOrAfter("ban", sequence, [](Sequence& s) { return s.Ban(5); });
}

TEST(AllocationFaults, ASequenceIsCopiedAndSavedOrNot) {
  const Pipeline pipeline = MakePipeline(kMemory, kVocabulary);
  Sequence sequence = pipeline.NewSequence({.seed = 4}).value();
  Workspace workspace;
  for (int length = 0; length < 3; ++length) {
    const Token token = pipeline.Sample(Row(length), sequence, workspace);
    ASSERT_TRUE(sequence.Accept(token).ok());
  }
  ASSERT_TRUE(sequence.Ban(7).ok());
  ExpectAllOrNothing("a new sequence", [&] {
    return pipeline.NewSequence({.seed = 4, .prompt = {1, 2}})->seed();
  });
  ExpectAllOrNothing("a fork", [&] { return sequence.Fork(7).stream(); });
  ExpectAllOrNothing("a snapshot", [&] { return sequence.Snapshot(); });
  const std::string snapshot = sequence.Snapshot();
  ExpectAllOrNothing("a restored sequence",
                     [&] { return Sequence::Restore(snapshot)->Snapshot(); });
  // As the JSON library would write it.
  EXPECT_EQ(nlohmann::json::parse(sequence.Snapshot()).dump(),
            sequence.Snapshot());
}

// A rewinder that ran out of memory answers no more; a text goes on without it.
TEST(AllocationFaults, ARewinderThatLostItsPlaceSaysSo) {
  const std::vector<Rewinder::Phrase> phrases = {
      {.text = "never this", .ignore_case = true, .whole_words = true},
      {.text = "no"}};
  const std::string texts[] = {"a", " never", " thi", "s", " n", "o", " z"};
  const Sequence begin = MakeSequence(kVocabulary, {1, 2});
  ForEveryAllocation("a rewinder", [&](std::int64_t n) {
    const std::int64_t live = LiveBlocks();
    bool happened = false;
    {
      Sequence sequence = begin;
      Rewinder rewinder = Rewinder::Create(phrases).value();
      const auto run = [&] {
        for (const std::string& text : texts) {
          if (!sequence.AcceptId(3).ok()) return false;
          if (!rewinder.Add(3, text, sequence).ok()) return false;
        }
        return rewinder.Finish(sequence).ok();
      };
      const auto done = WithFailure(n, Failing::kOnce, happened, run);
      if (done.has_value()) {
        EXPECT_TRUE(*done) << n;
      } else if (const auto answer = rewinder.Finish(sequence); !answer.ok()) {
        EXPECT_EQ(answer.status().code(),
                  absl::StatusCode::kFailedPrecondition);
      }  // Else the sequence ran out, before the rewinder was asked.
      EXPECT_TRUE(sequence.AcceptId(4).ok()) << n;
    }
    EXPECT_EQ(LiveBlocks(), live) << n;
    return happened;
  });
}

// ---- Logs ------------------------------------------------------------------

void WriteLog(const std::string& path, std::int64_t top_k) {
  auto logger = logs::Logger::Create(
      path, {.vocabulary_size = kVocabulary, .top_k = top_k});
  ASSERT_TRUE(logger.ok()) << logger.status();
  const std::vector<TokenId> prompt = {1, 2, 3};
  const std::vector<std::uint32_t> mask(7, ~0u);
  EXPECT_TRUE(logger->AddPrompt(9, prompt).ok());
  EXPECT_TRUE(logger
                  ->Append(9, Row(1), 1,
                           {1, {4, 5}, TokenMask(absl::MakeConstSpan(mask))})
                  .ok());
  EXPECT_TRUE(logger->Append(2, Row(2), 2).ok());
  EXPECT_TRUE(logger->Finish().ok());
}

// What a log holds, as text.
std::string Read(const std::string& path, const logs::OpenOptions& options) {
  const auto log = logs::Log::Open(path, options);
  if (!log.ok()) return std::string(log.status().message());
  std::string text =
      absl::StrCat((*log)->rows(), " rows of ", (*log)->vocabulary_size());
  logs::RowBuffer buffer;
  for (std::int64_t r = 0; r < (*log)->rows(); ++r) {
    const auto row = (*log)->Row(r, buffer);
    if (!row.ok()) return std::string(row.status().message());
    absl::StrAppend(&text, " ", (*row)[0]);
  }
  return text;
}

TEST(AllocationFaults, ALogIsReadOrNot) {
  const std::string data = SAMPLER_TEST_DATA;
  logs::OpenOptions sized;
  sized.vocabulary_size = 49152;
  for (const char* name : {"/server/llama-completion.json", "/marked.json"}) {
    ExpectAllOrNothing(name, [&] { return Read(data + name, sized); });
  }
  const logs::ScratchFolder folder;
  for (const std::int64_t top_k : {0, 3}) {
    const std::string path = absl::StrCat(folder.path(), "/log-", top_k);
    WriteLog(path, top_k);
    ExpectAllOrNothing(absl::StrCat("a log, top ", top_k),
                       [&] { return Read(path, {}); });
  }
}

TEST(AllocationFaults, SettingsAreImportedOrNot) {
  ExpectAllOrNothing("an import", [] {
    const auto imported = importers::Import(
        "llama.cpp",
        R"({"temperature": 0.7, "top_k": 40, "logit_bias": [[5, 1]],
            "stop": ["x"], "samplers": ["top_k"], "unknown": {"a": []}})");
    return imported->config.stages.size();
  });
}

}  // namespace
}  // namespace sampler::faults
