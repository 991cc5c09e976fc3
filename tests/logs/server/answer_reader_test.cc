// The shapes that servers document, each as its documents show it.

#include "sampler/logs/server/answer_reader.h"

#include <cmath>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/server/documents.h"

namespace sampler::logs {
namespace {

absl::StatusOr<Answers> Read(const std::string& text) {
  const auto documents = ReadDocuments("f", text, false);
  EXPECT_TRUE(documents.ok()) << documents.status();
  if (!documents.ok()) return documents.status();
  return ReadAnswers("f", *documents);
}

// "3/-0.5 [3/-0.5 7/-1]" of each position, sequences between "|".
std::string Shown(const std::vector<AnswerSequence>& sequences) {
  const auto token = [](const AnswerToken& t) {
    return absl::StrCat(t.id >= 0 ? absl::StrCat(t.id) : "'" + t.text + "'",
                        "/", std::isnan(t.value) ? "?" : absl::StrCat(t.value));
  };
  std::string text;
  for (const AnswerSequence& sequence : sequences) {
    if (!text.empty()) text += " | ";
    for (const AnswerPosition& position : sequence.positions) {
      absl::StrAppend(&text, "(",
                      position.chosen ? token(*position.chosen) : "-", ":");
      for (const AnswerToken& t : position.top) {
        absl::StrAppend(&text, " ", token(t));
      }
      text += ")";
    }
  }
  return text;
}

std::string Output(const std::string& text) {
  const auto answers = Read(text);
  return answers.ok() ? Shown(answers->output)
                      : std::string(answers.status().message());
}

TEST(AnswerReaderTest, ReadsLlamaServer) {
  EXPECT_EQ(Output(R"({"index":0,"stop":true,"completion_probabilities":[
      {"id":3,"token":"a","bytes":[97],"logprob":-0.5,"top_logprobs":[
        {"id":3,"token":"a","bytes":[97],"logprob":-0.5},
        {"id":7,"token":"b","bytes":[98],"logprob":-1}]}]})"),
            "(3/-0.5: 3/-0.5 7/-1)");
  const auto after = Read(R"({"completion_probabilities":[
      {"id":3,"token":"a","prob":1.0,"top_probs":[
        {"id":3,"token":"a","prob":1.0},{"id":7,"token":"b","prob":0.0}]}]})");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->values, AnswerValues::kProcessed);
  EXPECT_EQ(Shown(after->output), "(3/0: 3/0 7/-inf)");
}

TEST(AnswerReaderTest, ReadsLlamaServerBeforeTheLastMonthOf2024) {
  EXPECT_EQ(Output(R"({"content":"ab","completion_probabilities":[
      {"content":"a","probs":[{"tok_str":"a","prob":1.0}]},
      {"content":"b","probs":[{"tok_str":"c","prob":1.0}]}]})"),
            "('a'/0: 'a'/0)('b'/?: 'c'/0)");
}

TEST(AnswerReaderTest, JoinsAStreamOfLlamaServer) {
  const auto part = [](int id, const char* stop) {
    return absl::StrCat(R"(data: {"index":0,"content":"x","stop":)", stop,
                        R"(,"completion_probabilities":[{"id":)", id,
                        R"(,"logprob":-1,"top_logprobs":[{"id":)", id,
                        R"(,"logprob":-1}]}]})", "\n\n");
  };
  const std::string end = "data: {\"content\":\"\",\"stop\":true}\n\n";
  EXPECT_EQ(Output(part(1, "false") + part(2, "false") + end +
                   part(3, "false") + end),
            "(1/-1: 1/-1)(2/-1: 2/-1) | (3/-1: 3/-1)");
}

TEST(AnswerReaderTest, ReadsOpenAiChat) {
  EXPECT_EQ(Output(R"({"choices":[{"index":0,"logprobs":{"content":[
      {"token":"Hi","logprob":-0.25,"bytes":[72,105],"top_logprobs":[
        {"token":"Hi","logprob":-0.25,"bytes":[72,105]},
        {"token":"\u00ef","logprob":-2,"bytes":[195]}]}],"refusal":null}}]})"),
            "('Hi'/-0.25: 'Hi'/-0.25 '\xc3'/-2)");
}

