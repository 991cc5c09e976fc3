#include "tools/generate/llama_chain.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/parameters/value.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/parity/stage_reader.h"
#include "sampler/stages/registry.h"

namespace sampler::tools {
namespace {

using parity::StageReader;

// llama.cpp's `penalties`: those of ours that stand together, in its order.
struct Penalties {
  float repeat = 1.0F;
  float frequency = 0.0F;
  float presence = 0.0F;
  std::optional<std::int32_t> window;  // Empty: there are none.
  int last = -1;                       // 0 repeat, 1 frequency, 2 presence.
};

class Builder {
 public:
  explicit Builder(const LlamaChainOptions& options)
      : options_(options),
        chain_(llama_sampler_chain_init(llama_sampler_chain_default_params())) {
  }

  // False if llama.cpp has no such stage.
  bool Add(const StageReader& stage) {
    if (AddPenalty(stage)) return true;
    Flush();
    return AddEdit(stage) || AddTruncation(stage) || AddDraw(stage);
  }

  LlamaSamplerPointer Finish() {
    Flush();
    return std::move(chain_);
  }

 private:
  void Push(llama_sampler* smpl) {
    llama_sampler_chain_add(chain_.get(), smpl);
  }

  std::int32_t Window(const StageReader& stage) const {
    return static_cast<std::int32_t>(
        stage.OptionalInteger("window").value_or(options_.context));
  }

  bool AddPenalty(const StageReader& stage) {
    const std::string& type = stage.type();
    const int kind = type == "repetition_penalty"  ? 0
                     : type == "frequency_penalty" ? 1
                     : type == "presence_penalty"  ? 2
                                                   : -1;
    if (kind < 0) return false;
    const std::int32_t window = Window(stage);
    if (kind <= penalties_.last || penalties_.window != window) Flush();
    penalties_.window = window;
    penalties_.last = kind;
    (kind == 0   ? penalties_.repeat
     : kind == 1 ? penalties_.frequency
                 : penalties_.presence) = stage.Float("penalty");
    return true;
  }

  // What was gathered of them becomes a sampler.
  void Flush() {
    const Penalties p = std::exchange(penalties_, Penalties());
    if (!p.window.has_value()) return;
    Push(llama_sampler_init_penalties(options_.vocabulary_size, *p.window,
                                      p.repeat, p.frequency, p.presence));
  }

  bool AddBiases(const std::vector<llama_logit_bias>& biases) {
    Push(llama_sampler_init_logit_bias(options_.vocabulary_size,
                                       static_cast<std::int32_t>(biases.size()),
                                       biases.data()));
    return true;
  }

  bool AddEdit(const StageReader& stage) {
    const std::string& type = stage.type();
    if (type == "logit_bias") {
      std::vector<llama_logit_bias> biases;
      for (const auto& [id, bias] : stage.Biases("bias")) {
        biases.push_back({id, bias});
      }
      return AddBiases(biases);
    }
    if (type == "suppress_tokens") {
      std::vector<llama_logit_bias> biases;
      for (const TokenId id : stage.TokenIds("ids")) {
        biases.push_back({id, -std::numeric_limits<float>::infinity()});
      }
      return AddBiases(biases);
    }
    if (type == "dry" && stage.TokenSequences("breakers").empty()) {
      Push(llama_sampler_init_dry(
          nullptr, stage.Float("multiplier"), stage.Float("base"),
          static_cast<std::int32_t>(stage.Integer("allowed_length")),
          Window(stage), nullptr, 0));
      return true;
    }
    if (type == "temperature" && !stage.Get("temperature").is_null()) {
      Push(llama_sampler_init_temp(stage.Float("temperature")));
      return true;
    }
    if (type == "dynamic_temperature") {
      const float low = stage.Float("low");
      const float high = stage.Float("high");
      Push(llama_sampler_init_temp_ext((low + high) / 2, (high - low) / 2,
                                       stage.Float("exponent")));
      return true;
    }
    return false;
  }

  bool AddTruncation(const StageReader& stage) {
    const std::string& type = stage.type();
    if (type == "top_k") {
      Push(llama_sampler_init_top_k(
          static_cast<std::int32_t>(stage.Integer("k"))));
    } else if (type == "top_p") {
      Push(llama_sampler_init_top_p(stage.Float("p"), stage.Size("min_keep")));
    } else if (type == "min_p") {
      Push(llama_sampler_init_min_p(stage.Float("p"), stage.Size("min_keep")));
    } else if (type == "typical_p") {
      Push(
          llama_sampler_init_typical(stage.Float("p"), stage.Size("min_keep")));
    } else if (type == "top_n_sigma") {
      const float n = stage.Float("n");  // 0 is off, which it calls -1.
      Push(llama_sampler_init_top_n_sigma(n == 0.0F ? -1.0F : n));
    } else if (type == "xtc") {
      Push(llama_sampler_init_xtc(stage.Float("probability"),
                                  stage.Float("threshold"),
                                  stage.Size("min_keep"), options_.seed));
    } else {
      return false;
    }
    return true;
  }

  // mirostat and adaptive_p draw themselves.
  bool AddDraw(const StageReader& stage) {
    const std::string& type = stage.type();
    if (type == "mirostat") {
      const float tau = stage.Float("tau");
      const float eta = stage.Float("eta");
      Push(stage.Integer("version") == 1
               ? llama_sampler_init_mirostat(
                     options_.vocabulary_size, options_.seed, tau, eta,
                     static_cast<std::int32_t>(stage.Integer("m")))
               : llama_sampler_init_mirostat_v2(options_.seed, tau, eta));
      drawn_ = true;
    } else if (type == "adaptive_p") {
      Push(llama_sampler_init_adaptive_p(
          stage.OptionalFloat("target").value_or(-1.0F), stage.Float("decay"),
          options_.seed));
      drawn_ = true;
    } else if (type == "greedy") {
      Push(llama_sampler_init_greedy());
    } else if (type == "categorical") {
      if (!drawn_) Push(llama_sampler_init_dist(options_.seed));
    } else {
      return false;
    }
    return true;
  }

  const LlamaChainOptions& options_;
  LlamaSamplerPointer chain_;
  Penalties penalties_;
  bool drawn_ = false;
};

}  // namespace

absl::StatusOr<LlamaSamplerPointer> MakeLlamaChain(
    const PipelineConfig& config, const LlamaChainOptions& options,
    std::vector<std::string>* notes) {
  const StageRegistry& registry = StageRegistry::BuiltIn();
  Builder builder(options);
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    const StageConfig& stage = config.stages[i];
    if (builder.Add(StageReader(*registry.Find(stage.type), stage))) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("/stages/", i, ": llama.cpp has no \"", stage.type,
                     "\" with these parameters"));
  }
  if (notes != nullptr) {
    for (const Problem& problem :
         parity::LlamaCppChain::Check(config.stages, registry)) {
      notes->push_back(absl::StrCat("llama.cpp's chain differs: ",
                                    problem.pointer, ": ", problem.message));
    }
  }
  return builder.Finish();
}

}  // namespace sampler::tools
