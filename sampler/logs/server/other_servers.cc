// Answers of vLLM (prompts), SGLang, TGI, Ollama and Gemini.

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/server/answer_builder.h"

namespace sampler::logs {
namespace {

// {"<id>": {logprob, rank, decoded_token}}: the first is the token of the text.
absl::Status ReadDictionary(const JsonNode& node, const AnswerPlace& place,
                            AnswerPosition& position) {
  if (!node.is_object()) {
    return WrongAnswer(place, "no object", "an object of ids, or null");
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const AnswerPlace at = place.At(node.keys[i]);
    JsonNode key;
    key.type = JsonNode::Type::kString;
    key.text = node.keys[i];
    AnswerToken token;
    absl::Status status = ReadId(&key, at, token.id);
    if (!status.ok()) return status;
    const JsonNode& entry = node.items[i];
    const JsonNode* const value =
        entry.is_object() ? entry.Find("logprob") : &entry;
    status = ReadValue(value, at, token.value);
    if (!status.ok()) return status;
    token.text = std::string(entry.Text("decoded_token"));
    if (i == 0) {
      position.chosen = token;
      const JsonNode* const rank = entry.Get("rank");
      if (rank != nullptr && rank->integer) position.rank = *rank->integer;
    }
    position.top.push_back(std::move(token));
  }
  return absl::OkStatus();
}

// [logprob, id, text].
absl::Status ReadTriple(const JsonNode& node, const AnswerPlace& place,
                        AnswerToken& token) {
  if (!node.is_array() || node.items.size() < 2) {
    return WrongAnswer(place, "no such list", "[logprob, id, text]");
  }
  absl::Status status = ReadValue(node.items.data(), place, token.value);
  if (!status.ok()) return status;
  if (node.items.size() > 2) token.text = node.items[2].text;
  return ReadId(&node.items[1], place, token.id);
}

// The two parallel lists of SGLang, from `from` on.
absl::Status ReadTriples(const JsonNode& tokens, const JsonNode* top,
                         const AnswerPlace& place, AnswerSequence& sequence) {
  if (top != nullptr && top->items.size() != tokens.items.size()) {
    return WrongAnswer(place,
                       absl::StrCat(top->items.size(), " lists beside ",
                                    tokens.items.size(), " tokens"),
                       "as many lists as tokens");
  }
  for (std::size_t i = 0; i < tokens.items.size(); ++i) {
    const AnswerPlace at = place.At("", i);
    AnswerPosition position;
    position.where = at.where;
    absl::Status status =
        ReadTriple(tokens.items[i], at, position.chosen.emplace());
    if (!status.ok()) return status;
    const JsonNode* const list = top == nullptr ? nullptr : &top->items[i];
    for (std::size_t k = 0; list != nullptr && k < list->items.size(); ++k) {
      status = ReadTriple(list->items[k], at, position.top.emplace_back());
      if (!status.ok()) return status;
    }
    sequence.positions.push_back(std::move(position));
  }
  return absl::OkStatus();
}

// {id, text, logprob}, as TGI writes it; Gemini's {tokenId, token,
// logProbability}.
struct Names {
  const char* id;
  const char* text;
  const char* value;
};

absl::Status ReadNamed(const JsonNode& node, const Names& names,
                       const AnswerPlace& place, AnswerToken& token) {
  token.text = std::string(node.Text(names.text));
  absl::Status status =
      ReadId(node.Find(names.id), place.At(names.id), token.id);
  if (!status.ok()) return status;
  return ReadValue(node.Find(names.value), place.At(names.value), token.value);
}

constexpr Names kTgiNames = {"id", "text", "logprob"};
constexpr Names kGeminiNames = {"tokenId", "token", "logProbability"};

absl::Status ReadTgiPosition(const JsonNode& token, const JsonNode* top,
                             const AnswerPlace& place,
                             AnswerSequence& sequence) {
  AnswerPosition position;
  position.where = place.where;
  absl::Status status =
      ReadNamed(token, kTgiNames, place, position.chosen.emplace());
  for (std::size_t k = 0;
       status.ok() && top != nullptr && k < top->items.size(); ++k) {
    status = ReadNamed(top->items[k], kTgiNames, place.At("top_tokens", k),
                       position.top.emplace_back());
  }
  sequence.positions.push_back(std::move(position));
  return status;
}

}  // namespace

absl::Status ReadPromptLogprobs(const JsonNode& list, const JsonNode* prompt,
                                const AnswerPlace& place,
                                AnswerBuilder& builder) {
  if (!list.is_array()) return WrongAnswer(place, "no list", "a list");
  builder.CountAnswer();
  AnswerSequence& sequence = builder.Prompt();
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const AnswerPlace at = place.At("", i);
    AnswerPosition position;
    position.where = at.where;
    if (!list.items[i].is_null()) {
      absl::Status status = ReadDictionary(list.items[i], at, position);
      if (!status.ok()) return status;
    }
    if (prompt != nullptr && i < prompt->items.size()) {
      AnswerToken real;
      absl::Status status = ReadId(&prompt->items[i], at, real.id);
      if (!status.ok()) return status;
      const auto listed =
          std::find_if(position.top.begin(), position.top.end(),
                       [&](const AnswerToken& t) { return t.id == real.id; });
      if (listed != position.top.begin()) position.rank = 0;
      real.value = listed == position.top.end() ? std::nan("") : listed->value;
      position.chosen = std::move(real);
    }
    sequence.positions.push_back(std::move(position));
  }
  return absl::OkStatus();
}

