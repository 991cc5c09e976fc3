#include "sampler/logs/server/choose_positions.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

bool HasDistribution(const AnswerPosition& position) {
  return !position.top.empty() ||
         (position.chosen && !std::isnan(position.chosen->value));
}

std::int64_t CountPositions(const std::vector<AnswerSequence>& sequences) {
  std::int64_t count = 0;
  for (const AnswerSequence& sequence : sequences) {
    count += std::ssize(sequence.positions);
  }
  return count;
}

// Makes the token of a first position without a distribution, which nothing
// predicts, the begin of the prompt.
void TakeFirstToken(AnswerSequence& sequence) {
  if (sequence.positions.empty()) return;
  const AnswerPosition& first = sequence.positions.front();
  if (HasDistribution(first)) return;
  if (sequence.prompt.empty() && first.chosen && first.chosen->id >= 0) {
    sequence.prompt.push_back(first.chosen->id);
  }
  sequence.positions.erase(sequence.positions.begin());
}

// The ids of a prompt whose positions are told.
std::vector<std::int64_t> IdsOf(const AnswerSequence& prompt) {
  std::vector<std::int64_t> ids;
  for (const AnswerPosition& position : prompt.positions) {
    if (!position.chosen || position.chosen->id < 0) return {};
    ids.push_back(position.chosen->id);
  }
  return ids;
}

// Where the positions of the prompt are told, its ids are.
void TakePrompts(Answers& answers) {
  const std::size_t prompts = answers.prompt.size();
  if (prompts == 0) return;
  for (std::size_t s = 0; s < answers.output.size(); ++s) {
    const bool own = prompts == answers.output.size();
    if (!own && prompts != 1) return;
    if (!answers.output[s].prompt.empty()) continue;
    answers.output[s].prompt = IdsOf(answers.prompt[own ? s : 0]);
  }
}

}  // namespace

absl::StatusOr<ChosenPositions> ChoosePositions(const std::string& file,
                                                const std::string& asked,
                                                Answers& answers) {
  for (AnswerSequence& sequence : answers.output) TakeFirstToken(sequence);
  TakePrompts(answers);  // With their first tokens.
  for (AnswerSequence& sequence : answers.prompt) TakeFirstToken(sequence);
  const std::int64_t output = CountPositions(answers.output);
  const std::int64_t prompt = CountPositions(answers.prompt);
  if (!asked.empty() && asked != "output" && asked != "prompt") {
    return InvalidLog({file, "tensor", absl::StrCat("\"", asked, "\""),
                       "\"output\" or \"prompt\", the two that answers have",
                       "leave it out where an answer has but one"});
  }
  if (asked.empty() && output > 0 && prompt > 0) {
    return InvalidLog(
        {file, "log-probabilities",
         absl::StrCat("those of ", prompt, " positions of the prompt and of ",
                      output, " that were generated"),
         "one of the two", "say which: --tensor prompt or --tensor output"});
  }
  const bool take_prompt = asked.empty() ? output == 0 : asked == "prompt";
  const std::int64_t count = take_prompt ? prompt : output;
  if (count == 0) {
    return InvalidLog(
        {file, "log-probabilities",
         absl::StrCat("none in an answer of ", ProducerName(answers.producer),
                      asked.empty() ? "" : absl::StrCat(" for ", asked)),
         "a list of the likeliest tokens at each position",
         "ask for them: n_probs (llama-server), logprobs and top_logprobs "
         "(OpenAI, vLLM, Ollama), top_logprobs_num (SGLang), top_n_tokens "
         "(TGI)"});
  }
  return ChosenPositions{
      take_prompt ? "prompt" : "output",
      std::move(take_prompt ? answers.prompt : answers.output)};
}

}  // namespace sampler::logs
