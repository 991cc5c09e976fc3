#include "tools/generate/llama_model.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ggml-backend.h"

namespace sampler::tools {
namespace {

// Tokens that llama.cpp is given at once.
constexpr std::int32_t kBatch = 512;

// llama.cpp's errors reach the user, its reports do not.
void Log(ggml_log_level level, const char* text, void*) {
  if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

void StartLlama() {
  static const bool started = [] {
    llama_log_set(Log, nullptr);
    const std::string folder = SAMPLER_LLAMA_BACKENDS;
    if (folder.empty()) {
      ggml_backend_load_all();
    } else {
      ggml_backend_load_all_from_path(folder.c_str());
    }
    llama_backend_init();
    return true;
  }();
  (void)started;
}

// llama.cpp's functions that write into a buffer answer how much they want.
template <typename Buffer, typename F>
bool Fill(Buffer& buffer, F write) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::int32_t n = write(buffer.data(), buffer.size());
    const auto size = static_cast<std::size_t>(n < 0 ? -n : n);
    const bool fits = n >= 0 && size <= buffer.size();
    buffer.resize(size);
    if (fits) return true;
  }
  return false;
}

absl::StatusOr<std::string> ApplyTemplate(const char* chat_template,
                                          const Prompt& prompt) {
  std::vector<llama_chat_message> messages;
  if (!prompt.system.empty()) {
    messages.push_back({"system", prompt.system.c_str()});
  }
  messages.push_back({"user", prompt.text.c_str()});
  std::string text(2 * (prompt.text.size() + prompt.system.size()) + 256, '\0');
  const std::int32_t size = llama_chat_apply_template(
      chat_template, messages.data(), messages.size(), true, text.data(),
      static_cast<std::int32_t>(text.size()));
  if (size < 0) {
    return absl::InvalidArgumentError(
        "the model's chat template is none that llama.cpp's library knows; "
        "give the prompt in its final form, with --raw");
  }
  text.resize(static_cast<std::size_t>(size));
  if (!Fill(text, [&](char* data, std::size_t n) {
        return llama_chat_apply_template(chat_template, messages.data(),
                                         messages.size(), true, data,
                                         static_cast<std::int32_t>(n));
      })) {
    return absl::InternalError("llama.cpp could not apply the chat template");
  }
  return text;
}

}  // namespace

absl::StatusOr<LlamaModel> LlamaModel::Load(const std::string& path) {
  StartLlama();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  llama_model* const model =
      llama_model_load_from_file(path.c_str(), llama_model_default_params());
  if (model == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": llama.cpp cannot load this model, want a GGUF"));
  }
  return LlamaModel(model);
}

std::string LlamaModel::name() const {
  std::string name(256, '\0');
  const std::int32_t size = llama_model_meta_val_str(&*model_, "general.name",
                                                     name.data(), name.size());
  name.resize(static_cast<std::size_t>(std::clamp(size, 0, 255)));
  return name;
}

absl::StatusOr<std::vector<llama_token>> LlamaModel::Tokenize(
    const Prompt& prompt) const {
  std::string text = prompt.text;
  const char* const chat = llama_model_chat_template(&*model_, nullptr);
  const bool templated = !prompt.raw && chat != nullptr;
  if (templated) {
    absl::StatusOr<std::string> applied = ApplyTemplate(chat, prompt);
    if (!applied.ok()) return applied.status();
    text = *std::move(applied);
  }
  std::vector<llama_token> tokens(text.size() + 8);
  const bool filled = Fill(tokens, [&](llama_token* data, std::size_t n) {
    return llama_tokenize(vocab(), text.data(),
                          static_cast<std::int32_t>(text.size()), data,
                          static_cast<std::int32_t>(n), /*add_special=*/true,
                          /*parse_special=*/true);
  });
  if (!filled || tokens.empty()) {
    return absl::InvalidArgumentError("the prompt has no tokens");
  }
  return tokens;
}

