// The adapter beside llama.cpp's own grammars, on a real vocabulary.

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "llama.h"
#include "sampler/adapters/llama_cpp.h"
#include "sampler/candidates/candidates.h"
#include "tests/generate/model_run.h"
#include "tools/generate/llama_chain.h"
#include "tools/generate/llama_model.h"

namespace sampler::tools {
namespace {

// Words of lower-case letters; ends after a full stop.
constexpr char kGrammar[] =
    "root ::= word (\" \" word)* \".\"\nword ::= [a-z]+";
constexpr char kConfig[] =
    R"({"version": 1, "stages": [
        {"type": "repetition_penalty", "penalty": 1.2},
        {"type": "temperature", "temperature": 0.8},
        {"type": "top_p", "p": 0.95}, {"type": "categorical"}]})";

class LlamaGrammar : public testing::Test {
 protected:
  void SetUp() override {
    SAMPLER_NEEDS_MODEL();
    auto model = LlamaModel::Load(SAMPLER_LLAMA_MODEL);
    ASSERT_TRUE(model.ok()) << model.status();
    model_.emplace(*std::move(model));
    prompt_ = model_->Tokenize({.text = kStory}).value();
    ASSERT_TRUE(model_->MakeContext(1, 200, 1).ok());
    ASSERT_TRUE(model_->Begin(prompt_).ok());
  }

  LlamaSamplerPointer NewGrammar() const {
    return LlamaSamplerPointer(
        llama_sampler_init_grammar(model_->vocab(), kGrammar, "root"));
  }
  LlamaSamplerPointer NewOurs() const {
    return LlamaSamplerPointer(NewLlamaSampler(kConfig, model_->vocab(),
                                               {.seed = 3, .prompt = prompt_})
                                   .value());
  }

  std::vector<llama_token_data> Candidates() const {
    const float* const row = model_->Row(0);
    std::vector<llama_token_data> candidates;
    for (llama_token id = 0; id < model_->vocabulary_size(); ++id) {
      candidates.push_back({id, row[id], 0.0F});
    }
    return candidates;
  }

  // Generates with `next`; whether every byte was in the grammar is for the
  // grammar to say, which ends the program if it was given another one.
  std::string Generate(auto next) {
    std::string text;
    for (int i = 0; i < 30; ++i) {
      const llama_token token = next();
      if (token < 0 || model_->IsEnd(token)) break;
      text += model_->Piece(token);
      if (!model_->Continue({{0, token}}).ok()) break;
    }
    return text;
  }

  static bool IsInGrammar(const std::string& text) {
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz .") ==
               std::string::npos &&
           text.find('.') >= text.size() - 1;
  }

  std::optional<LlamaModel> model_;
  std::vector<llama_token> prompt_;
};

TEST_F(LlamaGrammar, BeforeOurs) {
  const LlamaSamplerPointer chain(
      llama_sampler_chain_init(llama_sampler_chain_default_params()));
  llama_sampler_chain_add(chain.get(), NewGrammar().release());
  llama_sampler_chain_add(chain.get(), NewOurs().release());
  const std::string text = Generate([&] {
    auto candidates = Candidates();
    llama_token_data_array array = {candidates.data(), candidates.size(), -1,
                                    false};
    llama_sampler_apply(chain.get(), &array);
    EXPECT_GE(array.selected, 0);
    const llama_token token = array.data[array.selected].id;
    llama_sampler_accept(chain.get(), token);
    return token;
  });
  EXPECT_GT(text.size(), 20u);
  EXPECT_TRUE(IsInGrammar(text)) << text;
}

// As common_sampler does it: the token first, and the whole chain again behind
// the grammar if it does not fit.
TEST_F(LlamaGrammar, AfterOurs) {
  const LlamaSamplerPointer grammar = NewGrammar();
  const LlamaSamplerPointer ours = NewOurs();
  int redrawn = 0;
  const std::string text = Generate([&] {
    auto candidates = Candidates();
    llama_token_data_array array = {candidates.data(), candidates.size(), -1,
                                    false};
    llama_sampler_apply(ours.get(), &array);
    llama_token token = array.data[array.selected].id;
    llama_token_data single = {token, 1.0F, 0.0F};
    llama_token_data_array one = {&single, 1, -1, false};
    llama_sampler_apply(grammar.get(), &one);
    if (std::isinf(single.logit)) {
      ++redrawn;
      candidates = Candidates();
      array = {candidates.data(), candidates.size(), -1, false};
      llama_sampler_apply(grammar.get(), &array);
      llama_sampler_apply(ours.get(), &array);
      token = array.data[array.selected].id;
    }
    llama_sampler_accept(grammar.get(), token);
    llama_sampler_accept(ours.get(), token);
    return token;
  });
  EXPECT_GT(redrawn, 0);
  EXPECT_GT(text.size(), 20u);
  EXPECT_TRUE(IsInGrammar(text)) << text;
}

}  // namespace
}  // namespace sampler::tools
