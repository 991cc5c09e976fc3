// A token's two logprobs and the causes of their difference, against sums in
// long double over the whole vocabulary.

#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tools/compare/trainer/row.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kSize = 20;

std::vector<float> RandomLogits(std::mt19937_64& random) {
  std::vector<float> row(kSize);
  // Coarse, so that ties are common.
  for (float& v : row) v = static_cast<float>(random() % 24) / 4.0F;
  return row;
}

// ln softmax(z / T) of a token, and ln of the mass of some.
long double LogSoftmax(const std::vector<float>& row, long double t,
                       std::size_t token) {
  long double sum = 0.0L;
  for (const float v : row) sum += std::exp(v / t);
  return row[token] / t - std::log(sum);
}

long double LogMass(const std::vector<float>& row, long double t,
                    const std::set<std::size_t>& kept) {
  long double mass = 0.0L;
  for (const std::size_t i : kept) mass += std::exp(LogSoftmax(row, t, i));
  return std::log(mass);
}

struct Side {
  std::string stages;
  long double temperature;
};

TEST(TrainerRow, CausesAddUpToTheRatio) {
  std::mt19937_64 random(3);
  const Side rollout = {R"({"type": "temperature", "temperature": 0.6},
                           {"type": "top_k", "k": 5})",
                        0.6L};
  const Side trainers[] = {{R"({"type": "categorical"})", 1.0L},
                           {R"({"type": "temperature", "temperature": 0.8},
          {"type": "top_p", "p": 0.95})",
                            0.8L},
                           {R"({"type": "logit_bias", "bias": {"3": 0.5}},
          {"type": "temperature", "temperature": 0.6})",
                            0.6L}};
  for (const Side& trainer : trainers) {
    SCOPED_TRACE(trainer.stages);
    const Pipeline a = MakePipeline(rollout.stages, kSize);
    const Pipeline b = MakePipeline(trainer.stages, kSize);
    TrainerProbe probe(a.config(), b.config(), kSize);
    const Sequence sequence = MakeSequence(kSize);
    Workspace workspace_a;
    Workspace workspace_b;
    int checked = 0;
    int with_ties = 0;
    for (int trial = 0; trial < 100; ++trial) {
      const std::vector<float> row_a = RandomLogits(random);
      std::vector<float> row_b = row_a;
      for (float& v : row_b) v += static_cast<float>(random() % 3) / 64.0F;
      const Step kept_a = a.Process(row_a, sequence, workspace_a);
      const Step kept_b = b.Process(row_b, sequence, workspace_b);
      std::set<std::size_t> set_a;
      std::set<std::size_t> set_b;
      kept_a.ForEach([&](TokenId id, double) {
        set_a.insert(static_cast<std::size_t>(id));
      });
      kept_b.ForEach([&](TokenId id, double) {
        set_b.insert(static_cast<std::size_t>(id));
      });
      const auto with = [](const std::vector<float>& row,
                           std::set<std::size_t> set) {
        float lowest = INFINITY;
        for (const std::size_t i : set) lowest = std::min(lowest, row[i]);
        for (std::size_t i = 0; i < row.size(); ++i) {
          if (row[i] == lowest) set.insert(i);
        }
        return set;
      };
      for (const std::size_t token : set_a) {
        if (set_b.count(token) == 0) continue;
        const TrainerRow got =
            probe.Measure({Logits(row_a), Logits(row_b)},
                          {&kept_a.distribution(), &kept_b.distribution()},
                          static_cast<TokenId>(token));
        const long double ta = rollout.temperature;
        const long double tb = trainer.temperature;
        const long double mass_a = LogMass(row_a, ta, set_a);
        const long double mass_b = LogMass(row_b, tb, set_b);
        const long double tied_a = LogMass(row_a, ta, with(row_a, set_a));
        const long double tied_b = LogMass(row_b, tb, with(row_b, set_b));
        const auto near = [](double x, long double want) {
          EXPECT_NEAR(x, static_cast<double>(want), 1e-12);
        };
        near(got.rollout, LogSoftmax(row_a, ta, token) - mass_a);
        near(got[Cause::kTemperature],
             LogSoftmax(row_a, tb, token) - LogSoftmax(row_a, ta, token));
        near(got[Cause::kValues],
             LogSoftmax(row_b, tb, token) - LogSoftmax(row_a, tb, token));
        near(got[Cause::kTies], (mass_a - tied_a) - (mass_b - tied_b));
        near(got[Cause::kMask], tied_a - tied_b);
        double sum = 0.0;
        for (const double part : got.causes) sum += part;
        near(sum, got.log_ratio());
        const bool edits = trainer.stages.find("bias") != std::string::npos;
        if (!edits) near(got[Cause::kEdits], 0.0L);
        if (edits && token == 3) {
          EXPECT_GT(got[Cause::kEdits], 0.01);
        }
        with_ties += std::fabs(got[Cause::kTies]) > 1e-9 ? 1 : 0;
        ++checked;
      }
    }
    EXPECT_GT(checked, 100);
    EXPECT_GT(with_ties, 10);
  }
}

TEST(TrainerRow, HasNoCausesWithoutOneTemperature) {
  const Pipeline a = MakePipeline(
      R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.5})", kSize);
  const Pipeline b = MakePipeline("", kSize);
  TrainerProbe probe(a.config(), b.config(), kSize);
  std::mt19937_64 random(4);
  const std::vector<float> row = RandomLogits(random);
  const Sequence sequence = MakeSequence(kSize);
  Workspace workspaces[2];
  const Step kept_a = a.Process(row, sequence, workspaces[0]);
  const Step kept_b = b.Process(row, sequence, workspaces[1]);
  const TrainerRow got =
      probe.Measure({Logits(row), Logits(row)},
                    {&kept_a.distribution(), &kept_b.distribution()}, 2);
  EXPECT_TRUE(std::isfinite(got.log_ratio()));
  EXPECT_TRUE(std::isnan(got[Cause::kMask]));
}

}  // namespace
}  // namespace sampler::tools
