// What ParseConfig says about a config.

#ifndef SAMPLER_TESTS_CONFIG_ERRORS_H_
#define SAMPLER_TESTS_CONFIG_ERRORS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "sampler/config.h"

namespace sampler {

// The message; "ok" for a config without errors.
inline std::string Error(absl::string_view json,
                         std::optional<std::int64_t> vocabulary_size = {}) {
  const absl::StatusOr<PipelineConfig> config =
      ParseConfig(json, vocabulary_size);
  if (config.ok()) return "ok";
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(config.status().message());
}

// The error of one stage, which stands at 2:3.
inline std::string StageError(
    absl::string_view stage, std::optional<std::int64_t> vocabulary_size = {}) {
  return Error(absl::StrCat("{\"version\": 1, \"stages\": [\n  ", stage,
                            ",\n  {\"type\": \"greedy\"}]}"),
               vocabulary_size);
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_CONFIG_ERRORS_H_
