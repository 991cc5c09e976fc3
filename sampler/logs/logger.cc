#include "sampler/logs/logger.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/config.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/journal/journal.h"
#include "sampler/logs/journal/notes_record.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/journal/row_encoder.h"
#include "sampler/logs/logger_options.h"

namespace sampler::logs {

struct [[gnu::visibility("hidden")]] Logger::State {
  State(std::string log_path, LoggerOptions log_options, JournalWriter writer)
      : path(std::move(log_path)),
        options(std::move(log_options)),
        journal(std::move(writer)),
        dense(options.dtype),
        sparse(options.dtype, options.top_k),
        room_for_sequences(RoomForSequences(options)) {}

  absl::Status CheckOpen() const {
    if (!finished) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        OutputName(path), ": the log is finished; rows need a new logger"));
  }

  // What was logged of a sequence so far.
  struct Place {
    std::uint32_t rows = 0;
    std::uint32_t prompt_tokens = 0;
  };

  // OutOfRange if `sequence` is new and the log could not list its number.
  absl::Status CheckRoom(std::uint32_t sequence) const {
    if (places.contains(sequence)) return absl::OkStatus();
    // Numbers 0, 1, 2, ... are not listed.
    const std::uint64_t count = places.size() + 1;
    const bool counted = std::max(last_sequence, sequence) + 1ull == count;
    const auto digits = std::ssize(absl::StrCat(sequence)) + 1;
    if (counted || sequence_bytes + digits <= room_for_sequences) {
      return absl::OkStatus();
    }
    return absl::OutOfRangeError(absl::StrCat(
        OutputName(path), ": sequence ", sequence, ": got ", count,
        " sequences, want fewer, or numbers counted from 0: the log has no "
        "room to list the numbers"));
  }

  // REQUIRES: CheckRoom(sequence).
  Place& PlaceOf(std::uint32_t sequence) {
    const auto [place, is_new] = places.try_emplace(sequence);
    if (is_new) {
      last_sequence = std::max(last_sequence, sequence);
      sequence_bytes += std::ssize(absl::StrCat(sequence)) + 1;
    }
    return place->second;
  }

  // REQUIRES: CheckNotes has found nothing.
  absl::Status AppendNotes(std::uint32_t sequence, std::uint32_t row,
                           const RowNotes& notes) {
    if (notes.empty()) return absl::OkStatus();
    const NotesHead head = HeadOf(notes);
    const absl::Span<const std::uint32_t> mask =
        notes.mask.has_value() ? notes.mask->words()
                               : absl::Span<const std::uint32_t>();
    if (notes.mask.has_value()) mask_words = mask.size();
    return journal.Append(
        {.type = RecordType::kNotes,
         .sequence = sequence,
         .entries = PackEntries(/*entries=*/0, row)},
        {AsBytes(absl::MakeConstSpan(head)),
         AsBytes(absl::MakeConstSpan(notes.bans)), AsBytes(mask)});
  }

  std::string path;
  LoggerOptions options;
  JournalWriter journal;
  std::optional<std::size_t> mask_words;  // Of the masks so far.
  DenseEncoder dense;
  SparseEncoder sparse;
  std::int64_t rows = 0;
  std::unordered_map<std::uint32_t, Place> places;
  std::uint32_t last_sequence = 0;
  std::int64_t sequence_bytes = 0;  // Of the list of their numbers.
  const std::int64_t room_for_sequences;
  bool finished = false;
  mutable std::mutex mutex;
};

Logger::Logger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Logger::Logger(Logger&&) noexcept = default;
Logger& Logger::operator=(Logger&&) noexcept = default;
Logger::~Logger() = default;

absl::StatusOr<Logger> Logger::Create(const std::string& path,
                                      const LoggerOptions& options) {
  absl::Status status = CheckOptions(path, options);
  if (!status.ok()) return status;
  if (path == "-") {
    return absl::InvalidArgumentError(
        "-: got standard output, want the name of a file; ./- is a file");
  }
  status = CheckTarget(path, options.overwrite);
  if (!status.ok()) return status;
  auto journal =
      options.journal == Journal::kNameless
          ? JournalWriter::CreateNameless(path)
          : JournalWriter::Create(path + ".partial", options.overwrite);
  if (!journal.ok()) return journal.status();
  const std::string json = OptionsToJson(options);
  // Twice, see journal.h.
  for (int copy = 0; copy < 2 && status.ok(); ++copy) {
    status = journal->Append({.type = RecordType::kOptions},
                             {AsBytes(absl::MakeConstSpan(json))});
  }
  if (!status.ok()) {
    journal->Remove();
    return status;
  }
  return Logger(std::make_unique<State>(path, options, *std::move(journal)));
}

