// Phases, conditions and budgets by their law: over every text of a toy
// language, the distribution after it is that of the plain chain which the
// definition picks for that text; and every way to a text (step by step, in a
// batch, restored, forked, rolled back, without the pipeline's help) leads to
// the same tokens.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/batch.h"
#include "tests/support/pipelines.h"

namespace sampler {
namespace {

using Text = std::vector<TokenId>;

constexpr std::int64_t kSize = 4;
constexpr std::size_t kLength = 6;

// A model whose logits depend on the last two tokens.
std::vector<double> LogitsAfter(const Text& text) {
  std::uint64_t code = 7;
  for (std::size_t back = 1; back <= 2 && back <= text.size(); ++back) {
    code = code * 31 + static_cast<std::uint64_t>(text[text.size() - back]) + 1;
  }
  std::vector<double> row;
  for (std::uint64_t i = 0; i < kSize; ++i) {
    row.push_back(static_cast<double>((code * (2 * i + 3)) % 11) * 0.3);
  }
  return row;
}

Pipeline Phased(const std::string& stages) {
  return Pipeline::Create(
             ParseConfig(absl::StrCat(
                             R"({"version": 1, "phases": {"thinking":
                                 {"begin": [[0]], "end": [[1, 2], [3]]}},
                                 "stages": [)",
                             stages, R"(, {"type": "categorical"}]})"))
                 .value(),
             kSize)
      .value();
}

constexpr char kHeat[] =
    R"({"type": "temperature", "temperature": 1.7, "when": {"phase": "thinking"}})";
constexpr char kCold[] =
    R"({"type": "temperature", "temperature": 0.6,
        "when": {"not": {"phase": "thinking"}}})";
constexpr char kPenalty[] =
    R"({"type": "presence_penalty", "penalty": 0.7, "scope": "phase"})";
constexpr char kBudget[] =
    R"({"type": "thinking_budget", "phase": "thinking", "tokens": 2,
        "close": [1, 2]})";

// Where the phase stands after `text`: the definition, in the words of this
// toy.
struct Where {
  bool open = false;
  std::size_t since = 0;  // Of the stretch.
};

Where WhereIn(const Text& text) {
  Where where;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends =
        text[i] == 3 || (i > 0 && text[i - 1] == 1 && text[i] == 2);
    if (where.open ? ends : text[i] == 0) {
      where = {.open = !where.open, .since = i + 1};
    }
  }
  return where;
}

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

// Stages with a memory beside phases: while one does not run its memory rests,
// and that of the others goes on.
TEST(PhaseLaws, MemoriesRestWhileAStageDoesNotRun) {
  const std::string mirostat = R"({"type": "mirostat", "tau": 1.0, "eta": 0.4)";
  const Pipeline phased = Phased(absl::StrCat(
      kPenalty, ",", mirostat, R"(, "when": {"phase": "thinking"}})"));
  const Pipeline running = Phased(absl::StrCat(kPenalty, ",", mirostat, "}"));
  const Pipeline resting = Phased(kPenalty);
  Workspace workspace;
  int rested = 0;
  for (std::uint32_t stream = 0; stream < 200; ++stream) {
    Sequence sequence =
        phased.NewSequence({.seed = 3, .stream = stream}).value();
    Sequence twin = MakeSequence(kSize, {}, {}, 3, stream);
    Text text;
    for (int step = 0; step < 24; ++step) {
      const std::vector<double> row = LogitsAfter(text);
      const bool runs = WhereIn(text).open;
      rested += runs ? 0 : 1;
      const Token token = phased.Sample(row, sequence, workspace);
      const Token other =
          (runs ? running : resting).Sample(row, twin, workspace);
      ASSERT_EQ(token.id, other.id);
      ASSERT_TRUE(sequence.Accept(token).ok());
      ASSERT_TRUE(twin.Accept(other).ok());
      text.push_back(token.id);
      if (!twin.state().empty()) {
        ASSERT_EQ(sequence.state()[0], twin.state()[0]);
      }
    }
  }
  EXPECT_GT(rested, 500);
}

const std::vector<std::string>& Chains() {
  static const auto& chains = *new std::vector<std::string>{
      absl::StrCat(kHeat, ",", kCold, ",", kPenalty, ",", kBudget),
      absl::StrCat(kBudget, R"(, {"type": "mirostat", "tau": 1.0,
                                  "when": {"phase": "thinking"}})"),
      absl::StrCat(kPenalty, R"(, {"type": "adaptive_p", "target": 0.4,
                                   "when": {"position": [2, null]}})"),
      R"({"type": "xtc", "probability": 0.5, "threshold": 0.2,
          "when": {"phase_position": [1, 4]}},
         {"type": "temperature", "schedule": {"from": 2, "to": 0.5, "steps": 4,
          "clock": "phase"}})"};
  return chains;
}

