// Models whose next distribution depends on the text, and the law of the first
// tokens of their texts, for tests of several rounds of speculation.

#ifndef SAMPLER_TESTS_SPECULATIVE_ROUND_LAWS_H_
#define SAMPLER_TESTS_SPECULATIVE_ROUND_LAWS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "gtest/gtest.h"
#include "sampler/speculative/round.h"
#include "tests/speculative/speculative_laws.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"

namespace sampler::speculative {

using Text = std::vector<TokenId>;

inline constexpr std::int64_t kTokens = 3;     // Of the small vocabulary.
inline constexpr std::size_t kTextLength = 4;  // Tokens that are compared.

// Logits over a small vocabulary that depend on the last two tokens.
class ContextModel {
 public:
  explicit ContextModel(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto& row : rows_) row = Noise(random, 3.0);
  }

  // The model with `noise` added to every logit: a draft that is close to it.
  ContextModel Near(double noise, std::uint64_t seed) const {
    std::mt19937_64 random(seed);
    ContextModel model = *this;
    for (auto& row : model.rows_) {
      const std::vector<float> more = Noise(random, noise);
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += more[i];
    }
    return model;
  }

  const std::vector<float>& After(const Text& text) const {
    std::size_t index = 0;
    for (std::size_t back = 1; back <= 2; ++back) {
      const TokenId token = back <= text.size() ? text[text.size() - back] : -1;
      index = index * (kTokens + 1) + static_cast<std::size_t>(token + 1);
    }
    return rows_[index];
  }

 private:
  static std::vector<float> Noise(std::mt19937_64& random, double width) {
    std::vector<float> row(kTokens);
    for (float& v : row) {
      v = static_cast<float>(width *
                             std::ldexp(static_cast<double>(random()), -64));
    }
    return row;
  }

  std::vector<std::vector<float>> rows_{(kTokens + 1) * (kTokens + 1)};
};

// `text` with the first i tokens of a draft.
inline Text With(const Text& text, absl::Span<const TokenId> tokens,
                 std::size_t i) {
  Text longer = text;
  longer.insert(longer.end(), tokens.begin(),
                tokens.begin() + static_cast<std::ptrdiff_t>(i));
  return longer;
}

// Stages whose distribution is that of one of several chains, each with a
// probability: both outcomes of a coin, say.
using Outcomes = std::vector<std::pair<double, std::string>>;

// The probability of every text of kTextLength tokens that `model` tells
// through the stages, drawn token by token.
inline std::map<Text, double> LawOf(const ContextModel& model,
                                    const Outcomes& outcomes) {
  std::map<Text, double> law = {{{}, 1.0}};
  Workspace workspace;
  for (std::size_t place = 0; place < kTextLength; ++place) {
    std::map<Text, double> longer;
    for (const auto& [text, p] : law) {
      for (const auto& [weight, stages] : outcomes) {
        const Pipeline pipeline = MakePipeline(stages, kTokens);
        const Distribution d = pipeline.Process(
            model.After(text), MakeSequence(kTokens), workspace);
        for (TokenId id = 0; id < kTokens; ++id) {
          Text next = text;
          next.push_back(id);
          longer[next] += p * weight * d.Probability(id);
        }
      }
    }
    law = std::move(longer);
  }
  return law;
}

// Tells `texts` texts, text i by tell(i), of at least kTextLength tokens, and
// compares their beginnings with a law: the statistic over its limit, above 1
// where the law is another (with probability kFalseAlarm where it is not). With
// a name it is told as a property of the test.
inline double Misfit(const std::map<Text, double>& law, int texts,
                     absl::FunctionRef<Text(std::uint32_t)> tell,
                     const std::string& name = "") {
  std::map<Text, double> counts;
  for (int i = 0; i < texts; ++i) {
    Text text = tell(static_cast<std::uint32_t>(i));
    text.resize(kTextLength);
    ++counts[text];
  }
  std::vector<double> observed;
  std::vector<double> expected;
  double seen = 0.0;
  for (const auto& [text, p] : law) {
    observed.push_back(counts[text]);
    expected.push_back(p * texts);
    if (p > 0.0) seen += observed.back();
  }
  EXPECT_EQ(seen, texts) << "texts that have no probability";
  const ChiSquare fit = PooledChiSquare(observed, expected);
  EXPECT_GE(fit.degrees, 10);
  const double limit = ChiSquareQuantile(fit.degrees, kFalseAlarm);
  if (!name.empty()) RecordFit(name, fit, limit);
  return fit.statistic / limit;
}

using Verify = std::function<Verdict(const Draft&, const Sequence&)>;

// Two models, their chains, and how many tokens are drafted.
struct Speculation {
  ContextModel target = ContextModel(1);
  ContextModel draft = ContextModel(2);
  std::string target_stages = "";
  std::string draft_stages = "";
  std::size_t n = 2;
};

// Tells texts in rounds, as round.h says.
class Teller {
 public:
  Teller(const Speculation& setup, Verify verify)
      : setup_(setup),
        verify_(std::move(verify)),
        target_(MakePipeline(setup.target_stages, kTokens)),
        draft_(MakePipeline(setup.draft_stages, kTokens)) {}

  Text operator()(std::uint32_t stream) {
    Sequence target = MakeSequence(kTokens, {}, {}, 1, stream);
    Sequence draft = MakeSequence(kTokens, {}, {}, 2, stream);
    Text text;
    while (text.size() < kTextLength) {
      const auto row_of = [&](const ContextModel& model) {
        return [&](std::size_t i) {
          return Logits(model.After(With(text, round_.tokens(), i)));
        };
      };
      EXPECT_TRUE(round_
                      .Propose(draft_, draft, setup_.n, row_of(setup_.draft),
                               workspace_)
                      .ok());
      EXPECT_TRUE(
          round_.Weigh(target_, target, row_of(setup_.target), workspace_)
              .ok());
      const Verdict verdict = verify_(round_.view(), target);
      EXPECT_TRUE(round_.Accept(verdict, target, draft).ok());
      text.assign(target.history().output().begin(),
                  target.history().output().end());
    }
    return text;
  }

 private:
  const Speculation& setup_;
  Verify verify_;
  Pipeline target_;
  Pipeline draft_;
  Round round_;
  Workspace workspace_;
};

}  // namespace sampler::speculative

#endif  // SAMPLER_TESTS_SPECULATIVE_ROUND_LAWS_H_
