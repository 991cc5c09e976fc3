// A rewinder that was written down goes on as the original.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "sampler/rewind/rewinder.h"
#include "tests/support/pipelines.h"

namespace sampler {
namespace {

using Next = Rewinder::Next;
using Phrase = Rewinder::Phrase;

constexpr std::int64_t kVocabulary = 6;
const char* const kTexts[] = {"a", "b", "ab", " ", "\xc3", "c"};

std::vector<Phrase> SomeLimits() {
  return {{.text = "abc"},
          {.text = "B A", .ignore_case = true, .most = 3},
          {.text = "cab", .whole_words = true},
          {.text = "cc", .most = 40, .then = Phrase::Then::kStop}};
}

std::vector<float> RowAfter(const Sequence& sequence) {
  std::vector<float> row;
  for (std::int64_t i = 0; i < kVocabulary; ++i) {
    const auto last = sequence.position() == 0
                          ? TokenId{1}
                          : sequence.history().output().back();
    row.push_back(static_cast<float>((i * 5 + last * 3) % 7) * 0.25f);
  }
  return row;
}

// A text as it is drawn, and all that was told of it.
struct Drawn {
  Sequence sequence;
  Rewinder rewinder;
  std::string told = {};
  bool stopped = false;
};

void DrawOne(const Pipeline& pipeline, Workspace& workspace, Drawn& drawn) {
  const std::vector<float> row = RowAfter(drawn.sequence);
  const Token token = pipeline.Sample(row, drawn.sequence, workspace);
  absl::StatusOr<Rewinder::Answer> answer;
  if (token.status == RowStatus::kNoCandidate) {
    answer = drawn.rewinder.NoCandidate(drawn.sequence);
  } else {
    ASSERT_TRUE(drawn.sequence.Accept(token).ok());
    answer = drawn.rewinder.Add(
        token.id, kTexts[static_cast<std::size_t>(token.id)], drawn.sequence);
  }
  ASSERT_TRUE(answer.ok()) << answer.status();
  absl::StrAppend(&drawn.told, answer->emit, "|",
                  answer->next == Next::kRewound ? -answer->taken : 0, "|");
  drawn.stopped = answer->next == Next::kStop;
}

TEST(RewinderSnapshot, GoesOnAsTheOriginal) {
  const Pipeline pipeline = MakePipeline(
      R"({"type": "presence_penalty", "penalty": 0.3},
         {"type": "adaptive_p", "target": 0.3, "decay": 0.9})",
      kVocabulary);
  Workspace workspace;
  int held = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Drawn original = {pipeline.NewSequence({.seed = seed}).value(),
                      Rewinder::Create(SomeLimits()).value()};
    Drawn restored = original;
    for (int step = 0; step < 200 && !original.stopped; ++step) {
      DrawOne(pipeline, workspace, original);
      DrawOne(pipeline, workspace, restored);
      ASSERT_EQ(restored.told, original.told) << seed << " " << step;
      const std::string snapshot = restored.rewinder.Snapshot();
      auto again = Rewinder::Restore(SomeLimits(), snapshot);
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(again->Snapshot(), snapshot);
      ASSERT_EQ(std::string(again->held()),
                std::string(original.rewinder.held()));
      held += again->held_tokens() > 0 ? 1 : 0;
      restored.rewinder = *std::move(again);
      restored.sequence =
          pipeline.RestoreSequence(restored.sequence.Snapshot()).value();
    }
    EXPECT_TRUE(absl::StrContains(original.told, "|-")) << seed;
  }
  EXPECT_GT(held, 100);
}

TEST(RewinderSnapshot, KnowsWhatStandsBeforeAWord) {
  const std::vector<Phrase> cat = {{.text = "cat", .whole_words = true}};
  Rewinder rewinder = Rewinder::Create(cat).value();
  Sequence sequence = MakeSequence(4);
  ASSERT_TRUE(sequence.AcceptId(0).ok());
  ASSERT_EQ(rewinder.Add(0, "x", sequence)->emit, "x");
  Rewinder restored = Rewinder::Restore(cat, rewinder.Snapshot()).value();
  ASSERT_TRUE(sequence.AcceptId(1).ok());
  EXPECT_EQ(restored.Add(1, "cat ", sequence)->emit, "cat ");
}

TEST(RewinderSnapshot, OfAnythingElseIsRefused) {
  const std::vector<Phrase> phrases = {{.text = "abc", .most = 2}};
  Rewinder rewinder = Rewinder::Create(phrases).value();
  Sequence sequence = MakeSequence(4);
  ASSERT_TRUE(sequence.AcceptId(2).ok());
  ASSERT_TRUE(rewinder.Add(2, "ab", sequence).ok());
  const std::string snapshot = rewinder.Snapshot();
  EXPECT_EQ(Rewinder::Restore({{.text = "abd", .most = 2}}, snapshot)
                .status()
                .message(),
            "rewinder snapshot: want one of these phrases: \"phrases\" tells "
            "others");
  EXPECT_FALSE(Rewinder::Restore({{.text = "abc", .most = 3}}, snapshot).ok());
  for (const auto& [good, bad] :
       std::vector<std::pair<std::string, std::string>>{
           {"\"version\":1", "\"version\":2"},
           {"\"version\":1", "\"version\":1,\"more\":1"},
           {"\"version\":1", "\"version\":1,\"version\":1"},
           {"[0]", "[-1]"},
           {"[0]", "[]"},
           {"[0]", "[0.5]"},
           {"[2,", "[-2,"},
           {"[2,", "[4294967296,"},
           {"\"6162\"", "\"616\""},
           {"\"6162\"", "\"6g62\""},
           {"\"6162\"", "7"},
           {"\"before\":\"\"", "\"before\":\"6161\""},
           {"\"before\":\"\",", ""},
           {"{", ""},
           {"{", std::string("\0{", 2)}}) {
    const std::string broken = absl::StrReplaceAll(snapshot, {{good, bad}});
    ASSERT_NE(broken, snapshot) << good;
    EXPECT_FALSE(Rewinder::Restore(phrases, broken).ok()) << broken;
  }
  for (std::size_t n = 0; n < snapshot.size(); ++n) {
    EXPECT_FALSE(Rewinder::Restore(phrases, snapshot.substr(0, n)).ok()) << n;
  }
}

}  // namespace
}  // namespace sampler
