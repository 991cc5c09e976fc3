// The library against the oracle, which restates every definition the slow way:
// kept sets, logits, weights, masses, entropy, token and u, bit for bit.
//
//   * exhaustively on small rows over an alphabet with ties, -0, -inf, +inf and
//     NaN, for every stage at the corners of its parameters, and for every
//     ordered pair of stages;
//   * on random chains of 1 to 12 stages at production vocabulary sizes, over
//     the row shapes on which samplers go wrong.
//
// Every case prints how many comparisons it made, through how many stages, and
// how many of them differ.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "sampler/stages/registry.h"
#include "tests/oracle/pipeline.h"
#include "tests/support/library_adapter.h"
#include "tests/support/random_chain.h"
#include "tests/support/random_phases.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using nlohmann::json;

// Equal as bits, but for the sign of zero, which has no meaning.
bool SameBits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a + 0.0) ==
         std::bit_cast<std::uint64_t>(b + 0.0);
}

// "" if both say the same, else the first difference.
std::string Difference(const LibraryRun& run, const oracle::Result& oracle) {
  const oracle::Result& library = run.result;
  if (library.status != oracle.status) return "status";
  if (library.snapshots.size() != oracle.snapshots.size()) return "stages run";
  for (std::size_t i = 0; i < oracle.snapshots.size(); ++i) {
    if (library.snapshots[i].kept != oracle.snapshots[i].kept) {
      return "kept by stage " + std::to_string(i) + ": " +
             std::to_string(library.snapshots[i].kept) + ", want " +
             std::to_string(oracle.snapshots[i].kept);
    }
  }
  if (library.candidates.size() != oracle.candidates.size()) return "kept";
  for (std::size_t i = 0; i < oracle.candidates.size(); ++i) {
    const oracle::Candidate& a = library.candidates[i];
    const oracle::Candidate& b = oracle.candidates[i];
    if (a.id != b.id) return "id at rank " + std::to_string(i);
    if (!SameBits(a.logit, b.logit)) return "logit of " + std::to_string(a.id);
    if (a.weight != b.weight) return "weight of " + std::to_string(a.id);
  }
  if (library.total != oracle.total) return "total mass";
  if (library.token != oracle.token) return "token";
  if (library.interval != oracle.interval) return "interval";
  if (library.tokens != oracle.tokens) return "tokens";
  if (library.u != oracle.u) return "u";
  if (oracle.status != oracle::Status::kOk) return "";
  const oracle::TokenId head = oracle.candidates.front().id;
  if (!SameBits(run.entropy, oracle.Entropy())) return "entropy";
  if (!SameBits(run.head_probability, oracle.Probability(head))) {
    return "probability";
  }
  if (!SameBits(run.head_logprob, oracle.Logprob(head))) return "logprob";
  const oracle::TokenId last = oracle.candidates.back().id;
  if (!SameBits(run.last_logprob, oracle.Logprob(last))) {
    return "logprob of the last";
  }
  return "";
}

class Comparison {
 public:
  void Compare(Logits row, const std::vector<double>& values,
               const json& stages, const oracle::Context& context) {
    ++count_;
    const oracle::Result expected = oracle::RunStages(values, stages, context);
    stages_ += static_cast<int>(expected.snapshots.size());
    narrowed_ += !expected.candidates.empty() &&
                         expected.candidates.size() < values.size()
                     ? 1
                     : 0;
    const std::string difference =
        Difference(RunLibrary(row, stages, context), expected);
    if (difference.empty()) return;
    if (++different_ <= 5) {
      ADD_FAILURE() << difference << "\n  stages " << stages.dump()
                    << "\n  row "
                    << (values.size() <= 8 ? json(values).dump() : "(large)");
    }
  }
  ~Comparison() {
    std::cout << count_ << " comparisons (" << narrowed_
              << " with tokens removed) through " << stages_ << " stages, "
              << different_ << " differ\n";
    testing::Test::RecordProperty("comparisons", count_);
    testing::Test::RecordProperty("stages", stages_);
    testing::Test::RecordProperty("differ", different_);
    EXPECT_EQ(different_, 0);
    EXPECT_GT(count_, 0);
  }

 private:
  int count_ = 0;
  int stages_ = 0;
  int narrowed_ = 0;
  int different_ = 0;
};

// ---- Small rows, exhaustively ----------------------------------------------

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// All rows of `size` values of `alphabet`, or evenly spread ones where a share
// is asked for.
template <typename F>
void ForEachRow(std::size_t size, const std::vector<double>& alphabet, F f) {
  const int percent = ShareBelowATenth(Share(100));
  const auto stride = static_cast<std::size_t>(100 / percent);
  std::size_t rows = 1;
  for (std::size_t i = 0; i < size; ++i) rows *= alphabet.size();
  std::vector<double> row(size);
  for (std::size_t code = 0; code < rows; code += stride) {
    for (std::size_t i = 0, rest = code; i < size; ++i) {
      row[i] = alphabet[rest % alphabet.size()];
      rest /= alphabet.size();
    }
    f(row);
  }
}

const oracle::Context& SmallContext() {
  static const oracle::Context context = {
      .prompt = {0, 0, 1},
      .output = {0, 2, 2},
      .seed = 42,
      .stream = 7,
      .unconditional = {0.5, -2.0, 1.0, 0.25},
      .uniform = 0.625,
      .mask = std::vector<std::uint32_t>{0b1101},
      // Begun in the prompt, ended by the first output token, begun anew by
      // the second.
      .phases = {
          {"thinking", {{"begin", {{1}, {2}}}, {"end", {{0, 2}, {1, 0}}}}}}};
  return context;
}

class SmallRows : public testing::TestWithParam<json> {};

TEST_P(SmallRows, AgreeWithTheOracle) {
  Comparison comparison;
  const auto compare = [&](const std::vector<double>& row) {
    // A second row, now and then with a removed token.
    oracle::Context context = SmallContext();
    context.unconditional = {
        0.5, row[0] == 0.0 ? -kInfinity : -2.0, 1.0, 0.25, 0.0, 3.0};
    context.unconditional.resize(row.size());
    comparison.Compare(absl::MakeConstSpan(row), row, GetParam(), context);
  };
  for (const std::size_t size : {3u, 4u}) {
    ForEachRow(size,
               {-kInfinity, -1.0, 0.0, -0.0, std::log(2.0), 1.0, 40.0,
                kInfinity, std::numeric_limits<double>::quiet_NaN()},
               compare);
  }
  for (const std::size_t size : {5u, 6u}) {
    ForEachRow(size, {-kInfinity, 0.0, std::log(2.0)}, compare);
  }
}

INSTANTIATE_TEST_SUITE_P(Corners, SmallRows, testing::ValuesIn(CornerChains()),
                         [](const testing::TestParamInfo<json>& info) {
                           return info.param[0]["type"].get<std::string>() +
                                  "_" + std::to_string(info.index);
                         });

// Every ordered pair of stages: what one leaves is what the next one meets. Of
// each type three of the corners stand for all.
TEST(StagePairs, AgreeWithTheOracle) {
  std::map<std::string, std::vector<json>> corners;
  for (const json& chain : CornerChains()) {
    for (const json& stage : chain) corners[stage["type"]].push_back(stage);
  }
  std::mt19937_64 random(1);
  std::size_t pairs = 0;
  Comparison comparison;
  for (const StageType& first : StageRegistry::BuiltIn().types()) {
    if (first.group == StageGroup::kDraw) continue;
    for (const StageType& second : StageRegistry::BuiltIn().types()) {
      if (first.precedes_draw && second.group != StageGroup::kDraw) continue;
      ++pairs;
      for (int i = 0; i < 3; ++i) {
        const auto pick = [&](const StageType& type) {
          const std::vector<json>& some = corners[std::string(type.name)];
          EXPECT_FALSE(some.empty()) << type.name << " has no corner chain";
          return some.empty() ? json(nullptr) : some[random() % some.size()];
        };
        const json chain = {pick(first), pick(second)};
        if (chain[0].is_null() || chain[1].is_null()) return;
        ForEachRow(4, {-kInfinity, 0.0, std::log(2.0), 3.0},
                   [&](const std::vector<double>& row) {
                     comparison.Compare(absl::MakeConstSpan(row), row, chain,
                                        SmallContext());
                   });
      }
    }
  }
  EXPECT_GE(pairs, 100u);
}

// ---- Production sizes ------------------------------------------------------

class LargeRows : public testing::TestWithParam<std::tuple<int, RowKind>> {};

TEST_P(LargeRows, AgreeWithTheOracle) {
  const auto& [size, kind] = GetParam();
  const auto vocabulary = static_cast<std::size_t>(size);
  std::mt19937_64 random(vocabulary * 8 + static_cast<std::size_t>(kind));
  Comparison comparison;
  const int rows = Share(2);
  const int chains = Share(size > 200'000 ? 6 : size > 100'000 ? 12 : 60);
  for (int r = 0; r < rows; ++r) {
    const std::vector<float> row = MakeRow(kind, vocabulary, random());
    const std::vector<double> values(row.begin(), row.end());
    for (int c = 0; c < chains; ++c) {
      const oracle::Context context = RandomContext(random, size);
      json chain = RandomChain(random, size);
      AddPhases(random, size, context.phases, chain);
      comparison.Compare(absl::MakeConstSpan(row), values, chain, context);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, LargeRows,
    testing::Combine(testing::Values(32'000, 128'256, 151'936, 262'144),
                     testing::ValuesIn(kAllRowKinds)),
    [](const testing::TestParamInfo<std::tuple<int, RowKind>>& info) {
      return std::to_string(std::get<0>(info.param)) + "_" +
             RowKindName(std::get<1>(info.param));
    });

// Sizes around every internal limit (lanes, blocks, selection), where thousands
// of random chains are cheap.
TEST(MediumRows, AgreeWithTheOracle) {
  std::mt19937_64 random(20251123);
  Comparison comparison;
  const int chains = Share(20'000);
  for (int c = 0; c < chains; ++c) {
    const int sizes[] = {1,   2,   7,    16,   63,   64,   65,  255,
                         256, 257, 1000, 1023, 1025, 2049, 4097};
    const int size = sizes[random() % std::size(sizes)];
    const RowKind kind = kAllRowKinds[random() % std::size(kAllRowKinds)];
    const std::vector<float> row =
        MakeRow(kind, static_cast<std::size_t>(size), random());
    const std::vector<double> values(row.begin(), row.end());
    const oracle::Context context = RandomContext(random, size);
    json chain = RandomChain(random, size);
    AddPhases(random, size, context.phases, chain);
    comparison.Compare(absl::MakeConstSpan(row), values, chain, context);
  }
}

}  // namespace
}  // namespace sampler