std::string LlamaModel::Piece(llama_token token) const {
  std::string piece(32, '\0');
  Fill(piece, [&](char* data, std::size_t n) {
    return llama_token_to_piece(vocab(), token, data,
                                static_cast<std::int32_t>(n), /*lstrip=*/0,
                                /*special=*/false);
  });
  return piece;
}

TokenText LlamaModel::Texts() const {
  std::vector<std::optional<std::string>> texts;
  for (llama_token token = 0; token < vocabulary_size(); ++token) {
    texts.push_back(Piece(token));
  }
  return TokenText(std::move(texts));
}

absl::Status LlamaModel::MakeContext(std::int64_t sequences,
                                     std::int64_t length, int threads) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(sequences * length);
  params.n_batch = kBatch;
  params.n_seq_max = static_cast<std::uint32_t>(sequences);
  params.n_threads = threads;
  params.n_threads_batch = threads;
  params.kv_unified = true;  // They begin alike.
  context_.reset(llama_init_from_model(&*model_, params));
  if (context_ == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("llama.cpp has no room for ", sequences, " sequences of ",
                     length, " tokens"));
  }
  batch_size_ = std::max(kBatch, static_cast<std::int32_t>(sequences));
  batch_.reset(new llama_batch(llama_batch_init(batch_size_, 0, 1)));
  lengths_.assign(static_cast<std::size_t>(sequences), 0);
  return absl::OkStatus();
}

void LlamaModel::Add(llama_token token, llama_pos position,
                     llama_seq_id sequence, bool wants_row) {
  const std::int32_t i = batch_->n_tokens++;
  batch_->token[i] = token;
  batch_->pos[i] = position;
  batch_->n_seq_id[i] = 1;
  batch_->seq_id[i][0] = sequence;
  batch_->logits[i] = wants_row ? 1 : 0;
  if (wants_row) outputs_.push_back(i);
}

absl::Status LlamaModel::Decode() {
  const std::int32_t code = llama_decode(&*context_, *batch_);
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("llama.cpp could not decode a batch of ", batch_->n_tokens,
                   " tokens (code ", code, ")"));
}

absl::Status LlamaModel::Begin(absl::Span<const llama_token> prompt) {
  llama_memory_t memory = llama_get_memory(&*context_);
  llama_memory_clear(memory, true);
  for (std::size_t first = 0; first < prompt.size(); first += kBatch) {
    batch_->n_tokens = 0;
    outputs_.clear();
    const std::size_t end =
        std::min(prompt.size(), first + static_cast<std::size_t>(kBatch));
    for (std::size_t i = first; i < end; ++i) {
      Add(prompt[i], static_cast<llama_pos>(i), 0, i + 1 == prompt.size());
    }
    absl::Status decoded = Decode();
    if (!decoded.ok()) return decoded;
  }
  for (std::size_t s = 1; s < lengths_.size(); ++s) {
    llama_memory_seq_cp(memory, 0, static_cast<llama_seq_id>(s), -1, -1);
  }
  lengths_.assign(lengths_.size(), static_cast<llama_pos>(prompt.size()));
  return absl::OkStatus();
}

absl::Status LlamaModel::Continue(absl::Span<const Continuation> batch) {
  batch_->n_tokens = 0;
  outputs_.clear();
  for (const Continuation& next : batch) {
    llama_pos& length = lengths_[static_cast<std::size_t>(next.sequence)];
    Add(next.token, length++, next.sequence, true);
  }
  return Decode();
}

absl::Status LlamaModel::GoBack(llama_seq_id sequence, std::size_t length) {
  const auto position = static_cast<llama_pos>(length);
  if (!llama_memory_seq_rm(llama_get_memory(&*context_), sequence, position,
                           -1)) {
    return absl::UnimplementedError(
        "the memory of this model cannot go back by tokens");
  }
  lengths_[static_cast<std::size_t>(sequence)] = position;
  return absl::OkStatus();
}

const float* LlamaModel::Row(std::size_t output) const {
  return llama_get_logits_ith(&*context_, outputs_[output]);
}

}  // namespace sampler::tools
