// Phases against their definition: every text of a toy language, under rules
// with one and with several sequences, by every way that leads to it.

#include "sampler/history/phases.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/history/history.h"

namespace sampler::phases_test {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr std::int32_t kTokens = 3;
constexpr std::size_t kLongest = 6;

std::vector<std::shared_ptr<const PhaseRules>> SomeRules() {
  const auto rules = [](std::vector<PhaseRule> phases) {
    return std::make_shared<const PhaseRules>(PhaseRules{std::move(phases)});
  };
  const PhaseRule plain = {.name = "a", .begin = {{0}}, .end = {{1}}};
  const PhaseRule toggle = {.name = "b", .begin = {{2}}, .end = {{2}}};
  const PhaseRule longer = {
      .name = "c", .begin = {{0, 1}, {2, 2}}, .end = {{1, 2}, {0, 0, 0}}};
  PhaseRule output = longer;
  output.prompt_counts = false;
  PhaseRule opened = plain;
  opened.initially = true;
  const PhaseRule endless = {.name = "d", .initially = true};
  return {rules({plain}),          rules({toggle}),
          rules({longer}),         rules({output}),
          rules({opened}),         rules({endless}),
          rules({longer, toggle}), rules({output, opened, plain})};
}

bool EndsWithOne(const Tokens& text, const std::vector<Tokens>& sequences) {
  for (const Tokens& s : sequences) {
    if (s.size() <= text.size() &&
        std::equal(s.rbegin(), s.rend(), text.rbegin())) {
      return true;
    }
  }
  return false;
}

// The definition, over the whole text.
PhaseState Slow(const PhaseRule& rule, const Tokens& prompt,
                const Tokens& output) {
  PhaseState state;
  Tokens counted;
  std::int64_t place = 0;
  const auto token = [&](std::int32_t id, bool counts) {
    ++place;
    if (!counts) return;
    counted.push_back(id);
    if (!EndsWithOne(counted, state.open() ? rule.end : rule.begin)) return;
    if (state.open()) {
      state.end = place;
    } else {
      state = {.begin = place};
    }
  };
  for (const std::int32_t id : prompt) token(id, rule.prompt_counts);
  if (rule.initially && !state.open()) state = {.begin = place};
  for (const std::int32_t id : output) token(id, true);
  return state;
}

std::vector<PhaseState> StatesOf(const History& history) {
  std::vector<PhaseState> states;
  for (std::size_t i = 0; i < history.phases().rules()->phases.size(); ++i) {
    states.push_back(history.phases()[i]);
  }
  return states;
}

// Calls f for every text of at most kLongest tokens, cut into prompt and
// output in every way.
template <typename F>
void ForEachText(F f) {
  std::vector<Tokens> texts = {{}};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Tokens text = texts[i];
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const auto at = text.begin() + static_cast<std::ptrdiff_t>(cut);
      f(Tokens(text.begin(), at), Tokens(at, text.end()));
    }
    if (text.size() == kLongest) continue;
    for (std::int32_t id = 0; id < kTokens; ++id) {
      texts.push_back(text);
      texts.back().push_back(id);
    }
  }
}

TEST(Phases, AreThoseOfTheDefinition) {
  int compared = 0;
  for (const auto& rules : SomeRules()) {
    ForEachText([&](const Tokens& prompt, const Tokens& output) {
      History history(prompt);
      history.FollowPhases(rules);
      for (const std::int32_t id : output) history.Accept(id);
      for (std::size_t i = 0; i < rules->phases.size(); ++i) {
        EXPECT_EQ(history.phases()[i], Slow(rules->phases[i], prompt, output));
        ++compared;
      }
    });
    if (HasFailure()) return;
  }
  EXPECT_GT(compared, 50'000);
}

// Whether the tokens came before the rules or after.
TEST(Phases, DoNotDependOnWhenTheyAreFollowed) {
  for (const auto& rules : SomeRules()) {
    ForEachText([&](const Tokens& prompt, const Tokens& output) {
      History early(prompt);
      early.FollowPhases(rules);
      History late(prompt);
      for (const std::int32_t id : output) {
        early.Accept(id);
        late.Accept(id);
      }
      late.FollowPhases(rules);
      EXPECT_EQ(StatesOf(early), StatesOf(late));
      EXPECT_EQ(early.StretchBegin(), late.StretchBegin());
    });
  }
}

// Rollback of every prefix, and then another continuation.
TEST(Phases, AreTakenBackExactly) {
  for (const auto& rules : SomeRules()) {
    ForEachText([&](const Tokens& prompt, const Tokens& output) {
      History text(prompt);
      text.FollowPhases(rules);
      std::vector<History> before = {text};
      for (const std::int32_t id : output) {
        text.Accept(id);
        before.push_back(text);
      }
      for (std::size_t left = 0; left <= output.size(); ++left) {
        History back = text;
        back.Rollback(output.size() - left);
        EXPECT_EQ(StatesOf(back), StatesOf(before[left]));
        EXPECT_EQ(back.StretchBegin(), before[left].StretchBegin());
        History again = before[left];
        for (const std::int32_t id : {2, 0, 1, 2, 2}) {
          back.Accept(id);
          again.Accept(id);
          EXPECT_EQ(StatesOf(back), StatesOf(again));
        }
      }
    });
    if (HasFailure()) return;
  }
}

TEST(Phases, LetAScopeSeeTheStretchAlone) {
  const auto rules = std::make_shared<const PhaseRules>(
      PhaseRules{{{.name = "a", .begin = {{0}}, .end = {{1}}}}});
  const auto seen = [&](const Tokens& prompt, const Tokens& output) {
    History history(prompt);
    history.FollowPhases(rules);
    for (const std::int32_t id : output) history.Accept(id);
    const HistoryView view = history.View(Scope::kPhase, std::nullopt);
    Tokens tokens;
    for (std::size_t i = 0; i < view.size(); ++i) tokens.push_back(view[i]);
    return tokens;
  };
  EXPECT_EQ(seen({2, 2}, {2}), Tokens{2});          // No phase: the output.
  EXPECT_EQ(seen({2, 0, 2}, {2}), (Tokens{2, 2}));  // Open since the prompt.
  EXPECT_EQ(seen({0, 1, 2}, {2}), Tokens{2});       // Over in the prompt.
  EXPECT_EQ(seen({0, 2}, {2, 1, 2}), Tokens{2});    // Over in the output.
  EXPECT_EQ(seen({2}, {2, 0}), Tokens{});           // Begun this moment.
}

TEST(Phases, AreNoneWithoutRules) {
  History history({0, 1});
  history.Accept(0);
  EXPECT_EQ(history.phases().rules(), nullptr);
  EXPECT_EQ(history.StretchBegin(), 2);
  EXPECT_EQ(history.StretchSize(), 1);
  EXPECT_FALSE(history.Follows(PhaseRules{}));
}

}  // namespace
}  // namespace sampler::phases_test
