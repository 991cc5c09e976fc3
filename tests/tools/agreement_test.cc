// One log, one number: what `replay`, `explain` and `inspect` say of the same
// thing is the same, in every format, to the last digit; also of tokens so
// unlikely that no draw finds them, and of rows at the ends of float32.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/tools/tool.h"

namespace sampler::tools::agreement_test {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kMin = std::numeric_limits<float>::lowest();
constexpr float kMax = std::numeric_limits<float>::max();

Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

json Parsed(const Arguments& arguments) {
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out, nullptr, /*allow_exceptions=*/false);
}

// A log, the options that open it, and the chain it is replayed under.
struct Case {
  std::string log;
  Arguments options;  // Of every command.
  Arguments chain;
  std::int64_t rows;  // So many are explained.
};

// {id: logprob} of a list of tokens.
std::map<int, json> Logprobs(const json& tokens, const char* field) {
  std::map<int, json> logprobs;
  for (const json& token : tokens) logprobs[token["id"]] = token[field];
  return logprobs;
}

void ExpectFinite(const json& list) {
  for (const json& token : list) {
    EXPECT_TRUE(token["logprob"].is_number()) << token;
  }
}

// CSV fields are those of the JSON rows; what is null is empty.
void ExpectSameCsv(const std::string& csv, const std::vector<json>& rows) {
  const std::vector<std::string> lines = Lines(csv);
  ASSERT_EQ(lines.size(), rows.size() + 1);
  const std::vector<std::string> names = absl::StrSplit(lines[0], ',');
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::vector<std::string> fields = absl::StrSplit(lines[r + 1], ',');
    ASSERT_EQ(fields.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      const json& value = rows[r].at(names[i]);
      if (!value.is_number()) continue;
      EXPECT_EQ(std::stod(fields[i]), value.get<double>()) << names[i];
    }
  }
}

// inspect's view of a replayed row.
void ExpectSameRaw(const json& row, const json& inspected) {
  EXPECT_EQ(row["entropy_raw"], inspected["entropy"]);
  EXPECT_EQ(Logprobs(row["raw_top"], "logprob"),
            Logprobs(inspected["top"], "logprob"));
  for (const json& token : inspected["top"]) {
    const double p = std::exp(token["logprob"].get<double>());
    EXPECT_NEAR(token["prob"].get<double>(), p, 1e-12 * p + 1e-320);
  }
}

// explain's view of a replayed row.
void ExpectSameStep(const json& row, const json& explained) {
  EXPECT_EQ(row["status"], explained["status"]);
  EXPECT_EQ(row["basis"], explained["basis"]);
  EXPECT_EQ(row["token"], explained["token"]);
  EXPECT_EQ(row["entropy_raw"], explained["raw_entropy"]);
  EXPECT_EQ(row["entropy"], explained["stages"].back()["entropy"]);
  EXPECT_EQ(row["kept"], explained["survivors"].size());
  EXPECT_EQ(row["kept_mass"], explained["stages"].back()["mass"]);
  const auto survivors = Logprobs(explained["survivors"], "logprob");
  for (const auto& [id, logprob] : Logprobs(row["top"], "logprob")) {
    EXPECT_EQ(survivors.at(id), logprob) << id;
  }
  const auto raw = Logprobs(explained["tokens"], "raw_logprob");
  const auto out = Logprobs(explained["tokens"], "logprob");
  const auto ranks = Logprobs(explained["tokens"], "raw_rank");
  for (const auto& [id, logprob] : Logprobs(row["raw_top"], "logprob")) {
    EXPECT_EQ(raw.at(id), logprob) << id;
  }
  if (!row["token"].is_null()) {
    EXPECT_EQ(raw.at(row["token"]), row["raw_logprob"]);
    EXPECT_EQ(out.at(row["token"]), row["logprob"]);
    EXPECT_EQ(ranks.at(row["token"]), row["raw_rank"]);
  }
  if (!row["target"].is_null()) {
    EXPECT_EQ(raw.at(row["target"]), row["target_raw_logprob"]);
    EXPECT_EQ(out.at(row["target"]), row["target_logprob"]);
    EXPECT_EQ(ranks.at(row["target"]), row["target_rank"]);
  }
}

