// Answers of servers as logs: small ones, whose rows are known.

#include "sampler/logs/server/server_log.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/logs/log_files.h"
#include "tests/logs/server/answers.h"

namespace sampler::logs::server_log_test {
namespace {

using nlohmann::json;

absl::StatusOr<std::unique_ptr<const Log>> OpenText(const std::string& text,
                                                    OpenOptions options) {
  return Log::Open(WriteFile("answer.json", text), options);
}

// A chat of one position, of these tokens: {"a", -0.5}.
std::string Chat(const std::string& chosen, const std::string& top) {
  return absl::StrCat(R"({"choices":[{"logprobs":{"content":[{)", chosen,
                      R"(,"top_logprobs":[)", top, "]}]}}]}");
}

std::string Entry(absl::string_view token, double value) {
  return absl::StrCat(R"({"token":")", token, R"(","logprob":)", value, "}");
}

TEST(ServerLogTest, NumbersTextsWithoutIds) {
  const auto log = OpenText(Chat(R"("token":"b","logprob":-1)",
                                 Entry("a", -0.5) + "," + Entry("b", -1)),
                            Width(8));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()), std::vector<std::int32_t>{1});
  EXPECT_EQ((*log)->description().texts.at(0), "a");
  bool told = false;
  for (const std::string& notice : (*log)->description().notices) {
    told |= absl::StrContains(notice, "no token ids");
  }
  EXPECT_TRUE(told);
}

TEST(ServerLogTest, FindsIdsByTheVocabulary) {
  OpenOptions options;
  options.token_texts = [] {
    return std::vector<std::string>{"x", "b", "a", "b", ""};
  };
  const auto log = OpenText(Chat(R"("token":"q","logprob":-3)",
                                 Entry("a", -0.5) + "," + Entry("b", -1.5)),
                            options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->vocabulary_size(), 5);
  RowBuffer buffer;
  const Logits row = (*log)->Row(0, buffer).value();
  EXPECT_EQ(row[2], -0.5);
  EXPECT_EQ(row[1], -1.5);
  EXPECT_TRUE(std::isinf(row[3]));
  EXPECT_TRUE((*log)->tokens().empty());  // "q" is not in the vocabulary.
  std::string notices;
  for (const std::string& notice : (*log)->description().notices) {
    absl::StrAppend(&notices, notice, "\n");
  }
  EXPECT_TRUE(absl::StrContains(notices, "several ids of the vocabulary"));
  EXPECT_TRUE(absl::StrContains(notices, "the first is \"q\""));
}

// The chosen token as a row has it beside its list.
TEST(ServerLogTest, ChosenTokenOutsideTheListBoundsNothing) {
  const auto log =
      OpenText(Chat(R"("token":"token_id:7","logprob":-6)",
                    Entry("token_id:1", -0.5) + "," + Entry("token_id:2", -1)),
               Width(8));
  ASSERT_TRUE(log.ok()) << log.status();
  const TailInfo tail = *(*log)->Tail(0).value();
  EXPECT_EQ(tail.listed, 3);
  EXPECT_EQ(tail.count, 5);
  EXPECT_EQ(tail.bound, -1);
  EXPECT_EQ(tail.above, 1);
  EXPECT_EQ(Ids((*log)->tokens()), std::vector<std::int32_t>{7});
}

// vLLM begins its lists with the sampled token and then cuts them.
TEST(ServerLogTest, ListThatBeginsWithTheSampledTokenIsDoubted) {
  const auto bound = [](const std::string& top) {
    const auto log =
        OpenText(Chat(R"("token":"token_id:7","logprob":-6)", top), Width(8));
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? (*log)->Tail(0).value()->bound : 0;
  };
  EXPECT_EQ(bound(Entry("token_id:7", -6) + "," + Entry("token_id:1", -0.5)),
            -0.5);
  EXPECT_EQ(bound(Entry("token_id:1", -0.5) + "," + Entry("token_id:7", -6)),
            -6);
  // Alone it may be no more than the sampled one.
  EXPECT_NEAR(bound(Entry("token_id:7", -6)), std::log1p(-std::exp(-6)), 1e-6);
}

TEST(ServerLogTest, RankTellsWhatWasForced) {
  const auto bound = [](int rank) {
    const auto log =
        OpenText(absl::StrCat(R"([null,{"7":{"logprob":-6,"rank":)", rank,
                              R"(},"1":{"logprob":-0.5,"rank":1}}])"),
                 Width(8));
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? (*log)->Tail(0).value()->bound : 0;
  };
  EXPECT_EQ(bound(5), -0.5);
  EXPECT_EQ(bound(2), -6);
}

TEST(ServerLogTest, KnowsTheSentinels) {
  const auto log =
      OpenText(Chat(R"("token":"token_id:7","logprob":-9999.0)",
                    Entry("token_id:1", -0.5) + "," + Entry("token_id:2", -1)),
               Width(8));
  ASSERT_TRUE(log.ok()) << log.status();
  RowBuffer buffer;
  EXPECT_TRUE(std::isinf((*log)->Row(0, buffer).value()[7]));
  EXPECT_EQ((*log)->Tail(0).value()->listed, 2);
  // A list that ends in -inf holds all that is left.
  const auto cut = OpenText(Chat(R"("token":"token_id:1","logprob":-0.5)",
                                 Entry("token_id:1", -0.0) + "," +
                                     Entry("token_id:2", -3.4028235e38)),
                            Width(8));
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ((*cut)->Tail(0).value()->count, 0);
  EXPECT_TRUE(std::isinf((*cut)->Row(0, buffer).value()[2]));
}

