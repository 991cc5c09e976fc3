// Golden tokens: what every preset draws on the shipped log under fixed seeds,
// and the bits of the drawn tokens' log-probabilities. The file was written
// once; every machine, compiler and instruction set must reproduce it. With
// SAMPLER_WRITE_GOLDEN set the test writes it anew (and fails).

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "tests/oracle/golden_data.h"

namespace sampler {
namespace {

using nlohmann::json;

const char kFile[] = SAMPLER_TEST_DATA "/golden-tokens.json";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// {"tokens": [...], "logprobs": [bits...]} of one preset and seed, the history
// being the logged one.
json Replay(const std::string& preset, std::uint64_t seed) {
  const oracle::GoldenLog log =
      oracle::LoadGoldenLog(SAMPLER_TEST_DATA "/story-f16");
  const auto vocabulary_size =
      static_cast<std::int64_t>(log.rows.begin()->second.size());
  const Pipeline pipeline =
      Pipeline::Create(
          ParseConfig(ReadFile(absl::StrCat(SAMPLER_SOURCE_DIR "/configs/",
                                            preset, ".json")))
              .value(),
          vocabulary_size)
          .value();
  Sequence sequence =
      pipeline.NewSequence({.seed = seed, .prompt = log.prompt}).value();
  Workspace workspace;
  json result = {{"tokens", json::array()}, {"logprobs", json::array()}};
  for (const auto& [number, row] : log.rows) {
    const Distribution distribution =
        pipeline.Process(row, sequence, workspace);
    const Token token = pipeline.DrawFrom(distribution, sequence, workspace);
    result["tokens"].push_back(token.id);
    result["logprobs"].push_back(
        std::bit_cast<std::uint64_t>(distribution.Logprob(token.id)));
    EXPECT_TRUE(
        sequence.Accept(log.tokens[static_cast<std::size_t>(number)]).ok());
  }
  return result;
}

TEST(GoldenTokens, AreReproduced) {
  json all = json::object();
  for (const char* preset :
       {"greedy", "neutral", "balanced", "creative", "annealed", "llama.cpp"}) {
    for (const std::uint64_t seed : {0ull, 42ull, ~0ull}) {
      all[absl::StrCat(preset, " ", seed)] = Replay(preset, seed);
    }
  }
  if (std::getenv("SAMPLER_WRITE_GOLDEN") != nullptr) {
    std::ofstream(kFile) << all.dump(1) << "\n";
    FAIL() << "written: " << kFile;
  }
  EXPECT_EQ(json::parse(ReadFile(kFile)), all);
}

}  // namespace
}  // namespace sampler
