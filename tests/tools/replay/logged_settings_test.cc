// A log that tells with what its sequences were drawn is replayed without being
// told: seeds, streams, configs, clocks; and masks.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "tests/logs/log_files.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using logs::ArrayBytes;
using nlohmann::json;

constexpr std::int64_t kSize = 40;
constexpr std::int64_t kSteps = 12;

const std::vector<std::string>& Configs() {
  static const auto* const configs = new std::vector<std::string>{
      R"({"version":1,"stages":[{"type":"temperature","temperature":0.7},)"
      R"({"type":"repetition_penalty","penalty":1.3},{"type":"categorical"}]})",
      R"({"version":1,"stages":[{"type":"temperature","temperature":3},)"
      R"({"type":"mask"},{"type":"mirostat","tau":2},)"
      R"({"type":"categorical"}]})"};
  return *configs;
}

struct Drawn {
  std::uint64_t seed;
  std::uint32_t stream;
  int config;  // -1: not told.
};

// Requests of a server: seeds of their own, all of stream 0.
const std::vector<Drawn> kRequests = {
    {11, 0, 0}, {12345678901234567890u, 0, 1}, {13, 0, 0}, {14, 7, 1}};

float Logit(std::int64_t row, std::int64_t id) {
  return static_cast<float>((row * 37 + id * 101 + row * id * 7) % 61) / 20.0f;
}

bool Allowed(std::int64_t row, std::int64_t id) { return (row + id) % 3 != 0; }

std::vector<std::int32_t> DrawTokens(const Drawn& drawn, std::int64_t first,
                                     const std::vector<float>& values,
                                     bool masked) {
  const auto pipeline = *Pipeline::Create(
      *ParseConfig(Configs()[static_cast<std::size_t>(drawn.config)]), kSize);
  Sequence sequence =
      *pipeline.NewSequence({.seed = drawn.seed, .stream = drawn.stream});
  Workspace workspace;
  std::vector<std::int32_t> tokens;
  for (std::int64_t row = first; row < first + kSteps; ++row) {
    std::vector<std::uint32_t> words(2, 0);
    for (std::int64_t id = 0; id < kSize; ++id) {
      const auto bit = static_cast<std::size_t>(id);
      if (Allowed(row, id)) words[bit / 32] |= 1u << bit % 32;
    }
    const bool reads = masked && drawn.config == 1;
    StepInputs inputs;
    if (reads) inputs.mask = TokenMask(absl::MakeConstSpan(words));
    const Logits logits(values.data() + row * kSize, DType::kF32, kSize);
    const Token token = pipeline.Sample(logits, sequence, workspace, inputs);
    EXPECT_EQ(token.status, RowStatus::kOk);
    EXPECT_TRUE(sequence.Accept(token).ok());
    tokens.push_back(token.id);
  }
  return tokens;
}

struct Options {
  std::vector<Drawn> requests = kRequests;
  bool settings = true;
  bool masks = true;  // Written into the log, as bytes.
  bool packed = false;
};

