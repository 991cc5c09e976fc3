// Logs a generation loop: every row of logits before any stage, with the token
// that was drawn from it, so that the run can be replayed.
//
//   auto logger = logs::Logger::Create("run.safetensors",
//                                      {.vocabulary_size = 32'000});
//   absl::Status status = logger->AddPrompt(/*sequence=*/0, prompt);
//   // every step, once the token is known and before the row is overwritten:
//   status = logger->Append(/*sequence=*/0, logits, token.id);
//   status = logger->Finish();
//
// A token that was drawn with another attempt, with bans or with a mask needs
// them beside its row (row_notes.h); rows whose tokens are taken back
// (Rewinder, Sequence::Redraw) are taken back from the log too.
//
// Sequences are numbers of the caller's, in any order and interleaved. In the
// log they stand in ascending order. `sampler replay` gives each the seed, the
// stream and the config that Describe told; where it told nothing, the first
// one has the stream 0, the next 1: numbers 0, 1, 2, ... with streams of those
// numbers are replayed as they were drawn.
//
// Until Finish the rows are in PATH.partial (journal.h), which is locked: no
// second logger writes it, and the journal of a live process is told from that
// of a dead one. A row whose Append
// returned OK survives the death of the process at any moment; RecoverLog
// (recover.h) or `sampler convert --recover PATH.partial OUT` then makes the
// log of it. Finish does the same and removes PATH.partial, so it needs room
// for the rows a second time.
//
// Exactness: a log in the type of the rows holds them bit for bit; f16 and bf16
// logs of f32 rows are rounded, and then a replay may draw another token. A
// top-k log holds k tokens a row, the drawn one, and the logsumexp of the whole
// row (row_encoder.h): a replay is exact for chains that cut within the k.
//
// Errors: InvalidArgument or OutOfRange (a row of the wrong size, a token
//   outside the vocabulary, a logit that the type cannot hold, a row without
//   likeliest tokens in a top-k log): nothing is logged, and a caller that goes
//   on should leave the sequence, whose later rows would stand one place too
//   early. OutOfRange also for a sequence so many that the log could not list
//   their numbers (millions, not counted from 0). ResourceExhausted and the
//   like (disk full): the rows before are safe, and every later call gives this
//   error. FailedPrecondition (used after Finish or Discard). Destroying a
//   logger that was not finished leaves PATH.partial. A logger that was moved
//   from may only be destroyed.
// Thread-safety: calls from any number of threads are serialised by a lock.
// Cost: one write of the row (a log in another type: and one pass to round it),
//   a fixed amount of memory and some 50 bytes a sequence; Finish copies all
//   rows. `logger-bench` measures both.
// Tested by: tests/logs/logger_test.cc, logger_kill_test.cc (SIGKILL),
//   logger_replay_test.cc (the logged tokens again), row_notes_test.cc (those
//   of rewound and masked runs), logger_limits_test.cc,
//   logger_lock_test.cc (two loggers), tests/threads_test.cc.

#ifndef SAMPLER_LOGS_LOGGER_H_
#define SAMPLER_LOGS_LOGGER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logits.h"
#include "sampler/logs/overwrite.h"
#include "sampler/logs/row_notes.h"
#include "sampler/logs/sequence_settings.h"

namespace sampler::logs {

enum class Journal {
  kRecoverable,  // In PATH.partial, which outlives the process.
  kNameless      // In a file without a name: whatever ends the process removes
                 // the rows too. For logs that can be made again.
};

struct LoggerOptions {
  std::int64_t vocabulary_size = 0;  // Width of every row, from 1 to 2^20.
  DType dtype = DType::kF32;         // Of the log: kF32, kF16 or kBF16.
  // 0: whole rows. k >= 1: the k likeliest tokens of each row.
  std::int64_t top_k = 0;
  // Put into the file, for example "model" or "temperature". "kind" is "raw"
  // unless it is said here that stages have changed the rows ("processed").
  // Names are UTF-8, not those that the logger writes itself (vocab_size,
  // source_precision, sequences, top_k, forced_token, missing_rows, configs),
  // and all of it has at most 99,000,000 bytes as JSON. In values, what is not
  // UTF-8 becomes U+FFFD.
  std::map<std::string, std::string> metadata = {};
  // kYes: replace an existing log of this name when finished, and at once a
  // PATH.partial that a dead process left.
  Overwrite overwrite = Overwrite::kNo;
  // Where the rows are until Finish.
  Journal journal = Journal::kRecoverable;
};

// `metadata` without the names that the logger writes itself: for logs that are
// made of other logs.
std::map<std::string, std::string> WithoutReserved(
    std::map<std::string, std::string> metadata);

class Logger {
 public:
  // Errors: InvalidArgument (options out of range; PATH is "-", a folder, a
  // device or anything else than a new name or a regular file), AlreadyExists
  // (PATH, or the PATH.partial of a dead process, unless they may be
  // overwritten; the PATH.partial of a live logger, always), those of the
  // system.
  static absl::StatusOr<Logger> Create(const std::string& path,
                                       const LoggerOptions& options);

  Logger(Logger&&) noexcept;
  Logger& operator=(Logger&&) noexcept;
  ~Logger();

  // The tokens before the first row of a sequence, in one call or several.
  absl::Status AddPrompt(std::uint32_t sequence,
                         absl::Span<const TokenId> tokens);

  // With what a sequence is drawn, so that `sampler replay LOG` needs no option
  // and verifies every token; before or after its rows, and of several calls
  // the last one counts. Best as the sequence begins:
  //
  //   status = logger->Describe(7, logs::SettingsOf(pipeline, sequence));
  //
  // InvalidArgument for a config that is no JSON object, or a negative clock.
  absl::Status Describe(std::uint32_t sequence,
                        const SequenceSettings& settings);

  // The next row of a sequence, the token drawn from it, and with what. Masks
  // have one size in one log, of at most the vocabulary's words; a row without
  // one beside rows that have one gets one that bans nothing.
  absl::Status Append(std::uint32_t sequence, const Logits& row, TokenId token,
                      const RowNotes& notes = {});

  // Takes back the last `rows` rows of a sequence, as if they had not been
  // logged; the journal keeps their bytes until Finish. OutOfRange if there are
  // fewer.
  absl::Status TakeBack(std::uint32_t sequence, std::int64_t rows);

  // Waits until all rows so far are on the disk, against a loss of power.
  absl::Status Sync();

  // Makes the log, of the file that this logger wrote even if PATH.partial is
  // the name of another one by now. FailedPrecondition if no row was logged.
  // After an error PATH.partial is still there, more rows may be logged, and
  // Finish may be tried again.
  absl::Status Finish();

  // Gives up: removes PATH.partial and all rows with it.
  void Discard();

  // Rows logged so far, and their bytes with all that goes with them.
  std::int64_t rows() const;
  std::int64_t bytes() const;

 private:
  struct State;
  explicit Logger(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_LOGGER_H_
