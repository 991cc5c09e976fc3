// One position of an answer as a row: ids, values, and what is not listed.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/server/server_log_test.cc.

#ifndef SAMPLER_LOGS_SERVER_ANSWER_ROW_H_
#define SAMPLER_LOGS_SERVER_ANSWER_ROW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/log.h"
#include "sampler/logs/server/answer.h"
#include "sampler/logs/server/token_resolver.h"

namespace sampler::logs {

struct RowRules {
  const std::string& file;
  std::int64_t vocabulary_size = 0;
  AnswerValues values = AnswerValues::kUntold;
  bool logits = false;            // Values are logits, not log-probabilities.
  std::size_t shortest_list = 0;  // Of the file, in tokens.
};

struct AnswerRow {
  struct Entry {
    std::int64_t id;
    double value;
  };
  std::vector<Entry> entries;
  std::int64_t chosen = kNoToken;
  TailInfo tail;
  bool chosen_unlisted = false;  // Its value is not told.
  bool repeated = false;         // A token stood twice with one value.
};

// InvalidArgument for an id outside the vocabulary, a value that is none, one
// token with two values.
absl::StatusOr<AnswerRow> MakeRow(const AnswerPosition& position,
                                  const RowRules& rules,
                                  TokenResolver& resolver);

// Returns true if its values can be log-probabilities of one distribution.
bool FitLogprobs(const AnswerPosition& position);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_ANSWER_ROW_H_