Text Told(const Pipeline& pipeline, Sequence sequence, Text text,
          std::size_t length) {
  Workspace workspace;
  while (text.size() < length) {
    const Token token = pipeline.Sample(LogitsAfter(text), sequence, workspace);
    EXPECT_TRUE(sequence.Accept(token).ok());
    text.push_back(token.id);
  }
  return text;
}

constexpr std::size_t kTold = 20;

TEST(PhaseLaws, RestoredForkedAndRolledBackTextsGoOnTheSame) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = Phased(chain);
    Workspace workspace;
    for (std::uint32_t stream = 0; stream < 20; ++stream) {
      Sequence sequence =
          pipeline.NewSequence({.seed = 5, .stream = stream}).value();
      const Text whole = Told(pipeline, sequence, {}, kTold);
      Text text;
      while (text.size() < kTold) {
        const auto restored = pipeline.RestoreSequence(sequence.Snapshot());
        ASSERT_TRUE(restored.ok());
        EXPECT_EQ(*restored, sequence);
        EXPECT_EQ(Told(pipeline, *restored, text, kTold), whole);
        EXPECT_EQ(Told(pipeline, sequence.Fork(stream), text, kTold), whole);
        // Three tokens ahead, whatever they are, and back.
        Sequence ahead = sequence;
        for (TokenId id = 0; id < 3; ++id) {
          EXPECT_TRUE(ahead.AcceptId((id + 1) % kSize).ok());
        }
        EXPECT_TRUE(ahead.Rollback(3).ok());
        EXPECT_EQ(Told(pipeline, ahead, text, kTold), whole);
        const Token token =
            pipeline.Sample(LogitsAfter(text), sequence, workspace);
        ASSERT_TRUE(sequence.Accept(token).ok());
        text.push_back(token.id);
      }
    }
  }
}

// A sequence that no pipeline made follows no phases: its steps are the same.
TEST(PhaseLaws, DoNotNeedASequenceThatFollowsThem) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = Phased(chain);
    for (std::uint32_t stream = 0; stream < 50; ++stream) {
      const Text prompt = {0, 1, static_cast<TokenId>(stream % 4)};
      const Sequence own =
          pipeline.NewSequence({.seed = 5, .stream = stream, .prompt = prompt})
              .value();
      const Sequence bare = MakeSequence(kSize, prompt, {}, 5, stream);
      EXPECT_EQ(Told(pipeline, own, {}, kTold),
                Told(pipeline, bare, {}, kTold));
    }
  }
}

TEST(PhaseLaws, BatchesDrawWhatSingleStepsDraw) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = Phased(chain);
    constexpr std::uint32_t kTexts = 8;
    std::vector<Sequence> sequences;
    for (std::uint32_t stream = 0; stream < kTexts; ++stream) {
      sequences.push_back(
          pipeline.NewSequence({.seed = 5, .stream = stream}).value());
    }
    std::vector<Text> texts(kTexts);
    Workspace workspace;
    for (std::size_t step = 0; step < kTold; ++step) {
      // Texts of different lengths: of each three steps one is left out.
      std::vector<std::size_t> ready;
      std::vector<std::vector<double>> logits(kTexts);
      std::vector<BatchRow> rows;
      for (std::size_t i = 0; i < kTexts; ++i) {
        if ((step + i) % 3 == 0) continue;
        ready.push_back(i);
        logits[i] = LogitsAfter(texts[i]);
        rows.push_back(
            {&pipeline, absl::MakeConstSpan(logits[i]), &sequences[i]});
      }
      std::vector<Token> tokens(rows.size());
      SampleBatch(rows, absl::MakeSpan(tokens), workspace);
      for (std::size_t k = 0; k < ready.size(); ++k) {
        ASSERT_TRUE(sequences[ready[k]].Accept(tokens[k]).ok());
        texts[ready[k]].push_back(tokens[k].id);
      }
    }
    for (std::uint32_t stream = 0; stream < kTexts; ++stream) {
      EXPECT_EQ(
          texts[stream],
          Told(pipeline,
               pipeline.NewSequence({.seed = 5, .stream = stream}).value(), {},
               texts[stream].size()));
    }
  }
}

}  // namespace
}  // namespace sampler
