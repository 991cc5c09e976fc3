#include "tests/tools/tool.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/tools/process/become.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// Appends a tensor of 4-byte elements to header and data.
template <typename T>
void AddTensor(const std::string& name, const std::string& dtype,
               const std::vector<std::size_t>& shape,
               const std::vector<T>& values, json& header, std::string& data) {
  static_assert(sizeof(T) == 4);
  const std::size_t begin = data.size();
  data.append(reinterpret_cast<const char*>(values.data()), 4 * values.size());
  header[name] = {{"dtype", dtype},
                  {"shape", shape},
                  {"data_offsets", {begin, data.size()}}};
}

}  // namespace

ToolResult RunTool(const std::vector<std::string>& arguments,
                   const std::string& input,
                   const std::vector<std::string>& environment) {
  return RunProgram(SAMPLER_TOOL, arguments, input, environment);
}

ToolResult RunProgram(const std::string& program,
                      const std::vector<std::string>& arguments,
                      const std::string& input,
                      const std::vector<std::string>& environment) {
  const std::string in = WriteTemporary("stdin", input);
  const std::string out = WriteTemporary("stdout", "");
  const std::string err = WriteTemporary("stderr", "");
  const pid_t child = fork();
  if (child == 0) {
    dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(out.c_str(), O_WRONLY), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY), STDERR_FILENO);
    for (const std::string& setting : environment) {
      putenv(const_cast<char*>(setting.c_str()));
    }
    Become(program, arguments);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const int code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, ReadAll(out), ReadAll(err)};
}

std::string StoryLog() { return DataFile("story-f16.safetensors"); }

std::string DataFile(absl::string_view name) {
  return absl::StrCat(SAMPLER_TEST_DATA, "/", name);
}

std::string WriteTemporary(absl::string_view name, absl::string_view content) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  // A slash stands in the names of tests with a parameter.
  const std::string path = absl::StrCat(
      testing::TempDir(), "/",
      absl::StrReplaceAll(absl::StrCat(test->test_suite_name(), ".",
                                       test->name(), ".", getpid(), ".", name),
                          {{"/", "."}}));
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

testing::AssertionResult Says(absl::string_view text, absl::string_view part) {
  return (absl::StrContains(text, part) ? testing::AssertionSuccess()
                                        : testing::AssertionFailure())
         << "looked for\n"
         << part << "\nin\n"
         << text;
}

std::vector<std::string> Lines(absl::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<json> Events(const std::string& json_lines) {
  std::vector<json> events;
  for (const std::string& line : Lines(json_lines)) {
    events.push_back(json::parse(line));
  }
  return events;
}

std::vector<json> Events(const std::string& json_lines,
                         const std::string& type) {
  std::vector<json> events;
  for (json& event : Events(json_lines)) {
    if (event["type"] == type) events.push_back(std::move(event));
  }
  return events;
}

std::string MakeLog(const std::vector<std::vector<float>>& rows,
                    const std::vector<std::int32_t>& tokens,
                    const std::vector<std::int32_t>& prompt,
                    const std::string& kind,
                    const std::vector<std::int32_t>& sequence_offsets) {
  std::vector<float> values;
  for (const std::vector<float>& row : rows) {
    values.insert(values.end(), row.begin(), row.end());
  }
  json header;
  std::string data;
  AddTensor("logits", "F32", {rows.size(), rows[0].size()}, values, header,
            data);
  if (!tokens.empty()) {
    AddTensor("tokens", "I32", {tokens.size()}, tokens, header, data);
  }
  if (!prompt.empty()) {
    AddTensor("prompt_tokens", "I32", {prompt.size()}, prompt, header, data);
  }
  if (!sequence_offsets.empty()) {
    AddTensor("seq_offsets", "I32", {sequence_offsets.size()}, sequence_offsets,
              header, data);
  }
  if (!kind.empty()) header["__metadata__"] = {{"kind", kind}};
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string file;
  for (int i = 0; i < 8; ++i) {
    file += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  }
  return WriteTemporary("log.safetensors", file + text + data);
}

}  // namespace sampler::tools