absl::Status ReadSglang(const JsonNode& answer, const AnswerPlace& place,
                        AnswerBuilder& builder) {
  absl::Status status = builder.SetProducer(Producer::kSglang, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  const JsonNode& meta = *answer.Get("meta_info");
  const AnswerPlace at = place.At("meta_info");
  bool found = false;
  if (const JsonNode* in = meta.Get("input_token_logprobs");
      in != nullptr && !in->items.empty() && !builder.streaming()) {
    found = true;
    status = ReadTriples(*in, meta.Get("input_top_logprobs"),
                         at.At("input_token_logprobs"), builder.Prompt());
    if (!status.ok()) return status;
  }
  if (const JsonNode* out = meta.Get("output_token_logprobs");
      out != nullptr && !out->items.empty()) {
    found = true;
    AnswerSequence& sequence = builder.Output(std::string(meta.Text("id")));
    const JsonNode* const tokens = meta.Get("completion_tokens");
    // A part that holds all so far takes the place of what it repeats.
    const bool all = tokens != nullptr && tokens->integer &&
                     *tokens->integer == std::ssize(out->items);
    if (all) sequence.positions.clear();
    status = ReadTriples(*out, meta.Get("output_top_logprobs"),
                         at.At("output_token_logprobs"), sequence);
    if (!status.ok()) return status;
  }
  if (!found && !builder.streaming()) builder.CountWithout();
  return absl::OkStatus();
}

absl::Status ReadTgi(const JsonNode& answer, const AnswerPlace& place,
                     AnswerBuilder& builder) {
  absl::Status status = builder.SetProducer(Producer::kTgi, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  if (const JsonNode* token = answer.Get("token"); token != nullptr) {
    builder.SetStreaming(true);
    status = ReadTgiPosition(*token, answer.Get("top_tokens"),
                             place.At("token"), builder.Output(""));
    if (answer.Get("generated_text") != nullptr) builder.EndStream();
    return status;
  }
  const JsonNode& details = *answer.Get("details");
  const JsonNode* const tokens = details.Get("tokens");
  const JsonNode* const top = details.Get("top_tokens");
  if (tokens == nullptr || tokens->items.empty()) {
    builder.CountWithout();
    return absl::OkStatus();
  }
  const AnswerPlace at = place.At("details");
  if (top != nullptr && top->items.size() != tokens->items.size()) {
    return WrongAnswer(at.At("top_tokens"),
                       absl::StrCat(top->items.size(), " lists"),
                       absl::StrCat(tokens->items.size(), ", as tokens[] has"));
  }
  AnswerSequence& sequence = builder.Output("");
  if (const JsonNode* prefill = details.Get("prefill"); prefill != nullptr) {
    for (std::size_t i = 0; i < prefill->items.size(); ++i) {
      status = ReadId(prefill->items[i].Find("id"), at.At("prefill", i),
                      sequence.prompt.emplace_back());
      if (!status.ok()) return status;
    }
  }
  for (std::size_t i = 0; i < tokens->items.size(); ++i) {
    status = ReadTgiPosition(tokens->items[i],
                             top == nullptr ? nullptr : &top->items[i],
                             at.At("tokens", i), sequence);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadOllama(const JsonNode& answer, const AnswerPlace& place,
                        AnswerBuilder& builder) {
  absl::Status status = builder.SetProducer(Producer::kOllama, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  builder.Note("model", answer.Text("model"));
  // Ollama streams JSON Lines: every part says whether it is the last.
  builder.SetStreaming(true);
  const JsonNode* const logprobs = answer.Get("logprobs");
  if (logprobs != nullptr) {
    status = ReadContent(*logprobs, place.At("logprobs"), builder.Output(""));
  }
  if (answer.IsTrue("done")) builder.EndStream();
  return status;
}

absl::Status ReadGemini(const JsonNode& answer, const AnswerPlace& place,
                        AnswerBuilder& builder) {
  absl::Status status = builder.SetProducer(Producer::kGemini, place);
  if (!status.ok()) return status;
  builder.CountAnswer();
  const JsonNode& candidates = *answer.Get("candidates");
  for (std::size_t c = 0; c < candidates.items.size(); ++c) {
    const AnswerPlace at = place.At("candidates", c).At("logprobsResult");
    const JsonNode* const result = candidates.items[c].Get("logprobsResult");
    const JsonNode* const chosen =
        result == nullptr ? nullptr : result->Get("chosenCandidates");
    if (chosen == nullptr) {
      builder.CountWithout();
      continue;
    }
    const JsonNode* const top = result->Get("topCandidates");
    if (top != nullptr && top->items.size() != chosen->items.size()) {
      return WrongAnswer(
          at.At("topCandidates"), absl::StrCat(top->items.size(), " lists"),
          absl::StrCat(chosen->items.size(), ", as chosenCandidates[] has"));
    }
    AnswerSequence& sequence = builder.Output(absl::StrCat(c));
    for (std::size_t i = 0; i < chosen->items.size(); ++i) {
      const AnswerPlace row = at.At("chosenCandidates", i);
      AnswerPosition position;
      position.where = row.where;
      status = ReadNamed(chosen->items[i], kGeminiNames, row,
                         position.chosen.emplace());
      if (!status.ok()) return status;
      const JsonNode* const list =
          top == nullptr ? nullptr : top->items[i].Get("candidates");
      for (std::size_t k = 0; list != nullptr && k < list->items.size(); ++k) {
        status = ReadNamed(list->items[k], kGeminiNames, row,
                           position.top.emplace_back());
        if (!status.ok()) return status;
      }
      sequence.positions.push_back(std::move(position));
    }
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs
