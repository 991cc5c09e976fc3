// Answers in OpenAI's shapes: chat, completions, responses.

#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/server/answer_builder.h"

namespace sampler::logs {
namespace {

// Parallel arrays of legacy completions.
class LegacyReader {
 public:
  LegacyReader(const JsonNode& logprobs, const AnswerPlace& place)
      : tokens_(logprobs.Get("tokens")),
        values_(logprobs.Get("token_logprobs")),
        top_(logprobs.Get("top_logprobs")),
        place_(place) {}

  absl::Status Read(AnswerSequence& sequence) const {
    const std::size_t count = tokens_->items.size();
    for (const JsonNode* list : {values_, top_}) {
      if (list == nullptr || list->items.size() == count) continue;
      return WrongAnswer(place_, absl::StrCat(list->items.size(), " entries"),
                         absl::StrCat(count, ", as tokens[] has"));
    }
    for (std::size_t i = 0; i < count; ++i) {
      AnswerPosition position;
      position.where = place_.At("top_logprobs", i).where;
      absl::Status status = ReadPosition(i, position);
      if (!status.ok()) return status;
      sequence.positions.push_back(std::move(position));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadPosition(std::size_t i, AnswerPosition& position) const {
    AnswerToken& chosen = position.chosen.emplace();
    TakeText(tokens_->items[i].text, chosen);
    absl::Status status =
        ReadValue(values_ == nullptr ? nullptr : &values_->items[i],
                  place_.At("token_logprobs", i), chosen.value);
    if (!status.ok() || top_ == nullptr) return status;
    const JsonNode& top = top_->items[i];
    for (std::size_t k = 0; k < top.keys.size(); ++k) {
      AnswerToken& token = position.top.emplace_back();
      TakeText(top.keys[k], token);
      status =
          ReadValue(&top.items[k], place_.At("top_logprobs", i), token.value);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const JsonNode* tokens_;
  const JsonNode* values_;
  const JsonNode* top_;
  const AnswerPlace& place_;
};

// Reads the logprobs of a choice, in either shape.
absl::Status ReadLogprobs(const JsonNode& logprobs, const AnswerPlace& place,
                          AnswerSequence& sequence) {
  if (const JsonNode* tokens = logprobs.Get("tokens");
      tokens != nullptr && tokens->is_array()) {
    return LegacyReader(logprobs, place).Read(sequence);
  }
  for (const char* const list : {"content", "refusal"}) {
    const JsonNode* const content = logprobs.Get(list);
    if (content == nullptr) continue;
    absl::Status status = ReadContent(*content, place.At(list), sequence);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Ids that vLLM and others tell beside the texts.
absl::Status TakeIds(const JsonNode* ids, const AnswerPlace& place,
                     std::size_t before, AnswerSequence& sequence) {
  if (ids == nullptr || !ids->is_array()) return absl::OkStatus();
  const std::size_t count = sequence.positions.size() - before;
  if (ids->items.size() != count) return absl::OkStatus();
  for (std::size_t i = 0; i < count; ++i) {
    auto& chosen = sequence.positions[before + i].chosen;
    if (!chosen || chosen->id >= 0) continue;
    absl::Status status = ReadId(&ids->items[i], place, chosen->id);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TakePromptIds(const JsonNode* ids, const AnswerPlace& place,
                           AnswerSequence& sequence) {
  if (ids == nullptr || !ids->is_array()) return absl::OkStatus();
  sequence.prompt.clear();
  for (std::size_t i = 0; i < ids->items.size(); ++i) {
    absl::Status status =
        ReadId(&ids->items[i], place, sequence.prompt.emplace_back());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadChoice(const JsonNode& answer, const JsonNode& choice,
                        const AnswerPlace& place, AnswerBuilder& builder) {
  const JsonNode* prompt_ids = choice.Get("prompt_token_ids");
  if (prompt_ids == nullptr) prompt_ids = answer.Get("prompt_token_ids");
  const JsonNode* const prompt = choice.Get("prompt_logprobs");
  if (prompt != nullptr) {
    absl::Status status = ReadPromptLogprobs(
        *prompt, prompt_ids, place.At("prompt_logprobs"), builder);
    if (!status.ok()) return status;
  }
  const JsonNode* const logprobs = choice.Get("logprobs");
  if (logprobs == nullptr) {
    if (!builder.streaming() && prompt == nullptr) builder.CountWithout();
    return absl::OkStatus();
  }
  const JsonNode* const index = choice.Get("index");
  AnswerSequence& sequence = builder.Output(
      absl::StrCat(answer.Text("id"), " ",
                   index != nullptr && index->integer ? *index->integer : 0));
  const std::size_t before = sequence.positions.size();
  absl::Status status = ReadLogprobs(*logprobs, place.At("logprobs"), sequence);
  if (status.ok()) {
    status = TakeIds(choice.Get("token_ids"), place.At("token_ids"), before,
                     sequence);
  }
  if (status.ok()) {
    status = TakePromptIds(prompt_ids, place.At("prompt_token_ids"), sequence);
  }
  return status;
}

}  // namespace

absl::Status ReadContent(const JsonNode& content, const AnswerPlace& place,
                         AnswerSequence& sequence) {
  if (!content.is_array()) return WrongAnswer(place, "no list", "a list");
  for (std::size_t i = 0; i < content.items.size(); ++i) {
    const JsonNode& item = content.items[i];
    const AnswerPlace at = place.At("", i);
    AnswerPosition position;
    position.where = at.where;
    absl::Status status =
        ReadToken(item, "logprob", at, position.chosen.emplace());
    if (!status.ok()) return status;
    const JsonNode* const top = item.Get("top_logprobs");
    if (top != nullptr && !top->is_array()) {
      return WrongAnswer(at.At("top_logprobs"), "no list", "a list of tokens");
    }
    for (std::size_t k = 0; top != nullptr && k < top->items.size(); ++k) {
      status = ReadToken(top->items[k], "logprob", at.At("top_logprobs", k),
                         position.top.emplace_back());
      if (!status.ok()) return status;
    }
    sequence.positions.push_back(std::move(position));
  }
  return absl::OkStatus();
}

absl::Status ReadChoices(const JsonNode& answer, const AnswerPlace& place,
                         AnswerBuilder& builder) {
  const JsonNode& choices = *answer.Get("choices");
  if (!choices.is_array()) {
    return WrongAnswer(place.At("choices"), "no list", "a list of choices");
  }
  absl::Status status = builder.SetProducer(Producer::kOpenAi, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  builder.Note("model", answer.Text("model"));
  const JsonNode* const prompt = answer.Get("prompt_logprobs");
  if (prompt != nullptr) {
    status = ReadPromptLogprobs(*prompt, answer.Get("prompt_token_ids"),
                                place.At("prompt_logprobs"), builder);
    if (!status.ok()) return status;
  }
  for (std::size_t i = 0; i < choices.items.size(); ++i) {
    status =
        ReadChoice(answer, choices.items[i], place.At("choices", i), builder);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadResponse(const JsonNode& answer, const AnswerPlace& place,
                          AnswerBuilder& builder) {
  absl::Status status = builder.SetProducer(Producer::kOpenAi, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  builder.Note("model", answer.Text("model"));
  const JsonNode& output = *answer.Get("output");
  bool found = false;
  for (std::size_t i = 0; i < output.items.size(); ++i) {
    const JsonNode* const parts = output.items[i].Get("content");
    if (parts == nullptr || !parts->is_array()) continue;
    for (std::size_t k = 0; k < parts->items.size(); ++k) {
      const JsonNode* const logprobs = parts->items[k].Get("logprobs");
      if (logprobs == nullptr || logprobs->items.empty()) continue;
      found = true;
      status = ReadContent(
          *logprobs, place.At("output", i).At("content", k).At("logprobs"),
          builder.Output(absl::StrCat(answer.Text("id"), " ", i)));
      if (!status.ok()) return status;
    }
  }
  if (!found) builder.CountWithout();
  return absl::OkStatus();
}

}  // namespace sampler::logs
