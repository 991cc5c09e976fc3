// Runs the `sampler` binary as a user would, and small helpers to look at what
// it said.

#ifndef SAMPLER_TESTS_TOOLS_TOOL_H_
#define SAMPLER_TESTS_TOOLS_TOOL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sampler::tools {

struct ToolResult {
  int exit_code = -1;  // 128 + signal if a signal ended it.
  std::string out;
  std::string err;
};

// Runs the tool with `arguments` and `input` on stdin; with `environment`
// ("NAME=value") on top of ours.
ToolResult RunTool(const std::vector<std::string>& arguments,
                   const std::string& input = "",
                   const std::vector<std::string>& environment = {});

// The same of another program.
ToolResult RunProgram(const std::string& program,
                      const std::vector<std::string>& arguments,
                      const std::string& input = "",
                      const std::vector<std::string>& environment = {});

// The shipped log: 24 rows of a story, f16, with tokens and prompt.
std::string StoryLog();

// tests/data/<name>.
std::string DataFile(absl::string_view name);

// Writes a file of this test's own and returns its path.
std::string WriteTemporary(absl::string_view name, absl::string_view content);

std::string ReadAll(const std::string& path);

// Whether `part` occurs in `text`; a failure shows both.
testing::AssertionResult Says(absl::string_view text, absl::string_view part);

std::vector<std::string> Lines(absl::string_view text);

// The events of a JSON Lines answer, and those of one type.
std::vector<nlohmann::json> Events(const std::string& json_lines);
std::vector<nlohmann::json> Events(const std::string& json_lines,
                                   const std::string& type);

// A safetensors log of f32 rows; what is empty is left out.
std::string MakeLog(const std::vector<std::vector<float>>& rows,
                    const std::vector<std::int32_t>& tokens = {},
                    const std::vector<std::int32_t>& prompt = {},
                    const std::string& kind = "",
                    const std::vector<std::int32_t>& sequence_offsets = {});

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_TOOL_H_
