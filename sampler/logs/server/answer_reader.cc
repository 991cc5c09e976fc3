#include "sampler/logs/server/answer_reader.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/server/answer_builder.h"

namespace sampler::logs {
namespace {

// Walks through documents and hands each to the reader of its shape.
class AnswerReader {
 public:
  AnswerReader(const std::string& file, bool events)
      : file_(file), events_(events) {}

  absl::Status Read(const Document& document) {
    if (document.ends_stream) {
      builder_.EndStream();
      return absl::OkStatus();
    }
    return Read(document.node,
                {file_, absl::StrCat("line ", document.line, ", answer")});
  }

  bool any() const { return builder_.any(); }
  Answers Finish() && { return std::move(builder_).Finish(); }

 private:
  // A batch is a list of answers, of vLLM's prompts too.
  absl::Status ReadList(const JsonNode& list, const AnswerPlace& place) {
    const bool positions = !list.items.empty() && (list.items[0].is_null() ||
                                                   IsDictionary(list.items[0]));
    if (positions) {
      absl::Status status = builder_.SetProducer(Producer::kVllm, place);
      if (!status.ok()) return status;
      return ReadPromptLogprobs(list, nullptr, place, builder_);
    }
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      absl::Status status = Read(list.items[i], place.At("", i));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // {"123": {"logprob": ...}, ...}.
  static bool IsDictionary(const JsonNode& node) {
    return node.is_object() && !node.keys.empty() && !node.keys[0].empty() &&
           node.keys[0].find_first_not_of("0123456789") == std::string::npos &&
           node.items[0].Find("logprob") != nullptr;
  }

  // The answer within a line of a batch's results (OpenAI's batches, vLLM's
  // run-batch); null: it is no such line.
  static const JsonNode* BodyOfBatchLine(const JsonNode& node) {
    const JsonNode* const response = node.Get("response");
    if (response == nullptr || !response->is_object()) return nullptr;
    const JsonNode* const body = response->Get("body");
    return body != nullptr && body->is_object() ? body : nullptr;
  }

  // Is this a part of an answer, by its own word?
  bool IsPart(const JsonNode& node) const {
    return events_ || absl::EndsWith(node.Text("object"), ".chunk");
  }

  absl::Status Read(const JsonNode& node, const AnswerPlace& place) {
    if (node.is_array()) return ReadList(node, place);
    if (!node.is_object()) return absl::OkStatus();
    if (const JsonNode* body = BodyOfBatchLine(node); body != nullptr) {
      return Read(*body, place.At("response").At("body"));
    }
    builder_.SetStreaming(IsPart(node));
    if (node.Get("choices") != nullptr) {
      return ReadChoices(node, place, builder_);
    }
    if (node.Find("completion_probabilities") != nullptr ||
        (node.Find("stop") != nullptr && node.Find("content") != nullptr)) {
      // A part of a stream says that it is not the last.
      const JsonNode* const stop = node.Find("stop");
      const bool part = stop != nullptr && !node.IsTrue("stop") &&
                        stop->type == JsonNode::Type::kBool;
      builder_.SetStreaming(events_ || part);
      return ReadLlamaServer(node, place, builder_);
    }
    return ReadOther(node, place);
  }

  absl::Status ReadOther(const JsonNode& node, const AnswerPlace& place) {
    if (const JsonNode* list = node.Get("prompt_logprobs"); list != nullptr) {
      absl::Status status = builder_.SetProducer(Producer::kVllm, place);
      if (!status.ok()) return status;
      return ReadPromptLogprobs(*list, node.Get("prompt_token_ids"),
                                place.At("prompt_logprobs"), builder_);
    }
    if (node.Get("meta_info") != nullptr) {
      return ReadSglang(node, place, builder_);
    }
    const JsonNode* const token = node.Get("token");
    if (node.Get("details") != nullptr ||
        (token != nullptr && token->is_object())) {
      return ReadTgi(node, place, builder_);
    }
    if (node.Find("done") != nullptr) return ReadOllama(node, place, builder_);
    if (node.Get("candidates") != nullptr) {
      return ReadGemini(node, place, builder_);
    }
    const JsonNode* const output = node.Get("output");
    if (output != nullptr && output->is_array()) {
      return ReadResponse(node, place, builder_);
    }
    if (node.Get("error") != nullptr) {
      return WrongAnswer(place, "an error of the server",
                         "an answer with log-probabilities");
    }
    return absl::OkStatus();
  }

  const std::string& file_;
  const bool events_;
  AnswerBuilder builder_;
};

}  // namespace

absl::StatusOr<Answers> ReadAnswers(const std::string& file,
                                    const Documents& documents) {
  AnswerReader reader(file, documents.events);
  for (const Document& document : documents.documents) {
    absl::Status status = reader.Read(document);
    if (!status.ok()) return status;
  }
  if (!reader.any()) return absl::NotFoundError("no answer of a server");
  return std::move(reader).Finish();
}

}  // namespace sampler::logs
