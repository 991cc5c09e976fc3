// Rows of `_logits_` files: where a row is said to be settled, every row that
// the file may stand for keeps the same tokens and draws the same one. The
// encoder here is the format's definition, not the writer of the library.

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/pipelines.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"
#include "tools/replay/listed_row.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kFloorWidth = 300;
constexpr double kWindow = 16.0;
constexpr float kHidden = -std::numeric_limits<float>::infinity();

// What a file holds of a row of logits.
struct FloorRow {
  std::vector<double> logprobs;  // Of the row before the file.
  std::vector<float> held;       // kHidden at the floor.
  RowBounds bounds;

  // A row that the file may stand for: `hidden` at the floor.
  std::vector<float> With(const std::vector<double>& hidden) const {
    std::vector<float> row = held;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == kHidden) row[i] = static_cast<float>(hidden[i]);
    }
    return row;
  }
};

FloorRow EncodeRow(const std::vector<double>& logits) {
  const double most = *std::max_element(logits.begin(), logits.end());
  const double least = most - kWindow;
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - most);
  const double step = kWindow / 65535;
  const double floor = -kWindow - std::log(sum);
  FloorRow row;
  std::int64_t count = 0;
  for (const double logit : logits) {
    row.logprobs.push_back(logit - most - std::log(sum));
    const double code =
        logit > least ? std::nearbyint((logit - least) / step) : 0.0;
    row.held.push_back(code > 0 ? static_cast<float>(code * step + floor)
                                : kHidden);
    count += code > 0 ? 0 : 1;
  }
  row.bounds.floor = logs::FloorInfo{.window = kWindow,
                                     .full = true,
                                     .dropped = true,
                                     .log_prob = floor,
                                     .count = count};
  return row;
}

// Wide enough that many tokens lie at the floor, and some just above.
FloorRow SomeFloorRow(std::mt19937_64& random) {
  std::uniform_real_distribution<double> deviation(3.0, 7.0);
  std::normal_distribution<double> normal(0.0, deviation(random));
  std::vector<double> logits(kFloorWidth);
  for (double& logit : logits) logit = normal(random);
  return EncodeRow(logits);
}

// The weight of the hidden tokens otherwise: on as few of them as can bear it,
// or on all of them alike.
std::vector<double> OtherTail(const FloorRow& row, bool at_the_floor) {
  const double floor = row.bounds.floor->log_prob;
  double weight = 0;
  for (std::size_t i = 0; i < row.held.size(); ++i) {
    if (row.held[i] == kHidden) weight += std::exp(row.logprobs[i]);
  }
  const double even =
      std::log(weight / static_cast<double>(row.bounds.floor->count));
  std::vector<double> tail(row.held.size(), even);
  if (!at_the_floor) return tail;
  for (std::size_t i = 0; i < row.held.size(); ++i) {
    if (row.held[i] != kHidden) continue;
    tail[i] = weight >= std::exp(floor) ? floor : floor - 60.0;
    weight -= std::exp(tail[i]);
  }
  return tail;
}

struct FloorAnswer {
  std::vector<TokenId> kept;
  TokenId drawn;
  friend bool operator==(const FloorAnswer&, const FloorAnswer&) = default;
};

FloorAnswer AnswerOf(const Pipeline& pipeline, const Logits& row,
                     const Sequence& sequence) {
  Workspace workspace;
  const Step step = pipeline.Process(row, sequence, workspace);
  FloorAnswer answer = {.kept = {}, .drawn = step.Draw().id};
  step.ForEach([&](TokenId id, double) { answer.kept.push_back(id); });
  std::sort(answer.kept.begin(), answer.kept.end());
  return answer;
}

