// Logs that were drawn honestly, and altered.

#ifndef SAMPLER_TESTS_TOOLS_VERIFY_HONEST_RUN_H_
#define SAMPLER_TESTS_TOOLS_VERIFY_HONEST_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "tests/support/rows.h"
#include "tests/tools/tool.h"

namespace sampler::tools {

inline constexpr std::int64_t kHonestSize = 64;

// What may be changed of a log that was drawn honestly.
struct Forgery {
  std::int64_t altered = -1;  // This row has another token.
  TokenId by = -1;
  std::uint64_t seed = 42;        // That it is drawn with,
  std::uint32_t stream_step = 1;  // sequence i with stream i times this.
  bool describe = false;
};

// A log, and what was written into it.
struct HonestRun {
  std::string path;
  std::vector<std::vector<float>> rows;
  std::vector<TokenId> tokens;
};

// Two sequences of 20 rows.
inline HonestRun MakeRun(const std::string& name, const std::string& chain,
                         const Forgery& forgery = {}) {
  HonestRun run;
  run.path = WriteTemporary(absl::StrCat(name, ".safetensors"), "");
  const auto config = ParseConfig(chain);
  EXPECT_TRUE(config.ok()) << config.status();
  const auto pipeline = Pipeline::Create(*config, kHonestSize);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  auto logger = logs::Logger::Create(
      run.path,
      {.vocabulary_size = kHonestSize, .overwrite = logs::Overwrite::kYes});
  EXPECT_TRUE(logger.ok()) << logger.status();
  Workspace workspace;
  for (std::uint32_t s = 0; s < 2; ++s) {
    auto sequence = pipeline->NewSequence(
        {.seed = forgery.seed, .stream = s * forgery.stream_step});
    EXPECT_TRUE(sequence.ok());
    if (forgery.describe) {
      EXPECT_TRUE(
          logger->Describe(s, logs::SettingsOf(*pipeline, *sequence)).ok());
    }
    for (int t = 0; t < 20; ++t) {
      const auto row = static_cast<std::int64_t>(run.rows.size());
      run.rows.push_back(MakeRow(RowKind::kGaussian, kHonestSize,
                                 static_cast<std::uint64_t>(row)));
      Token token = pipeline->Sample(run.rows.back(), *sequence, workspace);
      TokenId logged = token.id;
      if (row == forgery.altered) {
        logged = forgery.by >= 0 ? forgery.by : (token.id + 1) % kHonestSize;
      }
      run.tokens.push_back(logged);
      EXPECT_TRUE(logger->Append(s, run.rows.back(), logged).ok());
      EXPECT_TRUE(sequence->Accept(token, logged).ok());
    }
  }
  EXPECT_TRUE(logger->Finish().ok());
  return run;
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_VERIFY_HONEST_RUN_H_
