#include "tools/verify/fssl.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"

namespace sampler::tools {

const char* FsslName(FsslWord word) {
  switch (word) {
    case FsslWord::kSafe:
      return "safe";
    case FsslWord::kSuspicious:
      return "suspicious";
    case FsslWord::kDangerous:
      break;
  }
  return "dangerous";
}

absl::StatusOr<FsslRule> ParseFsslRule(const std::string& text) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const auto score = ReadReal(parts.first);
  const auto rank = ReadInteger(parts.second);
  if (!score.ok() || !rank.ok() || !(*score <= 0) || !std::isfinite(*score) ||
      *rank < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--fssl: got ", Printable(Shortened(text)),
        ", want SCORE:RANK with SCORE <= 0 and RANK >= 1, such as -6.9:16"));
  }
  return FsslRule{*score, *rank};
}

std::optional<FsslWord> ClassifyFssl(double score, double logit_rank,
                                     const FsslRule& rule) {
  if (std::isnan(score)) return std::nullopt;
  if (score >= rule.score) return FsslWord::kSafe;
  return logit_rank < static_cast<double>(rule.rank) ? FsslWord::kSuspicious
                                                     : FsslWord::kDangerous;
}

}  // namespace sampler::tools
