// Every parameter of every stage of the registry: none is ignored, none takes
// what is no number.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/support/random_parameters.h"
#include "tests/support/stage_examples.h"

namespace sampler {
namespace {

constexpr std::int64_t kSize = 64;
const std::vector<double> kSecondRow(kSize, 0.25);

// A pipeline of one stage, behind a truncation, with a draw if it is none.
PipelineConfig ConfigOf(const StageType& type, Value::Object parameters) {
  PipelineConfig config;
  config.stages = {{"top_k", {{"k", 48}}},
                   {std::string(type.name), std::move(parameters)}};
  if (type.group != StageGroup::kDraw) config.stages.push_back({"categorical"});
  config.phases = SomePhases();
  return config;
}

// All that can differ: the status, the logits that are left, the token, and
// what the stages will remember of it.
std::vector<double> ResultOf(const PipelineConfig& config,
                             const std::vector<double>& row,
                             const Sequence& sequence,
                             const StepInputs& inputs) {
  const Pipeline pipeline = Pipeline::Create(config, kSize).value();
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::MakeConstSpan(row), sequence,
                                          workspace, pipeline.OnlyRead(inputs));
  std::vector<double> result(kSize, -std::numeric_limits<double>::infinity());
  d.ForEach([&](TokenId id, double logit) {
    result[static_cast<std::size_t>(id)] = logit;
  });
  result.push_back(static_cast<double>(d.status()));
  for (const TokenId id : pipeline.DrawAll(d, sequence, workspace)) {
    result.push_back(id);
  }
  const Token token = pipeline.DrawFrom(d, sequence, workspace);
  result.push_back(token.id);
  result.insert(result.end(), token.state.values.begin(),
                token.state.values.end());
  return result;
}

// Half of the time flat, so that masses meet fractions exactly.
std::vector<double> SomeRow(Random& random) {
  if (random() % 2 == 0) return std::vector<double>(kSize, 0.5);
  return RandomRow(random, kSize);
}

// Rounds the fractions among `parameters` to quarters.
void Round(Value::Object& parameters) {
  for (auto& [name, value] : parameters) {
    const double* real = value.real();
    if (real != nullptr && *real > 0.25 && *real < 1.0) {
      value = std::round(4.0 * *real) / 4.0;
    }
  }
}

Sequence RandomSequence(Random& random) {
  const auto tokens = [&] {
    std::vector<std::int32_t> some(random() % 8);
    for (auto& t : some) t = static_cast<std::int32_t>(random() % 12);
    return some;
  };
  Sequence sequence = MakeSequence(kSize, tokens(), tokens(), random());
  sequence.set_clock(static_cast<std::int64_t>(random() % 12));
  return sequence;
}

// Replaces the value at `path` (a name, or names of nested objects) by another
// legal one. False if there is no such place in `object`.
bool Vary(const ParameterTable& table, absl::Span<const absl::string_view> path,
          Value::Object& object, Random& random) {
  for (const Parameter& line : table) {
    if (line.name() != path[0]) continue;
    const std::string name(line.name());
    if (path.size() == 1) {
      object[name] = RandomValue(line, random);
      return true;
    }
    const auto at = object.find(name);
    if (at == object.end() || at->second.object() == nullptr) return false;
    Value::Object inner = *at->second.object();
    if (!Vary(line.fields(), path.subspan(1), inner, random)) return false;
    at->second = std::move(inner);
    return true;
  }
  return false;
}

// Is there a stage, and an input, for which this parameter alone decides
// something?
bool DecidesSomething(const StageType& type,
                      absl::Span<const absl::string_view> path,
                      Random& random) {
  const auto legal = [&](const Value::Object& parameters) {
    return CheckConfig(ConfigOf(type, parameters), kSize).empty();
  };
  for (int i = 0; i < 60'000; ++i) {
    Value::Object one = RandomObject(type.parameters, random);
    if (random() % 2 == 0) Round(one);
    Value::Object other = one;
    if (!Vary(type.parameters, path, other, random)) continue;
    if (!legal(one) || !legal(other)) continue;
    const std::vector<double> row = SomeRow(random);
    const Sequence sequence = RandomSequence(random);
    // A mask that is shorter than the row.
    const std::uint32_t words[] = {static_cast<std::uint32_t>(random())};
    const StepInputs inputs = {.mask = TokenMask(absl::MakeConstSpan(words)),
                               .unconditional = absl::MakeConstSpan(kSecondRow),
                               .uniform = 0.6};
    if (ResultOf(ConfigOf(type, one), row, sequence, inputs) !=
        ResultOf(ConfigOf(type, other), row, sequence, inputs)) {
      return true;
    }
  }
  return false;
}

template <typename F>
void ForEachParameter(const ParameterTable& table,
                      std::vector<absl::string_view>& path, const F& f) {
  for (const Parameter& line : table) {
    path.push_back(line.name());
    if (line.kind() == ParameterKind::kObject) {
      ForEachParameter(line.fields(), path, f);
    } else {
      f(line, path);
    }
    path.pop_back();
  }
}

TEST(EveryParameter, DecidesSomething) {
  Random random(1);
  int parameters = 0;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    std::vector<absl::string_view> path;
    ForEachParameter(
        type.parameters, path,
        [&](const Parameter& line, const std::vector<absl::string_view>& at) {
          ++parameters;
          // "lt" and "le" differ on one coin of 2^64: xtc_coin_test.cc sets it.
          if (type.name == "xtc" && line.name() == "fire") return;
          // It decides where a context recurs at one distance: synthid_test.cc.
          if (line.name() == "context_history") return;
          // "at" goes with "newlines", which are few: thinking_budget_test.cc.
          if (line.name() == "at" && type.name == "thinking_budget") return;
          if (line.name() == "newlines") return;
          // It decides where a minimum length would leave nothing:
          // token_ranges_test.cc.
          if (line.name() == "yield") return;
          // Of two variants that remember contexts: engine_draws_test.cc.
          if (line.name() == "max_history") return;
          if (type.name == "gumbel_watermark" &&
              line.name() == "max_contexts") {
            return;
          }
          // Where a context recurs, as in few of these texts:
          // watermark_test.cc.
          if (line.name() == "skip_repeated") return;
          // Mostly more than these texts have: dry_limits_test.cc.
          if (line.name() == "max_ngram" || line.name() == "early_exit" ||
              line.name() == "max_occurrences") {
            return;
          }
          // Mostly longer than these texts: loop_ban_test.cc.
          if (line.name() == "max_length") return;
          EXPECT_TRUE(DecidesSomething(type, at, random))
              << type.name << " ignores " << line.name();
        });
  }
  EXPECT_GE(parameters, 30);
}

