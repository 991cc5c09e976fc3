// The loop of sampler/adapters/README.md, on a model:
//   llama_cpp_example MODEL.gguf PROMPT
// Its tokens are those of both ways to draw: through the chain and from the
// row.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

// [README llama.cpp]
#include "llama.h"
#include "sampler/adapters/llama_cpp.h"

constexpr char kConfig[] = R"({"version": 1, "stages": [
    {"type": "repetition_penalty", "penalty": 1.1, "window": 64},
    {"type": "temperature", "temperature": 0.8}, {"type": "min_p", "p": 0.05},
    {"type": "categorical"}]})";

std::vector<llama_token> Tell(llama_context* ctx, const llama_vocab* vocab,
                              std::vector<llama_token> prompt, int most) {
  auto ours =
      sampler::NewLlamaSampler(kConfig, vocab, {.seed = 42, .prompt = prompt});
  if (!ours.ok()) return {};  // ours.status() says what and where.
  llama_sampler* smpl =
      llama_sampler_chain_init(llama_sampler_chain_default_params());
  llama_sampler_chain_add(smpl, *ours);
  std::vector<llama_token> told;
  llama_batch batch = llama_batch_get_one(
      prompt.data(), static_cast<std::int32_t>(prompt.size()));
  while (static_cast<int>(told.size()) < most &&
         llama_decode(ctx, batch) == 0) {
    llama_token token = llama_sampler_sample(smpl, ctx, -1);  // And accepts.
    if (llama_vocab_is_eog(vocab, token)) break;
    told.push_back(token);
    batch = llama_batch_get_one(&told.back(), 1);
  }
  llama_sampler_free(smpl);  // And what is in it.
  return told;
}
// [README llama.cpp]

namespace {

// The same from the rows as they are.
std::vector<llama_token> TellFromRows(llama_context* ctx,
                                      const llama_vocab* vocab,
                                      std::vector<llama_token> prompt,
                                      int most) {
  llama_sampler* smpl =
      sampler::NewLlamaSampler(kConfig, vocab, {.seed = 42, .prompt = prompt})
          .value();
  std::vector<llama_token> told;
  llama_batch batch = llama_batch_get_one(
      prompt.data(), static_cast<std::int32_t>(prompt.size()));
  while (static_cast<int>(told.size()) < most &&
         llama_decode(ctx, batch) == 0) {
    llama_token token = sampler::SampleRow(smpl, llama_get_logits_ith(ctx, -1));
    if (llama_vocab_is_eog(vocab, token)) break;
    told.push_back(token);
    batch = llama_batch_get_one(&told.back(), 1);
  }
  llama_sampler_free(smpl);
  return told;
}

std::vector<llama_token> Tokens(const llama_vocab* vocab,
                                std::string_view text) {
  std::vector<llama_token> tokens(text.size() + 8);
  const std::int32_t count = llama_tokenize(
      vocab, text.data(), static_cast<std::int32_t>(text.size()), tokens.data(),
      static_cast<std::int32_t>(tokens.size()), true, true);
  tokens.resize(static_cast<std::size_t>(std::max(count, 0)));
  return tokens;
}

llama_context* NewContext(llama_model* model) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = 256;
  params.n_threads = params.n_threads_batch = 1;
  return llama_init_from_model(model, params);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  const std::string backends = SAMPLER_LLAMA_BACKENDS;
  if (!backends.empty()) ggml_backend_load_all_from_path(backends.c_str());
  llama_backend_init();
  llama_model* model =
      llama_model_load_from_file(argv[1], llama_model_default_params());
  if (model == nullptr) return 2;
  const llama_vocab* vocab = llama_model_get_vocab(model);
  const std::vector<llama_token> prompt = Tokens(vocab, argv[2]);
  llama_context* first = NewContext(model);
  llama_context* second = NewContext(model);
  const std::vector<llama_token> told = Tell(first, vocab, prompt, 16);
  const bool same = told == TellFromRows(second, vocab, prompt, 16);
  for (const llama_token token : told) std::printf("%d ", token);
  std::printf("%s\n", same && told.size() == 16 ? "both ways" : "DIFFER");
  llama_free(first);
  llama_free(second);
  llama_model_free(model);
  return same && told.size() == 16 ? 0 : 1;
}
