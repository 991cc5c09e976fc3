// A language model as a generation loop needs it: llama.cpp behind statuses and
// owners.
//
// Thread-safety: one thread at a time; llama.cpp's own threads work inside.
// Errors: absl::Status; llama.cpp's own error lines go to stderr.
// Tested by: tests/generate/generate_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_LLAMA_MODEL_H_
#define SAMPLER_TOOLS_GENERATE_LLAMA_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "llama.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct FreeModel {
  void operator()(llama_model* model) const { llama_model_free(model); }
};
struct FreeContext {
  void operator()(llama_context* context) const { llama_free(context); }
};

// What the model shall continue.
struct Prompt {
  std::string text;
  std::string system = {};  // A system message before it; "" for none.
  bool raw = false;         // The text as it is, without the chat template.
};

class LlamaModel {
 public:
  // NotFound or InvalidArgument for a file that is no model.
  static absl::StatusOr<LlamaModel> Load(const std::string& path);

  const llama_vocab* vocab() const { return llama_model_get_vocab(&*model_); }
  std::int64_t vocabulary_size() const { return llama_vocab_n_tokens(vocab()); }
  std::int64_t trained_context() const {
    return llama_model_n_ctx_train(&*model_);
  }
  // The file's "general.name"; "" if it has none.
  std::string name() const;

  // The tokens of the prompt in the model's chat template (as it is where the
  // file has none). InvalidArgument for a template that llama.cpp does not know
  // and for an empty prompt.
  absl::StatusOr<std::vector<llama_token>> Tokenize(const Prompt& prompt) const;

  // The bytes of a token; "" for control tokens.
  std::string Piece(llama_token token) const;

  // The bytes of every token, for flags that are text.
  TokenText Texts() const;

  // Returns true if this token ends a generation.
  bool IsEnd(llama_token token) const {
    return llama_vocab_is_eog(vocab(), token);
  }

  // Makes room for `sequences` sequences of at most `length` tokens that begin
  // alike. ResourceExhausted if llama.cpp has none.
  absl::Status MakeContext(std::int64_t sequences, std::int64_t length,
                           int threads);

  // ---- After MakeContext --------------------------------------------------

  // Starts over: every sequence has read `prompt`, which is not empty. Output 0
  // is the row after it.
  absl::Status Begin(absl::Span<const llama_token> prompt);

  // One more token for some sequences; output i is the row after entry i.
  struct Continuation {
    llama_seq_id sequence;
    llama_token token;
  };
  absl::Status Continue(absl::Span<const Continuation> batch);

  // Sequence `sequence` has only its first `length` tokens left, the prompt's
  // among them: at least all of the prompt but its last. Unimplemented for a
  // model whose memory cannot go back.
  absl::Status GoBack(llama_seq_id sequence, std::size_t length);

  // The logits of output i: vocabulary_size() floats, until the next call of
  // Begin or Continue. Waits until they are computed.
  const float* Row(std::size_t output) const;

 private:
  struct FreeBatch {
    void operator()(llama_batch* batch) const {
      llama_batch_free(*batch);
      delete batch;
    }
  };

  explicit LlamaModel(llama_model* model) : model_(model) {}

  absl::Status Decode();
  void Add(llama_token token, llama_pos position, llama_seq_id sequence,
           bool wants_row);

  std::unique_ptr<llama_model, FreeModel> model_;
  std::unique_ptr<llama_context, FreeContext> context_;
  std::unique_ptr<llama_batch, FreeBatch> batch_;
  std::int32_t batch_size_ = 0;
  std::vector<std::int32_t> outputs_;  // Place of output i in the batch.
  std::vector<llama_pos> lengths_;     // Of the sequences.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_LLAMA_MODEL_H_
