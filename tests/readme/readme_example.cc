// [README example]
#include <cstdio>
#include <vector>

#include "sampler/config.h"
#include "sampler/pipeline.h"

std::vector<float> NextLogits(int token);  // Your model: 32,000 logits.

int main() {
  const auto config = sampler::ParseConfig(R"({"version": 1, "stages": [
      {"type": "repetition_penalty", "penalty": 1.1, "window": 64},
      {"type": "temperature", "temperature": 0.8},
      {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},
      {"type": "categorical"}]})");
  if (!config.ok()) return 1;  // config.status() says what and where.
  const auto pipeline = sampler::Pipeline::Create(*config, 32'000);
  if (!pipeline.ok()) return 1;
  auto sequence = pipeline->NewSequence({.seed = 42, .prompt = {1, 15043}});
  if (!sequence.ok()) return 1;
  sampler::Workspace workspace;
  int last = 15043;
  for (int step = 0; step < 16; ++step) {
    const std::vector<float> logits = NextLogits(last);
    const auto token = pipeline->Sample(logits, *sequence, workspace);
    if (token.status != sampler::RowStatus::kOk) return 1;
    if (!sequence->Accept(token).ok()) return 1;
    std::printf("%d ", last = token.id);
  }
}
// [README example]

// Stands for a language model.
std::vector<float> NextLogits(int token) {
  std::vector<float> logits(32'000);
  for (int i = 0; i < 32'000; ++i) {
    logits[static_cast<std::size_t>(i)] =
        static_cast<float>((i * 37 + token * 11) % 997) / 50.0f;
  }
  return logits;
}
