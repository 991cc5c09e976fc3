// The numbers of verl and TRL, restated over padded batches as those compute
// them, in long double.

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/compare/trainer/tensors.h"
#include "tools/compare/trainer/metrics.h"

namespace sampler::tools {
namespace {

TrainerMetrics MetricsOf(const Tensors& tensors,
                         const TrainerOptions& options) {
  TrainerTotals totals(options);
  for (std::size_t i = 0; i < tensors.mask.size(); ++i) {
    for (std::size_t t = 0; t < tensors.mask[i].size(); ++t) {
      if (tensors.mask[i][t] == 0) continue;
      TrainerRow row;
      row.rollout = static_cast<double>(tensors.rollout[i][t]);
      row.trainer = static_cast<double>(tensors.trainer[i][t]);
      totals.Add({0, static_cast<std::int64_t>(i), 0}, row);
    }
  }
  return totals.Metrics();
}

Real MeanOf(const std::vector<Real>& values) {
  Real sum = 0;
  for (const Real x : values) sum += x;
  return sum / static_cast<Real>(values.size());
}

class Expected {
 public:
  explicit Expected(const NamedNumbers& got) {
    for (const auto& [name, value] : got) got_[name] = value;
  }
  void Is(const std::string& name, Real want) {
    ASSERT_EQ(got_.count(name), 1u) << name;
    EXPECT_NEAR(got_[name], static_cast<double>(want),
                static_cast<double>(1e-9L * std::max(Real{1}, std::fabs(want))))
        << name;
    ++checked_;
  }
  ~Expected() { EXPECT_EQ(checked_, got_.size()) << "a number is untested"; }

