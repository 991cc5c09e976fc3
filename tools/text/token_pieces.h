// Reads the pieces of a vocabulary from the files that token_text.h names, as
// they are spelled there, without undoing the spelling.
//
// Thread-safety: pure function of the file.
// Errors: as TokenText::Open.
// Tested by: tests/tools/text/token_text_test.cc.

#ifndef SAMPLER_TOOLS_TEXT_TOKEN_PIECES_H_
#define SAMPLER_TOOLS_TEXT_TOKEN_PIECES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sampler::tools {

// How pieces spell bytes (token_text.h).
enum class PieceSpelling { kPlain, kByteLevel, kSentencepiece };

struct TokenPieces {
  PieceSpelling spelling = PieceSpelling::kPlain;
  std::vector<std::optional<std::string>> pieces;  // By id.
  std::vector<std::optional<std::string>> added;   // By id; plain.
};

absl::StatusOr<TokenPieces> ReadTokenPieces(const std::string& path);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_TOKEN_PIECES_H_
