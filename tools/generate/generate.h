// The options of `sampler-generate`, and what it does.
//
// Sequence i draws from stream --stream + i. The log (--log) holds every row as
// the model left it, in float32, with the token drawn from it, so that
//
//   sampler replay LOG  (same --config or flags, same --seed and --stream)
//
// draws the generated tokens again, whatever stages the config has.
//
// Tested by: tests/generate/generate_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_GENERATE_H_
#define SAMPLER_TOOLS_GENERATE_GENERATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "tools/generate/bans.h"
#include "tools/generate/llama_model.h"
#include "tools/generate/loop.h"
#include "tools/options/config_options.h"
#include "tools/options/run_options.h"
#include "tools/text/output.h"

namespace sampler::tools {

extern const char kGenerateDescription[];

struct GenerateOptions {
  std::string model;
  Prompt prompt;
  ConfigOptions config;
  RunOptions run;
  LoopOptions loop = {.max_tokens = 128};  // Its phrases are those of `bans`.
  BanOptions bans;
  std::int64_t sequences = 1;
  int threads = 0;  // 0: half the processors, as a rule one per core.
  std::vector<std::string> samplers = {"ours"};
  std::int64_t runs = 1;
  std::string log;
  OutputOptions output;
};

void AddGenerateOptions(CLI::App& app, GenerateOptions& options);

// Generates, streams the texts to stdout and reports the speed on stderr; with
// --json it writes one object to stdout.
absl::Status Generate(const GenerateOptions& options);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_GENERATE_H_
