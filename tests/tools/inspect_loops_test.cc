// Where logged texts begin to loop.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "sampler/history/loops.h"
#include "tests/tools/tool.h"
#include "tools/inspect/loops.h"

namespace sampler::tools {
namespace {

using Tokens = std::vector<TokenId>;

// Calls f for every text of up to `longest` of two tokens.
template <typename F>
void ForEachText(std::size_t longest, F f) {
  for (std::size_t size = 0; size <= longest; ++size) {
    for (unsigned bits = 0; bits < 1U << size; ++bits) {
      Tokens text(size);
      for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<std::int32_t>(bits >> i & 1U);
      }
      f(text);
    }
  }
}

TEST(InspectLoopsTest, TheFirstLoopIsWhereTheLibraryFindsOne) {
  const LoopDoubt doubt = {{.max_length = 3, .count = 3}, /*least_tokens=*/0};
  int loops = 0;
  ForEachText(12, [&](const Tokens& text) {
    std::optional<TextLoop> expected;
    for (std::size_t n = 1; n <= text.size() && !expected.has_value(); ++n) {
      const absl::Span<const TokenId> begin(text.data(), n);
      const auto loop = FindLoop({begin, {}}, doubt.rule);
      if (!loop.has_value()) continue;
      const auto p = static_cast<std::size_t>(loop->length);
      std::size_t first = n - p;
      while (first > 0 && text[first - 1] == text[first - 1 + p]) --first;
      std::size_t end = n;
      while (end < text.size() && text[end] == text[end - p]) ++end;
      expected = TextLoop{static_cast<std::int64_t>(first),
                          static_cast<std::int64_t>(end), loop->length};
    }
    ASSERT_EQ(FindFirstLoop(text, doubt), expected)
        << testing::PrintToString(text);
    loops += expected.has_value() ? 1 : 0;
  });
  EXPECT_GT(loops, 1000);
}

TEST(InspectLoopsTest, AShortRepetitionIsNoLoop) {
  const LoopDoubt doubt;
  EXPECT_EQ(FindFirstLoop(Tokens(31, 5), doubt), std::nullopt);
  EXPECT_EQ(FindFirstLoop(Tokens(32, 5), doubt), (TextLoop{0, 32, 1}));
  EXPECT_EQ(FindFirstLoop(Tokens(40, -1), doubt), std::nullopt);
}

// Rows of 20 tokens, and these tokens.
std::string LogOf(const Tokens& tokens, const Tokens& offsets) {
  std::vector<std::vector<float>> rows;
  for (const TokenId token : tokens) {
    std::vector<float> row;
    for (int id = 0; id < 20; ++id) {
      row.push_back(static_cast<float>(id * 7 % 20) / 16.0F);
    }
    row[static_cast<std::size_t>(token)] = 3;
    rows.push_back(row);
  }
  return MakeLog(rows, tokens, {}, "", offsets);
}

Tokens LoopingText(int before, int times) {
  Tokens text;
  for (int i = 0; i < before; ++i) text.push_back(i % 17);
  for (int i = 0; i < times; ++i) {
    for (const TokenId token : {18, 19, 18, 17, 16}) text.push_back(token);
  }
  return text;
}

TEST(InspectLoopsTest, TheFindingNamesTheRowAndThePattern) {
  const ToolResult result =
      RunTool({"inspect", LogOf(LoopingText(11, 9), {}), "--json"});
  const auto warnings = nlohmann::json::parse(result.out)["warnings"];
  ASSERT_EQ(warnings.size(), 1U) << warnings;
  EXPECT_EQ(warnings[0]["code"], "loop");
  EXPECT_EQ(warnings[0]["message"],
            "the text begins to loop in row 11: a pattern of 5 tokens 9 times, "
            "to its end");
}

TEST(InspectLoopsTest, SequencesLoopByThemselves) {
  // Neither half of a loop that two sequences share is one.
  Tokens text = LoopingText(3, 10);
  EXPECT_EQ(
      RunTool({"inspect", LogOf(text, {0, 28, 53}), "--strict"}).exit_code, 0);
  // The second and the third loop; after the second's loop its text goes on.
  text = LoopingText(7, 2);
  const auto second = static_cast<std::int32_t>(text.size());
  for (const TokenId token : LoopingText(4, 8)) text.push_back(token);
  text.push_back(3);
  const auto third = static_cast<std::int32_t>(text.size());
  for (const TokenId token : LoopingText(0, 8)) text.push_back(token);
  const auto all = static_cast<std::int32_t>(text.size());
  const ToolResult result =
      RunTool({"inspect", LogOf(text, {0, second, third, all}), "--strict"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.out,
                   "2 of 3 sequences begin to loop, the first, 1, in row 21: a "
                   "pattern of 5 tokens 8 times"));
  EXPECT_FALSE(Says(result.out, "8 times, to its end"));
}

}  // namespace
}  // namespace sampler::tools
