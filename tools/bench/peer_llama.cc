#include <cstddef>
#include <functional>
#include <map>

#include "llama.h"
#include "tools/bench/peer.h"

namespace sampler::bench {
namespace {

constexpr std::uint32_t kSeed = 42;

// Adds the stages of a chain for a vocabulary and a length of history.
using AddStages = std::function<void(llama_sampler* chain, std::int32_t size,
                                     std::int32_t history)>;

void Add(llama_sampler* chain, llama_sampler* stage) {
  llama_sampler_chain_add(chain, stage);
}

// A stage, then its draw.
AddStages AndDraw(llama_sampler* (*stage)()) {
  return [stage](llama_sampler* chain, std::int32_t, std::int32_t) {
    Add(chain, stage());
    Add(chain, llama_sampler_init_dist(kSeed));
  };
}

void AddGreedy(llama_sampler* chain, std::int32_t, std::int32_t) {
  Add(chain, llama_sampler_init_greedy());
}

void AddShort(llama_sampler* chain, std::int32_t, std::int32_t) {
  Add(chain, llama_sampler_init_top_k(40));
  Add(chain, llama_sampler_init_top_p(0.95f, 1));
  Add(chain, llama_sampler_init_temp(0.8f));
  Add(chain, llama_sampler_init_dist(kSeed));
}

void AddDefault(llama_sampler* chain, std::int32_t size, std::int32_t history) {
  Add(chain, llama_sampler_init_penalties(size, history, 1.1f, 0.1f, 0.0f));
  Add(chain,
      llama_sampler_init_dry(nullptr, 0.8f, 1.75f, 2, history, nullptr, 0));
  Add(chain, llama_sampler_init_top_k(40));
  Add(chain, llama_sampler_init_top_p(0.95f, 1));
  Add(chain, llama_sampler_init_min_p(0.05f, 1));
  Add(chain, llama_sampler_init_temp(0.8f));
  Add(chain, llama_sampler_init_dist(kSeed));
}

void AddMirostat1(llama_sampler* chain, std::int32_t size, std::int32_t) {
  Add(chain, llama_sampler_init_mirostat(size, kSeed, 5.0f, 0.1f, 100));
}

void AddMirostat2(llama_sampler* chain, std::int32_t, std::int32_t) {
  Add(chain, llama_sampler_init_mirostat_v2(kSeed, 5.0f, 0.1f));
}

// By the names of target_chains.cc, with the same parameters.
const std::map<std::string, AddStages>& Chains() {
  static const auto& chains = *new std::map<std::string, AddStages>{
      {"greedy", AddGreedy},
      {"short", AddShort},
      {"default", AddDefault},
      {"min_p_draw",
       AndDraw([] { return llama_sampler_init_min_p(0.05f, 1); })},
      {"top_n_sigma_draw",
       AndDraw([] { return llama_sampler_init_top_n_sigma(1.0f); })},
      {"temperature_draw",
       AndDraw([] { return llama_sampler_init_temp(0.8f); })},
      {"top_p_draw",
       AndDraw([] { return llama_sampler_init_top_p(0.95f, 1); })},
      {"typical_p_draw",
       AndDraw([] { return llama_sampler_init_typical(0.95f, 1); })},
      {"xtc_draw",
       AndDraw([] { return llama_sampler_init_xtc(1.0f, 0.1f, 1, kSeed); })},
      {"mirostat_1", AddMirostat1},
      {"mirostat_2", AddMirostat2},
      {"dynamic_temperature_draw",
       AndDraw([] { return llama_sampler_init_temp_ext(0.8f, 0.3f, 1.0f); })},
      // Its mirostat knows the other surprise only; the passes are the same.
      {"mirostat_original", AddMirostat2}};
  return chains;
}

// A chain with its candidate array, which every step fills anew, as
// llama_sampler_sample does.
class LlamaChain final : public Peer {
 public:
  LlamaChain(const AddStages& add, std::int64_t vocabulary_size,
             absl::Span<const std::int32_t> history)
      : chain_(llama_sampler_chain_init(llama_sampler_chain_default_params())),
        candidates_(static_cast<std::size_t>(vocabulary_size)) {
    add(chain_, static_cast<std::int32_t>(vocabulary_size),
        static_cast<std::int32_t>(history.size()));
    for (const std::int32_t token : history) {
      llama_sampler_accept(chain_, token);
    }
  }
  LlamaChain(const LlamaChain&) = delete;
  LlamaChain& operator=(const LlamaChain&) = delete;
  ~LlamaChain() override { llama_sampler_free(chain_); }

  std::int32_t Sample(absl::Span<const float> row) override {
    for (std::size_t i = 0; i < row.size(); ++i) {
      candidates_[i] = {static_cast<std::int32_t>(i), row[i], 0.0f};
    }
    llama_token_data_array array = {candidates_.data(), candidates_.size(), -1,
                                    false};
    llama_sampler_apply(chain_, &array);
    return array.data[array.selected].id;
  }

 private:
  llama_sampler* chain_;
  std::vector<llama_token_data> candidates_;
};

}  // namespace

std::unique_ptr<Peer> MakePeer(const std::string& chain,
                               std::int64_t vocabulary_size,
                               absl::Span<const std::int32_t> history) {
  const auto found = Chains().find(chain);
  if (found == Chains().end()) return nullptr;
  // Its stages report what they were given; that is not what is measured here.
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  return std::make_unique<LlamaChain>(found->second, vocabulary_size, history);
}

}  // namespace sampler::bench
