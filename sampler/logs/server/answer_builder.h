// Collects the positions of answers while their shapes are walked through.
//
// A stream sends an answer in parts: parts of one key (its id and index) go to
// one sequence until the stream ends.
//
// Thread-safety: one thread.
// Tested by: tests/logs/server/answer_reader_test.cc.

#ifndef SAMPLER_LOGS_SERVER_ANSWER_BUILDER_H_
#define SAMPLER_LOGS_SERVER_ANSWER_BUILDER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/server/answer.h"
#include "sampler/logs/server/json_node.h"

namespace sampler::logs {

// Where the walk stands, for errors.
struct AnswerPlace {
  std::string file;
  std::string where;  // "line 3, choices[0]".

  AnswerPlace At(absl::string_view member) const;
  AnswerPlace At(absl::string_view member, std::size_t index) const;
};

absl::Status WrongAnswer(const AnswerPlace& place, absl::string_view found,
                         absl::string_view allowed);

class AnswerBuilder {
 public:
  // Whether what follows are parts, and not whole answers.
  void SetStreaming(bool streaming) { streaming_ = streaming; }
  bool streaming() const { return streaming_; }

  // InvalidArgument if the file has answers of another server already.
  absl::Status SetProducer(Producer producer, const AnswerPlace& place);
  // InvalidArgument if the values so far were of another kind.
  absl::Status SetValues(AnswerValues values, const AnswerPlace& place);

  // The sequence of a part, or a new one for a whole answer.
  AnswerSequence& Output(const std::string& key);
  AnswerSequence& Prompt() { return answers_.prompt.emplace_back(); }

  // The stream is over: a part with the same key begins another sequence.
  void EndStream() { open_.clear(); }

  // An answer that was read and has no log-probabilities.
  void CountWithout() { ++answers_.without_logprobs; }
  void CountAnswer() { ++seen_; }

  void Note(const std::string& key, absl::string_view value);

  // Whether any document was an answer of a server.
  bool any() const { return seen_ > 0; }
  Answers Finish() &&;

 private:
  Answers answers_;
  std::optional<Producer> producer_;
  std::optional<AnswerValues> values_;
  bool streaming_ = false;
  std::int64_t seen_ = 0;
  std::map<std::string, std::size_t> open_;  // Key -> index in output.
};

// ---- Tokens -------------------------------------------------------------

// A number, a bare word of Python, or null (NaN: not told).
absl::Status ReadValue(const JsonNode* node, const AnswerPlace& place,
                       double& value);

// An id, as a number or as digits; -1 where there is none.
absl::Status ReadId(const JsonNode* node, const AnswerPlace& place,
                    std::int64_t& id);

// What `text` says: "token_id:123" is an id.
void TakeText(absl::string_view text, AnswerToken& token);

// {id, token, bytes, logprob}: as llama-server, OpenAI, vLLM and Ollama write
// it. `value`: the name of the number.
absl::Status ReadToken(const JsonNode& node, absl::string_view value,
                       const AnswerPlace& place, AnswerToken& token);

// ---- Servers ------------------------------------------------------------

// Each reads one document or part of its shape.
absl::Status ReadLlamaServer(const JsonNode& answer, const AnswerPlace& place,
                             AnswerBuilder& builder);
absl::Status ReadChoices(const JsonNode& answer, const AnswerPlace& place,
                         AnswerBuilder& builder);
absl::Status ReadResponse(const JsonNode& answer, const AnswerPlace& place,
                          AnswerBuilder& builder);
absl::Status ReadPromptLogprobs(const JsonNode& list, const JsonNode* prompt,
                                const AnswerPlace& place,
                                AnswerBuilder& builder);
absl::Status ReadSglang(const JsonNode& answer, const AnswerPlace& place,
                        AnswerBuilder& builder);
absl::Status ReadTgi(const JsonNode& answer, const AnswerPlace& place,
                     AnswerBuilder& builder);
absl::Status ReadOllama(const JsonNode& answer, const AnswerPlace& place,
                        AnswerBuilder& builder);
absl::Status ReadGemini(const JsonNode& answer, const AnswerPlace& place,
                        AnswerBuilder& builder);

// The items of an OpenAI chat's content[].
absl::Status ReadContent(const JsonNode& content, const AnswerPlace& place,
                         AnswerSequence& sequence);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_ANSWER_BUILDER_H_
