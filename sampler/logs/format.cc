#include "sampler/logs/format.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/npy_header.h"
#include "sampler/logs/safetensors_header.h"

namespace sampler::logs {
namespace {

constexpr absl::string_view kSupported =
    "safetensors, .npy, llama.cpp _logits_ or raw";

// A file of torch.save() runs code when it is loaded, so there is no reader for
// it here, and there will be none.
constexpr absl::string_view kTorchRemedy =
    "for a file that you trust: python -c \"import torch; from "
    "safetensors.torch import save_file; save_file({'logits': "
    "torch.load('in.pt', weights_only=True).contiguous()}, "
    "'out.safetensors')\"";

struct Refused {
  absl::string_view found;
  absl::string_view remedy;
};

// Formats with a signature of four bytes or more: no row of logits begins so.
Refused RefusedBySignature(absl::string_view head) {
  if (absl::StartsWith(head, absl::string_view("PK\x03\x04", 4))) {
    if (absl::StrContains(head, "data.pkl")) {
      return {"a torch file (pickle inside zip)", kTorchRemedy};
    }
    return {"a zip archive (.npz or torch)",
            "for .npz: unzip it and open the .npy member; for torch: save as "
            "safetensors"};
  }
  if (absl::StartsWith(head, "PAR1")) {
    return {"Parquet",
            "read it with pyarrow and save dense logits as safetensors"};
  }
  if (absl::StartsWith(head, "\x28\xb5\x2f\xfd")) {
    return {"zstd compression", "pipe it: zstd -dc FILE | ... -"};
  }
  if (absl::StartsWith(head, "smpl-log")) {
    return {"a log that was not finished",
            "make a log of it: sampler convert --recover FILE OUT"};
  }
  if (absl::StartsWith(head, "_logits2")) {
    return {"_logits2, a fork's version of the llama.cpp logits format",
            "write it with llama.cpp's own llama-perplexity"};
  }
  if (absl::StartsWith(head, "_logits")) {
    return {"an unknown version of the llama.cpp logits format",
            "write it with llama.cpp's own llama-perplexity"};
  }
  return {};
}

// Signatures so short that a row of numbers may begin with them.
Refused RefusedByGuess(absl::string_view head) {
  if (absl::StartsWith(head, "\x1f\x8b")) {
    return {"gzip compression", "pipe it: gzip -dc FILE | ... -"};
  }
  if (absl::StartsWith(head, "\x80") && head.size() > 1 && head[1] >= 2 &&
      head[1] <= 5) {
    return {"a pickle (old torch file or Python object)", kTorchRemedy};
  }
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(head);
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) {
    return {"JSON",
            "API responses hold only the top few tokens: log dense logits"};
  }
  return {};
}

absl::Status Refuse(const std::string& file, const Refused& refused) {
  return InvalidLog({file, "format, byte 0", refused.found,
                     absl::StrCat("a supported format (", kSupported, ")"),
                     refused.remedy});
}

}  // namespace

absl::StatusOr<Format> RecogniseFormat(const std::string& file,
                                       absl::Span<const unsigned char> bytes,
                                       const OpenOptions& options) {
  if (bytes.empty()) {
    return InvalidLog({file, "size", "an empty file",
                       absl::StrCat("a log (", kSupported, ")"),
                       "was the program that records it stopped early?"});
  }
  if (options.format) return *options.format;
  const absl::string_view head(reinterpret_cast<const char*>(bytes.data()),
                               std::min<std::size_t>(bytes.size(), 256));
  if (absl::StartsWith(head, "_logits_")) return Format::kLlamaLogits;
  if (HasNpyMagic(bytes)) return Format::kNpy;
  if (LooksLikeSafetensors(bytes)) return Format::kSafetensors;
  const Refused by_signature = RefusedBySignature(head);
  if (!by_signature.found.empty()) return Refuse(file, by_signature);
  if (options.vocabulary_size) return Format::kRaw;
  // A header length beyond the cap: let the reader say so.
  if (head.size() > 8 && head[8] == '{' &&
      !absl::ascii_isprint(static_cast<unsigned char>(head[7]))) {
    return Format::kSafetensors;
  }
  const Refused by_guess = RefusedByGuess(head);
  if (!by_guess.found.empty()) return Refuse(file, by_guess);
  return Refuse(file,
                {absl::StrCat("unknown bytes \"",
                              absl::CHexEscape(head.substr(0, 8)), "\""),
                 "for a headerless array say the vocabulary size and dtype"});
}

}  // namespace sampler::logs