// Chains in whose place behind heat the floor weighs something, and others.
std::string SomeFloorChain(std::mt19937_64& random) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const auto stage = [&](const char* type, const char* name, double low,
                         double high) {
    return absl::StrCat("{\"type\": \"", type, "\", \"", name,
                        "\": ", low + (high - low) * unit(random), "}");
  };
  const std::string heat = stage("temperature", "temperature", 0.5, 4.0);
  const std::string nucleus = stage("top_p", "p", 0.3, 0.999);
  const std::string top_k =
      absl::StrCat(R"({"type": "top_k", "k": )", 1 + random() % 200, "}");
  const std::vector<std::string> chains = {
      nucleus,
      absl::StrCat(heat, ",", nucleus),
      top_k,
      absl::StrCat(heat, ",", top_k, ",", nucleus),
      absl::StrCat(heat, ",", stage("min_p", "p", 0.0001, 0.3)),
      absl::StrCat(heat, ",", stage("epsilon_cutoff", "epsilon", 1e-4, 0.02)),
      absl::StrCat(stage("presence_penalty", "penalty", 0.0, 3.0), ",", heat,
                   ",", nucleus),
      absl::StrCat(heat, ",", R"({"type": "greedy"})")};
  return chains[random() % chains.size()];
}

TEST(FloorRow, IsSettledOnlyWhereEveryTailAgrees) {
  std::mt19937_64 random(5);
  int settled_rows = 0;
  int open = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const FloorRow row = SomeFloorRow(random);
    const std::string chain = SomeFloorChain(random);
    SCOPED_TRACE(absl::StrCat(trial, ": ", chain));
    const Pipeline pipeline = MakePipeline(chain, kFloorWidth);
    const Sequence sequence =
        pipeline.NewSequence({.seed = random(), .prompt = {3, 1, 4}}).value();
    const Logits held(row.held);
    ListedRowReader reader;
    const SettledRow settled =
        reader.Settle({pipeline, held, row.bounds, sequence, StepInputs()});
    if (!settled.exact()) {
      ++open;
      EXPECT_EQ(settled.basis, RowBasis::kBounded);
      continue;
    }
    ++settled_rows;
    const FloorAnswer answer = AnswerOf(pipeline, settled.row, sequence);
    const std::vector<float> before = row.With(row.logprobs);
    EXPECT_EQ(answer, AnswerOf(pipeline, Logits(before), sequence));
    for (const bool at_the_floor : {true, false}) {
      const std::vector<float> other = row.With(OtherTail(row, at_the_floor));
      EXPECT_EQ(answer, AnswerOf(pipeline, Logits(other), sequence))
          << at_the_floor;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(settled_rows, 500);
  EXPECT_GT(open, 100);
}

// The same rows as a log with every value and as a `_logits_` file.
TEST(FloorRow, VerifyDecidesWhatTheFloorLeavesKnown) {
  const std::string converted = testing::TempDir() + "/floor-" +
                                std::to_string(std::random_device()()) + ".kld";
  ASSERT_EQ(RunInProcess({"convert", StoryLog(), converted, "-q"}).exit_code,
            0);
  const auto rows = [](const std::string& log,
                       const std::vector<std::string>& chain) {
    std::vector<std::string> arguments = {"verify", log,       "--claim",
                                          "law",    "--jsonl", "-q"};
    arguments.insert(arguments.end(), chain.begin(), chain.end());
    return Events(RunInProcess(arguments).out, "row");
  };
  const std::vector<std::string> cuts = {"--temp", "0.8", "--top-k", "40"};
  const auto whole = rows(StoryLog(), cuts);
  const auto floored = rows(converted, cuts);
  ASSERT_EQ(floored.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(floored[i]["basis"], whole[i]["basis"]) << floored[i];
    EXPECT_NEAR(floored[i]["prob"].get<double>(),
                whole[i]["prob"].get<double>(), 1e-3);
  }
  // What heat alone makes of the floor nobody knows.
  for (const auto& row : rows(converted, {"--temp", "1.5"})) {
    EXPECT_EQ(row["basis"]["exact_match"], "unknowable") << row;
  }
}

}  // namespace
}  // namespace sampler::tools
