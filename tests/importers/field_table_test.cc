#include "sampler/importers/field_table.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

#include "sampler/importers/importer.h"

namespace sampler::importers {
namespace {

TEST(FieldTable, RangesSayWhatTheyAdmit) {
  EXPECT_EQ(Between(0, 1).Text(), "in [0, 1]");
  EXPECT_EQ(AtLeast(0).Text(), ">= 0");
  EXPECT_EQ(AtMost(1).Text(), "<= 1");
  EXPECT_EQ(Above(0).Text(), "> 0");
  EXPECT_EQ(kFinite.Text(), "");
  EXPECT_TRUE(Between(0, 1).Contains(0));
  EXPECT_FALSE(Above(0).Contains(0));
  EXPECT_FALSE(kFinite.Contains(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(kFinite.Contains(std::numeric_limits<double>::infinity()));
}

TEST(FieldTable, SaysWhatItWantsInstead) {
  const Field field = {"p", FieldKind::kReal, {}, Between(0, 1)};
  EXPECT_EQ(WantedInstead(field, 0.5), "");
  EXPECT_EQ(WantedInstead(field, 1), "");
  EXPECT_EQ(WantedInstead(field, 1.5), "a number in [0, 1]");
  EXPECT_EQ(WantedInstead(field, "0.5"), "a number in [0, 1]");
  EXPECT_EQ(WantedInstead(field, true), "a number in [0, 1]");
  const Field clamped = {"p", FieldKind::kReal, {}, Between(0, 1).Clamped()};
  EXPECT_EQ(WantedInstead(clamped, 1.5), "");
  EXPECT_EQ(WantedInstead(clamped, std::numeric_limits<double>::quiet_NaN()),
            "a number");
  const Field count = {"k", FieldKind::kInteger, {}, AtLeast(0)};
  EXPECT_EQ(WantedInstead(count, 40.0), "an integer >= 0");
}

TEST(FieldTable, ReadsValuesAsTheRuntimeDoes) {
  const Field count = {"k", FieldKind::kInteger, {}, AtLeast(0)};
  EXPECT_EQ(AsRead(count, 40.0, {}), Value(40));
  EXPECT_EQ(AsRead(count, 40.5, {}), Value(40.5));
  EXPECT_EQ(AsRead(count, 40.7, {.truncates = true}), Value(40));
  EXPECT_EQ(AsRead(count, 1e300, {.truncates = true}), Value(1e300));
  EXPECT_EQ(AsRead(count, "40", {}), Value("40"));
  EXPECT_EQ(AsRead(count, "40", {.texts = true}), Value(40));
  EXPECT_EQ(AsRead(count, "40.0", {.texts = true}), Value(40));
  const Field flag = {"b", FieldKind::kBoolean};
  EXPECT_EQ(AsRead(flag, 0, {}), Value(false));
  EXPECT_EQ(AsRead(flag, 2, {}), Value(2));
  const Field list = {"l", FieldKind::kList};
  EXPECT_EQ(AsRead(list, R"(["a"])", {.texts = true}), Value(Value::List{"a"}));
  EXPECT_EQ(AsRead(list, "[", {.texts = true}), Value("["));
  EXPECT_EQ(AsRead(list, "", {.empty_lists = true}), Value(Value::List{}));
  const Field map = {"m", FieldKind::kMap};
  EXPECT_EQ(AsRead(map, Value::List{}, {.empty_lists = true}),
            Value(Value::Object{}));
}

TEST(FieldTable, ALostFieldMayAskForNothing) {
  const FieldTable table = Lost("why", {"num_beams"}, 1);
  EXPECT_TRUE(AsksForNothing(table[0], 1));
  EXPECT_TRUE(AsksForNothing(table[0], 1.0));
  EXPECT_TRUE(AsksForNothing(table[0], false));
  EXPECT_TRUE(AsksForNothing(table[0], ""));
  EXPECT_FALSE(AsksForNothing(table[0], 4));
  EXPECT_FALSE(AsksForNothing(table[0], "x"));
}

TEST(FieldTable, PatternsStandForAllThatBeginSo) {
  const FieldTable table = Idle("why", {"reasoning_budget*", "n"});
  EXPECT_NE(FindField(table, "reasoning_budget_tokens"), nullptr);
  EXPECT_EQ(FindField(table, "reasoning"), nullptr);
  EXPECT_EQ(FieldNames(table, false), std::vector<absl::string_view>{"n"});
}

// A name that stood twice would make one of its lines dead.
TEST(FieldTable, NoRuntimeHasANameTwice) {
  for (const RuntimeInfo& runtime : Runtimes()) {
    std::set<std::string> names;
    for (const Field& field : *runtime.fields) {
      if (field.use == FieldUse::kHidden) continue;
      EXPECT_TRUE(names.insert(std::string(field.name)).second)
          << runtime.name << " " << field.name;
      EXPECT_FALSE(field.meaning.empty()) << runtime.name << " " << field.name;
      for (const absl::string_view alias : field.aliases) {
        EXPECT_TRUE(names.insert(std::string(alias)).second)
            << runtime.name << " " << alias;
      }
    }
  }
}

TEST(FieldTable, DefaultsAreOfTheirKindAndInTheirRange) {
  for (const RuntimeInfo& runtime : Runtimes()) {
    for (const Field& field : *runtime.fields) {
      if (field.standard.is_null()) continue;
      EXPECT_EQ(WantedInstead(field, field.standard), "")
          << runtime.name << " " << field.name;
    }
  }
}

}  // namespace
}  // namespace sampler::importers
