#include "tools/options/spelt_config.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/config/spelt_texts.h"
#include "sampler/importers/token_texts.h"
#include "tools/text/output.h"
#include "tools/text/quote.h"

namespace sampler::tools {

absl::StatusOr<PipelineConfig> ReadSpeltConfig(
    absl::string_view json, std::optional<std::int64_t> vocabulary_size,
    const TokenText& vocabulary, std::vector<SpeltText>& spelt,
    std::vector<JsonProblem>* problems) {
  const auto spell =
      [&](const std::string& pointer,
          const std::string& text) -> absl::StatusOr<std::vector<TokenId>> {
    if (vocabulary.empty()) {
      return absl::InvalidArgumentError(
          "a list of token ids, or a vocabulary that spells it (--vocab-file)");
    }
    std::vector<TokenId> tokens = importers::Spell(vocabulary, text);
    if (tokens.empty()) {
      return absl::InvalidArgumentError(
          "a text that the tokens of this vocabulary spell");
    }
    spelt.push_back({pointer, text, tokens});
    return tokens;
  };
  return ParseConfigOfTexts(json, spell, vocabulary_size, problems);
}

std::string SpeltLine(const SpeltText& spelt, const TokenText& vocabulary) {
  const std::string tokens =
      spelt.tokens.size() == 1
          ? absl::StrCat("token ", spelt.tokens.front())
          : absl::StrCat(
                "the tokens ",
                absl::StrJoin(
                    spelt.tokens, ", ", [&](std::string* out, TokenId id) {
                      absl::StrAppend(out, id, " ", vocabulary.Display(id));
                    }));
  return absl::StrCat(spelt.pointer, ": ", Quote(spelt.text), " is ", tokens);
}

void TellSpelt(const std::vector<SpeltText>& spelt,
               const TokenText& vocabulary) {
  for (const SpeltText& one : spelt) {
    WriteNote(absl::StrCat("note: ", SpeltLine(one, vocabulary), "\n"));
  }
}

bool HasTexts(absl::string_view json) {
  bool has = false;
  const auto note =
      [&](const std::string&,
          const std::string&) -> absl::StatusOr<std::vector<TokenId>> {
    has = true;
    return absl::InvalidArgumentError("none");
  };
  static_cast<void>(ParseConfigOfTexts(json, note));
  return has;
}

}  // namespace sampler::tools
