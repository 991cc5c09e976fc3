#include "sampler/logs/server/answer_builder.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

constexpr double kUntold = std::numeric_limits<double>::quiet_NaN();
constexpr double kRemoved = -std::numeric_limits<double>::infinity();

absl::string_view ValuesName(AnswerValues values) {
  switch (values) {
    case AnswerValues::kUntold:
      return "log-probabilities";
    case AnswerValues::kRaw:
      return "log-probabilities before sampling";
    case AnswerValues::kProcessed:
      break;
  }
  return "probabilities after sampling";
}

// The bytes of a list of numbers; false where it is none.
bool BytesOf(const JsonNode& list, std::string& bytes) {
  if (!list.is_array()) return false;
  for (const JsonNode& item : list.items) {
    if (!item.integer || *item.integer < 0 || *item.integer > 255) return false;
    bytes += static_cast<char>(*item.integer);
  }
  return true;
}

}  // namespace

absl::string_view ProducerName(Producer producer) {
  switch (producer) {
    case Producer::kOpenAi:
      return "an OpenAI-compatible server";
    case Producer::kLlamaServer:
      return "llama-server";
    case Producer::kVllm:
      return "vLLM";
    case Producer::kSglang:
      return "SGLang";
    case Producer::kTgi:
      return "TGI";
    case Producer::kOllama:
      return "Ollama";
    case Producer::kGemini:
      break;
  }
  return "Gemini";
}

AnswerPlace AnswerPlace::At(absl::string_view member) const {
  return {file, absl::StrCat(where, where.empty() ? "" : ".", member)};
}

AnswerPlace AnswerPlace::At(absl::string_view member, std::size_t index) const {
  return {file, absl::StrCat(where, where.empty() || member.empty() ? "" : ".",
                             member, "[", index, "]")};
}

absl::Status WrongAnswer(const AnswerPlace& place, absl::string_view found,
                         absl::string_view allowed) {
  return InvalidLog({place.file, place.where, found, allowed,
                     "save what the server sent, as it came"});
}

absl::Status AnswerBuilder::SetProducer(Producer producer,
                                        const AnswerPlace& place) {
  const Producer before = producer_.value_or(producer);
  producer_ = producer;
  answers_.producer = producer;
  if (before == producer) return absl::OkStatus();
  return WrongAnswer(
      place, absl::StrCat("an answer of ", ProducerName(producer)),
      absl::StrCat("one of ", ProducerName(before), ", as those before it"));
}

absl::Status AnswerBuilder::SetValues(AnswerValues values,
                                      const AnswerPlace& place) {
  const AnswerValues before = values_.value_or(values);
  values_ = values;
  answers_.values = values;
  if (before == values) return absl::OkStatus();
  return WrongAnswer(place, ValuesName(values),
                     absl::StrCat(ValuesName(before), ", as those before"));
}

AnswerSequence& AnswerBuilder::Output(const std::string& key) {
  if (!streaming_) return answers_.output.emplace_back();
  const auto [place, fresh] = open_.emplace(key, answers_.output.size());
  if (fresh) answers_.output.emplace_back();
  return answers_.output[place->second];
}

void AnswerBuilder::Note(const std::string& key, absl::string_view value) {
  if (!value.empty()) answers_.metadata.emplace(key, std::string(value));
}

Answers AnswerBuilder::Finish() && { return std::move(answers_); }

absl::Status ReadValue(const JsonNode* node, const AnswerPlace& place,
                       double& value) {
  value = kUntold;
  if (node == nullptr || node->is_null()) return absl::OkStatus();
  if (node->type == JsonNode::Type::kNumber) {
    value = node->number;
    return absl::OkStatus();
  }
  if (node->is_string() && node->text == "-Infinity") {
    value = kRemoved;
    return absl::OkStatus();
  }
  return WrongAnswer(place,
                     node->is_string() ? absl::StrCat("\"", node->text, "\"")
                                       : std::string("something else"),
                     "a number, -Infinity or null");
}

absl::Status ReadId(const JsonNode* node, const AnswerPlace& place,
                    std::int64_t& id) {
  id = -1;
  if (node == nullptr || node->is_null()) return absl::OkStatus();
  if (node->integer) id = *node->integer;
  const bool digits = node->is_string() && absl::SimpleAtoi(node->text, &id);
  if ((digits || node->integer) && id >= 0) return absl::OkStatus();
  return WrongAnswer(place,
                     node->is_string() ? absl::StrCat("\"", node->text, "\"")
                     : node->integer   ? absl::StrCat(*node->integer)
                                       : std::string("something else"),
                     "a token id of 0 or more");
}

void TakeText(absl::string_view text, AnswerToken& token) {
  token.text = std::string(text);
  absl::string_view rest = text;
  std::int64_t id = 0;
  if (absl::ConsumePrefix(&rest, "token_id:") && absl::SimpleAtoi(rest, &id) &&
      id >= 0) {
    token.id = id;
    token.text.clear();
  }
}

absl::Status ReadToken(const JsonNode& node, absl::string_view value,
                       const AnswerPlace& place, AnswerToken& token) {
  if (!node.is_object()) {
    return WrongAnswer(place, "no object", "a token with its text and number");
  }
  std::string bytes;
  TakeText(node.Text("token"), token);
  const JsonNode* const list = node.Get("bytes");
  // A text with a part of a character in it is not what the bytes say.
  if (list != nullptr && token.id < 0 && BytesOf(*list, bytes)) {
    token.text = std::move(bytes);
  }
  if (const JsonNode* const id = node.Get("id"); id != nullptr) {
    absl::Status status = ReadId(id, place.At("id"), token.id);
    if (!status.ok()) return status;
  }
  return ReadValue(node.Find(value), place.At(value), token.value);
}

}  // namespace sampler::logs
