// Golden tokens: what every preset, and every stage before a draw, draws on the
// shipped log under fixed seeds, and the bits of the drawn tokens'
// log-probabilities. The file was written once; every machine, compiler and
// instruction set must reproduce it. With SAMPLER_WRITE_GOLDEN set the test
// writes it anew (and fails).

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/oracle/golden/golden_data.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using nlohmann::json;

const char kFile[] = SAMPLER_TEST_DATA "/golden-tokens.json";
const char kPresets[] = SAMPLER_SOURCE_DIR "/configs";
constexpr std::uint64_t kSeeds[] = {0, 42, ~std::uint64_t{0}};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every draw but `greedy`, which is a preset.
const std::map<std::string, std::string>& Draws() {
  static const auto& draws = *new std::map<std::string, std::string>{
      {"categorical by rank", R"("type": "categorical", "order": "rank")"},
      {"gumbel_max", R"("type": "gumbel_max")"},
      {"gumbel_max vllm_v2", R"("type": "gumbel_max", "noise": "vllm_v2")"},
      {"gumbel_max sglang", R"("type": "gumbel_max", "noise": "sglang")"},
      {"gumbel_top_k", R"("type": "gumbel_top_k", "n": 3)"},
      {"arithmetic", R"("type": "arithmetic")"},
      {"gumbel_watermark",
       R"("type": "gumbel_watermark", "key": 5, "context_width": 2)"},
      {"gumbel_watermark vllm",
       R"("type": "gumbel_watermark", "key": 5, "context_width": 4,
          "variant": "vllm")"},
      {"gumbel_watermark vllm_dual",
       R"("type": "gumbel_watermark", "key": 5, "context_width": 4,
          "variant": "vllm_dual")"},
      {"gumbel_watermark sglang",
       R"("type": "gumbel_watermark", "key": 5, "context_width": 4,
          "variant": "sglang", "key_b": 6)"},
      {"synthid", R"("type": "synthid", "keys": [654, 400, 836])"}};
  return draws;
}

// Config texts by name: the presets, the draws, and each other stage's example
// before one.
std::map<std::string, std::string> Configs() {
  std::map<std::string, std::string> configs;
  for (const auto& file : std::filesystem::directory_iterator(kPresets)) {
    if (file.path().extension() != ".json") continue;
    const std::string name = file.path().stem();
    if (name != "schema") configs[name] = ReadFile(file.path());
  }
  for (const auto& [name, draw] : Draws()) {
    configs["draw " + name] =
        R"({"version": 1, "stages": [{"type": "min_p", "p": 0.001}, {)" + draw +
        "}]}";
  }
  for (const Example& example : Examples()) {
    const StageType& type = *StageRegistry::BuiltIn().Find(example.type);
    configs[absl::StrCat("stage ", example.type)] = absl::StrCat(
        R"({"version": 1, )", PhasesFor(example.active),
        R"("stages": [{"type": ")", example.type, "\"",
        example.active.empty() ? "" : ", ", example.active, "}",
        type.group == StageGroup::kDraw ? "" : R"(, {"type": "categorical"})",
        "]}");
  }
  return configs;
}

// [[token, bits of its logprob], ...], the history being the logged one.
json Replay(const oracle::GoldenLog& log, const std::string& config,
            std::uint64_t seed) {
  const std::size_t size = log.rows.begin()->second.size();
  const Pipeline pipeline = Pipeline::Create(ParseConfig(config).value(),
                                             static_cast<std::int64_t>(size))
                                .value();
  Sequence sequence =
      pipeline.NewSequence({.seed = seed, .prompt = log.prompt}).value();
  // For the stages that want more than the row.
  const std::vector<std::uint32_t> mask((size + 31) / 32, 0xB6DB6DB6);
  const StepInputs inputs =
      pipeline.OnlyRead({.mask = TokenMask{mask},
                         .unconditional = log.rows.begin()->second,
                         .uniform = 0.7});
  Workspace workspace;
  json result = json::array();
  for (const auto& [number, row] : log.rows) {
    const Distribution distribution =
        pipeline.Process(row, sequence, workspace, inputs);
    const Token token = pipeline.DrawFrom(distribution, sequence, workspace);
    EXPECT_EQ(token.status, RowStatus::kOk) << config;
    result.push_back({token.id, std::bit_cast<std::uint64_t>(
                                    distribution.Logprob(token.id))});
    EXPECT_TRUE(
        sequence.Accept(token, log.tokens[static_cast<std::size_t>(number)])
            .ok());
  }
  return result;
}

// Every config under some of the seeds: under one it is another by turns.
json ReplayAll(const oracle::GoldenLog& log, std::size_t seeds) {
  json all = json::object();
  std::size_t turn = 0;
  for (const auto& [name, config] : Configs()) {
    for (std::size_t i = 0; i < seeds; ++i) {
      const std::uint64_t seed = kSeeds[turn++ % std::size(kSeeds)];
      all[absl::StrCat(name, " ", seed)] = Replay(log, config, seed);
    }
  }
  return all;
}

TEST(GoldenTokens, AreReproduced) {
  const oracle::GoldenLog log =
      oracle::LoadGoldenLog(SAMPLER_TEST_DATA "/story-f16");
  if (std::getenv("SAMPLER_WRITE_GOLDEN") != nullptr) {
    const json all = ReplayAll(log, std::size(kSeeds));
    std::ofstream file(kFile);
    std::string separator = "{\n";
    for (const auto& [name, rows] : all.items()) {
      file << separator << json(name) << ": " << rows;
      separator = ",\n";
    }
    file << "\n}\n";
    FAIL() << "written: " << kFile;
  }
  const json golden = json::parse(ReadFile(kFile));
  EXPECT_EQ(golden.size(), std::size(kSeeds) * Configs().size());
  const auto seeds =
      static_cast<std::size_t>(ShareBelowATenth(std::ssize(kSeeds)));
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    const json replayed = ReplayAll(log, seeds);
    EXPECT_EQ(replayed.size(), seeds * Configs().size());
    for (const auto& [name, rows] : replayed.items()) {
      EXPECT_EQ(golden.value(name, json()), rows) << name << " " << target;
    }
  }
  kernels::UseSimdTarget(kernels::SimdTargets().front());
}

}  // namespace
}  // namespace sampler
