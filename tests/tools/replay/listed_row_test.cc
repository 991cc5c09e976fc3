// Where a listed row is said to be settled, every full row that it may stand
// for keeps the same tokens and draws the same one.

#include "tools/replay/listed_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kWidth = 40;
constexpr float kUnlisted = -std::numeric_limits<float>::infinity();
using FloatRow = std::vector<float>;
using Engine = std::mt19937_64;

double Uniform(Engine& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

// The likeliest `count` tokens of a row, and what else is known of it.
struct List {
  FloatRow row;
  RowBounds bounds;
};

List ListOf(const FloatRow& full, std::size_t count) {
  FloatRow sorted = full;
  std::sort(sorted.rbegin(), sorted.rend());
  long double all = 0;
  long double listed = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const long double weight = std::exp(static_cast<long double>(sorted[i]));
    all += weight;
    if (i < count) listed += weight;
  }
  const float bound = sorted[count - 1];
  List list = {.row = full, .bounds = {}};
  for (float& value : list.row) {
    if (value < bound) value = kUnlisted;
  }
  list.bounds.tail = logs::TailInfo{
      .listed = static_cast<std::int64_t>(count),
      .count = static_cast<std::int64_t>(full.size() - count),
      .mass = static_cast<double>(1.0L - listed / all),
      .bound = static_cast<double>(bound),
      .above = std::count_if(full.begin(), full.end(),
                             [&](float value) { return value > bound; }),
      .maximum = static_cast<double>(sorted[0]),
      .log_sum_exp = static_cast<double>(std::log(all))};
  return list;
}

// Other rows of the same list: what it leaves out weighs as much, but lies
// otherwise. `at_bound` tokens have the bound, the others share the rest.
FloatRow WithTail(const FloatRow& full, const List& list, std::size_t at_bound,
                  Engine& random) {
  std::vector<std::size_t> unlisted;
  long double weight = 0;
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (list.row[i] > kUnlisted) continue;
    unlisted.push_back(i);
    weight += std::exp(static_cast<long double>(full[i]));
  }
  std::shuffle(unlisted.begin(), unlisted.end(), random);
  const auto bound = static_cast<long double>(list.bounds.tail->bound);
  FloatRow row = list.row;
  std::size_t place = 0;
  for (; place < std::min(at_bound, unlisted.size() - 1); ++place) {
    if (weight < 1.5L * std::exp(bound)) break;
    row[unlisted[place]] = static_cast<float>(bound);
    weight -= std::exp(bound);
  }
  const auto others = static_cast<long double>(unlisted.size() - place);
  for (; place < unlisted.size(); ++place) {
    row[unlisted[place]] = static_cast<float>(std::log(weight / others));
  }
  return row;
}

// Stages whose numbers are random.
std::string SomeChain(Engine& random) {
  const auto stage = [&](const char* type, const char* name, double low,
                         double high) {
    return absl::StrFormat(R"({"type": "%s", "%s": %.4f})", type, name,
                           Uniform(random, low, high));
  };
  const std::string top_k =
      absl::StrCat(R"({"type": "top_k", "k": )", 2 + random() % 24, "}");
  const std::string heat = stage("temperature", "temperature", 0.4, 1.8);
  const std::string nucleus = stage("top_p", "p", 0.2, 0.99);
  const std::string penalty = stage("repetition_penalty", "penalty", 0.8, 1.6);
  const std::string presence = stage("presence_penalty", "penalty", -0.5, 1.5);
  const std::string min_p = stage("min_p", "p", 0.02, 0.5);
  const std::string epsilon = stage("epsilon_cutoff", "epsilon", 0.001, 0.1);
  const std::string top_a = stage("top_a", "a", 0.05, 0.5);
  const std::vector<std::string> chains = {
      nucleus,
      absl::StrCat(heat, ",", nucleus),
      absl::StrCat(top_k, ",", nucleus),
      absl::StrCat(heat, ",", top_k, ",", nucleus, ",", min_p),
      absl::StrCat(top_k, ",", heat, ",", epsilon),
      absl::StrCat(penalty, ",", nucleus),
      absl::StrCat(presence, ",", top_k),
      absl::StrCat(presence, ",", heat, ",", min_p, ",", nucleus),
      absl::StrCat(penalty, ",", presence, ",", heat, ",", nucleus),
      epsilon,
      absl::StrCat(heat, ",", epsilon),
      top_a,
      absl::StrCat(nucleus, ",", heat, ",", min_p),
      absl::StrCat(presence, ",", R"({"type": "greedy"})")};
  return chains[random() % chains.size()];
}

FloatRow SomeFullRow(Engine& random) {
  std::normal_distribution<double> normal(2.0, Uniform(random, 1.0, 4.0));
  FloatRow row(kWidth);
  for (float& value : row) value = static_cast<float>(normal(random));
  return row;
}

std::vector<TokenId> Survivors(const Step& step) {
  std::vector<TokenId> ids;
  step.ForEach([&](TokenId id, double) { ids.push_back(id); });
  std::sort(ids.begin(), ids.end());
  return ids;
}

// What a chain does with a row.
struct Answer {
  std::vector<TokenId> kept;
  TokenId drawn;
  double probability;
  friend bool operator==(const Answer&, const Answer&) = default;
};

Answer AnswerTo(const Pipeline& pipeline, const Logits& row,
                const Sequence& sequence) {
  Workspace workspace;
  const Step step = pipeline.Process(row, sequence, workspace);
  const Token token = step.Draw();
  return {Survivors(step), token.id, step.Probability(token.id)};
}

