// What servers answer, brought into one shape: sequences of positions, each
// with the token that was chosen and the likeliest ones.
//
// Thread-safety: plain data.
// Tested by: tests/logs/server/answer_reader_test.cc.

#ifndef SAMPLER_LOGS_SERVER_ANSWER_H_
#define SAMPLER_LOGS_SERVER_ANSWER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sampler::logs {

// Who answered, as far as the answer shows.
enum class Producer {
  kOpenAi,  // Or whoever speaks its language: vLLM, SGLang, llama-server.
  kLlamaServer,
  kVllm,
  kSglang,
  kTgi,
  kOllama,
  kGemini
};

// "an OpenAI-compatible server", "llama-server", ...
absl::string_view ProducerName(Producer producer);

// What the numbers of an answer are, as far as it shows.
enum class AnswerValues {
  kUntold,     // Log-probabilities, but of which distribution is not said.
  kRaw,        // Log-probabilities of the row as the model gave it.
  kProcessed,  // Of what the sampler left of it.
};

// One token at one position.
struct AnswerToken {
  std::int64_t id = -1;  // -1: not told.
  std::string text;      // Bytes; of those without an id what they are.
  // ln p, or what the server says in its place; NaN: not told.
  double value = 0;
};

struct AnswerPosition {
  std::optional<AnswerToken> chosen = {};
  std::vector<AnswerToken> top = {};  // As listed; may hold the chosen one.
  // Place of the chosen token in the whole vocabulary, from 1; 0: not told.
  std::int64_t rank = 0;
  std::string where = {};  // "line 3, choices[0].logprobs.content[7]".
};

struct AnswerSequence {
  std::vector<AnswerPosition> positions;
  std::vector<std::int64_t> prompt;  // Ids before the first position.
};

// What a file of answers holds.
struct Answers {
  Producer producer = Producer::kOpenAi;
  AnswerValues values = AnswerValues::kUntold;
  std::vector<AnswerSequence> output;  // What was generated.
  std::vector<AnswerSequence> prompt;  // Positions of the prompt itself.
  std::map<std::string, std::string> metadata;
  std::int64_t without_logprobs = 0;  // Answers that hold none.
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_ANSWER_H_
