// The library's own vectors: chains, rows and numbers that are easy to get
// wrong.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "tools/vectors/vector.h"

namespace sampler::tools {
namespace {

struct NamedChain {
  const char* name;
  const char* stages;  // JSON; a draw is added where there is none.
};

// Every stage type at least once (a test holds this against the registry), and
// the chains of runtimes that people re-implement.
constexpr NamedChain kChains[] = {
    {"categorical", R"({"type": "categorical"})"},
    {"categorical_rank", R"({"type": "categorical", "order": "rank"})"},
    {"greedy", R"({"type": "greedy"})"},
    {"gumbel_max", R"({"type": "gumbel_max"})"},
    {"gumbel_max_vllm", R"({"type": "gumbel_max", "noise": "vllm_v2"})"},
    {"gumbel_max_sglang", R"({"type": "gumbel_max", "noise": "sglang"})"},
    {"gumbel_max_sglang_top_k", R"({"type": "top_k", "k": 3},
      {"type": "gumbel_max", "noise": "sglang"})"},
    {"gumbel_top_k", R"({"type": "gumbel_top_k", "n": 3})"},
    {"arithmetic", R"({"type": "arithmetic"})"},
    {"gumbel_watermark",
     R"({"type": "gumbel_watermark", "key": 15485863, "context_width": 2})"},
    {"synthid", R"({"type": "synthid", "keys": [654, 400, 836]})"},
    {"logit_bias", R"({"type": "logit_bias", "bias": {"1": 1.5, "2": false}})"},
    {"suppress_tokens", R"({"type": "suppress_tokens", "ids": [1]})"},
    {"allow_tokens", R"({"type": "allow_tokens", "ids": [0, 3, 5]})"},
    {"guidance", R"({"type": "guidance", "scale": 1.5})"},
    {"bad_words", R"({"type": "bad_words", "sequences": [[1], [3, 2]]})"},
    {"sequence_bias",
     R"({"type": "sequence_bias", "entries": [[[3, 0], 1.5], [[2], false]]})"},
    {"min_tokens", R"({"type": "min_tokens", "n": 5, "stop_ids": [0]})"},
    {"forced_tokens", R"({"type": "forced_tokens", "at": [[3, [1, 4]]]})"},
    {"mask", R"({"type": "mask"})"},
    {"no_repeat_ngram", R"({"type": "no_repeat_ngram", "n": 2})"},
    {"loop_ban", R"({"type": "loop_ban", "count": 2})"},
    {"exponential_decay_length",
     R"({"type": "exponential_decay_length", "start": 1, "factor": 1.5,
      "eos_ids": [0]})"},
    {"repetition_penalty", R"({"type": "repetition_penalty", "penalty": 1.3})"},
    {"frequency_penalty", R"({"type": "frequency_penalty", "penalty": 0.5})"},
    {"presence_penalty", R"({"type": "presence_penalty", "penalty": 0.5})"},
    {"encoder_repetition_penalty",
     R"({"type": "encoder_repetition_penalty", "penalty": 1.3})"},
    {"kgw_watermark", R"({"type": "kgw_watermark", "gamma": 0.5})"},
    {"dry", R"({"type": "dry", "multiplier": 0.8, "allowed_length": 1})"},
    {"temperature", R"({"type": "temperature", "temperature": 0.7})"},
    {"temperature_0", R"({"type": "temperature", "temperature": 0})"},
    {"dynamic_temperature",
     R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.5})"},
    {"quadratic", R"({"type": "quadratic", "factor": 0.3})"},
    {"skew", R"({"type": "skew", "skew": 0.5})"},
    {"adaptive_p", R"({"type": "adaptive_p", "target": 0.4})"},
    {"top_k", R"({"type": "top_k", "k": 3})"},
    {"top_k_keep_all", R"({"type": "top_k", "k": 2, "ties": "keep_all"})"},
    {"top_p", R"({"type": "top_p", "p": 0.75})"},
    {"top_p_continue",
     R"({"type": "top_p", "p": 0.5, "equality": "continue"})"},
    {"min_p", R"({"type": "min_p", "p": 0.1})"},
    {"typical_p", R"({"type": "typical_p", "p": 0.5})"},
    {"top_a", R"({"type": "top_a", "a": 0.3})"},
    {"epsilon_cutoff", R"({"type": "epsilon_cutoff", "epsilon": 0.05})"},
    {"eta_cutoff", R"({"type": "eta_cutoff", "epsilon": 0.1})"},
    {"top_n_sigma", R"({"type": "top_n_sigma", "n": 1})"},
    {"p_less", R"({"type": "p_less"})"},
    {"p_less_norm", R"({"type": "p_less_norm"})"},
    {"xtc", R"({"type": "xtc", "threshold": 0.1, "probability": 0.5})"},
    {"tail_free", R"({"type": "tail_free", "z": 0.8})"},
    {"top_h", R"({"type": "top_h", "alpha": 0.4})"},
    {"ees", R"({"type": "ees"})"},
    {"min_k", R"({"type": "min_k", "tau": 3})"},
    {"mirostat", R"({"type": "mirostat", "tau": 2})"},
    {"chat", R"({"type": "temperature", "temperature": 0.6},
      {"type": "top_k", "k": 20}, {"type": "top_p", "p": 0.95})"},
    {"llama", R"({"type": "repetition_penalty", "penalty": 1.1, "window": 64,
      "scope": "both"}, {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},
      {"type": "min_p", "p": 0.05}, {"type": "temperature",
      "temperature": 0.8}, {"type": "categorical", "order": "rank"})"},
    // At the end: seeds are counted from the first.
    {"diff_sampling", R"({"type": "diff_sampling", "min_p": 0.3})"},
    {"logit_threshold", R"({"type": "logit_threshold", "threshold": 0.5})"},
    {"end_ramp", R"({"type": "end_ramp", "limit": 4, "length": 3, "bias": 2.5,
      "eos_ids": [0]})"},
    {"lz_penalty", R"({"type": "lz_penalty", "strength": 0.5, "buffer": 1})"},
    {"repetition_penalty_decay", R"({"type": "repetition_penalty",
      "penalty": 1.5, "window": 1, "decay": 4})"},
    {"frequency_penalty_decay", R"({"type": "frequency_penalty",
      "penalty": 0.5, "scope": "both", "window": 1, "decay": 4})"},
    {"dry_limits", R"({"type": "dry", "multiplier": 0.8, "allowed_length": 1,
      "max_occurrences": 1})"},
    {"xtc_spare", R"({"type": "xtc", "threshold": 0.1, "probability": 1,
      "protect": [3], "protect_rule": "spare"})"}};

