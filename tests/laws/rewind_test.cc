// Texts that are taken back once a phrase is complete, and drawn again
// (Sequence::Redraw): their law, and their replay. The law is enumerated; seeds
// are fixed, and the chance that a correct library fails is kFalseAlarm.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "tests/laws/redraw_laws.h"
#include "tests/support/test_share.h"

namespace sampler::redraw_laws {
namespace {

// Bans by the text before them.
using Bans = std::map<Text, std::set<TokenId>>;

constexpr std::size_t kPhraseTexts = 4;  // Tokens of a text.

// Where the phrase begins that `text` ends with, or its size.
std::size_t PhraseBegin(const Text& text) {
  static const std::vector<Text> phrases = {{6, 6}, {5, 2}, {2, 5, 4}, {1}};
  for (const Text& phrase : phrases) {
    if (phrase.size() <= text.size() &&
        std::equal(phrase.rbegin(), phrase.rend(), text.rbegin())) {
      return text.size() - phrase.size();
    }
  }
  return text.size();
}

// "Draw; if a phrase is complete, forbid the token that began it at that place
// after that text; draw again from there."
void EnumeratePhrases(const Pipeline& pipeline, Workspace& workspace,
                      const Text& text, const Bans& bans, double p,
                      std::map<Text, double>& law) {
  if (p < 1e-12) return;  // Many bans of unlikely tokens: not to be seen.
  if (text.size() == kPhraseTexts) {
    law[text] += p;
    return;
  }
  const auto at = bans.find(text);
  const Row row = Without(LogitsAfter(text),
                          at == bans.end() ? std::set<TokenId>() : at->second);
  Row step;
  const Distribution d = pipeline.Process(row, MakeSequence(kSize), workspace);
  for (TokenId id = 0; id < kSize; ++id) step.push_back(d.Probability(id));
  for (TokenId id = 0; id < kSize; ++id) {
    const double q = step[static_cast<std::size_t>(id)];
    if (q == 0.0) continue;
    Text longer = text;
    longer.push_back(id);
    const std::size_t begin = PhraseBegin(longer);
    if (begin == longer.size()) {
      EnumeratePhrases(pipeline, workspace, longer, bans, p * q, law);
      continue;
    }
    const Text before(longer.begin(),
                      longer.begin() + static_cast<std::ptrdiff_t>(begin));
    Bans more = bans;
    more[before].insert(longer[begin]);
    EnumeratePhrases(pipeline, workspace, before, more, p * q, law);
  }
}

using GoBack = absl::Status (Sequence::*)(std::int64_t);

double MisfitOfPhrases(GoBack back, int texts) {
  // Few tokens, so that all texts can be enumerated.
  const Pipeline pipeline = MakePipeline(R"({"type": "top_k", "k": 3})", kSize);
  Workspace workspace;
  std::map<Text, double> law;
  EnumeratePhrases(pipeline, workspace, {}, {}, 1.0, law);
  std::map<Text, double> counts;
  for (int i = 0; i < texts; ++i) {
    Sequence sequence =
        pipeline.NewSequence({.seed = 1, .stream = static_cast<unsigned>(i)})
            .value();
    Bans bans;
    Text text;
    while (text.size() < kPhraseTexts) {
      const Token token = pipeline.Sample(
          Without(LogitsAfter(text), bans[text]), sequence, workspace);
      EXPECT_TRUE(sequence.Accept(token).ok());
      text.push_back(token.id);
      const std::size_t begin = PhraseBegin(text);
      if (begin == text.size()) continue;
      const auto taken = static_cast<std::int64_t>(text.size() - begin);
      EXPECT_TRUE((sequence.*back)(taken).ok());
      const TokenId first = text[begin];
      text.resize(begin);
      bans[text].insert(first);
    }
    ++counts[text];
  }
  return Misfit(law, counts, texts);
}

TEST(Rewind, GivesTextsWithoutPhrasesTheirLaw) {
  EXPECT_LT(MisfitOfPhrases(&Sequence::Redraw, Share(60'000)), 1.0);
}

TEST(Rewind, NeedsFreshNumbersForThat) {
  EXPECT_GT(MisfitOfPhrases(&Sequence::Rollback, Share(60'000)), 3.0);
}

// The run of a log that notes the attempt of every token, drawn again.
TEST(Rewind, IsRepeatedFromNotedAttempts) {
  const Pipeline pipeline = MakePipeline("", kSize);
  Workspace workspace;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Sequence run = pipeline.NewSequence({.seed = seed}).value();
    std::vector<std::uint32_t> attempts;
    Text text;
    std::uint64_t state = seed;
    while (text.size() < 12) {
      const Token token = pipeline.Sample(LogitsAfter(text), run, workspace);
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto taken =
          static_cast<std::int64_t>((state >> 60) % (text.size() + 1));
      if (state >> 40 & 1) {
        ASSERT_TRUE(run.Redraw(taken).ok());
        text.resize(text.size() - static_cast<std::size_t>(taken));
        attempts.resize(text.size());
        continue;
      }
      ASSERT_TRUE(run.Accept(token).ok());
      text.push_back(token.id);
      attempts.push_back(run.attempt());
    }
    Sequence replay = pipeline.NewSequence({.seed = seed}).value();
    Text again;
    for (const std::uint32_t attempt : attempts) {
      replay.set_attempt(attempt);
      const Token token =
          pipeline.Sample(LogitsAfter(again), replay, workspace);
      ASSERT_TRUE(replay.Accept(token).ok());
      again.push_back(token.id);
    }
    EXPECT_EQ(again, text);
    EXPECT_TRUE(replay == run);
  }
}

}  // namespace
}  // namespace sampler::redraw_laws