class ListedRowTest : public testing::Test {
 protected:
  SettledRow Settle(const Pipeline& pipeline, const List& list,
                    const Sequence& sequence) {
    row_ = Logits(list.row);
    return reader_.Settle(
        {pipeline, row_, list.bounds, sequence, StepInputs()});
  }

 private:
  ListedRowReader reader_;
  Logits row_;
};

TEST_F(ListedRowTest, IsSettledOnlyWhereEveryTailAgrees) {
  Engine random(11);
  int by_rest = 0;
  int open = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    const FloatRow full = SomeFullRow(random);
    const List list = ListOf(full, 3 + random() % 20);
    const std::string chain = SomeChain(random);
    SCOPED_TRACE(absl::StrCat(trial, ": ", chain));
    const Pipeline pipeline = MakePipeline(chain, kWidth);
    Sequence sequence =
        pipeline.NewSequence({.seed = random(), .prompt = {3, 1, 4}}).value();
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(
          sequence.AcceptId(static_cast<TokenId>(random() % kWidth)).ok());
    }
    const SettledRow settled = Settle(pipeline, list, sequence);
    if (!settled.exact()) {
      ++open;
      continue;
    }
    by_rest += settled.completed ? 1 : 0;
    const Answer answer = AnswerTo(pipeline, settled.row, sequence);
    EXPECT_EQ(answer, AnswerTo(pipeline, full, sequence));
    for (const std::size_t at_bound : {0u, 1u, 2u, 5u, 30u}) {
      const FloatRow other = WithTail(full, list, at_bound, random);
      EXPECT_EQ(answer, AnswerTo(pipeline, other, sequence)) << at_bound;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(by_rest, 900);
  EXPECT_GT(open, 300);
}

// Where not even the weight of the rest is known, nothing that follows from it
// is said.
TEST_F(ListedRowTest, OfUnknownMassAnyTailIsPossible) {
  Engine random(12);
  int settled_rows = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    const FloatRow full = SomeFullRow(random);
    List list = ListOf(full, 3 + random() % 20);
    const double bound = list.bounds.tail->bound;
    list.bounds.tail->mass = std::numeric_limits<double>::quiet_NaN();
    list.bounds.tail->log_sum_exp = std::numeric_limits<double>::quiet_NaN();
    const Pipeline pipeline = MakePipeline(SomeChain(random), kWidth);
    const Sequence sequence =
        pipeline.NewSequence({.seed = random(), .prompt = {3, 1, 4}}).value();
    const SettledRow settled = Settle(pipeline, list, sequence);
    if (!settled.exact()) continue;
    ++settled_rows;
    const Answer answer = AnswerTo(pipeline, settled.row, sequence);
    for (const double depth : {0.0, 0.5, 3.0, 30.0}) {
      FloatRow other = list.row;
      for (float& value : other) {
        if (value > kUnlisted) continue;
        value = static_cast<float>(bound - depth * Uniform(random, 0, 1));
      }
      EXPECT_EQ(answer, AnswerTo(pipeline, other, sequence)) << depth;
    }
  }
  EXPECT_GT(settled_rows, 50);
}

TEST_F(ListedRowTest, KnowsWhatItCannotKnow) {
  const FloatRow full = {5, 4, 3, 2, 1, 0, 0, 0};
  const List list = ListOf(full, 4);
  const auto exact = [&](const std::string& stages,
                         std::vector<TokenId> prompt = {}) {
    const Pipeline pipeline = MakePipeline(stages, 8);
    return Settle(pipeline, list,
                  pipeline.NewSequence({.seed = 1, .prompt = prompt}).value())
        .exact();
  };
  const std::string nucleus = R"({"type": "top_p", "p": 0.9})";
  EXPECT_TRUE(exact(nucleus));
  EXPECT_FALSE(exact(R"({"type": "top_p", "p": 0.95})"));  // Ends at the bound.
  // The entropy of the row is not known.
  EXPECT_FALSE(exact(R"({"type": "typical_p", "p": 0.5})"));
  // A mass that the first truncation hides.
  EXPECT_FALSE(exact(
      R"({"type": "top_k", "k": 3}, {"type": "top_p", "p": 0.9, "mass": "original"})"));
  // A token that is not listed is raised, by how much nobody knows.
  const std::string raised =
      R"({"type": "presence_penalty", "penalty": -9, "scope": "both"})";
  EXPECT_TRUE(exact(raised + "," + nucleus, {2}));
  EXPECT_FALSE(exact(raised + "," + nucleus, {6}));
}

// Signs of logits are lost where a log tells log-probabilities.
TEST_F(ListedRowTest, LogprobsHaveNoSigns) {
  const FloatRow full = {5, 4, 3, 2, 1, 0, 0, 0};
  List list = ListOf(full, 4);
  const Pipeline pipeline = MakePipeline(
      R"({"type": "repetition_penalty", "penalty": 1.2},
         {"type": "top_p", "p": 0.8})",
      8);
  const Sequence sequence =
      pipeline.NewSequence({.seed = 1, .prompt = {1}}).value();
  EXPECT_TRUE(Settle(pipeline, list, sequence).exact());
  const auto log_sum = static_cast<float>(list.bounds.tail->log_sum_exp);
  for (float& value : list.row) value -= log_sum;
  list.bounds.tail->bound -= list.bounds.tail->log_sum_exp;
  list.bounds.tail->maximum -= list.bounds.tail->log_sum_exp;
  list.bounds.tail->log_sum_exp = 0;
  EXPECT_FALSE(Settle(pipeline, list, sequence).exact());
}

}  // namespace
}  // namespace sampler::tools
