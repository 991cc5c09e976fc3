// Bytes as logs of every format, read whole, sampled and logged again.

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "sampler/logs/survey.h"
#include "sampler/pipeline.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

using logs::Log;

// A few bytes can name a million tokens a row: what is looked at stays small.
constexpr std::int64_t kMostRows = 8;
constexpr std::int64_t kMostCopied = 1 << 16;

void CheckTokens(absl::Span<const TokenId> tokens, TokenId least,
                 const Log& log) {
  for (const TokenId token : tokens) {
    Require(least <= token && token < log.vocabulary_size(),
            "the tokens of a log are of its vocabulary");
  }
}

void CheckSequences(const Log& log) {
  std::int64_t rows = 0;
  for (const logs::LogSequence& sequence : log.sequences()) {
    Require(sequence.first_row == rows && sequence.rows >= 0,
            "sequences cover the rows in their order");
    rows += sequence.rows;
    CheckTokens(sequence.prompt, 0, log);
  }
  Require(!log.sequences().empty() && rows == log.rows(),
          "sequences cover all rows");
  Require(log.tokens().empty() ||
              static_cast<std::int64_t>(log.tokens().size()) == log.rows(),
          "a log has a token for every row, or none");
  CheckTokens(log.tokens(), logs::kNoToken, log);
}

// A row, and what a log tells of it.
void CheckRow(const Log& log, std::int64_t r, logs::RowBuffer& buffer) {
  const absl::StatusOr<Logits> row = log.Row(r, buffer);
  if (row.ok()) {
    Require(static_cast<std::int64_t>(row->size()) == log.vocabulary_size() &&
                row->dtype() == log.description().dtype,
            "a row is as the log describes it");
    static const auto& config = *new PipelineConfig(
        ParseConfig(R"({"version": 1, "stages": [{"type": "top_p", "p": 0.9},
                                                 {"type": "categorical"}]})")
            .value());
    const absl::StatusOr<Pipeline> pipeline =
        Pipeline::Create(config, log.vocabulary_size());
    Require(pipeline.ok(), "the vocabulary of a log is one of a pipeline");
    Workspace workspace;
    const Token token =
        pipeline->Sample(*row, *pipeline->NewSequence({.seed = 1}), workspace);
    Require((token.id >= 0) == (token.status == RowStatus::kOk),
            "a row of a log is sampled, or has a status");
  }
  (void)log.Floor(r);
  (void)log.Tail(r);
  (void)log.Mask(r, buffer);
  CheckTokens(log.Bans(r), 0, log);
}

// What is logged again is read as the same.
void CheckCopy(const Log& log) {
  const logs::LogDescription& description = log.description();
  if (description.dtype == DType::kF64 || log.rows() > kMostRows ||
      log.rows() * log.vocabulary_size() > kMostCopied) {
    return;
  }
  const std::string path = EmptyFolder() + "/copy.safetensors";
  absl::StatusOr<logs::Logger> logger = logs::Logger::Create(
      path, {.vocabulary_size = log.vocabulary_size(),
             .dtype = description.dtype,
             .metadata = logs::WithoutReserved(description.metadata),
             .journal = logs::Journal::kNameless});
  if (!logger.ok()) return;  // Metadata that no log may have.
  logs::RowBuffer buffer;
  for (std::int64_t r = 0; r < log.rows(); ++r) {
    const absl::StatusOr<Logits> row = log.Row(r, buffer);
    if (!row.ok()) return;
    const auto at = static_cast<std::size_t>(r);
    const TokenId token =
        log.tokens().empty() ? 0 : std::max(log.tokens()[at], 0);
    if (!logger->Append(0, *row, token).ok()) return;
  }
  if (log.rows() == 0) return;
  Require(logger->Finish().ok(), "logged rows become a log");
  const auto copy = Log::Open(path);
  Require(copy.ok() && (*copy)->rows() == log.rows(),
          "a log that was written can be read");
  logs::RowBuffer of_copy;
  for (std::int64_t r = 0; r < log.rows(); ++r) {
    const absl::StatusOr<Logits> a = log.Row(r, buffer);
    const absl::StatusOr<Logits> b = (*copy)->Row(r, of_copy);
    Require(a.ok() && b.ok() && a->size() == b->size() &&
                std::memcmp(a->data(), b->data(),
                            a->size() * DTypeSize(a->dtype())) == 0,
            "a logged row has the bits of the row");
  }
}

void CheckLog(const Log& log) {
  const logs::LogDescription& description = log.description();
  Require(description.rows <= description.expected_rows &&
              description.vocabulary_size >= 1,
          "a log has the rows that it can have");
  CheckSequences(log);
  logs::RowBuffer buffer;
  for (std::int64_t r = 0; r < log.rows(); ++r) {
    // The first ones and the last ones.
    if (r == kMostRows) r = std::max(r, log.rows() - kMostRows);
    CheckRow(log, r, buffer);
  }
  (void)logs::TakeSurvey(log, {.end_row = std::min(log.rows(), kMostRows)});
  CheckCopy(log);
}

logs::OpenOptions ReadOptions(ByteSource& source) {
  logs::OpenOptions options;
  const std::uint8_t bits = source.Byte();
  // Most inputs are told by their content.
  if (bits % 16 > 8) {
    constexpr logs::Format kFormats[] = {
        logs::Format::kSafetensors, logs::Format::kNpy,
        logs::Format::kNpz,         logs::Format::kLlamaLogits,
        logs::Format::kRaw,         logs::Format::kServerAnswer};
    options.format = kFormats[bits % 16 % std::size(kFormats)];
  }
  options.allow_partial = (bits & 16) != 0;
  if ((bits & 32) != 0) options.floor = logs::FloorPolicy::kKeep;
  if ((bits & 64) != 0) {
    options.axes =
        source.Maybe() ? logs::Axes::kStepsFirst : logs::Axes::kBatchFirst;
    options.dtype = static_cast<DType>(source.Below(4));
    if (source.Maybe()) options.tensor = "output";
  }
  if ((bits & 128) != 0) options.vocabulary_size = 1 + source.Byte();
  options.token_texts = [] {
    return absl::StatusOr<std::vector<std::string>>(
        std::vector<std::string>{"a", "b", " the", "\n", "<s>", ""});
  };
  return options;
}

}  // namespace

// One byte or several for the options; then, if the next one is odd, two for
// the size of a file of tokens, and that; then the log.
void FuzzLog(Bytes input) {
  ByteSource source(input);
  logs::OpenOptions options = ReadOptions(source);
  std::optional<MemoryFile> tokens;
  if (source.Maybe()) {
    const std::size_t low = source.Byte();
    tokens.emplace(source.Take(low | std::size_t{source.Byte()} << 8));
    options.tokens_file = tokens->path();
  }
  const MemoryFile file(source.Rest());
  const auto log = Log::Open(file.path(), options);
  if (!log.ok()) {
    Require(!log.status().message().empty(), "a log's error is a sentence");
    return;
  }
  CheckLog(**log);
}

}  // namespace sampler::fuzz
