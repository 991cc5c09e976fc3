// The README's logging example, run in the current folder.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "sampler/config.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"

// Stands for a language model.
static std::vector<float> NextLogits(int token) {
  std::vector<float> logits(1'000);
  for (int i = 0; i < 1'000; ++i) {
    logits[static_cast<std::size_t>(i)] =
        static_cast<float>((i * 37 + token * 11) % 997) / 50.0f;
  }
  return logits;
}

static absl::Status Generate(const sampler::Pipeline& pipeline,
                             sampler::Sequence& sequence,
                             const std::vector<std::int32_t>& prompt) {
  sampler::Workspace workspace;
  int last = prompt.back();
  // [README logging]
  auto logger = sampler::logs::Logger::Create(
      "run.safetensors", {.vocabulary_size = pipeline.vocabulary_size()});
  if (!logger.ok()) return logger.status();
  absl::Status logged = logger->AddPrompt(/*sequence=*/0, prompt);
  for (int step = 0; step < 16 && logged.ok(); ++step) {
    const std::vector<float> logits = NextLogits(last);
    const auto token = pipeline.Sample(logits, sequence, workspace);
    if (absl::Status s = sequence.Accept(token); !s.ok()) return s;
    logged = logger->Append(/*sequence=*/0, logits, last = token.id);
  }
  return logged.ok() ? logger->Finish() : logged;
  // [README logging]
}

int main() {
  std::remove("run.safetensors");
  const auto config = sampler::ParseConfig(
      R"({"version": 1, "stages": [{"type": "categorical"}]})");
  if (!config.ok()) return 1;
  const auto pipeline = sampler::Pipeline::Create(*config, 1'000);
  auto sequence = pipeline->NewSequence({.seed = 42, .prompt = {1, 150}});
  const absl::Status done = Generate(*pipeline, *sequence, {1, 150});
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.ToString().c_str());
  return done.ok() && std::remove("run.safetensors") == 0 ? 0 : 1;
}