// The log of the requests, one after another.
std::string MakeServerLog(const Options& options = {}) {
  const auto count = static_cast<std::int64_t>(options.requests.size());
  std::vector<float> values;
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> words;
  for (std::int64_t row = 0; row < count * kSteps; ++row) {
    std::vector<std::uint32_t> packed(2, 0);
    for (std::int64_t id = 0; id < kSize; ++id) {
      const auto bit = static_cast<std::size_t>(id);
      values.push_back(Logit(row, id));
      bytes.push_back(Allowed(row, id) ? 1 : 0);
      if (Allowed(row, id)) packed[bit / 32] |= 1u << bit % 32;
    }
    words.insert(words.end(), packed.begin(), packed.end());
  }
  std::vector<std::int32_t> tokens;
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::uint64_t> seeds;
  std::vector<std::int64_t> streams;
  std::vector<std::int32_t> configs;
  for (const Drawn& request : options.requests) {
    Drawn drawn = request;
    drawn.config = std::max(drawn.config, 0);
    const auto drawn_tokens =
        DrawTokens(drawn, offsets.back(), values, options.masks);
    tokens.insert(tokens.end(), drawn_tokens.begin(), drawn_tokens.end());
    offsets.push_back(offsets.back() + kSteps);
    seeds.push_back(request.seed);
    streams.push_back(request.stream);
    configs.push_back(request.config);
  }
  const std::string sequences = absl::StrCat("[", count, "]");
  const std::int64_t rows = count * kSteps;
  std::vector<logs::Tensor> tensors = {
      {"seq_offsets", "I64", absl::StrCat("[", count + 1, "]"),
       ArrayBytes(offsets)},
      {"tokens", "I32", absl::StrCat("[", rows, "]"), ArrayBytes(tokens)},
      {"logits", "F32", absl::StrCat("[", rows, ",", kSize, "]"),
       ArrayBytes(values)}};
  if (options.settings) {
    tensors.push_back({"seq_seeds", "U64", sequences, ArrayBytes(seeds)});
    tensors.push_back({"seq_streams", "I64", sequences, ArrayBytes(streams)});
    tensors.push_back({"seq_configs", "I32", sequences, ArrayBytes(configs)});
  }
  if (options.masks && !options.packed) {
    tensors.push_back({"mask", "BOOL", absl::StrCat("[", rows, ",", kSize, "]"),
                       ArrayBytes(bytes)});
  }
  if (options.masks && options.packed) {
    tensors.push_back(
        {"bitmask", "I32", absl::StrCat("[", rows, ",2]"), ArrayBytes(words)});
  }
  const json metadata = {
      {"configs", absl::StrCat("[", Configs()[0], ",", Configs()[1], "]")}};
  return WriteTemporary("server.safetensors",
                        logs::Safetensors(tensors, metadata.dump()));
}

TEST(LoggedSettings, AloneVerifyEveryToken) {
  for (const bool packed : {false, true}) {
    const std::string log = MakeServerLog({.packed = packed});
    for (const char* threads : {"1", "3"}) {
      const ToolResult result =
          RunTool({"replay", log, "--verify", "--json", "--threads", threads});
      EXPECT_EQ(result.exit_code, 0) << result.err;
      const json answer = json::parse(result.out);
      EXPECT_EQ(answer["summary"]["same"], 1.0);
      EXPECT_EQ(answer["settings"], "logged");
      EXPECT_EQ(answer["seed"], nullptr);
      EXPECT_EQ(answer["stream"], nullptr);
      EXPECT_EQ(answer["configs"].size(), 2u);
    }
  }
}

TEST(LoggedSettings, ArePartOfEveryAnswerAboutARow) {
  const std::string log = MakeServerLog();
  const ToolResult part =
      RunTool({"replay", log, "--verify", "--rows", "17:40", "--csv", "-q"});
  EXPECT_EQ(part.exit_code, 0) << part.err;
  for (const char* row : {"3", "1:11", "3:5"}) {
    const ToolResult result = RunTool({"explain", log, "--row", row, "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json answer = json::parse(result.out);
    EXPECT_EQ(answer["token"], answer["target"]) << row;
  }
}

TEST(LoggedSettings, GiveWayToWhatIsGiven) {
  const std::string log = MakeServerLog();
  const ToolResult seeded =
      RunTool({"replay", log, "--verify", "--seed", "1", "--json"});
  EXPECT_EQ(seeded.exit_code, 1);
  EXPECT_TRUE(Says(seeded.err, "verify: not every row drew the logged token"));
  EXPECT_EQ(json::parse(seeded.out)["seed"], 1);
  const ToolResult greedy = RunTool({"replay", log, "--greedy", "--json"});
  EXPECT_EQ(greedy.exit_code, 0);
  EXPECT_EQ(json::parse(greedy.out)["chain"], "greedy");
  const ToolResult streamed =
      RunTool({"replay", log, "--stream", "5", "--json"});
  EXPECT_EQ(json::parse(streamed.out)["stream"], 5);
}

TEST(LoggedSettings, OfSomeSequencesOnlyAreAQuestion) {
  Options options;
  options.requests[2].config = -1;
  const std::string log = MakeServerLog(options);
  const ToolResult result = RunTool({"replay", log});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "not that of sequence 2"));
}

