// From text to token ids, for settings that other runtimes give as text:
// breakers, bad words, biases of words. The core knows ids only; whoever has a
// vocabulary supplies the bytes of every id, and these functions do the rest.
//
// Thread-safety: const methods from any number of threads; pure functions.
// Cost: a pass over the vocabulary a call.
// Tested by: tests/importers/token_texts_test.cc.

#ifndef SAMPLER_IMPORTERS_TOKEN_TEXTS_H_
#define SAMPLER_IMPORTERS_TOKEN_TEXTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/candidate.h"

namespace sampler::importers {

// What a caller's vocabulary must answer.
class TokenTexts {
 public:
  virtual ~TokenTexts() = default;
  // Ids lie in [0, size).
  virtual std::int32_t size() const = 0;
  // The bytes that `id` stands for; "" if it has none.
  virtual std::string Bytes(TokenId id) const = 0;
};

using TokenIds = std::vector<TokenId>;

// Every id whose bytes contain `text`, ascending.
TokenIds TokensContaining(const TokenTexts& texts, absl::string_view text);

// `text` in tokens, the longest that fits each time: what a tokenizer does with
// most short texts, not with all (it may prefer other pieces). Empty if `text`
// cannot be spelled.
TokenIds Spell(const TokenTexts& texts, absl::string_view text);

// Every way in which `text` may begin inside a token, as DRY's breakers are
// found in llama.cpp: a token that contains it, or a token that ends with its
// beginning and the spelling of the rest. llama.cpp looks at 40 characters and
// rests of 20 tokens.
std::vector<TokenIds> BreakerSequences(const TokenTexts& texts,
                                       absl::string_view text);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_TOKEN_TEXTS_H_
