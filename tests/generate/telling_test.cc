// One text as `sampler-generate` tells it, without a model: the same as the
// rewinder by hand, and its ends.

#include "tools/generate/telling.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sampler/logs/logger.h"
#include "tests/support/pipelines.h"
#include "tests/support/rewound_run.h"
#include "tests/tools/tool.h"
#include "tools/generate/ban_trace.h"

namespace sampler::tools {
namespace {

constexpr llama_token kEnd = 31;  // Of a text "".

class ToyChooser final : public Chooser {
 public:
  explicit ToyChooser(const Pipeline& pipeline)
      : pipeline_(pipeline),
        sequence_(pipeline.NewSequence({.seed = 5, .stream = 0}).value()) {}

  absl::StatusOr<std::optional<llama_token>> Next(const float* row) override {
    const Token token = pipeline_.Sample(
        Logits(row, DType::kF32, kRewoundVocabulary), sequence_, workspace_);
    if (token.status == RowStatus::kNoCandidate) return std::nullopt;
    EXPECT_TRUE(sequence_.Accept(token).ok());
    return token.id;
  }
  Sequence* sequence() override { return &sequence_; }

 private:
  const Pipeline& pipeline_;
  Sequence sequence_;
  Workspace workspace_;
};

TellingOptions OptionsFor(std::size_t max_tokens, llama_token end = -1) {
  return {.max_tokens = max_tokens,
          .text_of = [](llama_token token) { return RewoundTokenText(token); },
          .is_end = [end](llama_token token) { return token == end; }};
}

std::vector<Rewinder::Phrase> Phrases() {
  return {{.text = "ab"}, {.text = "dce"}, {.text = "ee", .whole_words = true}};
}

// Takes rows until the text is over.
GeneratedSequence Tell(Telling& telling, std::string& text) {
  for (int step = 0; step < 10'000; ++step) {
    const std::vector<float> row = RewoundRow(telling.sequence().tokens);
    const auto told = telling.Take(row.data());
    EXPECT_TRUE(told.ok()) << told.status();
    text += told->text;
    if (told->last) break;
  }
  return telling.sequence();
}

TEST(TellingTest, TellsWhatTheRewinderDoesByHand) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "top_k", "k": 5})", kRewoundVocabulary);
  const std::string path = WriteTemporary("telling.safetensors", "");
  auto logger =
      logs::Logger::Create(path, {.vocabulary_size = kRewoundVocabulary,
                                  .overwrite = logs::Overwrite::kYes});
  ASSERT_TRUE(logger.ok()) << logger.status();
  const RewoundRun by_hand = DrawRewound(pipeline, Phrases(), 0, 90, *logger);
  logger->Discard();

  ToyChooser chooser(pipeline);
  Telling telling(chooser, Rewinder::Create(Phrases()).value(), OptionsFor(90));
  std::string text;
  const GeneratedSequence told = Tell(telling, text);
  // The last ones may differ: here the text ends.
  ASSERT_GE(told.tokens.size(), 80U);
  for (std::size_t i = 0; i < 80; ++i) {
    EXPECT_EQ(told.tokens[i], by_hand.tokens[i]) << i;
  }
  EXPECT_EQ(text, told.text);
  EXPECT_FALSE(absl::StrContains(text, "ab"));
  EXPECT_FALSE(absl::StrContains(text, "dce"));
  std::string all;
  for (const llama_token token : told.tokens) all += RewoundTokenText(token);
  EXPECT_EQ(all, text);
  EXPECT_GE(told.rewound.size(), 3U);
  for (const Rewound& rewound : told.rewound) {
    EXPECT_GE(rewound.tokens, 1);
    EXPECT_TRUE(
        !rewound.phrase.has_value() ||
        absl::StrContains(rewound.text, Phrases()[*rewound.phrase].text))
        << rewound.text;
  }
}