absl::Status Logger::AddPrompt(std::uint32_t sequence,
                               absl::Span<const TokenId> tokens) {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  if (!status.ok()) return status;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    status = CheckToken(absl::StrCat("tokens[", i, "]"), tokens[i],
                        state_->options.vocabulary_size);
    if (!status.ok()) return status;
  }
  status = state_->CheckRoom(sequence);
  if (!status.ok()) return status;
  State::Place& place = state_->PlaceOf(sequence);
  status = state_->journal.Append(
      {.type = RecordType::kPrompt,
       .sequence = sequence,
       .entries = PackEntries(/*entries=*/0, place.prompt_tokens)},
      {AsBytes(tokens)});
  if (status.ok()) {
    place.prompt_tokens += static_cast<std::uint32_t>(tokens.size());
  }
  return status;
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
  status = state_->CheckRoom(sequence);
  if (!status.ok()) return status;
  state_->PlaceOf(sequence);
  return state_->journal.Append(
      {.type = RecordType::kSettings, .sequence = sequence},
      {AsBytes(absl::MakeConstSpan(json))});
}

absl::Status Logger::Append(std::uint32_t sequence, const Logits& row,
                            TokenId token, const RowNotes& notes) {
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
  status = CheckNotes(notes, state_->options, state_->mask_words);
  if (!status.ok()) return status;
  status = state_->CheckRoom(sequence);
  if (!status.ok()) return status;
  RecordHeader header = {
      .type = RecordType::kDense,
      .sequence = sequence,
      .token = token,
      .source_dtype = static_cast<std::uint32_t>(row.dtype())};
  State::Place* place = nullptr;
  if (state_->options.top_k == 0) {
    const auto elements = state_->dense.Encode(row);
    if (!elements.ok()) return elements.status();
    place = &state_->PlaceOf(sequence);
    header.entries = PackEntries(/*entries=*/0, place->rows);
    status = state_->AppendNotes(sequence, place->rows, notes);
    if (!status.ok()) return status;
    status = state_->journal.Append(header, {*elements});
  } else {
    const auto encoded = state_->sparse.Encode(row, token);
    if (!encoded.ok()) return encoded.status();
    header.type = RecordType::kSparse;
    place = &state_->PlaceOf(sequence);
    header.entries = PackEntries(encoded->ids.size(), place->rows);
    status = state_->AppendNotes(sequence, place->rows, notes);
    if (!status.ok()) return status;
    status = state_->journal.Append(
        header,
        {AsBytes(absl::MakeConstSpan(&encoded->log_sum_exp, 1)),
         AsBytes(encoded->ids), AsBytes(encoded->logprobs), encoded->logits});
  }
  if (status.ok()) {
    ++state_->rows;
    ++place->rows;
  }
  return status;
}

absl::Status Logger::TakeBack(std::uint32_t sequence, std::int64_t rows) {
  const std::lock_guard lock(state_->mutex);
  absl::Status status = state_->CheckOpen();
  if (!status.ok()) return status;
  const auto found = state_->places.find(sequence);
  const std::int64_t logged =
      found == state_->places.end() ? 0 : std::int64_t{found->second.rows};
  if (!(0 <= rows && rows <= logged)) {
    return absl::OutOfRangeError(
        absl::StrCat("rows: got ", rows, ", want 0 to ", logged,
                     ", the logged ones of sequence ", sequence));
  }
  if (rows == 0) return status;
  status = state_->journal.Append(
      {.type = RecordType::kTakeBack,
       .sequence = sequence,
       .entries = PackEntries(/*entries=*/0,
                              static_cast<std::uint64_t>(logged - rows))},
      {});
  if (status.ok()) {
    found->second.rows -= static_cast<std::uint32_t>(rows);
    state_->rows -= rows;
  }
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
  status = FinishLog(state_->journal, state_->rows, state_->path,
                     state_->options.overwrite);
  if (!status.ok()) return status;
  state_->finished = true;
  state_->journal.Remove();
  return absl::OkStatus();
}

void Logger::Discard() {
  const std::lock_guard lock(state_->mutex);
  if (state_->finished) return;
  state_->finished = true;
  state_->journal.Remove();
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
