// Logs of runs that drew tokens anew, and of runs with masks: what they note
// beside the rows draws the same tokens again.

#include "sampler/logs/row_notes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "tests/logs/log_files.h"
#include "tests/support/pipelines.h"
#include "tests/support/rewound_run.h"

namespace sampler::logs::row_notes_test {
namespace {

const std::vector<Rewinder::Phrase>& Phrases() {
  static const auto& phrases = *new std::vector<Rewinder::Phrase>{
      {.text = "abc"}, {.text = "ca"}, {.text = "eed", .most = 3}};
  return phrases;
}

constexpr const char* kChains[] = {
    R"({"type": "temperature", "temperature": 1.2})",
    R"({"type": "top_k", "k": 3})",
    R"({"type": "mirostat", "tau": 3, "eta": 0.2})",
    R"({"type": "presence_penalty", "penalty": 0.4},
       {"type": "adaptive_p", "target": 0.4})",
    R"({"type": "mask"}, {"type": "top_k", "k": 4})"};

constexpr std::int64_t kLength = 120;

Logger NewLogger(const std::string& path, std::int64_t top_k = 0) {
  auto logger = Logger::Create(
      path, {.vocabulary_size = kRewoundVocabulary, .top_k = top_k});
  EXPECT_TRUE(logger.ok()) << logger.status();
  return *std::move(logger);
}

// How many rows of the log draw another token than the logged one.
int Differing(const Log& log, const Pipeline& pipeline, bool noted) {
  int differing = 0;
  Workspace workspace;
  RowBuffer buffer;
  for (const LogSequence& logged : log.sequences()) {
    auto sequence = pipeline.NewSequence(
        {.seed = logged.drawn_with->seed, .stream = logged.drawn_with->stream});
    for (std::int64_t i = 0; i < logged.rows; ++i) {
      const std::int64_t row = logged.first_row + i;
      if (noted && !log.attempts().empty()) {
        sequence->set_attempt(log.attempts()[static_cast<std::size_t>(row)]);
      }
      for (const TokenId token : log.Bans(row)) {
        EXPECT_TRUE(!noted || sequence->Ban(token).ok());
      }
      const Logits logits = log.Row(row, buffer).value();
      StepInputs inputs;
      if (log.description().masks) inputs.mask = *log.Mask(row, buffer).value();
      const Token token = pipeline.Sample(logits, *sequence, workspace, inputs);
      const std::int32_t wanted = log.tokens()[static_cast<std::size_t>(row)];
      if (token.id != wanted) ++differing;
      EXPECT_TRUE(sequence->Accept(token, wanted).ok());
    }
  }
  return differing;
}

TEST(RowNotesTest, ARewoundRunIsReplayedTokenByToken) {
  const ScratchFolder folder;
  std::int64_t rewinds = 0;
  int differing = 0;
  for (const char* const stages : kChains) {
    const Pipeline pipeline = MakePipeline(stages, kRewoundVocabulary);
    for (const std::int64_t top_k : {0, 40}) {
      const std::string path =
          absl::StrCat(folder.path(), "/", rewinds, "-", top_k);
      Logger logger = NewLogger(path, top_k);
      std::vector<RewoundRun> runs;
      for (std::uint32_t number = 0; number < 2; ++number) {
        runs.push_back(
            DrawRewound(pipeline, Phrases(), number, kLength, logger));
        rewinds += runs.back().rewinds;
      }
      ASSERT_TRUE(logger.Finish().ok());
      const auto log = Log::Open(path);
      ASSERT_TRUE(log.ok()) << log.status();
      EXPECT_TRUE((*log)->description().notices.empty());
      for (std::size_t number = 0; number < runs.size(); ++number) {
        const LogSequence& logged = (*log)->sequences()[number];
        const auto tokens =
            (*log)->tokens().subspan(static_cast<std::size_t>(logged.first_row),
                                     static_cast<std::size_t>(logged.rows));
        EXPECT_EQ(absl::MakeConstSpan(runs[number].tokens), tokens);
      }
      EXPECT_EQ(Differing(**log, pipeline, /*noted=*/true), 0) << stages;
      differing += Differing(**log, pipeline, /*noted=*/false);
    }
  }
  // Both in number: that the notes were needed.
  EXPECT_GT(rewinds, 60);
  EXPECT_GT(differing, 60);
}

TEST(RowNotesTest, RecoveredInTheMiddleItIsTheSame) {
  const ScratchFolder folder;
  const std::string path = absl::StrCat(folder.path(), "/run");
  const Pipeline pipeline = MakePipeline(kChains[1], kRewoundVocabulary);
  {
    Logger logger = NewLogger(path);
    DrawRewound(pipeline, Phrases(), 3, kLength, logger);
  }
  const auto recovered = RecoverLog(path + ".partial", path, Overwrite::kNo);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_TRUE(recovered->undamaged);
  EXPECT_TRUE(recovered->missing.empty());
  const auto log = Log::Open(path);
  EXPECT_EQ((*log)->rows(), recovered->rows);
  EXPECT_EQ(Differing(**log, pipeline, /*noted=*/true), 0);
}

// A log of one sequence with rows of two tokens, cut and mended.
TEST(RowNotesTest, RowsAreTakenBackAsIfTheyHadNotCome) {
  const ScratchFolder folder;
  const std::string path = absl::StrCat(folder.path(), "/run");
  Logger logger = NewLogger(path);
  const std::vector<float> row(kRewoundVocabulary, 1.0F);
  const auto append = [&](std::uint32_t sequence, TokenId token,
                          std::uint32_t attempt) {
    return logger.Append(sequence, row, token, {.attempt = attempt}).ok();
  };
  ASSERT_TRUE(append(0, 1, 0) && append(1, 2, 0) && append(0, 3, 0));
  EXPECT_EQ(logger.TakeBack(1, 2).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(logger.TakeBack(7, 1).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(logger.TakeBack(0, -1).code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(logger.TakeBack(0, 0).ok());
  EXPECT_TRUE(logger.TakeBack(0, 2).ok());
  ASSERT_TRUE(append(0, 4, 9) && append(1, 5, 0) && append(0, 6, 10));
  EXPECT_TRUE(logger.TakeBack(0, 1).ok());
  ASSERT_TRUE(append(0, 7, 11));
  EXPECT_EQ(logger.rows(), 4);
  ASSERT_TRUE(logger.Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->tokens(),
            (absl::MakeConstSpan(std::vector<TokenId>{4, 7, 2, 5})));
  EXPECT_EQ((*log)->attempts(),
            (absl::MakeConstSpan(std::vector<std::uint32_t>{9, 11, 0, 0})));
  EXPECT_FALSE((*log)->has_bans());
}

TEST(RowNotesTest, WhatNobodyNotedIsInNoLog) {
  const ScratchFolder folder;
  const std::string path = absl::StrCat(folder.path(), "/run");
  Logger logger = NewLogger(path);
  ASSERT_TRUE(logger.Append(0, std::vector<float>(kRewoundVocabulary), 1).ok());
  ASSERT_TRUE(logger.Finish().ok());
  const auto log = Log::Open(path);
  EXPECT_TRUE((*log)->attempts().empty());
  EXPECT_FALSE((*log)->has_bans());
  EXPECT_FALSE((*log)->description().masks);
}

TEST(RowNotesTest, ARowWithoutAMaskBesideOthersGetsOneThatBansNothing) {
  const ScratchFolder folder;
  const std::string path = absl::StrCat(folder.path(), "/run");
  Logger logger = NewLogger(path);
  const std::vector<float> row(kRewoundVocabulary, 1.0F);
  const std::uint32_t words[] = {5};
  const TokenMask mask(absl::MakeConstSpan(words));
  ASSERT_TRUE(logger.Append(0, row, 1).ok());
  ASSERT_TRUE(logger.Append(0, row, 2, {.mask = mask}).ok());
  ASSERT_TRUE(logger.Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  RowBuffer buffer;
  EXPECT_EQ((*log)->Mask(0, buffer).value()->words()[0], 0xffffffffU);
  EXPECT_EQ((*log)->Mask(1, buffer).value()->words()[0], 5U);
  EXPECT_EQ((*log)->Mask(1, buffer).value()->words().size(), 1U);
}

TEST(RowNotesTest, NotesThatNoDrawHasAreRefused) {
  const ScratchFolder folder;
  Logger logger = NewLogger(absl::StrCat(folder.path(), "/run"));
  const std::vector<float> row(kRewoundVocabulary, 1.0F);
  const std::vector<std::uint32_t> words(3, 1);
  const auto masked = [&](std::size_t size) -> RowNotes {
    return {.mask = TokenMask(absl::MakeConstSpan(words).first(size))};
  };
  const auto says = [&](const RowNotes& notes, absl::string_view message) {
    const absl::Status status = logger.Append(0, row, 1, notes);
    EXPECT_EQ(status.message(), message);
  };
  says({.bans = {3, 40}}, "bans[1]: got 40, want a token id in [0, 40)");
  says({.bans = {-1}}, "bans[0]: got -1, want a token id in [0, 40)");
  says(masked(0), "mask: got 0 words, want 1 to 2");
  says(masked(3), "mask: got 3 words, want 1 to 2");
  EXPECT_TRUE(logger.Append(0, row, 1, masked(1)).ok());
  says(masked(2), "mask: got 2 words, want 1, as the masks before it");
  EXPECT_EQ(logger.rows(), 1);
}

// A log of two rows of two tokens, with these tensors (header and bytes).
std::string HostileLog(const std::string& path, const std::string& tensors,
                       const std::string& bytes) {
  const std::string header =
      absl::StrCat(R"({"logits": {"dtype": "F32", "shape": [2, 2], )",
                   R"("data_offsets": [0, 16]}, )", tensors, "}");
  std::ofstream file(path, std::ios::binary);
  file << Bytes(std::uint64_t{header.size()}) << header
       << ArrayBytes(std::vector<float>{1, 2, 3, 4}) << bytes;
  return path;
}

TEST(RowNotesTest, TensorsThatAreNoNotesAreErrorsThatNameThem) {
  const ScratchFolder folder;
  const auto tensor = [](absl::string_view name, int count, int begin) {
    return absl::StrCat("\"", name, R"(": {"dtype": "I32", "shape": [)", count,
                        R"(], "data_offsets": [)", begin, ", ",
                        begin + 4 * count, "]}");
  };
  const auto says = [&](const std::string& tensors,
                        const std::vector<TokenId>& values,
                        absl::string_view message) {
    const auto log = Log::Open(HostileLog(absl::StrCat(folder.path(), "/log"),
                                          tensors, ArrayBytes(values)));
    EXPECT_TRUE(absl::StrContains(log.status().message(), message))
        << log.status();
  };
  says(tensor("attempts", 3, 16), {0, 0, 0}, "3 values");
  says(tensor("attempts", 2, 16), {0, -1}, "attempts[1]");
  says(tensor("banned_tokens", 1, 16), {0}, "ban_offsets");
  says(tensor("ban_offsets", 3, 16), {0, 0, 0}, "banned_tokens");
  const std::string both = absl::StrCat(tensor("ban_offsets", 3, 16), ", ",
                                        tensor("banned_tokens", 2, 28));
  says(both, {0, 2, 1, 0, 1}, "ban_offsets");
  says(both, {0, 1, 2, 0, 2}, "banned_tokens[1]");
  const auto good =
      Log::Open(HostileLog(absl::StrCat(folder.path(), "/good"), both,
                           ArrayBytes(std::vector<TokenId>{0, 0, 2, 0, 1})));
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_TRUE((*good)->Bans(0).empty());
  EXPECT_EQ((*good)->Bans(1).size(), 2U);
}

}  // namespace
}  // namespace sampler::logs::row_notes_test