struct NamedRow {
  const char* name;
  std::vector<float> values;
};

// Short decimals that are f32 numbers: every reader of JSON gets them exactly.
const std::vector<NamedRow>& Rows() {
  static const auto& rows = *new std::vector<NamedRow>{
      {"plain", {2.0F, -1.5F, 0.25F, 3.5F, -0.75F, 1.0F, 0.5F, -4.0F}},
      // Ties at the top, in the middle and across cuts.
      {"ties", {1.0F, 3.0F, 3.0F, 1.0F, 1.0F, -2.0F, 1.0F, 3.0F}},
      // Removed tokens, and one 37 nats below the top: it is kept, weighs 0 and
      // is never drawn.
      {"far", {kGone, 10.0F, -27.5F, 9.0F, kGone, 8.5F, -25.5F, 10.0F}},
      // One token holds nearly everything.
      {"peaked", {0.0F, 0.5F, 12.0F, 1.0F, -1.0F, 0.25F, 2.0F, 1.5F}}};
  return rows;
}

const std::vector<float>& Unconditional() {
  static const auto& row =
      *new std::vector<float>{0.5F, 0.5F, -1.0F, 1.0F, 2.0F, -0.5F, 0.0F, 1.5F};
  return row;
}

PipelineConfig ConfigOf(const NamedChain& chain) {
  const std::string open = R"({"version": 1, "stages": [)";
  auto config = ParseConfig(absl::StrCat(open, chain.stages, "]}"));
  if (!config.ok()) {
    config = ParseConfig(
        absl::StrCat(open, chain.stages, R"(, {"type": "categorical"}]})"));
  }
  // Not a chain: the table above is wrong, and its answers say so.
  return config.ok() ? *std::move(config) : PipelineConfig{};
}

bool Wants(const PipelineConfig& config, StepInput input) {
  const auto pipeline = Pipeline::Create(config, 8);
  return pipeline.ok() && pipeline->Reads(input);
}

// The chain over every row, with a seed that goes on.
void AddChain(const std::string& name, const PipelineConfig& config,
              VectorSet& set) {
  for (const NamedRow& row : Rows()) {
    const std::uint64_t seed = 1'000 + set.vectors.size();
    ConformanceVector vector = {.id = absl::StrCat(name, "/", row.name),
                                .row = row.values,
                                .config = config,
                                .seed = seed,
                                .stream = static_cast<std::uint32_t>(seed % 3),
                                .prompt = {0, 3},
                                .tokens = {5, 3, 3},
                                .unconditional = {},
                                .uniform = {},
                                .answer = {}};
    if (Wants(config, StepInput::kUnconditional)) {
      vector.unconditional = Unconditional();
    }
    if (Wants(config, StepInput::kUniform)) vector.uniform = 0.625;
    vector.answer = AnswerOf(vector);
    set.vectors.push_back(std::move(vector));
  }
}

void AddParts(VectorSet& set) {
  const std::uint32_t ones = 0xFFFFFFFF;
  for (const PhiloxVector& vector :
       {PhiloxVector{{0, 0, 0, 0}, {0, 0}, {}},
        PhiloxVector{{ones, ones, ones, ones}, {ones, ones}, {}},
        PhiloxVector{{0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344},
                     {0xA4093822, 0x299F31D0},
                     {}},
        PhiloxVector{{0, 3, 1, 0}, {42, 0}, {}}}) {
    set.philox.push_back(AnswerOf(vector));
  }
  for (const double x : {0.0, -0.5, -1.0, -2.25, -10.0, -30.5, -35.5, -36.0,
                         -36.0625, -37.0, -100.0}) {
    set.weights.push_back(AnswerOf(WeightVector{x, 0}));
  }
  // 262,144 equal logits: the product of bits and total has 133 digits.
  const Mass equal = Mass{kLikeliestWeight} << 18;
  for (const std::uint64_t bits :
       {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    for (const Mass total : {Mass{1}, Mass{kLikeliestWeight} + 1, equal}) {
      set.places.push_back(AnswerOf(PlaceVector{bits, total, 0}));
    }
  }
}

}  // namespace

VectorSet StandardVectors(const std::vector<PipelineConfig>& chains) {
  VectorSet set;
  AddParts(set);
  if (chains.empty()) {
    for (const NamedChain& chain : kChains) {
      AddChain(chain.name, ConfigOf(chain), set);
    }
  }
  for (std::size_t i = 0; i < chains.size(); ++i) {
    AddChain(absl::StrCat("chain", i), chains[i], set);
  }
  return set;
}

}  // namespace sampler::tools
