#include "sampler/logs/format.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/formats/foreign_format.h"
#include "sampler/logs/formats/foreign_text.h"
#include "sampler/logs/formats/npy_header.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/npz/npz.h"
#include "sampler/parameters/printable.h"

namespace sampler::logs {
namespace {

constexpr absl::string_view kSupported =
    "safetensors, .npy, .npz, llama.cpp _logits_, a server's answer or raw";

absl::Status Refuse(const std::string& file, const Foreign& foreign) {
  return InvalidLog({file, "format, byte 0", foreign.found,
                     absl::StrCat("a supported format (", kSupported, ")"),
                     foreign.remedy});
}

}  // namespace

absl::StatusOr<Format> RecogniseFormat(const InputFile& input,
                                       const OpenOptions& options) {
  const std::string& file = input.path();
  if (input.size() == 0) {
    return InvalidLog({file, "size", "an empty file",
                       absl::StrCat("a log (", kSupported, ")"),
                       "was the program that records it stopped early?"});
  }
  if (options.format) return *options.format;
  const auto bytes = input.Prefix(kRecognisedBytes);
  if (!bytes.ok()) return bytes.status();
  const absl::string_view head(reinterpret_cast<const char*>(bytes->data()),
                               bytes->size());
  if (absl::StartsWith(head, "_logits_")) return Format::kLlamaLogits;
  if (HasNpyMagic(*bytes)) return Format::kNpy;
  if (LooksLikeSafetensors(*bytes)) return Format::kSafetensors;
  if (LooksLikeNpz(*bytes)) return Format::kNpz;
  if (MayBeAnswer(head)) return Format::kServerAnswer;
  const Foreign by_signature = ForeignBySignature(head);
  if (!by_signature.found.empty()) return Refuse(file, by_signature);
  if (options.vocabulary_size) return Format::kRaw;
  // A header length beyond the cap: let the reader say so.
  if (head.size() > 8 && head[8] == '{' &&
      !absl::ascii_isprint(static_cast<unsigned char>(head[7]))) {
    return Format::kSafetensors;
  }
  const Foreign by_guess = ForeignByGuess(head);
  if (!by_guess.found.empty()) return Refuse(file, by_guess);
  return Refuse(
      file,
      {absl::StrCat("unknown bytes \"",
                    EscapeUnsafe(head.substr(0, 8), Escapes::kBytes), "\""),
       "for a headerless array say the vocabulary size and dtype "
       "(--vocab-size N --dtype TYPE)"});
}

absl::Status RefuseText(const InputFile& input) {
  const auto bytes = input.Prefix(kRecognisedBytes);
  if (!bytes.ok()) return bytes.status();
  return Refuse(input.path(),
                ForeignText({reinterpret_cast<const char*>(bytes->data()),
                             bytes->size()}));
}

}  // namespace sampler::logs
