// Phases, conditions and budgets by their law: over every text of a toy
// language, the distribution after it is that of the plain chain which the
// definition picks for that text.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/laws/toy_phases.h"
#include "tests/support/pipelines.h"

namespace sampler {
namespace {

constexpr std::size_t kLength = 6;

// What budget allows after `text`, of texts that have kept to it: a token, or
// -1 for any.
TokenId ForcedAfter(const Text& text, const Where& where) {
  const std::size_t lasted = text.size() - where.since;
  if (!where.open || lasted < 2) return -1;
  const bool begun = lasted > 2 && text.back() == 1;
  return begun ? 2 : 1;
}

// The plain chain for this text.
std::string PlainStages(const Text& text) {
  const Where where = WhereIn(text);
  std::string stages =
      absl::StrCat(R"({"type": "temperature", "temperature": )",
                   where.open ? "1.7" : "0.6", "}");
  const std::size_t lasted = text.size() - where.since;
  if (lasted > 0) {
    absl::StrAppend(&stages,
                    R"(, {"type": "presence_penalty", "penalty": 0.7,
                          "scope": "both", "window": )",
                    lasted, "}");
  }
  const TokenId forced = ForcedAfter(text, where);
  if (forced >= 0) {
    absl::StrAppend(&stages, R"(, {"type": "allow_tokens", "ids": [)", forced,
                    "]}");
  }
  return stages;
}

template <typename F>
void ForEachText(F f) {
  std::vector<Text> texts = {{}};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Text text = texts[i];
    f(text);
    if (text.size() == kLength) continue;
    for (TokenId id = 0; id < kSize; ++id) {
      texts.push_back(text);
      texts.back().push_back(id);
    }
  }
}

// Every text, cut into prompt and output at every place.
TEST(PhaseLaws, EveryTextHasTheDistributionOfItsPlainChain) {
  const Pipeline pipeline =
      Phased(absl::StrCat(kHeat, ",", kCold, ",", kPenalty, ",", kBudget));
  Workspace workspace;
  Workspace plain_workspace;
  int compared = 0;
  ForEachText([&](const Text& text) {
    const Where where = WhereIn(text);
    const Pipeline plain = MakePipeline(PlainStages(text), kSize);
    const std::vector<double> row = LogitsAfter(text);
    const Sequence beside = MakeSequence(kSize, {}, text);
    const Distribution want = plain.Process(row, beside, plain_workspace);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      // Nothing of a prompt is looked at once no phase is open.
      if (!where.open && where.since < cut) continue;
      const auto at = text.begin() + static_cast<std::ptrdiff_t>(cut);
      Sequence sequence =
          pipeline.NewSequence({.seed = 1, .prompt = Text(text.begin(), at)})
              .value();
      for (auto id = at; id != text.end(); ++id) {
        EXPECT_TRUE(sequence.AcceptId(*id).ok());
      }
      const Distribution got = pipeline.Process(row, sequence, workspace);
      EXPECT_EQ(got.Count(), want.Count());
      for (TokenId id = 0; id < kSize; ++id) {
        EXPECT_EQ(got.Probability(id), want.Probability(id));
        ++compared;
      }
    }
  });
  EXPECT_GT(compared, 50'000);
}

}  // namespace
}  // namespace sampler