TEST(TellingTest, EndsWithTheTokenThatEndsATextAndEmitsAllThatIsHeld) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "top_k", "k": 8})", kRewoundVocabulary);
  ToyChooser chooser(pipeline);
  Telling telling(chooser, Rewinder::Create(Phrases()).value(),
                  OptionsFor(5000, kEnd));
  std::string text;
  const GeneratedSequence told = Tell(telling, text);
  EXPECT_TRUE(told.ended);
  EXPECT_EQ(told.tokens.back(), kEnd);
  std::string all;
  for (const llama_token token : told.tokens) all += RewoundTokenText(token);
  EXPECT_EQ(all, text);
}

TEST(TellingTest, TheTraceTellsWhatIsHeldLetGoAndTakenBack) {
  BanOptions bans;
  bans.texts = {"lighthouse"};
  BanTrace trace(bans);
  const auto told = [](const std::string& text, const std::string& held) {
    Told row;
    row.text = text;
    row.held = held;
    return row;
  };
  EXPECT_EQ(trace.Lines(0, told("the", ""), nullptr), "");
  EXPECT_EQ(trace.Lines(0, told("", " light"), nullptr),
            "sequence 0: holds \" light\"\n");
  EXPECT_EQ(trace.Lines(1, told("", " l"), nullptr),
            "sequence 1: holds \" l\"\n");
  const Rewound rewound = {17, 2, " lighthouse", 0};
  EXPECT_EQ(trace.Lines(0, told("", ""), &rewound),
            "sequence 0: went back 2 tokens to token 17: \" lighthouse\" has "
            "\"lighthouse\"\n");
  EXPECT_EQ(trace.Lines(1, told(" lake", ""), nullptr),
            "sequence 1: lets go \" lake\"\n");
  EXPECT_EQ(trace.Lines(1, told(" and", ""), nullptr), "");
  BanOptions with_pattern;
  with_pattern.expressions = {"a+"};
  EXPECT_EQ(BanTrace(with_pattern).Lines(0, told("", "aa"), nullptr), "");
}

// What is held, beside what was told, is the text so far.
TEST(TellingTest, TellsWhatIsHeld) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "top_k", "k": 5})", kRewoundVocabulary);
  ToyChooser chooser(pipeline);
  Telling telling(chooser, Rewinder::Create(Phrases()).value(), OptionsFor(90));
  std::string text;
  int held = 0;
  for (bool last = false; !last;) {
    const std::vector<float> row = RewoundRow(telling.sequence().tokens);
    const auto told = telling.Take(row.data());
    ASSERT_TRUE(told.ok()) << told.status();
    text += told->text;
    std::string all;
    for (const llama_token token : telling.sequence().tokens) {
      all += RewoundTokenText(token);
    }
    EXPECT_EQ(text + told->held, all);
    held += told->held.empty() ? 0 : 1;
    last = told->last;
  }
  EXPECT_GT(held, 10);
}

TEST(TellingTest, WithoutPhrasesNothingIsHeld) {
  const Pipeline pipeline = MakePipeline("", kRewoundVocabulary);
  ToyChooser chooser(pipeline);
  Telling telling(chooser, std::nullopt, OptionsFor(20));
  for (int i = 0; i < 20; ++i) {
    const std::vector<float> row = RewoundRow(telling.sequence().tokens);
    const auto told = telling.Take(row.data());
    ASSERT_TRUE(told.ok());
    EXPECT_EQ(told->text, RewoundTokenText(*told->token));
    EXPECT_EQ(told->last, i == 19);
  }
  const Pipeline none = MakePipeline(
      R"({"type": "suppress_tokens", "ids": [0]})", kRewoundVocabulary);
  ToyChooser stuck(none);
  Telling nothing(stuck, std::nullopt, OptionsFor(20));
  std::vector<float> row(kRewoundVocabulary, -INFINITY);
  row[0] = 1;
  EXPECT_TRUE(absl::StrContains(nothing.Take(row.data()).status().message(),
                                "no token can be drawn"));
}

}  // namespace
}  // namespace sampler::tools
