// Draws a token of a row and prints it: all that an installed library needs to
// show that headers and libraries are complete.

#include <cstdio>
#include <vector>

#include "sampler/logs/log.h"
#include "sampler/pipeline.h"

int main() {
  const auto config = sampler::ParseConfig(
      R"({"version": 1, "stages": [{"type": "top_k", "k": 1},
                                   {"type": "categorical"}]})");
  if (!config.ok()) return 1;
  const auto pipeline = sampler::Pipeline::Create(*config, 4);
  if (!pipeline.ok()) return 1;
  const auto sequence = pipeline->NewSequence();
  sampler::Workspace workspace;
  const std::vector<float> logits = {0.5f, 2.0f, -1.0f, 1.0f};
  const sampler::Token token = pipeline->Sample(logits, *sequence, workspace);
  if (sampler::logs::Log::Open("/nowhere", {}).ok()) return 1;
  std::printf("token %d\n", token.id);
  return token.id == 1 ? 0 : 1;
}