// Ranges are tested so that NaN fails, and end where they say.
TEST(EveryParameter, RefusesNumbersThatAreNone) {
  Random random(2);
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    std::vector<absl::string_view> path;
    ForEachParameter(
        type.parameters, path,
        [&](const Parameter& line, const std::vector<absl::string_view>& at) {
          if (at.size() != 1 || (line.kind() != ParameterKind::kReal &&
                                 line.kind() != ParameterKind::kInteger)) {
            return;
          }
          const double inf = std::numeric_limits<double>::infinity();
          std::vector<Value> bad = {std::nan(""), inf,  -inf,
                                    "1",          true, Value::List{}};
          if (line.minimum() > -1e18) {
            bad.push_back(std::nextafter(line.minimum(), -inf));
            bad.push_back(static_cast<std::int64_t>(line.minimum()) - 1);
          }
          if (line.maximum() < 1e18) {
            bad.push_back(std::nextafter(line.maximum(), inf));
            bad.push_back(static_cast<std::int64_t>(line.maximum()) + 1);
          }
          for (const Value& value : bad) {
            Value::Object parameters = RandomObject(type.parameters, random);
            parameters[std::string(line.name())] = value;
            const std::vector<Problem> problems =
                CheckConfig(ConfigOf(type, parameters), kSize);
            const std::string pointer = absl::StrCat("/stages/1/", line.name());
            EXPECT_TRUE(std::any_of(
                problems.begin(), problems.end(),
                [&](const Problem& p) { return p.pointer == pointer; }))
                << type.name << ", " << line.name() << " takes "
                << ToText(value);
          }
        });
  }
}

}  // namespace
}  // namespace sampler
