#include <cstdio>
#include <vector>

#include "sampler/pipeline.h"

// Stands for a language model: logits for the next token.
std::vector<float> NextLogits(const std::vector<int>& text) {
  std::vector<float> logits(32'000);
  for (int i = 0; i < 32'000; ++i) {
    logits[static_cast<std::size_t>(i)] =
        static_cast<float>((i * 37 + text.back() * 11) % 997) / 50.0f;
  }
  return logits;
}

// [README example]
int main() {
  const auto config = sampler::ParseConfig(R"({"version": 1, "stages": [
      {"type": "repetition_penalty", "penalty": 1.1, "window": 64},
      {"type": "temperature", "temperature": 0.8},
      {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},
      {"type": "categorical"}]})");
  const auto pipeline = sampler::Pipeline::Create(*config, 32'000);
  auto sequence =
      sampler::Sequence::Create(32'000, {.seed = 42, .prompt = {1, 15043}});
  sampler::Workspace workspace;
  std::vector<int> text = {1, 15043};
  for (int step = 0; step < 16; ++step) {
    const std::vector<float> logits = NextLogits(text);
    const auto token = pipeline->Sample(logits, *sequence, workspace);
    if (token.status != sampler::RowStatus::kOk) return 1;
    if (!sequence->Accept(token.id).ok()) return 1;
    text.push_back(token.id);
    std::printf("%d ", token.id);
  }
}
// [README example]
