// The text of token ids, read from the files that tokenizers come with:
//
//   tokenizer.json   Hugging Face: "model.vocab" (a map, or the list of a
//                    Unigram model) and "added_tokens"; nothing else is needed
//   vocab.json       {"text": id, ...}
//   pieces.txt       line i (from 0) is the piece of id i
//
// Pieces are stored in one of three spellings, and Bytes undoes it:
//
//   byte level       GPT-2's alphabet, one printable character for each byte:
//                    "Ġthe" is " the"
//   sentencepiece    "▁the" is " the", "<0xC3>" is one byte
//   plain            as it is
//
// A tokenizer.json says which; of the other files the pieces themselves do.
// Added tokens are always plain. A token may be part of a UTF-8 character, so
// text means bytes here, and Display is what may be shown to a person.
//
// Thread-safety: const methods from any number of threads.
// Errors: NotFound (no such file); InvalidArgument (not such a file, an id
//   outside [0, 2^20), an id or a piece given twice).
// Tested by: tests/tools/text/token_text_test.cc, among others on the shipped
//   tokenizer.

#ifndef SAMPLER_TOOLS_TEXT_TOKEN_TEXT_H_
#define SAMPLER_TOOLS_TEXT_TOKEN_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/candidate.h"
#include "sampler/importers/token_texts.h"

namespace sampler::tools {

class TokenText final : public importers::TokenTexts {
 public:
  static absl::StatusOr<TokenText> Open(const std::string& path);

  TokenText() = default;  // No texts.

  // The bytes of each id, for vocabularies that come from elsewhere. The last
  // has some; others need not.
  explicit TokenText(std::vector<std::optional<std::string>> texts)
      : texts_(std::move(texts)) {}

  // Has no text at all.
  bool empty() const { return texts_.empty(); }
  // One more than the largest id that has a text.
  std::int32_t size() const override {
    return static_cast<std::int32_t>(texts_.size());
  }
  bool Has(TokenId id) const;

  // The bytes that `id` stands for; "" if it has no text.
  std::string Bytes(TokenId id) const override;

  // The bytes as Quote (quote.h) shows them; "" when empty(), and "<id 123>"
  // for an id that has no text.
  std::string Display(TokenId id) const;

 private:
  std::vector<std::optional<std::string>> texts_;  // By id; the last is set.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_TOKEN_TEXT_H_