TEST(LoggedSettings, OfNoSequenceLeaveTheOldRules) {
  const std::string log = MakeServerLog({.settings = false});
  const ToolResult result = RunTool({"replay", log});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "nothing to sample with"));
  const std::string config = WriteTemporary("c0.json", Configs()[0]);
  // One sequence after another, by seed and by a stream that makes its own 0.
  for (const char* sequence : {"0", "2"}) {
    const int index = sequence[0] - '0';
    const ToolResult one = RunTool(
        {"replay", log, "-c", config, "--seed", absl::StrCat(11 + index),
         absl::StrCat("--stream=", -index), "--verify", "-q", "--rows",
         absl::StrCat(index * kSteps, ":", (index + 1) * kSteps)});
    EXPECT_EQ(one.exit_code, 0) << one.err;
  }
  const ToolResult below =
      RunTool({"replay", log, "-c", config, "--stream=-1", "-q"});
  EXPECT_EQ(below.exit_code, 2);
  EXPECT_TRUE(Says(below.err, "below 0; --rows A:B leaves sequences out"));
  EXPECT_EQ(
      RunTool({"replay", log, "-c", config, "--stream=-4294967296"}).exit_code,
      2);
}

TEST(LoggedSettings, ThatLieAreErrors) {
  const std::string good = ReadAll(MakeServerLog());
  const auto fails = [&](const std::string& from, const std::string& to,
                         const std::string& says) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, from.size(), to);
    const ToolResult result = RunTool({"inspect", WriteTemporary("bad", bad)});
    EXPECT_EQ(result.exit_code, 2) << from;
    EXPECT_TRUE(Says(result.err, says));
  };
  fails("seq_seeds", "xeq_seeds", "seq_seeds");
  fails("seq_streams", "xeq_streams", "seq_streams");
  fails("\"configs\":\"[", "\"configs\":\"{", "configs");
  fails("\"configs\"", "\"xonfigs\"", "seq_configs");
}

TEST(MasksOfALog, AreReadForMaskStages) {
  const std::string log = MakeServerLog({.settings = false});
  const ToolResult result =
      RunTool({"explain", log, "--row", "0", "--json", "--config",
               WriteTemporary("c1.json", Configs()[1])});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json answer = json::parse(result.out);
  EXPECT_EQ(answer["stages"][1]["kept"], 26);  // 40 but for 0, 3, ..., 39.
  EXPECT_FALSE(absl::StrContains(result.err, "no masks"));
}

TEST(MasksOfALog, ThatNobodyReadsAreTold) {
  const ToolResult result = RunTool(
      {"replay", MakeServerLog({.settings = false}), "--greedy", "--csv"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(Says(result.err,
                   "the log has masks, but no stage of the chain reads them"));
}

TEST(MasksOfALog, ThatAreMissingAreTold) {
  const std::string log = MakeServerLog({.settings = false, .masks = false});
  const std::string config = WriteTemporary("c1.json", Configs()[1]);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"replay", log, "-c", config, "--csv"},
           {"explain", log, "-c", config, "--row", "3"}}) {
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const std::string warning =
        "the chain has a mask stage, but the log has no masks";
    EXPECT_TRUE(Says(result.err, warning));
    EXPECT_EQ(result.err.find(warning), result.err.rfind(warning));
  }
}

TEST(MasksOfALog, OfAnotherShapeAreRefused) {
  std::string log = ReadAll(MakeServerLog({.settings = false}));
  const std::string shape = "\"BOOL\",\"shape\":[48,40]";
  const std::size_t at = log.find(shape);
  ASSERT_NE(at, std::string::npos);
  log.replace(at, shape.size(), "\"BOOL\",\"shape\":[40,48]");
  const ToolResult result = RunTool({"inspect", WriteTemporary("m", log)});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "a mask of each of 48 rows"));
}

}  // namespace
}  // namespace sampler::tools
