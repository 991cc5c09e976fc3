// Answers of llama-server's own completion endpoint.

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/logs/server/answer_builder.h"

namespace sampler::logs {
namespace {

// A probability as a logarithm.
absl::Status TakeLogarithm(const AnswerPlace& place, AnswerToken& token) {
  const double p = token.value;
  if (std::isnan(p)) return absl::OkStatus();
  if (!(p >= 0 && p <= 1.0 + 1e-6)) {
    return WrongAnswer(place, absl::StrCat(p), "a probability in [0, 1]");
  }
  token.value =
      p > 0 ? sampler::Log(p) : -std::numeric_limits<double>::infinity();
  return absl::OkStatus();
}

// {content, probs: [{tok_str, prob}]}: before December 2024.
absl::Status ReadOldPosition(const JsonNode& node, const AnswerPlace& place,
                             AnswerPosition& position) {
  const JsonNode* const probs = node.Get("probs");
  if (!probs->is_array()) return WrongAnswer(place, "no list", "probs[]");
  AnswerToken chosen;
  chosen.text = std::string(node.Text("content"));
  chosen.value = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < probs->items.size(); ++i) {
    const AnswerPlace at = place.At("probs", i);
    AnswerToken token;
    token.text = std::string(probs->items[i].Text("tok_str"));
    absl::Status status =
        ReadValue(probs->items[i].Find("prob"), at.At("prob"), token.value);
    if (status.ok()) status = TakeLogarithm(at, token);
    if (!status.ok()) return status;
    if (token.text == chosen.text) chosen.value = token.value;
    position.top.push_back(std::move(token));
  }
  position.chosen = std::move(chosen);
  return absl::OkStatus();
}

absl::Status ReadPosition(const JsonNode& node, const AnswerPlace& place,
                          AnswerPosition& position) {
  if (node.Get("probs") != nullptr) {
    return ReadOldPosition(node, place, position);
  }
  const bool after = node.Find("top_probs") != nullptr;
  const char* const value = after ? "prob" : "logprob";
  absl::Status status =
      ReadToken(node, value, place, position.chosen.emplace());
  if (status.ok() && after) status = TakeLogarithm(place, *position.chosen);
  const JsonNode* const top = node.Get(after ? "top_probs" : "top_logprobs");
  for (std::size_t i = 0;
       status.ok() && top != nullptr && i < top->items.size(); ++i) {
    const AnswerPlace at = place.At(after ? "top_probs" : "top_logprobs", i);
    AnswerToken& token = position.top.emplace_back();
    status = ReadToken(top->items[i], value, at, token);
    if (status.ok() && after) status = TakeLogarithm(at, token);
  }
  return status;
}

// Ids of a prompt that was given as ids.
void TakePrompt(const JsonNode& answer, AnswerSequence& sequence) {
  const JsonNode* const prompt = answer.Get("prompt");
  if (prompt == nullptr || !prompt->is_array()) return;
  std::vector<std::int64_t> ids;
  for (const JsonNode& item : prompt->items) {
    if (!item.integer) return;  // Mixed with text: not known.
    ids.push_back(*item.integer);
  }
  sequence.prompt = std::move(ids);
}

}  // namespace

absl::Status ReadLlamaServer(const JsonNode& answer, const AnswerPlace& place,
                             AnswerBuilder& builder) {
  absl::Status status = builder.SetProducer(Producer::kLlamaServer, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  builder.Note("model", answer.Text("model"));
  const JsonNode* const index = answer.Get("index");
  const std::string key =
      absl::StrCat(index != nullptr && index->integer ? *index->integer : 0);
  const JsonNode* const list = answer.Get("completion_probabilities");
  if (list == nullptr || list->items.empty()) {
    // The last part of a stream, or an answer without n_probs.
    if (!builder.streaming()) builder.CountWithout();
  } else {
    const JsonNode& first = list->items.front();
    const bool after =
        first.Find("top_probs") != nullptr || first.Find("probs") != nullptr;
    status = builder.SetValues(
        after ? AnswerValues::kProcessed : AnswerValues::kRaw, place);
    AnswerSequence& sequence = builder.Output(key);
    TakePrompt(answer, sequence);
    for (std::size_t i = 0; status.ok() && i < list->items.size(); ++i) {
      const AnswerPlace at = place.At("completion_probabilities", i);
      AnswerPosition position;
      position.where = at.where;
      status = ReadPosition(list->items[i], at, position);
      sequence.positions.push_back(std::move(position));
    }
  }
  if (answer.IsTrue("stop")) builder.EndStream();
  return status;
}

}  // namespace sampler::logs
