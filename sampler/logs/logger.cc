#include "sampler/logs/logger.h"

#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/journal.h"
#include "sampler/logs/recover.h"
#include "sampler/logs/row_encoder.h"
#include "sampler/token.h"

namespace sampler::logs {

struct Logger::State {
  State(std::string log_path, LoggerOptions log_options, JournalWriter writer)
      : path(std::move(log_path)),
        options(std::move(log_options)),
        journal(std::move(writer)),
        dense(options.dtype),
        sparse(options.dtype, options.top_k) {}

  absl::Status CheckOpen() const {
    if (!finished) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": the log is finished; rows need a new logger"));
  }

  std::string path;
  LoggerOptions options;
  JournalWriter journal;
  DenseEncoder dense;
  SparseEncoder sparse;
  std::int64_t rows = 0;
  bool finished = false;
  mutable std::mutex mutex;
};

namespace {

absl::Status CheckOptions(const std::string& path,
                          const LoggerOptions& options) {
  const auto fail = [&](absl::string_view name, auto found,
                        absl::string_view allowed) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", name, ": got ", found, ", want ", allowed));
  };
  if (options.vocabulary_size < 1 ||
      options.vocabulary_size > kMaxVocabularySize) {
    return fail("vocabulary_size", options.vocabulary_size,
                absl::StrCat("1 to ", kMaxVocabularySize));
  }
  if (options.top_k < 0 || options.top_k > options.vocabulary_size) {
    return fail("top_k", options.top_k,
                absl::StrCat("0 (whole rows) to ", options.vocabulary_size));
  }
  if (options.dtype == DType::kF64) {
    return fail("dtype", DTypeName(options.dtype), "f32, f16 or bf16");
  }
  if constexpr (std::endian::native != std::endian::little) {
    return absl::UnimplementedError(
        "logs are little-endian; this machine is not");
  }
  return absl::OkStatus();
}

absl::Status CheckToken(absl::string_view name, std::int32_t token,
                        std::int64_t vocabulary_size) {
  if (token >= 0 && token < vocabulary_size) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(name, ": got ", token,
                                            ", want a token id in [0, ",
                                            vocabulary_size, ")"));
}

}  // namespace

Logger::Logger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Logger::Logger(Logger&&) noexcept = default;
Logger& Logger::operator=(Logger&&) noexcept = default;
Logger::~Logger() = default;

absl::StatusOr<Logger> Logger::Create(const std::string& path,
                                      const LoggerOptions& options) {
  absl::Status status = CheckOptions(path, options);
  if (!status.ok()) return status;
  struct stat info;
  if (options.overwrite == Overwrite::kNo && stat(path.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(
        path, ": exists already; name another log, or allow overwriting"));
  }
  auto journal = JournalWriter::Create(path + ".partial");
  if (!journal.ok()) return journal.status();
  const std::string json = OptionsToJson(options);
  status = journal->Append({.type = RecordType::kOptions},
                           {AsBytes(absl::MakeConstSpan(json))});
  if (!status.ok()) {
    unlink(journal->path().c_str());
    return status;
  }
  return Logger(std::make_unique<State>(path, options, *std::move(journal)));
}

absl::Status Logger::AddPrompt(std::uint32_t sequence,
                               absl::Span<const std::int32_t> tokens) {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  if (!status.ok()) return status;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    status = CheckToken(absl::StrCat("tokens[", i, "]"), tokens[i],
                        state_->options.vocabulary_size);
    if (!status.ok()) return status;
  }
  return state_->journal.Append(
      {.type = RecordType::kPrompt, .sequence = sequence}, {AsBytes(tokens)});
}

absl::Status Logger::Describe(std::uint32_t sequence,
                              const SequenceSettings& settings) {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  if (!status.ok()) return status;
  const std::string json = ToJson(settings);
  // What the log's reader would refuse must not come into the journal.
  if (SettingsFromJson(json) != settings) {
    return absl::InvalidArgumentError(absl::StrCat(
        "settings of sequence ", sequence,
        ": got a config that is no JSON object in UTF-8, or the clock ",
        settings.clock,
        ", want the text of a config and a clock of 0 or more"));
  }
  return state_->journal.Append(
      {.type = RecordType::kSettings, .sequence = sequence},
      {AsBytes(absl::MakeConstSpan(json))});
}

absl::Status Logger::Append(std::uint32_t sequence, const Logits& row,
                            std::int32_t token) {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  if (!status.ok()) return status;
  const std::int64_t size = state_->options.vocabulary_size;
  if (static_cast<std::int64_t>(row.size()) != size) {
    return absl::InvalidArgumentError(
        absl::StrCat("row: got ", row.size(), " logits, want ", size));
  }
  status = CheckToken("token", token, size);
  if (!status.ok()) return status;
  RecordHeader header = {
      .type = RecordType::kDense,
      .sequence = sequence,
      .token = token,
      .source_dtype = static_cast<std::uint32_t>(row.dtype())};
  if (state_->options.top_k == 0) {
    const auto elements = state_->dense.Encode(row);
    if (!elements.ok()) return elements.status();
    status = state_->journal.Append(header, {*elements});
  } else {
    const auto encoded = state_->sparse.Encode(row, token);
    if (!encoded.ok()) return encoded.status();
    header.type = RecordType::kSparse;
    header.entries = encoded->ids.size();
    status = state_->journal.Append(
        header,
        {AsBytes(absl::MakeConstSpan(&encoded->log_sum_exp, 1)),
         AsBytes(encoded->ids), AsBytes(encoded->logprobs), encoded->logits});
  }
  if (status.ok()) ++state_->rows;
  return status;
}

absl::Status Logger::Sync() {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  return status.ok() ? state_->journal.Sync() : status;
}

absl::Status Logger::Finish() {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  if (!status.ok()) return status;
  // A log with a row missing is no log of this run: the caller decides whether
  // to recover what there is.
  if (!state_->journal.status().ok()) return state_->journal.status();
  const auto made = RecoverLog(state_->journal.path(), state_->path,
                               state_->options.overwrite);
  if (!made.ok()) return made.status();
  if (made->rows != state_->rows) {
    return absl::DataLossError(absl::StrCat(
        state_->journal.path(), ": got ", made->rows, " intact rows, want ",
        state_->rows, "; was the file changed by another program?"));
  }
  state_->finished = true;
  unlink(state_->journal.path().c_str());
  return absl::OkStatus();
}

void Logger::Discard() {
  const std::lock_guard lock(state_->mutex);
  if (state_->finished) return;
  state_->finished = true;
  unlink(state_->journal.path().c_str());
}

std::int64_t Logger::rows() const {
  const std::lock_guard lock(state_->mutex);
  return state_->rows;
}

std::int64_t Logger::bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->journal.size();
}

}  // namespace sampler::logs