void ExpectAgreement(const Case& c, int top) {
  SCOPED_TRACE(
      absl::StrCat(c.log, " under ", c.chain.empty() ? "" : c.chain[1]));
  const Arguments log = Arguments{c.log} + c.options;
  const std::string n = absl::StrCat(top);
  const ToolResult lines = RunTool(Arguments{"replay"} + log + c.chain +
                                   Arguments{"--jsonl", "--top-logprobs", n});
  ASSERT_EQ(lines.exit_code, 0) << lines.err;
  const std::vector<json> rows = Events(lines.out, "row");
  const json summary = Events(lines.out, "summary").at(0);
  // JSON says what JSON Lines say, CSV what it has room for.
  const json document = Parsed(Arguments{"replay"} + log + c.chain +
                               Arguments{"--json", "--top-logprobs", n});
  ASSERT_EQ(document["rows"].size(), rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    json row = rows[r];
    row.erase("type");
    EXPECT_EQ(row, document["rows"][r]);
  }
  EXPECT_EQ(document["summary"]["nll_raw"], summary["nll_raw"]);
  EXPECT_EQ(document["summary"]["nll"], summary["nll"]);
  ExpectSameCsv(
      RunTool(Arguments{"replay"} + log + c.chain + Arguments{"--csv"}).out,
      rows);

  const json inspected = Parsed(
      Arguments{"inspect"} + log +
      Arguments{"--json", "--sample", absl::StrCat(rows.size()), "--top", n});
  ASSERT_EQ(inspected["sampled"].size(), rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const json& row = rows[r];
    ExpectSameRaw(row, inspected["sampled"][r]);
    // As many as were asked for, or all that are left, each with a number.
    EXPECT_EQ(row["top"].size(),
              std::min<std::size_t>(static_cast<std::size_t>(top),
                                    row["kept"].get<std::size_t>()));
    ExpectFinite(row["top"]);
    ExpectFinite(row["raw_top"]);
    if (row["target_kept"] == true) {
      EXPECT_TRUE(row["target_logprob"].is_number());
    }
    if (static_cast<std::int64_t>(r) >= c.rows) continue;
    ExpectSameStep(
        row, Parsed(Arguments{"explain"} + log + c.chain +
                    Arguments{"--json", "--row", absl::StrCat(r), "--top", n}));
  }
  const json logged =
      inspected["nll"].is_null() ? json() : inspected["nll"]["shifts"][1];
  if (logged.is_object() && logged["impossible"] == 0) {
    EXPECT_EQ(logged["mean_nll"], summary["nll_raw"]);
    EXPECT_EQ(logged["perplexity"], summary["ppl_raw"]);
  }
}

// A row per line: what draws never find, what logarithms of sums lose.
std::string HardLog() {
  constexpr float m = kMin;
  return MakeLog(
      {{0, -19.125f, -20.375f, -24.3125f, -26.4375f, -27.25f, -31.0625f,
        -35.09375f, -35.296875f, -36.078125f, -36.4453125f, -40, -50},
       {m, 2, m, 1, m, m, m, m, m, m, m, m, m},
       {m, m, m, m, m, m, m, m, m, m, m, m, m},
       {m, 2, m, 1, m, -1e9f, m, m, m, m, m, m, m},
       {kMax, kMax, 0, m, 1, 2, 3, 4, 5, 6, 7, 8, 9},
       {-1e9f, -1e9f, -1e9f, m, -2e9f, -1e9f, m, m, m, m, m, m, m},
       {-kInf, 0, -36, -37, -38, -745, -746, -1000, -kInf, -1, -2, -3, -4},
       {0, -0.0f, 1e-45f, -1e-45f, 1e-38f, -1e-38f, 0, 0, 0, 0, 0, 0, 0}},
      {11, 1, 1, 3, 2, 4, 7, 3});
}

TEST(Agreement, OnRowsThatLoseDigits) {
  const Arguments chains[] = {{"--temp", "1"},
                              {"--temp", "0.5"},
                              {"--temp", "0.7", "--top-k", "9"},
                              {"--top-p", "0.9"}};
  for (const Arguments& chain : chains) {
    ExpectAgreement({HardLog(), {}, chain, 8}, 13);
  }
}

TEST(Agreement, OnTheShippedLog) {
  for (const Arguments& chain :
       {Arguments{"--temp", "0.3"}, Arguments{"--config", "balanced"}}) {
    ExpectAgreement({StoryLog(), {}, chain, 3}, 20);
  }
}