TEST(AnswerReaderTest, JoinsPartsByIdAndIndex) {
  const auto part = [](const char* id, int index, const char* token) {
    return absl::StrCat(
        R"(data: {"id":")", id,
        R"(","object":"chat.completion.chunk","choices":[{"index":)", index,
        R"(,"delta":{},"logprobs":{"content":[{"token":")", token,
        R"(","logprob":-1,"top_logprobs":[]}]}}]})", "\n\n");
  };
  EXPECT_EQ(Output(part("a", 0, "x") + part("a", 1, "y") + part("a", 0, "z") +
                   "data: [DONE]\n" + part("a", 0, "w")),
            "('x'/-1:)('z'/-1:) | ('y'/-1:) | ('w'/-1:)");
}

TEST(AnswerReaderTest, ReadsLegacyCompletions) {
  EXPECT_EQ(Output(R"({"choices":[{"logprobs":{"tokens":["a","b"],
      "token_logprobs":[null,-1.5],"top_logprobs":[null,{"b":-1.5,"c":-0.5}],
      "text_offset":[0,1]}}]})"),
            "('a'/?:)('b'/-1.5: 'b'/-1.5 'c'/-0.5)");
  EXPECT_TRUE(
      absl::StrContains(Output(R"({"choices":[{"logprobs":{"tokens":["a","b"],
      "token_logprobs":[-1],"top_logprobs":[{},{}]}}]})"),
                        "got 1 entries, want 2, as tokens[] has"));
}

TEST(AnswerReaderTest, ReadsVllmsIds) {
  EXPECT_EQ(Output(R"({"choices":[{"logprobs":{"content":[
      {"token":"token_id:42","logprob":-3,"bytes":[116],"top_logprobs":[
        {"token":"token_id:42","logprob":-3,"bytes":[116]},
        {"token":"token_id:7","logprob":-0.5,"bytes":[116]}]}]}}]})"),
            "(42/-3: 42/-3 7/-0.5)");
}

// As OpenAI's batches and vLLM's run-batch write them.
TEST(AnswerReaderTest, ReadsLinesOfABatch) {
  const auto line = [](int id) {
    return absl::StrCat(
        R"({"id":"b","custom_id":")", id,
        R"(","response":{"status_code":200,"body":{"choices":[{"logprobs":)"
        R"({"content":[{"token":"token_id:)",
        id, R"(","logprob":-1,"top_logprobs":[]}]}}]}},"error":null})", "\n");
  };
  const auto answers = Read(line(3) + line(4));
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(answers->output.size(), 2u);
  EXPECT_EQ(Output(line(3)), "(3/-1:)");
}

TEST(AnswerReaderTest, ReadsVllmsPrompt) {
  const auto answers = Read(R"({"choices":[{"logprobs":null}],
      "prompt_logprobs":[null,
        {"9":{"logprob":-4.5,"rank":30,"decoded_token":"x"},
         "5":{"logprob":-0.5,"rank":1,"decoded_token":"y"}}]})");
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(Shown(answers->prompt), "(-:)(9/-4.5: 9/-4.5 5/-0.5)");
  EXPECT_EQ(answers->prompt[0].positions[1].rank, 30);
  // Whose first key is the token, unless the ids are told.
  const auto told = Read(R"({"prompt_token_ids":[3,5],"prompt_logprobs":[null,
        {"9":{"logprob":-4.5},"5":{"logprob":-0.5}}]})");
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(Shown(told->prompt), "(3/?:)(5/-0.5: 9/-4.5 5/-0.5)");
}

TEST(AnswerReaderTest, ReadsVllmsDump) {
  const auto answers =
      Read(R"([null, {"9": {"logprob": -Infinity}, "5": {"logprob": 0.0}}])");
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(Shown(answers->prompt), "(-:)(9/-inf: 9/-inf 5/0)");
}

TEST(AnswerReaderTest, ReadsSglang) {
  const auto answers = Read(R"([{"text":"x","meta_info":{"id":"1",
      "input_token_logprobs":[[null,1,null],[-2,2,null]],
      "input_top_logprobs":[null,[[-0.5,4,null]]],
      "output_token_logprobs":[[-0.5,3,null]],
      "output_top_logprobs":[[[-0.5,3,"a"],[-1,7,"b"]]]}}])");
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(Shown(answers->output), "(3/-0.5: 3/-0.5 7/-1)");
  EXPECT_EQ(Shown(answers->prompt), "(1/?:)(2/-2: 4/-0.5)");
  EXPECT_EQ(answers->producer, Producer::kSglang);
}

