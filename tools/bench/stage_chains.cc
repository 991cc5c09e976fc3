#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/stages/registry.h"
#include "tools/bench/chains.h"

namespace sampler::bench {
namespace {

// By type, its parameters: active, at values people use.
const std::map<std::string, std::string>& Parameters() {
  static const auto& parameters = *new std::map<std::string, std::string>{
      {"logit_bias", R"("bias": {"7": 1.5, "600": -2, "31000": false})"},
      {"suppress_tokens", R"("ids": [0, 1, 2, 31000])"},
      {"allow_tokens", R"("ids": [1, 20, 300, 4000, 31000])"},
      {"bad_words", R"("sequences": [[7], [14, 21], [3, 10, 17]])"},
      {"sequence_bias", R"("entries": [[[7, 14], 1.5], [[21], false]])"},
      {"min_tokens", R"("n": 100000, "stop_ids": [2])"},
      {"forced_tokens", R"("at": [[2048, [1, 2, 3]]])"},
      {"thinking_budget",
       R"("phase": "thinking", "tokens": 100000, "close": [5])"},
      {"mask", R"("padding": "ban")"},
      {"no_repeat_ngram", R"("n": 3)"},
      {"loop_ban", R"("count": 3)"},
      {"exponential_decay_length",
       R"("start": 10, "factor": 1.001, "eos_ids": [2])"},
      {"end_ramp", R"("limit": 100, "length": 100, "bias": 2, "eos_ids": [2])"},
      {"guidance", R"("scale": 1.5, "normalize": true)"},
      {"repetition_penalty", R"("penalty": 1.1)"},
      {"frequency_penalty", R"("penalty": 0.1)"},
      {"presence_penalty", R"("penalty": 0.5)"},
      {"dry", R"("multiplier": 0.8)"},
      {"lz_penalty", R"("strength": 0.15)"},
      {"encoder_repetition_penalty", R"("penalty": 1.3)"},
      {"kgw_watermark", R"("gamma": 0.25, "delta": 2, "key": 15485863)"},
      {"temperature", R"("temperature": 0.8)"},
      {"dynamic_temperature", R"("low": 0.5, "high": 1.1)"},
      {"quadratic", R"("factor": 0.3)"},
      {"skew", R"("skew": 0.5)"},
      {"adaptive_p", R"("target": 0.4)"},
      {"top_k", R"("k": 40)"},
      {"top_p", R"("p": 0.95)"},
      {"min_p", R"("p": 0.05)"},
      {"typical_p", R"("p": 0.95)"},
      {"top_a", R"("a": 0.2)"},
      {"tail_free", R"("z": 0.95)"},
      {"epsilon_cutoff", R"("epsilon": 3e-4)"},
      {"eta_cutoff", R"("epsilon": 3e-4)"},
      {"top_n_sigma", R"("n": 1)"},
      {"top_h", R"("alpha": 0.4)"},
      {"ees", ""},
      {"diff_sampling", ""},
      {"logit_threshold", R"("threshold": 0)"},
      {"p_less", ""},
      {"p_less_norm", ""},
      {"min_k", R"("tau": 3)"},
      {"xtc", R"("probability": 1, "threshold": 0.1)"},
      {"mirostat", R"("version": 2)"},
      {"categorical", ""},
      {"greedy", ""},
      {"gumbel_max", ""},
      {"gumbel_top_k", R"("n": 8)"},
      {"arithmetic", ""},
      {"gumbel_watermark", R"("key": 15485863, "context_width": 4)"},
      {"synthid", R"("keys": [654, 400, 836, 123, 340], "hash": "deepmind")"}};
  return parameters;
}

std::vector<Chain> MakeChains() {
  std::vector<Chain> chains;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    const std::string name(type.name);
    const auto found = Parameters().find(name);
    if (found == Parameters().end()) {
      std::cerr << "no parameters for stage \"" << name
                << "\" in tools/bench/stage_chains.cc\n";
      std::exit(2);
    }
    std::string stages = absl::StrCat(R"({"type": ")", name, "\"");
    if (!found->second.empty()) absl::StrAppend(&stages, ", ", found->second);
    absl::StrAppend(&stages, "}");
    if (type.group != StageGroup::kDraw) {
      absl::StrAppend(&stages, R"(, {"type": "categorical"})");
    }
    chains.push_back({.name = name, .label = name, .stages = stages});
  }
  return chains;
}

}  // namespace

const std::vector<Chain>& StageChains() {
  static const auto& chains = *new std::vector<Chain>(MakeChains());
  return chains;
}

}  // namespace sampler::bench