TEST(Agreement, OnCodeWhereItIsAtHand) {
  const std::string folder = SAMPLER_SHARED_DIR "/data";
  if (!std::filesystem::exists(folder + "/code.npy")) {
    GTEST_SKIP() << "SAMPLER_SHARED_DIR is not set";
  }
  for (const char* temperature : {"0.7", "0.5", "0.3"}) {
    ExpectAgreement({folder + "/code.npy",
                     {"--tokens", folder + "/code.tokens.npy"},
                     {"--temp", temperature},
                     1},
                    20);
  }
}

// The numbers themselves, by long double: l - max - ln sum.
TEST(Agreement, IsOnTheTruth) {
  const std::string log = HardLog();
  const ToolResult result = RunTool(
      {"replay", log, "--temp", "1", "--jsonl", "--top-logprobs", "13"});
  const std::vector<json> rows = Events(result.out, "row");
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_NEAR(rows[0]["target_raw_logprob"].get<double>(), -40.0, 1e-8);
  EXPECT_NEAR(rows[0]["target_logprob"].get<double>(), -40.0, 1e-8);
  const double listed[] = {0,          -19.125,    -20.375,     -24.3125,
                           -26.4375,   -27.25,     -31.0625,    -35.09375,
                           -35.296875, -36.078125, -36.4453125, -40,
                           -50};
  ASSERT_EQ(rows[0]["top"].size(), 13u);
  for (std::size_t i = 0; i < 13; ++i) {
    EXPECT_NEAR(rows[0]["top"][i]["logprob"].get<double>(), listed[i], 1e-8);
  }
  EXPECT_NEAR(rows[1]["target_raw_logprob"].get<double>(),
              -std::log1p(std::exp(-1.0)), 1e-15);
  EXPECT_NEAR(rows[2]["target_raw_logprob"].get<double>(), -std::log(13.0),
              1e-15);
  EXPECT_EQ(rows[4]["target_raw_logprob"].get<double>(),
            -static_cast<double>(kMax));
  EXPECT_NEAR(rows[5]["target_raw_logprob"].get<double>(), -1e9, 2.0);
}

// "mean NLL" of three rows whose largest logit is the lowest float32.
TEST(Agreement, HoldsAtTheLowestFloat) {
  const std::string log = MakeLog({{kMin, 2, kMin, 1, kMin, kMin},
                                   {kMin, kMin, kMin, kMin, kMin, kMin},
                                   {kMin, 2, kMin, 1, kMin, -1e9f}},
                                  {1, 1, 3});
  const ToolResult inspected = RunTool({"inspect", log});
  EXPECT_TRUE(Says(inspected.out, "id 0 0.1667"));
  EXPECT_TRUE(Says(inspected.out, "    1.1394        3.1250 "));
  const ToolResult replayed = RunTool({"replay", log, "--temp", "1"});
  EXPECT_TRUE(Says(replayed.out, "perplexity  raw 3.1250, "));
}

// Every cell of a table stands apart from the next, and no number is missing or
// NaN, whatever the numbers are.
TEST(Agreement, HoldsInTables) {
  const Arguments commands[] = {
      {"inspect", HardLog(), "--sample", "8", "--top", "13"},
      {"replay", HardLog(), "--temp", "1"},
      {"replay", HardLog(), "--temp", "0.001", "--top-k", "3"},
      {"explain", HardLog(), "--row", "4", "--temp", "1", "--min-p", "0.1"},
      {"explain", HardLog(), "--row", "0", "--temp", "1", "--top-n-sigma", "1"},
      {"explain", HardLog(), "--row", "6", "--typical", "0.5", "--top-k", "2"}};
  for (const Arguments& command : commands) {
    const ToolResult result = RunTool(command);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    for (const std::string& line : Lines(result.out)) {
      EXPECT_LE(line.size(), 140u) << line;
      // Two numbers that touch make one with two decimal points.
      for (const absl::string_view word : absl::StrSplit(line, ' ')) {
        if (word.find_first_not_of("0123456789.-+e") == word.npos) {
          EXPECT_LE(std::count(word.begin(), word.end(), '.'), 1) << line;
        }
        EXPECT_NE(word, "nan") << line;
        EXPECT_NE(word, "-nan") << line;
      }
    }
  }
  const ToolResult inspected =
      RunTool({"inspect", MakeLog({{0, -40}, {0, -36}}, {1, 1})});
  EXPECT_TRUE(Says(inspected.out, "        2   38.0000  3.185593e+16 "));
}

}  // namespace
}  // namespace sampler::tools::agreement_test
