// Which positions of an answer become rows: those of the prompt, or those that
// were generated; and what is known of the tokens before them.
//
// A first position without a distribution is no row: its token begins the
// prompt. Where the positions of a prompt are told, its ids are the prompt of
// what was generated.
//
// Errors: InvalidArgument where there are both and nobody says which, or none.
// Thread-safety: pure function.
// Tested by: tests/logs/server/server_log_test.cc.

#ifndef SAMPLER_LOGS_SERVER_CHOOSE_POSITIONS_H_
#define SAMPLER_LOGS_SERVER_CHOOSE_POSITIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/server/answer.h"

namespace sampler::logs {

struct ChosenPositions {
  std::string name;  // "prompt" or "output".
  std::vector<AnswerSequence> sequences;
};

// `asked`: "prompt", "output", or "" for the only ones. Takes the positions out
// of `answers`.
absl::StatusOr<ChosenPositions> ChoosePositions(const std::string& file,
                                                const std::string& asked,
                                                Answers& answers);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_CHOOSE_POSITIONS_H_
