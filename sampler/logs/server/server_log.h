// Log of a server's answers (answer_reader.h): rows of the tokens that it
// listed, as those of a top-k log (rows/sparse_log.h).
//
// A row's values are log-probabilities of the whole vocabulary (logsumexp 0);
// of vLLM's raw_logits, which their sum gives away, logits whose logsumexp is
// unknown. Log::Tail tells what is not listed: none of it exceeds the least
// value of the list. The chosen token is part of the row, also where the list
// did not have it; where the list may have been made longer for it, or begins
// with it, its value bounds nothing.
//
//   -9999.0          of the chosen token: not in the list; in a list: removed,
//   below -3.4e38    and all that is not listed too
//   null             of the first position: its token begins the prompt;
//                    elsewhere a row without candidates
//
// A row of probabilities after sampling that sum to 1 is complete. Answers that
// hold positions of the prompt and of the output are a question, which
// OpenOptions::tensor answers ("prompt" or "output"). The vocabulary size is
// the caller's, or that of its texts.
//
// Errors: as Log::Open.
// Thread-safety: as Log.
// Cost: the whole file in memory while it is opened, then its entries.
// Tested by: tests/logs/server/server_log_test.cc, llama_answers_test.cc.

#ifndef SAMPLER_LOGS_SERVER_SERVER_LOG_H_
#define SAMPLER_LOGS_SERVER_SERVER_LOG_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/candidate.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/log.h"
#include "sampler/logs/log_parts.h"

namespace sampler::logs {

struct ServerParts {
  LogParts parts;
  std::vector<std::size_t> starts = {0};  // Of rows in the entries; the end.
  std::vector<TokenId> ids;
  std::vector<float> values;
  std::vector<TailInfo> tails;
};

// NotFound where the text is JSON, or seems so, and no answer of a server.
absl::StatusOr<ServerParts> ParseServerAnswers(const InputFile& file,
                                               const OpenRequest& request);

class ServerLog final : public Log {
 public:
  ServerLog(InputFile file, ServerParts server);

  absl::StatusOr<Logits> Row(std::int64_t row,
                             RowBuffer& buffer) const override;
  absl::StatusOr<std::optional<TailInfo>> Tail(std::int64_t row) const override;

 private:
  ServerParts server_;  // Without `parts`.
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_SERVER_LOG_H_
