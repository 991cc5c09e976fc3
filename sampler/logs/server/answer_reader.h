// Finds the log-probabilities in answers of servers, whatever the server:
//
//   llama-server   completion_probabilities[], with top_logprobs or, after
//                  sampling, top_probs; before December 2024 probs[{tok_str}]
//   OpenAI         choices[].logprobs.content[] (chat) and parallel arrays
//                  tokens, token_logprobs, top_logprobs (legacy completions);
//                  output[].content[].logprobs[] (responses)
//   vLLM           the same, with "token_id:N"; prompt_logprobs[] = {"id": ...}
//   SGLang         meta_info.output_token_logprobs, output_top_logprobs, and
//                  the same with input_
//   TGI            details.tokens and top_tokens, prefill; streams
//   Ollama         logprobs[] beside "done"
//   Gemini         logprobsResult.chosenCandidates and topCandidates
//
// Lines of a batch's results hold such answers in response.body.
//
// Parts of streams are joined by their id and index. Lists of SGLang's streams
// repeat what came before; they replace it.
//
// Errors: InvalidArgument where an answer contradicts itself (parallel lists of
//   unequal length), reports an error of the server, or is of another server
//   than the one before. NotFound where no answer is: the file is something
//   else.
// Thread-safety: pure function.
// Tested by: tests/logs/server/answer_reader_test.cc, on answers of a real
//   llama-server and on the shapes that servers document.

#ifndef SAMPLER_LOGS_SERVER_ANSWER_READER_H_
#define SAMPLER_LOGS_SERVER_ANSWER_READER_H_

#include <string>

#include "absl/status/statusor.h"
#include "sampler/logs/server/answer.h"
#include "sampler/logs/server/documents.h"

namespace sampler::logs {

// `file` names the documents in errors.
absl::StatusOr<Answers> ReadAnswers(const std::string& file,
                                    const Documents& documents);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_ANSWER_READER_H_
