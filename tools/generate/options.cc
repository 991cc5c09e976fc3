// AddGenerateOptions, of generate.h.

#include <string>

#include "CLI/CLI.hpp"
#include "tools/generate/generate.h"
#include "tools/options/typed_options.h"

namespace sampler::tools {

const char kGenerateDescription[] =
    R"(Generates text with a model of llama.cpp's and this sampler

Examples:
  sampler-generate -m model.gguf 'Tell me a story.' --config balanced
  sampler-generate -m model.gguf 'Tell me a story.' --temp 0.8 --min-p 0.05 \
      --sequences 4 --seed 7 --log run.safetensors
  sampler replay run.safetensors --temp 0.8 --min-p 0.05 --seed 7
  sampler-generate -m model.gguf 'Who are you?' --greedy --ban 'an AI' \
      --ban-regex '(?i)\blanguage models?\b' --ban-trace
  sampler-generate -m model.gguf 'Tell me a story.' --config llama.cpp \
      --sampler ours,llama --runs 5 --ignore-end

Texts go to stdout, speed and the share of the time spent in sampling to stderr.
--sampler says who samples: ours; adapter, the same as a llama_sampler; llama,
llama.cpp's own chain with the same settings. Several are run in turn.
A log replays exactly: same settings, same seed, same tokens.
Exit code: 0 done, 2 usage error, or a model that cannot be read.
)";

void AddGenerateOptions(CLI::App& app, GenerateOptions& options) {
  constexpr IntegerRange kAtLeastOne = {1, std::int64_t{1} << 20};
  app.add_option("PROMPT", options.prompt.text, "What the model is told")
      ->required();
  app.add_option("-m,--model", options.model, "Model in llama.cpp's format")
      ->type_name("GGUF")
      ->required();
  app.add_option("--system", options.prompt.system, "System message before it")
      ->type_name("TEXT");
  app.add_flag("--raw", options.prompt.raw,
               "Continue the prompt as it is, without the chat template");
  AddInteger(app, "-n,--tokens", "Most tokens of a sequence", kAtLeastOne,
             [&options](std::int64_t n) { options.loop.max_tokens = n; })
      ->default_str(std::to_string(options.loop.max_tokens));
  AddInteger(app, "--sequences",
             "Sequences side by side, each with its own stream", {1, 64},
             [&options](std::int64_t n) { options.sequences = n; })
      ->default_str(std::to_string(options.sequences));
  app.add_flag("--ignore-end", options.loop.ignore_end,
               "Go on after tokens that end a generation");
  app.add_option("--log", options.log, "Log every row and its token")
      ->type_name("FILE");
  app.add_option("--sampler", options.samplers, "Who samples, one or several")
      ->delimiter(',')
      ->check(CLI::IsMember({"ours", "adapter", "llama"}))
      ->type_name("ours|adapter|llama");
  AddInteger(app, "--runs", "Runs of each; medians are reported", kAtLeastOne,
             [&options](std::int64_t n) { options.runs = n; })
      ->default_str(std::to_string(options.runs));
  AddInteger(
      app, "--threads", "Threads of the model (default: half the processors)",
      {1, 1024},
      [&options](std::int64_t n) { options.threads = static_cast<int>(n); });
  AddBanOptions(app, options.bans);
  AddConfigOptions(app, options.config);
  AddRunOptions(app, options.run);
  AddOutputOptions(app, options.output);
}

}  // namespace sampler::tools