 private:
  std::map<std::string, double> got_;
  std::size_t checked_ = 0;
};

Real Clamp(Real x) { return std::min(Real{20}, std::max(Real{-20}, x)); }

TEST(TrainerMetrics, OffPolicyNumbersAreVerls) {
  std::mt19937_64 random(1);
  for (const double spread : {0.01, 0.5, 12.0}) {
    const Tensors x = RandomTensors(random, spread);
    Expected expected(MetricsOf(x, {}).off_policy);
    const auto mean_logprob = [&](const Batch& logprobs) {
      return x.Each([&](std::size_t i) {
        return x.Sum(i, [&](std::size_t t) { return logprobs[i][t]; }) /
               x.Length(i);
      });
    };
    const auto rollout = mean_logprob(x.rollout);
    const auto trainer = mean_logprob(x.trainer);
    const auto map = [](std::vector<Real> v, Real (*f)(Real)) {
      for (Real& y : v) y = f(y);
      return v;
    };
    std::vector<Real> difference;
    for (std::size_t i = 0; i < rollout.size(); ++i) {
      difference.push_back(rollout[i] - trainer[i]);
    }
    const auto perplexity = [](Real y) { return std::exp(-y); };
    expected.Is("kl",
                x.Mean([&](auto i, auto t) { return -x.LogRatio(i, t); }));
    expected.Is("k3_kl", x.Mean([&](auto i, auto t) {
      return std::expm1(x.LogRatio(i, t)) - x.LogRatio(i, t);
    }));
    expected.Is("training_ppl", MeanOf(map(trainer, perplexity)));
    expected.Is("training_log_ppl", -MeanOf(trainer));
    expected.Is("rollout_ppl", MeanOf(map(rollout, perplexity)));
    expected.Is("rollout_log_ppl", -MeanOf(rollout));
    expected.Is("log_ppl_diff", MeanOf(difference));
    expected.Is("log_ppl_abs_diff",
                MeanOf(map(difference, [](Real y) { return std::fabs(y); })));
    expected.Is("log_ppl_diff_max",
                *std::max_element(difference.begin(), difference.end()));
    expected.Is("log_ppl_diff_min",
                *std::min_element(difference.begin(), difference.end()));
    expected.Is("ppl_ratio",
                MeanOf(map(difference, [](Real y) { return std::exp(y); })));
    expected.Is("chi2_token", x.Mean([&](auto i, auto t) {
      return std::exp(2 * Clamp(x.LogRatio(i, t)));
    }) - 1);
    expected.Is("chi2_seq", MeanOf(x.Each([&](std::size_t i) {
                              return std::exp(2 * Clamp(x.SequenceLogRatio(i)));
                            })) -
                                1);
  }
}

TEST(TrainerMetrics, ImportanceWeightsAreVerls) {
  std::mt19937_64 random(2);
  const Real c = 2;
  for (const double spread : {0.05, 0.6, 12.0}) {
    const Tensors x = RandomTensors(random, spread);
    const TrainerMetrics metrics = MetricsOf(x, {.is_threshold = 2.0});
    const auto check = [&](const NamedNumbers& got, bool by_sequence) {
      Expected expected(got);
      const auto raw = [&](std::size_t i, std::size_t t) {
        return std::exp(
            Clamp(by_sequence ? x.SequenceLogRatio(i) : x.LogRatio(i, t)));
      };
      const auto weight = [&](std::size_t i, std::size_t t) {
        return std::min(raw(i, t), c);
      };
      const Real mean = x.Mean(weight);
      const Real squares =
          x.Mean([&](auto i, auto t) { return weight(i, t) * weight(i, t); });
      expected.Is("rollout_is_mean", mean);
      expected.Is("rollout_is_std",
                  std::sqrt(std::max(Real{0}, squares - mean * mean)));
      expected.Is("rollout_is_eff_sample_size", 1 / x.Mean([&](auto i, auto t) {
        return (weight(i, t) / mean) * (weight(i, t) / mean);
      }));
      expected.Is("rollout_is_oob_ratio", x.Mean([&](auto i, auto t) {
        return Real(raw(i, t) > c || raw(i, t) < 1 / c);
      }));
      if (by_sequence) {
        const auto sums = x.Each([&](auto i) { return x.SequenceLogRatio(i); });
        expected.Is("rollout_is_min",
                    std::exp(*std::min_element(sums.begin(), sums.end())));
        expected.Is(
            "rollout_is_max",
            std::exp(std::min(Real{20},
                              *std::max_element(sums.begin(), sums.end()))));
        expected.Is("rollout_is_ratio_fraction_high",
                    MeanOf(x.Each([&](auto i) {
                      return Real(x.SequenceLogRatio(i) > std::log(c));
                    })));
        expected.Is("rollout_is_ratio_fraction_low", MeanOf(x.Each([&](auto i) {
                      return Real(x.SequenceLogRatio(i) < -std::log(c));
                    })));
        return;
      }
      Real least = 1e300L;
      Real most = 0;
      x.Mean([&](auto i, auto t) {
        least = std::min(least, weight(i, t));
        return most = std::max(most, weight(i, t));
      });
      expected.Is("rollout_is_min", least);
      expected.Is("rollout_is_max", most);
      expected.Is("rollout_is_ratio_fraction_high",
                  x.Mean([&](auto i, auto t) { return Real(raw(i, t) > c); }));
      expected.Is("rollout_is_ratio_fraction_low", x.Mean([&](auto i, auto t) {
        return Real(raw(i, t) < 1 / c);
      }));
    };
    check(metrics.is_token, false);
    check(metrics.is_sequence, true);
  }
}

TEST(TrainerMetrics, RejectionsAreVerls) {
  std::mt19937_64 random(3);
  for (const double spread : {0.1, 0.8}) {
    const Tensors x = RandomTensors(random, spread);
    Expected expected(MetricsOf(x, {.is_threshold = 1.5}).rejection);
    const Real log = std::log(Real{1.5L});
    for (int k = 1; k <= 3; ++k) {
      const auto token = [&](std::size_t i, std::size_t t) {
        const Real r = x.LogRatio(i, t);
        return k == 1 ? -r : k == 2 ? r * r / 2 : std::expm1(r) - r;
      };
      const Real limit = k == 1 ? log : k == 2 ? log * log / 2 : 0.5L - log;
      const auto out = [&](Real value) {
        return value > limit || (k == 1 && value < -limit);
      };
      for (const char* over : {"token", "seq_sum", "seq_mean", "seq_max"}) {
        const std::string kind = over;
        if (kind == "seq_max" && k == 1) continue;
        const auto value = [&](std::size_t i, std::size_t t) {
          if (kind == "token") return token(i, t);
          Real sum = 0;
          Real most = -1e300L;
          x.Sum(i, [&](std::size_t s) {
            most = std::max(most, token(i, s));
            return sum += token(i, s);
          });
          return kind == "seq_sum"    ? sum
                 : kind == "seq_mean" ? sum / x.Length(i)
                                      : most;
        };
        const std::string name = absl::StrCat("rollout_rs_", kind, "_k", k);
        Real most = -1e300L;
        expected.Is(name + "_mean", x.Mean([&](auto i, auto t) {
          most = std::max(most, value(i, t));
          return value(i, t);
        }));
        expected.Is(name + "_max", most);
        expected.Is(name + "_masked_fraction", x.Mean([&](auto i, auto t) {
          return Real(out(value(i, t)));
        }));
        expected.Is(name + "_seq_masked_fraction",
                    MeanOf(x.Each([&](std::size_t i) {
                      return Real(x.Sum(i, [&](std::size_t t) {
                        return Real(out(value(i, t)));
                      }) > 0);
                    })));
      }
    }
  }
}

TEST(TrainerMetrics, SamplingNumbersAreTrls) {
  std::mt19937_64 random(4);
  const Tensors x = RandomTensors(random, 0.8);
  Expected expected(
      MetricsOf(x, {.clip = 1.5, .off_policy_threshold = 0.1}).trl);
  const auto difference = [&](auto i, auto t) {
    return std::fabs(x.LogRatio(i, t));
  };
  Real most = 0;
  expected.Is("sampling_logp_difference/mean", x.Mean([&](auto i, auto t) {
    most = std::max(most, difference(i, t));
    return difference(i, t);
  }));
  expected.Is("sampling_logp_difference/max", most);
  for (const char* mode :
       {"token_truncate", "token_mask", "sequence_truncate", "sequence_mask"}) {
    const std::string name = mode;
    const bool by_sequence = name.rfind("sequence", 0) == 0;
    std::vector<Real> ratios;
    for (std::size_t i = 0; i < x.mask.size(); ++i) {
      if (by_sequence) ratios.push_back(std::exp(x.SequenceLogRatio(i)));
      for (std::size_t t = 0; t < x.mask[i].size() && !by_sequence; ++t) {
        if (x.mask[i][t] != 0) ratios.push_back(std::exp(x.LogRatio(i, t)));
      }
    }
    for (Real& ratio : ratios) {
      const bool masks = name.find("mask") != std::string::npos;
      ratio = !masks ? std::min(ratio, Real{1.5L}) : ratio > 1.5L ? 0 : ratio;
    }
    const std::string prefix =
        absl::StrCat("importance_sampling_ratio/", name, "/");
    expected.Is(prefix + "min",
                *std::min_element(ratios.begin(), ratios.end()));
    expected.Is(prefix + "mean", MeanOf(ratios));
    expected.Is(prefix + "max",
                *std::max_element(ratios.begin(), ratios.end()));
  }
  expected.Is("off_policy_mask/fraction", MeanOf(x.Each([&](std::size_t i) {
                return Real(-x.SequenceLogRatio(i) / x.Length(i) > 0.1L);
              })));
}

TEST(TrainerMetrics, SequencesThatCollapseAreListed) {
  TrainerTotals totals({.is_threshold = 2.0});
  const auto add = [&](std::int64_t sequence, int tokens, double log_ratio) {
    for (int t = 0; t < tokens; ++t) {
      TrainerRow row;
      row.rollout = -1.0;
      row.trainer = -1.0 + log_ratio;
      totals.Add({t, sequence, t}, row);
    }
  };
  add(0, 10, -0.01);
  add(1, 100, -0.01);
  add(2, 50, 0.1);
  const TrainerMetrics metrics = totals.Metrics();
  EXPECT_EQ(metrics.collapsed, 2);
  ASSERT_EQ(metrics.farthest.size(), 2u);
  EXPECT_EQ(metrics.farthest[0].sequence, 2);
  EXPECT_NEAR(metrics.farthest[0].log_ratio, 5.0, 1e-12);
  EXPECT_NEAR(metrics.farthest[1].kl, 0.01, 1e-12);
  EXPECT_TRUE(std::isinf(metrics.collapse_length));  // On average it gains.
  TrainerTotals even({.is_threshold = 2.0});
  TrainerRow row;
  row.rollout = -1.0;
  row.trainer = -1.01;
  even.Add({0, 0, 0}, row);
  EXPECT_NEAR(even.Metrics().collapse_length, std::log(2.0) / 0.01, 1e-9);
}

}  // namespace
}  // namespace sampler::tools
