// The KL report of two `_logits_` files against llama-perplexity's formulas,
// restated over the codes of the files and, for the second model, over the
// logits that it was made from.

#include "tools/compare/kl_report.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/compare/two_models.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

std::size_t FirstTop(const std::vector<double>& values) {
  std::size_t top = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] > values[top]) top = i;
  }
  return top;
}

// What llama-perplexity keeps of its rows.
struct Oracle {
  std::vector<double> klds, dps, nlls, base_nlls;
  double same = 0;

  void Add(const std::vector<double>& base, const std::vector<double>& other,
           std::int32_t token) {
    const auto x = static_cast<std::size_t>(token);
    double kld = 0;
    for (std::size_t i = 0; i < base.size(); ++i) {
      if (base[i] > -16) kld += std::exp(base[i]) * (base[i] - other[i]);
    }
    klds.push_back(kld);
    dps.push_back(std::exp(other[x]) - std::exp(base[x]));
    nlls.push_back(-other[x]);
    base_nlls.push_back(-base[x]);
    same += FirstTop(base) == FirstTop(other) ? 1 : 0;
  }
};

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// Sum of the products of deviations over n (n - 1).
double Covariance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - Mean(a)) * (b[i] - Mean(b));
  }
  const auto n = static_cast<double>(a.size());
  return sum / n / (n - 1);
}

double Uncertainty(const std::vector<double>& values) {
  return std::sqrt(Covariance(values, values));
}

double Quantile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const double below = std::floor(place);
  const auto i = static_cast<std::size_t>(below);
  const std::size_t k = std::min(i + 1, values.size() - 1);
  return values[i] + (place - below) * (values[k] - values[i]);
}

Oracle OracleOf(bool from_files) {
  Oracle oracle;
  const Models& models = TwoModels();
  for (int r = 0; r < kRowsOfChunk * kChunks; ++r) {
    const auto i = static_cast<std::size_t>(r);
    const int chunk = r / kRowsOfChunk;
    const int position = kContext / 2 + r % kRowsOfChunk + 1;
    oracle.Add(
        Decoded(Encoded(models.base[i])),
        from_files ? Decoded(Encoded(models.other[i]))
                   : LogSoftmax(models.other[i]),
        models.tokens[static_cast<std::size_t>(chunk * kContext + position)]);
  }
  return oracle;
}

json Report() {
  static const json* const report = new json(json::parse(
      RunTool({"compare", ModelFile("base.kld", TwoModels().base),
               ModelFile("other.kld", TwoModels().other), "--json", "-q"})
          .out));
  return *report;
}

void ExpectReport(const Oracle& oracle, double tolerance) {
  const json kl = Report()["kl"];
  const auto expect = [&](const char* name, double value) {
    ASSERT_TRUE(kl.contains(name)) << name;
    const json& found = kl[name].is_object() ? kl[name]["value"] : kl[name];
    EXPECT_NEAR(found.get<double>(), value, tolerance * (1 + std::fabs(value)))
        << name;
  };
  const auto uncertain = [&](const char* name, double value) {
    EXPECT_NEAR(kl[name]["uncertainty"].get<double>(), value,
                tolerance * (1 + std::fabs(value)))
        << name;
  };
  const double ln_q = Mean(oracle.nlls);
  const double ln_base = Mean(oracle.base_nlls);
  const double both = Covariance(oracle.nlls, oracle.base_nlls);
  const double s_q = Uncertainty(oracle.nlls);
  const double s_base = Uncertainty(oracle.base_nlls);
  const double s_ratio = std::sqrt(s_q * s_q + s_base * s_base - 2 * both);
  EXPECT_EQ(kl["tokens"], oracle.klds.size());
  expect("ppl_q", std::exp(ln_q));
  uncertain("ppl_q", std::exp(ln_q) * s_q);
  expect("ppl_base", std::exp(ln_base));
  expect("ppl_correlation", both / s_q / s_base);
  expect("ln_ppl_ratio", ln_q - ln_base);
  uncertain("ln_ppl_ratio", s_ratio);
  expect("ppl_ratio", std::exp(ln_q - ln_base));
  uncertain("ppl_ratio", std::exp(ln_q - ln_base) * s_ratio);
  expect("ppl_difference", std::exp(ln_q) - std::exp(ln_base));
  uncertain("ppl_difference",
            std::sqrt(std::pow(std::exp(ln_q) * s_q, 2) +
                      std::pow(std::exp(ln_base) * s_base, 2) -
                      2 * std::exp(ln_q + ln_base) * both));
  expect("mean_kld", Mean(oracle.klds));
  uncertain("mean_kld", Uncertainty(oracle.klds));
  expect("kld_max", Quantile(oracle.klds, 1));
  expect("kld_99_9", Quantile(oracle.klds, 0.999));
  expect("kld_95_0", Quantile(oracle.klds, 0.95));
  expect("kld_median", Quantile(oracle.klds, 0.5));
  expect("kld_0_1", Quantile(oracle.klds, 0.001));
  expect("kld_min", Quantile(oracle.klds, 0));
  expect("mean_dp", Mean(oracle.dps));
  uncertain("mean_dp", Uncertainty(oracle.dps));
  expect("dp_max", Quantile(oracle.dps, 1));
  expect("dp_25_0", Quantile(oracle.dps, 0.25));
  expect("dp_median", Quantile(oracle.dps, 0.5));
  std::vector<double> squares;
  for (const double dp : oracle.dps) squares.push_back(dp * dp);
  const double rms = std::sqrt(Mean(squares));
  expect("rms_dp", rms);
  uncertain("rms_dp", Uncertainty(squares) / rms / 2);
  const auto n = static_cast<double>(oracle.klds.size());
  const double same = oracle.same / n;
  expect("same_top_p", same);
  expect("top1_agreement", same);
  uncertain("same_top_p", std::sqrt(same * (1 - same) / (n - 1)));
  std::vector<double> worst = oracle.klds;
  std::sort(worst.rbegin(), worst.rend());
  worst.resize((worst.size() + 19) / 20);
  expect("cvar95", Mean(worst));
  double largest = 0;
  for (int c = 0; c < kChunks; ++c) {
    const auto first = oracle.klds.begin() + c * kRowsOfChunk;
    largest = std::max(largest,
                       Mean(std::vector<double>(first, first + kRowsOfChunk)));
  }
  expect("max_mean_kld", largest);
}