// Parts of its streams repeat what came before.
TEST(AnswerReaderTest, TakesTheLastPartOfSglang) {
  const auto part = [](const char* list, int count) {
    return absl::StrCat(R"(data: {"meta_info":{"id":"1","completion_tokens":)",
                        count, R"(,"output_token_logprobs":)", list, "}}\n\n");
  };
  EXPECT_EQ(
      Output(part("[[-1,3,null]]", 1) + part("[[-1,3,null],[-2,4,null]]", 2)),
      "(3/-1:)(4/-2:)");
  EXPECT_EQ(Output(part("[[-1,3,null]]", 1) + part("[[-2,4,null]]", 2)),
            "(3/-1:)(4/-2:)");
}

TEST(AnswerReaderTest, ReadsTgi) {
  const auto answers = Read(R"([{"generated_text":"a","details":{
      "prefill":[{"id":5,"text":"p","logprob":null}],
      "tokens":[{"id":3,"text":"a","logprob":-0.5,"special":false}],
      "top_tokens":[[{"id":3,"text":"a","logprob":-0.5},
                     {"id":7,"text":"b","logprob":-1}]]}}])");
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(Shown(answers->output), "(3/-0.5: 3/-0.5 7/-1)");
  EXPECT_EQ(answers->output[0].prompt, std::vector<std::int64_t>{5});
  EXPECT_EQ(Output("data:{\"index\":1,\"token\":{\"id\":3,\"text\":\"a\","
                   "\"logprob\":-0.5},\"top_tokens\":[{\"id\":3,\"text\":\"a\","
                   "\"logprob\":-0.5}],\"generated_text\":null}\n\n"
                   "data:{\"index\":2,\"token\":{\"id\":4,\"text\":\"b\","
                   "\"logprob\":-1},\"generated_text\":\"ab\"}\n\n"),
            "(3/-0.5: 3/-0.5)(4/-1:)");
}

TEST(AnswerReaderTest, JoinsOllamasLines) {
  EXPECT_EQ(
      Output(
          R"({"model":"m","response":"a","done":false,"logprobs":[{"token":"a","logprob":-0.5,"top_logprobs":[{"token":"a","logprob":-0.5}]}]}
{"model":"m","response":"b","done":false,"logprobs":[{"token":"b","logprob":-1}]}
{"model":"m","response":"","done":true}
)"),
      "('a'/-0.5: 'a'/-0.5)('b'/-1:)");
}

TEST(AnswerReaderTest, ReadsGemini) {
  EXPECT_EQ(Output(R"({"candidates":[{"logprobsResult":{
      "chosenCandidates":[{"token":"a","tokenId":3,"logProbability":-0.5}],
      "topCandidates":[{"candidates":[
        {"token":"a","tokenId":3,"logProbability":-0.5},
        {"token":"b","tokenId":7,"logProbability":-1}]}]}}]})"),
            "(3/-0.5: 3/-0.5 7/-1)");
}

TEST(AnswerReaderTest, ReadsResponses) {
  EXPECT_EQ(Output(R"({"id":"r","output":[{"type":"reasoning"},{"type":
      "message","content":[{"type":"output_text","logprobs":[
        {"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[
          {"token":"a","logprob":-0.5,"bytes":[97]}]}]}]}]})"),
            "('a'/-0.5: 'a'/-0.5)");
}

TEST(AnswerReaderTest, RefusesWhatContradictsItself) {
  EXPECT_TRUE(absl::StrContains(Output(R"({"error":{"message":"no"}})"),
                                "an error of the server"));
  EXPECT_TRUE(absl::StrContains(
      Output(R"({"choices":[{"logprobs":{"content":[{"token":"a",
          "logprob":"high"}]}}]})"),
      "choices[0].logprobs.content[0].logprob: got \"high\""));
  EXPECT_TRUE(absl::StrContains(
      Output("{\"choices\":[]}\n{\"done\":true}\n"),
      "an answer of Ollama, want one of an OpenAI-compatible server"));
  EXPECT_TRUE(absl::IsNotFound(Read(R"({"a":1})").status()));
  EXPECT_TRUE(absl::IsNotFound(Read("[[1.5,2]]").status()));
}

TEST(AnswerReaderTest, CountsAnswersWithoutLogprobs) {
  const auto answers = Read(R"({"choices":[{"logprobs":null},{"logprobs":
      {"content":[{"token":"a","logprob":-1}]}}]})");
  ASSERT_TRUE(answers.ok());
  EXPECT_EQ(answers->without_logprobs, 1);
}

}  // namespace
}  // namespace sampler::logs
