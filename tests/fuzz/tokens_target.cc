// Bytes as files of vocabularies and of token ids.

#include <cstdint>
#include <fstream>
#include <string>

#include "sampler/importers/token_texts.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/files/token_file.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "tools/text/token_text.h"

namespace sampler::fuzz {
namespace {

void CheckSpelling(const tools::TokenText& texts, const std::string& text) {
  std::string spelled;
  for (const TokenId id : importers::Spell(texts, text)) {
    spelled += texts.Bytes(id);
  }
  Require(spelled.empty() || spelled == text,
          "the spelling of a text is that text");
  for (const TokenId id : importers::TokensContaining(texts, text)) {
    Require(texts.Bytes(id).find(text) != std::string::npos,
            "a token that contains a text has it");
  }
}

void CheckVocabulary(const std::string& path) {
  const auto texts = tools::TokenText::Open(path);
  if (!texts.ok()) {
    Require(!texts.status().message().empty(),
            "a vocabulary's error is a sentence");
    return;
  }
  Require(texts->size() <= 1 << 20, "a vocabulary has at most 2^20 ids");
  Require(texts->empty() || texts->Has(texts->size() - 1),
          "the last id of a vocabulary has a text");
  std::string text;
  // A few bytes can name a million ids: the first and the last ones.
  for (TokenId id = 0; id < texts->size(); ++id) {
    if (id == 64) id = std::max(id, texts->size() - 64);
    Require(!texts->Display(id).empty(), "every id can be shown");
    if (text.size() < 40) text += texts->Bytes(id);
  }
  if (texts->size() < 4096) CheckSpelling(*texts, text);
}

void CheckTokens(Bytes bytes, const std::string& name) {
  const std::string path = EmptyFolder() + "/" + name;
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const auto tokens = logs::ReadTokenFile(path);
  if (!tokens.ok()) {
    Require(!tokens.status().message().empty(),
            "a token file's error is a sentence");
    return;
  }
  const auto count = logs::CheckedProduct(tokens->shape);
  Require(count.has_value() &&
              *count == static_cast<std::int64_t>(tokens->ids.size()),
          "the shape of token ids holds them");
}

}  // namespace

// A byte for the kind of the file, then the file.
void FuzzTokens(Bytes input) {
  ByteSource source(input);
  switch (source.Below(4)) {
    case 0:
      return CheckTokens(source.Rest(), "tokens.bin");
    case 1:
      return CheckTokens(source.Rest(), "tokens");
    default:
      return CheckVocabulary(MemoryFile(source.Rest()).path());
  }
}

}  // namespace sampler::fuzz
