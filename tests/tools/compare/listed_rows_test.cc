// `sampler compare` on a log that lists the likeliest tokens of each row: what
// it says of every metric holds the truth, which the whole log tells.

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

json Compare(const std::string& log, const std::string& a,
             const std::string& b) {
  const ToolResult result =
      RunTool({"compare", log, "--a", a, "--b", b, "--json", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

// The story with `count` tokens of each row, and the drawn one.
std::string Listed(int count) {
  const std::string path =
      WriteTemporary(absl::StrCat("listed-", count, ".safetensors"), "");
  EXPECT_EQ(RunTool({"convert", StoryLog(), path, "--top-k",
                     absl::StrCat(count), "--to-dtype", "f32", "--force", "-q"})
                .exit_code,
            0);
  return path;
}

// What of the truth lies outside of what is said of a metric.
void ExpectHolds(const json& said, const char* field, const json& bounds,
                 const json& truth, const std::string& name) {
  if (!said[field].is_null()) {
    EXPECT_NEAR(said[field].get<double>(), truth[field].get<double>(),
                2e-6 * (1 + std::fabs(truth[field].get<double>())))
        << name;
  } else if (!bounds.is_null() && !truth[field].is_null()) {
    const double x = truth[field];
    const double slack = 2e-6 * (1 + std::fabs(x));
    EXPECT_LE(bounds[0].get<double>(), x + slack) << name;
    if (!bounds[1].is_null()) {
      EXPECT_GE(bounds[1].get<double>(), x - slack) << name;
    }
  }
}

// What is said of the listed rows, against the whole ones.
void ExpectTrue(const json& listed, const json& whole) {
  ASSERT_EQ(listed["compared"], whole["compared"]);
  for (const auto& [name, said] : listed["metrics"].items()) {
    // Draws under the rest of the row are not known.
    if (name == "same" && said["a"].is_null()) continue;
    const json& truth = whole["metrics"][name];
    const json bounds = said.value("bounds", json());
    for (const char* field : {"a", "b", "diff"}) {
      ExpectHolds(said, field, bounds.is_null() ? json() : bounds[field], truth,
                  name);
    }
    if (said["diff"].is_null() && bounds.is_null()) {
      EXPECT_FALSE(said["absent"].get<std::string>().empty()) << name;
    }
  }
  for (const auto& [name, said] : listed["pair"].items()) {
    if (name == "draw_differs" && said["value"].is_null()) continue;
    const json bounds = said.value("bounds", json());
    ExpectHolds(said, "value", bounds.is_null() ? json() : bounds["value"],
                whole["pair"][name], name);
  }
}

TEST(ListedRows, WhatIsSaidOfThemIsTrue) {
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{
           {"raw", "top_k=5"},
           {"raw", "temp=1.5"},
           {"top_k=3", "temp=0.7"},
           {"raw", "min_p=0.2"},
           {"top_k=4", "top_k=2"}}) {
    SCOPED_TRACE(absl::StrCat(a, " | ", b));
    ExpectTrue(Compare(Listed(20), a, b), Compare(StoryLog(), a, b));
  }
}

// A nucleus is settled by the weight of what is not listed.
TEST(ListedRows, ANucleusWithinTheListIsExact) {
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{
           {"raw", "top_p=0.6"},
           {"presence_penalty=0.5;top_p=0.5",
            "top_k=9000;top_p=0.6;min_p=0.1"}}) {
    SCOPED_TRACE(absl::StrCat(a, " | ", b));
    const json listed = Compare(Listed(8000), a, b);
    EXPECT_EQ(listed["b"]["undecided"], 0);
    ExpectTrue(listed, Compare(StoryLog(), a, b));
  }
}

// Beside the rows as logged a chain that cuts within the list is exact: only
// what the rows are as a whole, and draws from them, is not.
TEST(ListedRows, ACutIsExactBesideTheRowsAsLogged) {
  const json report = Compare(Listed(20), "raw", "top_k=5");
  EXPECT_EQ(report["compared"], 24);
  EXPECT_EQ(report["a"]["ends"], 24);
  EXPECT_EQ(report["b"]["ends"], 0);
  EXPECT_EQ(report["b"]["undecided"], 0);
  for (const char* name : {"tv", "agreement", "js", "kl_ba"}) {
    EXPECT_FALSE(report["pair"][name]["value"].is_null()) << name;
  }
  for (const char* name : {"kept_mass", "tv_to_raw", "kl_to_raw"}) {
    EXPECT_FALSE(report["metrics"][name]["diff"].is_null()) << name;
  }
  const json& entropy = report["metrics"]["entropy"];
  EXPECT_TRUE(entropy["a"].is_null());
  EXPECT_FALSE(entropy["b"].is_null());
  EXPECT_LT(entropy["bounds"]["a"][0], entropy["bounds"]["a"][1]);
  EXPECT_EQ(report["metrics"]["entropy_raw"]["diff"], 0);
}

TEST(ListedRows, LongerListsSayMore) {
  const auto width = [](int count) {
    const json bounds = Compare(Listed(count), "raw",
                                "top_k=2")["metrics"]["entropy"]["bounds"]["a"];
    return bounds[1].get<double>() - bounds[0].get<double>();
  };
  EXPECT_GT(width(8), width(64));
  EXPECT_GT(width(64), width(1024));
}

TEST(ListedRows, BothEndsArePrinted) {
  const ToolResult text =
      RunTool({"compare", Listed(20), "--b", "top_k=5", "-q"});
  EXPECT_TRUE(Says(text.out, "at least; bounded in 24 of 24 rows"));
  EXPECT_TRUE(Says(text.out, "  at most"));
  EXPECT_TRUE(Says(text.out, "24 of A known as ranges"));
  const ToolResult csv =
      RunTool({"compare", Listed(20), "--b", "top_k=5", "-q", "--csv"});
  EXPECT_TRUE(Says(csv.out, "\nentropy.least,"));
  EXPECT_TRUE(Says(csv.out, "\nentropy.most,"));
  const ToolResult markdown =
      RunTool({"compare", Listed(20), "--b", "top_k=5", "-q", "--markdown"});
  EXPECT_TRUE(Says(markdown.out, "| at most | "));
}

// A gate on a range is no gate on a number; its ends have names.
TEST(ListedRows, GatesNameTheEnds) {
  const auto gate = [](const char* condition) {
    return RunTool({"compare", Listed(20), "--b", "top_k=5", "-q", "--fail-if",
                    condition})
        .exit_code;
  };
  EXPECT_EQ(gate("entropy.a>0"), 2);
  EXPECT_EQ(gate("entropy.a.least>0"), 1);
  EXPECT_EQ(gate("entropy.a.most<0.1"), 0);
  EXPECT_EQ(gate("tv.least>2"), 0);
}

}  // namespace
}  // namespace sampler::tools
