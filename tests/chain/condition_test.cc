#include "sampler/chain/condition.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sampler {
namespace {

Value Range(int from, Value until) { return Value::List{from, until}; }
Value Phase(const char* name) { return Value::Object{{"phase", name}}; }

// A text of which "a" is open since 2 tokens, and "b" is over.
const PhaseRules& Rules() {
  static const auto& rules =
      *new PhaseRules{{{.name = "a", .begin = {{0}}, .end = {{1}}},
                       {.name = "b", .begin = {{2}}, .end = {{3}}}}};
  return rules;
}

History Text() {
  History history({2, 3});
  history.FollowPhases(std::make_shared<const PhaseRules>(Rules()));
  for (const std::int32_t id : {5, 0, 6, 7}) history.Accept(id);
  return history;
}

struct Case {
  Value when;
  std::string text;
  std::string why_not;  // "": it holds.
};

std::vector<Case> Cases() {
  const auto list = [](const char* key, Value a, Value b) {
    return Value(Value::Object{{key, Value::List{std::move(a), std::move(b)}}});
  };
  const auto no = [](Value when) {
    return Value(Value::Object{{"not", std::move(when)}});
  };
  const Value early = Value::Object{{"position", Range(0, 4)}};
  const Value late = Value::Object{{"position", Range(4, Value())}};
  return {
      {Phase("a"), "a", ""},
      {Phase("b"), "b", "not in phase b"},
      {no(Phase("a")), "not a", "in phase a"},
      {no(Phase("b")), "not b", ""},
      {early, "position in [0, 4)", "position 4 is not in [0, 4)"},
      {late, "position in [4, ...)", ""},
      {no(late), "not position in [4, ...)", "position 4 is in [4, ...)"},
      {Value::Object{{"phase_position", Range(2, 3)}},
       "phase position in [2, 3)", ""},
      {Value::Object{{"phase", "a"}, {"phase_position", Range(3, 9)}},
       "(a and phase position in [3, 9))", "phase position 2 is not in [3, 9)"},
      {Value::Object{{"phase", "b"}, {"phase_position", Range(0, 9)}},
       "(b and phase position in [0, 9))", "not in phase b"},
      {list("all", Phase("a"), late), "(a and position in [4, ...))", ""},
      {list("all", Phase("a"), early), "(a and position in [0, 4))",
       "position 4 is not in [0, 4)"},
      {list("any", Phase("b"), Phase("a")), "(b or a)", ""},
      {list("any", Phase("b"), early), "(b or position in [0, 4))",
       "not in phase b and position 4 is not in [0, 4)"},
      {no(list("any", Phase("b"), Phase("a"))), "not (b or a)", "in phase a"},
  };
}

TEST(Condition, HoldsOrSaysWhyNot) {
  const History history = Text();
  for (const Case& c : Cases()) {
    std::vector<Problem> problems;
    CheckCondition(c.when, {"a", "b"}, "/when", problems);
    EXPECT_TRUE(problems.empty()) << c.text;
    const Condition condition(c.when, Rules());
    EXPECT_EQ(condition.Holds(history), c.why_not.empty()) << c.text;
    EXPECT_EQ(ConditionText(c.when), c.text);
    if (!c.why_not.empty()) {
      EXPECT_EQ(condition.WhyNot(history, Rules()), c.why_not) << c.text;
    }
  }
}

// Ranges are half open, at both ends.
TEST(Condition, CountsFromTheFirstToken) {
  History history = Text();
  history.Rollback(4);
  for (int position = 0; position < 5; ++position) {
    for (int from = 0; from < 5; ++from) {
      for (int until = from + 1; until < 6; ++until) {
        const Condition condition(
            Value::Object{{"position", Range(from, until)}}, Rules());
        EXPECT_EQ(condition.Holds(history),
                  from <= position && position < until);
      }
    }
    history.Accept(7);
  }
}

}  // namespace
}  // namespace sampler
