// Writes what a model and its quantised forms say of one text: the rows of
// quantised-rows.safetensors. See make_quantised_rows.sh.
//
//   make_quantised_rows LIBRARIES quantise IN OUT TYPE     TYPE of llama_ftype
//   make_quantised_rows LIBRARIES rows MODEL FIRST ID...   f32 rows on stdout,
//                                                          from that position
//                                                          on

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

namespace {

int Quantise(const char* in, const char* out, int type) {
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = static_cast<llama_ftype>(type);
  params.allow_requantize = true;
  params.nthread = 1;
  return llama_model_quantize(in, out, &params) == 0 ? 0 : 1;
}

int WriteRows(const char* path, std::size_t first,
              std::vector<llama_token> tokens) {
  llama_model* model =
      llama_model_load_from_file(path, llama_model_default_params());
  if (model == nullptr) return 1;
  llama_context_params params = llama_context_default_params();
  params.n_ctx = 512;
  params.n_threads = params.n_threads_batch = 1;
  llama_context* context = llama_init_from_model(model, params);
  const int width = llama_vocab_n_tokens(llama_model_get_vocab(model));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (llama_decode(context, llama_batch_get_one(&tokens[i], 1)) != 0) {
      return 1;
    }
    if (i + 1 < first || i + 1 == tokens.size()) continue;
    const auto count = static_cast<std::size_t>(width);
    std::fwrite(llama_get_logits_ith(context, -1), sizeof(float), count,
                stdout);
  }
  llama_free(context);
  llama_model_free(model);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  ggml_backend_load_all_from_path(argv[1]);
  llama_backend_init();
  if (std::string(argv[2]) == "quantise") {
    return Quantise(argv[3], argv[4], std::atoi(argv[5]));
  }
  std::vector<llama_token> tokens;
  for (int i = 5; i < argc; ++i) tokens.push_back(std::atoi(argv[i]));
  return WriteRows(argv[3], static_cast<std::size_t>(std::atoi(argv[4])),
                   std::move(tokens));
}
