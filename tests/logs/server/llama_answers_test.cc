// Answers of a real llama-server as logs, against their own JSON.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "nlohmann/json.hpp"
#include "sampler/logs/server/server_log.h"
#include "tests/logs/log_files.h"
#include "tests/logs/server/answers.h"

namespace sampler::logs {
namespace {

using nlohmann::json;

json ReadJson(const std::string& path) {
  std::ifstream in(path);
  return json::parse(in);
}

// The log's rows are the positions of `expected`, where a token's number is
// called `value` and the list `top`.
void ExpectRows(const Log& log, const json& expected, const char* value,
                const char* top) {
  ASSERT_EQ(log.rows(), std::ssize(expected));
  RowBuffer buffer;
  for (std::int64_t r = 0; r < log.rows(); ++r) {
    const json& position = expected[static_cast<std::size_t>(r)];
    const Logits row = log.Row(r, buffer).value();
    EXPECT_EQ(log.tokens()[static_cast<std::size_t>(r)], position["id"]);
    std::size_t finite = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      finite += std::isfinite(row[i]) ? 1 : 0;
    }
    double mass = 0;
    double least = 1e9;
    for (const json& token : position[top]) {
      const double number = token[value];
      const double logprob =
          std::string(value) == "prob" ? std::log(number) : number;
      EXPECT_NEAR(row[token["id"]], logprob, 1e-6);
      mass += std::exp(logprob);
      least = std::min(least, logprob);
    }
    EXPECT_EQ(finite, position[top].size());
    const auto tail = log.Tail(r).value();
    ASSERT_TRUE(tail.has_value());
    EXPECT_EQ(tail->listed, std::ssize(position[top]));
    EXPECT_EQ(tail->log_sum_exp, 0);
    if (tail->count == 0) {
      EXPECT_NEAR(mass, 1, 1e-5);
      continue;
    }
    EXPECT_EQ(tail->count, 49152 - tail->listed);
    EXPECT_NEAR(tail->mass, 1 - mass, 1e-6);
    EXPECT_NEAR(tail->bound, least, 1e-6);
    EXPECT_EQ(tail->above, tail->listed - 1);
  }
}

TEST(ServerLogTest, ReadsLlamaServer) {
  const auto log = Log::Open(RealAnswer("llama-completion.json"), Width(49152));
  ASSERT_TRUE(log.ok()) << log.status();
  const json answer = ReadJson(RealAnswer("llama-completion.json"));
  ExpectRows(**log, answer["completion_probabilities"], "logprob",
             "top_logprobs");
  const LogDescription& description = (*log)->description();
  EXPECT_EQ(description.format, Format::kServerAnswer);
  EXPECT_EQ(description.metadata.at("kind"), "raw_logprobs");
  EXPECT_EQ(answer["model"], description.metadata.at("model"));
  EXPECT_EQ(description.texts.at(7042), " Paris");
  EXPECT_EQ(description.tensor, "output");
}

// Every row was cut by its own sampler and sums to 1, or is longer than the
// list.
TEST(ServerLogTest, TakesProbabilitiesAfterSamplingForComplete) {
  const auto log =
      Log::Open(RealAnswer("llama-completion-post.json"), Width(49152));
  ASSERT_TRUE(log.ok()) << log.status();
  ExpectRows(**log,
             ReadJson(RealAnswer(
                 "llama-completion-post.json"))["completion_probabilities"],
             "prob", "top_probs");
  EXPECT_EQ((*log)->description().metadata.at("kind"), "processed_logprobs");
  EXPECT_EQ((*log)->Tail(0).value()->count, 0);
}

TEST(ServerLogTest, ReadsItsOpenAiShapes) {
  for (const char* name : {"llama-v1-chat.json", "llama-v1-completions.json"}) {
    const auto log = Log::Open(RealAnswer(name), Width(49152));
    ASSERT_TRUE(log.ok()) << log.status();
    ExpectRows(**log,
               ReadJson(RealAnswer(name))["choices"][0]["logprobs"]["content"],
               "logprob", "top_logprobs");
  }
}

TEST(ServerLogTest, JoinsItsStream) {
  json content = json::array();
  std::ifstream in(RealAnswer("llama-v1-chat-stream.txt"));
  for (std::string line; std::getline(in, line);) {
    if (!absl::StartsWith(line, "data: {")) continue;
    const json choice = json::parse(line.substr(6))["choices"][0];
    if (!choice.contains("logprobs")) continue;
    for (const json& item : choice["logprobs"]["content"]) {
      content.push_back(item);
    }
  }
  const auto log =
      Log::Open(RealAnswer("llama-v1-chat-stream.txt"), Width(49152));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(content.size(), 8u);
  ExpectRows(**log, content, "logprob", "top_logprobs");
  EXPECT_EQ((*log)->sequences().size(), 1u);
}

}  // namespace
}  // namespace sampler::logs