TEST(KlReport, IsTheFormulasOverTheFiles) {
  ExpectReport(OracleOf(/*from_files=*/true), 3e-7);
}

// llama-perplexity has the second model's logits, not their codes: a code is
// off by half a step of 2.4e-4 nats, and the tail by the floor.
TEST(KlReport, IsWhatTheSecondModelsLogitsSay) {
  ExpectReport(OracleOf(/*from_files=*/false), 3e-4);
}

// Lines that scripts match by regular expressions, with its digits.
TEST(KlReport, IsPrintedAsLlamaPerplexityDoes) {
  const Oracle oracle = OracleOf(true);
  const std::string text =
      RunTool({"compare", ModelFile("base.kld", TwoModels().base),
               ModelFile("other.kld", TwoModels().other), "-q"})
          .out;
  const auto line = [&](const char* format, auto... numbers) {
    char buffer[200];
    std::snprintf(buffer, sizeof(buffer), format, numbers...);
    EXPECT_TRUE(Says(text, buffer));
  };
  EXPECT_TRUE(Says(text, "====== KL divergence statistics ======"));
  line("Mean PPL(Q)                   : %10.6lf ± %10.6lf\n",
       std::exp(Mean(oracle.nlls)),
       std::exp(Mean(oracle.nlls)) * Uncertainty(oracle.nlls));
  line("Mean    KLD: %10.6lf ± %10.6lf\n", Mean(oracle.klds),
       Uncertainty(oracle.klds));
  line("Maximum KLD: %10.6f\n", Quantile(oracle.klds, 1));
  line("99.9%%   KLD: %10.6f\n", Quantile(oracle.klds, 0.999));
  line(" 5.0%%   KLD: %10.6f\n", Quantile(oracle.klds, 0.05));
  line("Median  Δp: %6.3lf%%\n", 100 * Quantile(oracle.dps, 0.5));
  line("Mean    Δp: %6.3lf ± %5.3lf %%\n", 100 * Mean(oracle.dps),
       100 * Uncertainty(oracle.dps));
  const double n = kRowsOfChunk * kChunks;
  const double same = oracle.same / n;
  line("Same top p: %6.3lf ± %5.3lf %%\n", 100 * same,
       100 * std::sqrt(same * (1 - same) / (n - 1)));
}

TEST(KlReport, OfOneFileTwiceIsNothing) {
  const std::string file = ModelFile("base.kld", TwoModels().base);
  const json kl =
      json::parse(RunTool({"compare", file, file, "--json", "-q"}).out)["kl"];
  EXPECT_EQ(kl["mean_kld"]["value"], 0);
  EXPECT_EQ(kl["kld_max"], 0);
  EXPECT_EQ(kl["same_top_p"]["value"], 1);
  EXPECT_NEAR(kl["ppl_ratio"]["value"].get<double>(), 1, 1e-12);
}

}  // namespace
}  // namespace sampler::tools