TEST(ServerLogTest, SumsGiveLogitsAway) {
  const auto log =
      OpenText(Chat(R"("token":"token_id:1","logprob":12)",
                    Entry("token_id:1", 12) + "," + Entry("token_id:2", 10)),
               Width(8));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_TRUE(std::isnan((*log)->Tail(0).value()->mass));
  EXPECT_EQ((*log)->description().metadata.at("kind"), "raw_logits");
  EXPECT_TRUE(
      Refuses(OpenText(R"({"completion_probabilities":[{"id":1,"logprob":-0.1,
        "top_logprobs":[{"id":1,"logprob":-0.1},{"id":2,"logprob":-0.1}]}]})",
                       Width(8)),
              absl::StatusCode::kInvalidArgument,
              {"sum to more than 1", "completion_probabilities[0]"}));
}

TEST(ServerLogTest, PromptOrOutputIsAQuestion) {
  const std::string both = R"({"meta_info":{
      "input_token_logprobs":[[null,5,null],[-1,6,null]],
      "input_top_logprobs":[null,[[-1,6,null],[-2,7,null]]],
      "output_token_logprobs":[[-0.5,3,null]],
      "output_top_logprobs":[[[-0.5,3,null],[-1,4,null]]]}})";
  OpenOptions options = Width(8);
  EXPECT_TRUE(Refuses(OpenText(both, options),
                      absl::StatusCode::kInvalidArgument,
                      {"1 positions of the prompt", "--tensor prompt"}));
  options.tensor = "output";
  const auto output = OpenText(both, options);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(Ids((*output)->tokens()), std::vector<std::int32_t>{3});
  EXPECT_EQ(Ids((*output)->sequences()[0].prompt),
            (std::vector<std::int32_t>{5, 6}));
  options.tensor = "prompt";
  const auto prompt = OpenText(both, options);
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  EXPECT_EQ(Ids((*prompt)->tokens()), std::vector<std::int32_t>{6});
  EXPECT_EQ(Ids((*prompt)->sequences()[0].prompt),
            std::vector<std::int32_t>{5});
  options.tensor = "logits";
  EXPECT_FALSE(OpenText(both, options).ok());
}

TEST(ServerLogTest, LinesAreSequences) {
  const std::string line = Chat(R"("token":"token_id:1","logprob":-0.5)",
                                Entry("token_id:1", -0.5)) +
                           "\n";
  const auto log = OpenText(line + line + line, Width(8));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->sequences().size(), 3u);
  // One that is cut is missing rows.
  const std::string cut = line + line.substr(0, 30);
  EXPECT_TRUE(Refuses(OpenText(cut, Width(8)), absl::StatusCode::kDataLoss,
                      {"line 2"}));
  OpenOptions partial = Width(8);
  partial.allow_partial = true;
  const auto part = OpenText(cut, partial);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_TRUE((*part)->description().partial());
}

TEST(ServerLogTest, RefusesWithWhatToDo) {
  const std::string chat =
      Chat(R"("token":"token_id:1","logprob":-0.5)", Entry("token_id:1", -0.5));
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_TRUE(Refuses(OpenText(chat, {}), code, {"--vocab-size"}));
  EXPECT_TRUE(Refuses(OpenText(chat, Width(1)), code,
                      {"token id 1", "want an id in [0, 1)"}));
  EXPECT_TRUE(Refuses(
      OpenText(R"({"choices":[{"text":"a","logprobs":null}]})", Width(8)), code,
      {"none in an answer", "n_probs"}));
  EXPECT_TRUE(
      Refuses(OpenText(Chat(R"("token":"a","logprob":-0.5)", ""), Width(8)),
              code, {"the chosen tokens alone", "top_logprobs"}));
  EXPECT_TRUE(Refuses(
      OpenText(Chat(R"("id":1,"token":"a","logprob":-0.5)", Entry("b", -1)),
               Width(8)),
      code, {"1 tokens with an id and 1 without", "--vocab-file"}));
  EXPECT_TRUE(Refuses(
      OpenText(Chat(R"("token":"token_id:1","logprob":-0.5)",
                    Entry("token_id:1", -0.5) + "," + Entry("token_id:1", -1)),
               Width(8)),
      code, {"token 1 with the values -0.5 and -1"}));
}

// However it is cut or damaged, an answer is an error or a log, never a crash.
TEST(ServerLogTest, HoldsWhateverTheBytes) {
  std::ifstream in(RealAnswer("llama-v1-chat-stream.txt"));
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  OpenOptions options = Width(49152);
  options.allow_partial = true;
  for (std::size_t size = 0; size < whole.size(); size += 61) {
    const auto log = OpenText(whole.substr(0, size), options);
    if (log.ok()) {
      EXPECT_GT((*log)->rows(), 0);
    }
  }
  for (std::size_t at = 0; at < whole.size(); at += 37) {
    std::string damaged = whole;
    damaged[at] = "\"[]{}:,0-"[at % 9];
    const auto log = OpenText(damaged, options);
    if (log.ok()) {
      EXPECT_GT((*log)->rows(), 0);
    }
  }
}

}  // namespace
}  // namespace sampler::logs::server_log_test
