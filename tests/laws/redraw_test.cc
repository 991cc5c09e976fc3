// The law of a text whose tokens may be refused: a token that a grammar does
// not allow is banned and drawn again (Sequence::Redraw). The laws are
// enumerated; seeds are fixed, and the chance that a correct library fails is
// kFalseAlarm for each comparison. Phrases: rewind_test.cc.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/random/random.h"
#include "tests/laws/redraw_laws.h"
#include "tests/support/test_share.h"

namespace sampler::redraw_laws {
namespace {

// A grammar: at every place three of the seven tokens are refused.
bool Refuses(const Text& text, TokenId token) {
  const int last = text.empty() ? 2 : text.back();
  return (token + last) % 7 < 3;
}

// A chain, and what it comes to: its distribution is that of one of `outcomes`,
// each with a probability (both outcomes of a coin, say).
struct Case {
  std::string stages;
  std::vector<std::pair<double, std::string>> outcomes = {};
  std::string rng = "house";
  std::size_t length = 2;
};

Pipeline PipelineOf(const std::string& stages, const std::string& rng) {
  return Pipeline::Create(
             ParseConfig(absl::StrCat(R"({"version": 1, "rng": ")", rng,
                                      R"(", "stages": [)", stages, "]}"))
                 .value(),
             kSize)
      .value();
}

class Enumeration {
 public:
  explicit Enumeration(const Case& c) : length_(c.length) {
    for (const auto& [weight, stages] : c.outcomes) {
      outcomes_.push_back({weight, PipelineOf(stages, c.rng)});
    }
    if (c.outcomes.empty()) {
      outcomes_.push_back({1.0, PipelineOf(c.stages, c.rng)});
    }
  }

  // Adds the probability of every complete text that begins with `text`.
  void Go(const Text& text, const std::set<TokenId>& banned, double p) {
    if (text.size() == length_) {
      law[text] += p;
      return;
    }
    const Row step = Step(text, banned);
    for (TokenId id = 0; id < kSize; ++id) {
      const double q = step[static_cast<std::size_t>(id)];
      if (q == 0.0) continue;
      if (Refuses(text, id)) {
        std::set<TokenId> more = banned;
        more.insert(id);
        Go(text, more, p * q);
      } else {
        Text longer = text;
        longer.push_back(id);
        Go(longer, {}, p * q);
      }
    }
  }

  std::map<Text, double> law;

 private:
  Row Step(const Text& text, const std::set<TokenId>& banned) {
    const Row row = Without(LogitsAfter(text), banned);
    Row step(kSize);
    for (const auto& [weight, pipeline] : outcomes_) {
      const double middle = 0.5;
      const Distribution d =
          pipeline.Process(row, MakeSequence(kSize, {}, text), workspace_,
                           pipeline.OnlyRead({.uniform = middle}));
      for (TokenId id = 0; id < kSize; ++id) {
        step[static_cast<std::size_t>(id)] += weight * d.Probability(id);
      }
    }
    return step;
  }

  std::size_t length_;
  std::vector<std::pair<double, Pipeline>> outcomes_;
  Workspace workspace_;
};

enum class Again { kRedraw, kSameNumbers };

// One text by the loop of sequence.h.
Text Generate(const Pipeline& pipeline, std::size_t length, std::uint64_t seed,
              Again again, Workspace& workspace) {
  Sequence sequence = pipeline.NewSequence({.seed = seed}).value();
  double u = ToFraction(sequence.coins().Bits(Purpose::kCaller));
  Text text;
  while (text.size() < length) {
    std::set<TokenId> banned;
    while (true) {
      const Row row = Without(LogitsAfter(text), banned);
      const Token token = pipeline.Sample(row, sequence, workspace,
                                          pipeline.OnlyRead({.uniform = u}));
      EXPECT_EQ(token.status, RowStatus::kOk);
      if (token.interval.total > 0) u = token.interval.Next(u);
      if (!Refuses(text, token.id)) {
        EXPECT_TRUE(sequence.Accept(token).ok());
        text.push_back(token.id);
        break;
      }
      EXPECT_TRUE(banned.insert(token.id).second);
      if (again == Again::kSameNumbers) continue;
      EXPECT_TRUE(sequence.Redraw().ok());
    }
  }
  return text;
}

double MisfitOfGrammar(const Case& c, Again again, int texts) {
  Enumeration enumeration(c);
  enumeration.Go({}, {}, 1.0);
  const Pipeline pipeline = PipelineOf(c.stages, c.rng);
  Workspace workspace;
  std::map<Text, double> counts;
  for (int i = 0; i < texts; ++i) {
    ++counts[Generate(pipeline, c.length, static_cast<std::uint64_t>(i), again,
                      workspace)];
  }
  return Misfit(enumeration.law, counts, texts);
}

std::vector<Case> Cases() {
  const std::string xtc =
      R"({"type": "xtc", "threshold": 0.12, "probability": )";
  const std::string draw = R"({"type": "categorical"})";
  return {{draw},
          {R"({"type": "categorical", "order": "rank"})"},
          {R"({"type": "temperature", "temperature": 0.7},
          {"type": "top_k", "k": 5}, {"type": "top_p", "p": 0.9},)" +
           draw},
          {R"({"type": "gumbel_max"})"},
          {R"({"type": "top_k", "k": 4}, {"type": "gumbel_max"})"},
          {R"({"type": "gumbel_max", "noise": "vllm_v2"})"},
          {R"({"type": "gumbel_max", "noise": "sglang"})"},
          {R"({"type": "top_k", "k": 4}, {"type": "gumbel_max",
           "noise": "sglang"})"},
          {R"({"type": "gumbel_top_k", "n": 3})"},
          {R"({"type": "arithmetic"})"},
          {R"({"type": "arithmetic", "order": "rank"})"},
          {R"({"type": "synthid", "keys": [1, 2, 3]})"},
          {xtc + "0.5}," + draw, {{0.5, xtc + "1}," + draw}, {0.5, draw}}},
          {xtc + "0.25}," + xtc + R"(0.5}, {"type": "gumbel_max"})",
           {{0.125, xtc + "1}," + xtc + "1}," + draw},
            {0.5, xtc + "1}," + draw},
            {0.375, draw}}},
          {R"({"type": "mirostat", "tau": 2.0},)" + draw, {}, "house", 1},
          {R"({"type": "temperature", "temperature": 0.7},)" + draw,
           {},
           "llama_cpp"},
          {R"({"type": "mirostat", "tau": 2.0},)" + draw, {}, "llama_cpp", 1}};
}

TEST(Redraw, GivesTheTextOfAGrammarItsLaw) {
  for (const Case& c : Cases()) {
    EXPECT_LT(MisfitOfGrammar(c, Again::kRedraw, Share(60'000)), 1.0)
        << c.rng << " " << c.stages;
  }
}

// What the test above can see: the same numbers again give another law. (Noise
// for each token is no such case: the next best of the same noise has the law
// of the rest.)
TEST(Redraw, IsNeededForThat) {
  for (const Case& c : {Cases()[0], Cases()[1], Cases()[2], Cases()[12]}) {
    EXPECT_GT(MisfitOfGrammar(c, Again::kSameNumbers, Share(60'000)), 3.0)
        << c.stages;
  }
}

}  // namespace
}  // namespace sampler::redraw_laws
