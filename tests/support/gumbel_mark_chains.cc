#include "tests/support/gumbel_mark_chains.h"

#include <cstdint>
#include <limits>
#include <string>

namespace sampler {
namespace {

using nlohmann::json;

json Mark(std::int64_t key, int width) {
  return {{"type", "gumbel_watermark"}, {"key", key}, {"context_width", width}};
}

void AddVllmCorners(const std::string& variant, std::vector<json>& stages) {
  for (const int width : {1, 2, 3, 4, 5, 9}) {
    for (const char* in : {"output", "both"}) {
      json stage = Mark(3, width);
      stage.update({{"variant", variant}, {"repeated_in", in}});
      stages.push_back(stage);
      stage["max_history"] = 2;
      stages.push_back(stage);
    }
    json always = Mark(std::numeric_limits<std::int64_t>::min(), width);
    always.update({{"variant", variant}, {"skip_repeated", false}});
    stages.push_back(always);
  }
}

void AddSglangCorners(std::vector<json>& stages) {
  for (const int width : {1, 2, 5, 64}) {
    json stage = Mark(-1, width);
    stage["variant"] = "sglang";
    stages.push_back(stage);
    for (const int contexts : {1, 2, 4}) {
      stage["max_contexts"] = contexts;
      stages.push_back(stage);
    }
    stage["max_contexts"] = 4096;
    stage.update({{"key_b", 0}, {"mixing_probability", 0.25}});
    stages.push_back(stage);
    for (const double gate : {0.01, 0.25, 0.5}) {
      stage["max_probability"] = gate;
      stages.push_back(stage);
    }
  }
}

}  // namespace

std::vector<json> GumbelMarkCorners() {
  std::vector<json> stages;
  for (const int width : {1, 2, 7}) {
    for (const bool skip : {false, true}) {
      json stage = Mark(3, width);
      stage["skip_repeated"] = skip;
      stages.push_back(stage);
    }
    json both = Mark(3, width);
    both["repeated_in"] = "both";
    stages.push_back(both);
  }
  AddVllmCorners("vllm", stages);
  AddVllmCorners("vllm_dual", stages);
  for (const double alpha : {0.0, 0.5, 1.0}) {
    json stage = Mark(3, 2);
    stage.update({{"variant", "vllm_dual"}, {"alpha", alpha}});
    stages.push_back(stage);
  }
  AddSglangCorners(stages);
  return stages;
}

json RandomGumbelMark(Chooser& choose) {
  json stage = Mark(choose.Below(1000) - 500, 1 + choose.Below(3));
  const std::string variant =
      choose.Of({"house", "vllm", "vllm_dual", "sglang"});
  stage["variant"] = variant;
  if (variant == "sglang") {
    if (choose.Maybe(50)) stage["key_b"] = choose.Below(100);
    if (choose.Maybe(50)) stage["max_contexts"] = 1 + choose.Below(60);
    if (choose.Maybe(30)) stage["max_probability"] = choose.Uniform(0.05, 1);
    return stage;
  }
  stage["skip_repeated"] = choose.Maybe(70);
  if (stage["skip_repeated"]) {
    choose.Option(stage, "repeated_in", {"output", "both"});
    if (variant != "house" && choose.Maybe(50)) {
      stage["max_history"] = 1 + choose.Below(40);
    }
  }
  if (variant == "vllm_dual") stage["alpha"] = choose.Uniform(0, 1);
  return stage;
}

}  // namespace sampler
