#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/bench/chains.h"

namespace sampler::bench {
namespace {

constexpr char kDraw[] = R"({"type": "categorical"})";

// A truncation and a draw from what it leaves.
std::string AndDraw(const std::string& stage) {
  return absl::StrCat(stage, ", ", kDraw);
}

}  // namespace

const std::vector<Chain>& TargetChains() {
  static const auto& chains = *new std::vector<Chain>{
      {.name = "greedy",
       .label = "greedy",
       .stages = R"({"type": "greedy"})",
       .batched = true,
       .most_floors = 1.2,
       .least_times_faster = 10},
      {.name = "short",
       .label = "top_k 40, top_p, temperature, draw",
       .stages = AndDraw(R"({"type": "top_k", "k": 40},
           {"type": "top_p", "p": 0.95},
           {"type": "temperature", "temperature": 0.8})"),
       .batched = true,
       .most_floors = 2,
       .least_times_faster = 10},
      {.name = "default",
       .label = "llama.cpp's default, penalties and DRY over 4,096 tokens",
       .stages = AndDraw(R"(
           {"type": "repetition_penalty", "penalty": 1.1, "window": 4096},
           {"type": "frequency_penalty", "penalty": 0.1, "scope": "both",
            "window": 4096},
           {"type": "dry", "multiplier": 0.8, "window": 4096},
           {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},
           {"type": "min_p", "p": 0.05},
           {"type": "temperature", "temperature": 0.8})"),
       .most_floors = 4,
       .least_times_faster = 30},
      {.name = "min_p_draw",
       .label = "min_p 0.05, draw",
       .stages = AndDraw(R"({"type": "min_p", "p": 0.05})"),
       .batched = true,
       .most_floors = 2.5,
       .least_times_faster = 15},
      {.name = "top_n_sigma_draw",
       .label = "top_n_sigma 1, draw",
       .stages = AndDraw(R"({"type": "top_n_sigma", "n": 1})"),
       .most_floors = 2.5,
       .least_times_faster = 15},
      {.name = "temperature_draw",
       .label = "temperature, draw over the vocabulary",
       .stages = AndDraw(R"({"type": "temperature", "temperature": 0.8})"),
       .batched = true,
       .most_floors = 4,
       .least_times_faster = 50},
      {.name = "top_p_draw",
       .label = "top_p 0.95, draw",
       .stages = AndDraw(R"({"type": "top_p", "p": 0.95})"),
       .batched = true,
       .most_floors = 4,
       .most_floors_flat = 30,
       .least_times_faster = 50},
      {.name = "typical_p_draw",
       .label = "typical_p 0.95, draw",
       .stages = AndDraw(R"({"type": "typical_p", "p": 0.95})"),
       .most_floors = 8,
       .least_times_faster = 100},
      {.name = "xtc_draw",
       .label = "xtc, draw",
       .stages =
           AndDraw(R"({"type": "xtc", "probability": 1, "threshold": 0.1})"),
       .most_floors = 8,
       .least_times_faster = 100},
      {.name = "mirostat_1",
       .label = "mirostat 1",
       .stages = AndDraw(R"({"type": "mirostat", "version": 1})"),
       .most_floors = 8,
       .least_times_faster = 100},
      {.name = "mirostat_2",
       .label = "mirostat 2",
       .stages = AndDraw(R"({"type": "mirostat", "version": 2})"),
       .most_floors = 8,
       .least_times_faster = 100},
      {.name = "top_h_draw",
       .label = "top_h 0.4, draw",
       .stages = AndDraw(R"({"type": "top_h", "alpha": 0.4})"),
       .most_floors = 8},
      {.name = "eta_draw",
       .label = "eta_cutoff, draw",
       .stages = AndDraw(R"({"type": "eta_cutoff", "epsilon": 3e-4})"),
       .most_floors = 8},
      {.name = "epsilon_draw",
       .label = "epsilon_cutoff, draw",
       .stages = AndDraw(R"({"type": "epsilon_cutoff", "epsilon": 3e-4})"),
       .most_floors = 8},
      {.name = "dynamic_temperature_draw",
       .label = "dynamic_temperature, draw",
       .stages = AndDraw(
           R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.1})"),
       .most_floors = 30,
       .least_times_faster = 40},
      {.name = "mirostat_original",
       .label = "mirostat 2, surprise of the paper",
       .stages = AndDraw(
           R"({"type": "mirostat", "version": 2, "surprise": "original"})"),
       .most_floors = 30,
       .least_times_faster = 40},
      {.name = "tail_free_draw",
       .label = "tail_free 0.95, draw",
       .stages = AndDraw(R"({"type": "tail_free", "z": 0.95})"),
       .most_floors = 30},
      {.name = "skew_draw",
       .label = "skew 0.5, draw",
       .stages = AndDraw(R"({"type": "skew", "skew": 0.5})"),
       .most_floors = 30},
      {.name = "logprobs_20_processed",
       .label = "top-20 logprobs of what a step left",
       .stages = AndDraw(R"({"type": "top_k", "k": 40})"),
       .timed = Chain::Timed::kProcessedReport,
       .logprobs = 20,
       .most_floors = 0.5},
      {.name = "logprobs_20",
       .label = "top-20 logprobs, exact, beside a step",
       .stages = AndDraw(R"({"type": "top_k", "k": 40})"),
       .timed = Chain::Timed::kRawReport,
       .logprobs = 20,
       .most_floors = 12}};
  return chains;
}

}  // namespace sampler::bench
