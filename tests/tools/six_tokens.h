// `sampler explain` of a log of six tokens.

#ifndef SAMPLER_TESTS_TOOLS_SIX_TOKENS_H_
#define SAMPLER_TESTS_TOOLS_SIX_TOKENS_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools {

using ExplainArguments = std::vector<std::string>;

// Six tokens of which every stage of the chain below removes some.
inline const std::vector<float> kSix = {3.0f, 2.5f, 1.8f, 0.9f, 0.2f, -1.0f};
inline const ExplainArguments kSixChain = {"--top-k", "5",      "--min-p",
                                           "0.1",     "--temp", "1.5"};

inline std::string SixLog() { return MakeLog({kSix, kSix}, {2, 0}); }

// `sampler explain` of a log under a chain.
inline ToolResult Explain(const std::string& log, ExplainArguments more,
                          const ExplainArguments& chain = kSixChain) {
  more.insert(more.begin(), {"explain", log});
  more.insert(more.end(), chain.begin(), chain.end());
  return RunTool(more);
}

inline nlohmann::json ExplainAsJson(const std::string& log,
                                    ExplainArguments more,
                                    const ExplainArguments& chain = kSixChain) {
  more.push_back("--json");
  const ToolResult result = Explain(log, more, chain);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_SIX_TOKENS_H_
