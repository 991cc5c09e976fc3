#include "sampler/logs/formats/foreign_format.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "sampler/logs/formats/foreign_text.h"

namespace sampler::logs {
namespace {

// A file of torch.save() runs code when it is loaded, so there is no reader for
// it here, and there will be none.
constexpr absl::string_view kTorchRemedy =
    "for a file that you trust: python3 -c \"import torch; from "
    "safetensors.torch import save_file; save_file({'logits': "
    "torch.load('in.pt', weights_only=True).contiguous()}, "
    "'out.safetensors')\"";

struct Signature {
  absl::string_view bytes;
  absl::string_view found;
  absl::string_view remedy;
};

// Four bytes or more.
constexpr Signature kSignatures[] = {
    {"PAR1", "Parquet",
     "python3 -c \"import numpy, pyarrow.parquet as p; numpy.save('out.npy', "
     "numpy.array(p.read_table('in.parquet')['logits'].to_pylist(), 'f4'))\""},
    {"ARROW1", "Arrow (an IPC file, Feather)",
     "python3 -c \"import numpy, pyarrow.feather as f; numpy.save('out.npy', "
     "numpy.array(f.read_table('in.arrow')['logits'].to_pylist(), 'f4'))\""},
    {"\x89HDF\r\n\x1a\n", "HDF5",
     "python3 -c \"import h5py, numpy; numpy.save('out.npy', "
     "h5py.File('in.h5')['logits'][:])\""},
    {"GGUF", "GGUF, the weights of a model",
     "record a log with it: llama-perplexity -m in.gguf -f text.txt "
     "--save-all-logits out.kld"},
    {"\x28\xb5\x2f\xfd", "zstd compression",
     "pipe it: zstd -dc FILE | sampler inspect -"},
    {absl::string_view("\xfd"
                       "7zXZ\0",
                       6),
     "xz compression", "pipe it: xz -dc FILE | sampler inspect -"},
    {"\x04\x22\x4d\x18", "lz4 compression",
     "pipe it: lz4 -dc FILE | sampler inspect -"},
    {"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, then name the log"},
    {absl::string_view("SQLite format 3\0", 16), "an SQLite database",
     "write its rows of logits with numpy.save"},
    {"smpl-log", "a log that was not finished",
     "make a log of it: sampler convert --recover FILE OUT"},
    {"version https://git-lfs.github.com/spec/",
     "a Git LFS pointer, not the file itself", "fetch it: git lfs pull"},
    {"_logits2", "_logits2, a fork's version of the llama.cpp logits format",
     "write it with llama.cpp's own llama-perplexity"},
    {"llama_kl_divergence_v1", "an obsolete format of a llama.cpp script",
     "write it with llama.cpp's own llama-perplexity"}};

// An archive whose first member is no array.
Foreign Zip(absl::string_view head) {
  if (absl::StrContains(head, "data.pkl")) {
    return {"a torch file (pickle inside zip)", std::string(kTorchRemedy)};
  }
  return {"a zip archive that is no .npz",
          "unpack it, then name the log; for torch: save as safetensors"};
}

// The ten bytes of a gzip header, of which only the time is free.
bool IsGzip(absl::string_view head) {
  if (head.size() < 10 || !absl::StartsWith(head, "\x1f\x8b\x08")) return false;
  const auto flags = static_cast<unsigned char>(head[3]);
  const auto speed = static_cast<unsigned char>(head[8]);
  const auto system = static_cast<unsigned char>(head[9]);
  return flags < 0x20 && (speed == 0 || speed == 2 || speed == 4) &&
         (system <= 13 || system == 255);
}

bool IsTar(absl::string_view head) {
  return head.size() >= 265 && absl::StartsWith(head.substr(257), "ustar");
}

Foreign Compressed() {
  return {"gzip compression", "pipe it: gzip -dc FILE | sampler inspect -"};
}

}  // namespace

Foreign ForeignBySignature(absl::string_view head) {
  if (absl::StartsWith(head, absl::string_view("PK\x03\x04", 4))) {
    return Zip(head);
  }
  if (absl::StartsWith(head, absl::string_view("PK\x05\x06", 4))) {
    return {"an empty zip archive", "write the file again"};
  }
  for (const Signature& signature : kSignatures) {
    if (!absl::StartsWith(head, signature.bytes)) continue;
    return {std::string(signature.found), std::string(signature.remedy)};
  }
  if (absl::StartsWith(head, "_logits")) {
    return {"an unknown version of the llama.cpp logits format",
            "write it with llama.cpp's own llama-perplexity"};
  }
  if (IsGzip(head)) return Compressed();
  if (IsTar(head)) {
    return {"a tar archive", "unpack it: tar -xf FILE; then name the log"};
  }
  // Sixteen letters are no four numbers of a model.
  constexpr std::size_t kFewestLetters = 16;
  return IsText(head) && head.size() >= kFewestLetters ? ForeignText(head)
                                                       : Foreign();
}

Foreign ForeignByGuess(absl::string_view head) {
  if (absl::StartsWith(head, "\x1f\x8b")) return Compressed();
  if (absl::StartsWith(head, "BZh")) {
    return {"bzip2 compression", "pipe it: bzip2 -dc FILE | sampler inspect -"};
  }
  if (absl::StartsWith(head, "\x80") && head.size() > 1 && head[1] >= 2 &&
      head[1] <= 5) {
    return {"a pickle (old torch file or Python object)",
            std::string(kTorchRemedy)};
  }
  if (absl::StartsWith(head, "\xff\xff\xff\xff")) {
    return {"an Arrow stream",
            "python3 -c \"import numpy, pyarrow.ipc as p; numpy.save('out.npy',"
            " numpy.array(p.open_stream('in.arrow').read_all()['logits']"
            ".to_pylist(), 'f4'))\""};
  }
  if (absl::StartsWith(head, "\xff\xfe") ||
      absl::StartsWith(head, "\xfe\xff")) {
    return {"UTF-16 text", "a log is no text; save the rows with numpy.save"};
  }
  const bool zeros =
      std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; });
  if (zeros) {
    return {"nothing but zero bytes",
            "was the file made and never filled? record it again"};
  }
  return IsText(head) ? ForeignText(head) : Foreign();
}

}  // namespace sampler::logs
