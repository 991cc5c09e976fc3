#include "tools/convert/write.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/logs/formats/llama_logits_writer.h"
#include "sampler/logs/formats/npy_writer.h"
#include "sampler/logs/formats/safetensors_writer.h"
#include "sampler/logs/journal/row_encoder.h"
#include "tools/convert/selection.h"
#include "tools/convert/top_k.h"
#include "tools/replay/print.h"
#include "tools/text/progress.h"

namespace sampler::tools {
namespace {

// Bits of the significand, the leading one included.
int Precision(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return 53;
    case DType::kF32:
      return 24;
    case DType::kF16:
      return 11;
    case DType::kBF16:
      break;
  }
  return 8;
}

void ReportRounding(DType from, DType to, Warnings& losses) {
  // bf16 into f16 loses too: small numbers, though f16 is the finer one.
  const bool range = from == DType::kBF16 && to == DType::kF16;
  if (Precision(to) >= Precision(from) && !range) return;
  losses.Add(absl::StrCat("precision: values are rounded from ",
                          DTypeName(from), " to ", DTypeName(to),
                          "; a replay may draw other tokens"));
}

// What is not in the rows themselves.
void ReportDropped(const logs::Log& log, bool tokens, Warnings& losses) {
  if (!tokens && !log.tokens().empty()) {
    losses.Add("tokens: the format holds none; keep LOG for --tokens");
  }
  bool prompts = false;
  for (const logs::LogSequence& sequence : log.sequences()) {
    prompts |= !sequence.prompt.empty();
  }
  if (!tokens && (prompts || log.sequences().size() > 1)) {
    losses.Add("sequences: the format holds neither them nor their prompts");
  }
  const bool told = std::any_of(
      log.sequences().begin(), log.sequences().end(),
      [](const logs::LogSequence& s) { return s.drawn_with.has_value(); });
  if (told) {
    losses.Add("settings: the format holds neither seeds, streams nor configs");
  }
  if (!log.description().metadata.empty()) {
    losses.Add("metadata: the format holds none");
  }
}

// What only safetensors hold beside the rows.
void ReportNotes(const logs::Log& log, Warnings& losses) {
  if (log.description().masks) {
    losses.Add("masks: those of the rows are left out");
  }
  if (!log.attempts().empty() || log.has_bans()) {
    losses.Add(
        "attempts and bans: where tokens were drawn anew is left out, so a "
        "replay draws others");
  }
}

absl::Status ReportFloor(const logs::Log& log, const RowSelection& rows,
                         Warnings& losses) {
  std::int64_t tokens = 0;
  bool dropped = false;
  for (std::int64_t row = rows.first; row < rows.end; row += rows.every) {
    const auto read = log.Floor(row);
    if (!read.ok()) return read.status();
    const std::optional<logs::FloorInfo>& floor = *read;
    if (!floor.has_value()) return absl::OkStatus();
    tokens += floor->count;
    dropped |= floor->dropped;
  }
  if (tokens == 0) return absl::OkStatus();
  losses.Add(absl::StrCat(
      "floor: ", Grouped(tokens), " tokens whose values LOG does not hold ",
      dropped ? "become -inf (--floor keep gives them the floor's value)"
              : "get the floor's value"));
  return absl::OkStatus();
}

void ReportSelection(const logs::Log& log, const SelectedContents& selected,
                     Warnings& losses) {
  const std::int64_t left_out = log.rows() - std::ssize(selected.rows);
  if (left_out == 0) return;
  losses.Add(absl::StrCat("rows: ", Plural(left_out, "row"),
                          " are left out; those before the first one of a "
                          "sequence become its prompt"));
  if (selected.lost_history) {
    losses.Add(
        "history: the tokens of rows that are left out between others are "
        "lost, so penalties see other texts");
  }
  if (selected.lost_settings) {
    losses.Add(
        "settings: of sequences that do not begin with their first row seeds, "
        "streams and configs are left out: a replay would draw others");
  }
}

void Prepare(const logs::Log& log, DType dtype, logs::LogContents& contents) {
  const DType before = contents.dtype;
  contents.dtype = dtype;
  contents.metadata["vocab_size"] = absl::StrCat(log.vocabulary_size());
  contents.metadata.try_emplace("source_precision",
                                std::string(DTypeName(before)));
}

absl::Status WriteDense(const logs::Log& log, const std::string& path,
                        Target target, logs::Overwrite overwrite, DType dtype,
                        SelectedContents& selected, Progress& progress) {
  logs::DenseEncoder encoder(dtype);
  logs::RowBuffer buffer;
  const auto row =
      [&](std::int64_t i) -> absl::StatusOr<absl::Span<const unsigned char>> {
    progress.Step();
    const std::int64_t n = selected.rows[static_cast<std::size_t>(i)];
    const auto logits = log.Row(n, buffer);
    if (!logits.ok()) return logits.status();
    auto bytes = encoder.Encode(*logits);
    if (bytes.ok()) return bytes;
    return absl::Status(
        bytes.status().code(),
        absl::StrCat("row ", n, ": ", bytes.status().message()));
  };
  logs::LogContents& contents = selected.contents;
  Prepare(log, dtype, contents);
  logs::RowBuffer masks;
  if (log.description().masks) {
    const auto first = log.Mask(0, masks);
    if (!first.ok()) return first.status();
    contents.mask_words = std::ssize((*first)->words());
    contents.masks =
        [&](std::int64_t i) -> absl::StatusOr<absl::Span<const std::uint32_t>> {
      const auto mask =
          log.Mask(selected.rows[static_cast<std::size_t>(i)], masks);
      if (!mask.ok()) return mask.status();
      return (*mask)->words();
    };
  }
  return target == Target::kNpy
             ? logs::WriteNpy(path, overwrite, contents, row)
             : logs::WriteDenseSafetensors(path, overwrite, contents, row);
}

absl::Status WriteLlama(const logs::Log& log, const std::string& path,
                        logs::Overwrite overwrite, Progress& progress,
                        Warnings& losses) {
  const auto lost = logs::WriteLlamaLogits(path, overwrite, log,
                                           [&progress] { progress.Step(); });
  if (!lost.ok()) return lost.status();
  losses.Add("precision: values become 16-bit codes of log-probabilities");
  if (lost->floored + lost->removed > 0) {
    losses.Add(absl::StrCat(
        "floor: ", Grouped(lost->floored + lost->removed), " tokens (",
        Grouped(lost->removed),
        " of them at -inf) lie 16 nats below the likeliest of their row, and "
        "share one code"));
  }
  if (lost->cut > 0) {
    losses.Add(absl::StrCat("prompt: the first ", Plural(lost->cut, "token"),
                            " are left out"));
  }
  if (lost->filled > 0) {
    losses.Add(absl::StrCat(
        "prompt: ", Plural(lost->filled, "token"),
        " are invented, because the format wants more than there are: the file "
        "cannot be run against a model, and penalties see them"));
  }
  ReportDropped(log, /*tokens=*/true, losses);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> WriteLog(const logs::Log& log,
                                     const std::string& path, Target target,
                                     logs::Overwrite overwrite,
                                     const ConvertOptions& options,
                                     Warnings& losses, bool quiet) {
  if (log.description().top_k) {
    return WithHint(
        absl::InvalidArgumentError("LOG is a top-k log, want whole rows"),
        "convert the log that it was made from");
  }
  if (target != Target::kSafetensors && options.top_k > 0) {
    return absl::InvalidArgumentError("--top-k: want safetensors as OUT");
  }
  const bool some = options.rows.count() < log.rows();
  if (some && target == Target::kLlama) {
    return WithHint(absl::InvalidArgumentError(
                        "--rows, --every, --limit: got some of the rows for "
                        "_logits_, want all: its rows stand at fixed places"),
                    "convert the rows to safetensors first, then that");
  }
  if (target != Target::kSafetensors) ReportNotes(log, losses);
  Progress progress(options.rows.count(), quiet);
  absl::Status status;
  if (target == Target::kLlama) {
    if (options.dtype.has_value()) {
      return absl::InvalidArgumentError(
          "--to-dtype: got a type, want none: _logits_ has its own codes");
    }
    status = WriteLlama(log, path, overwrite, progress, losses);
    if (!status.ok()) return status;
    return "llama.cpp _logits_";
  }
  const DType from = log.description().dtype;
  const bool top_k = options.top_k > 0;
  const DType dtype =
      options.dtype.value_or(top_k && from == DType::kF64 ? DType::kF32 : from);
  SelectedContents selected =
      SelectContents(logs::ContentsOf(log), options.rows);
  ReportSelection(log, selected, losses);
  status = ReportFloor(log, options.rows, losses);
  if (!status.ok()) return status;
  ReportRounding(from, dtype, losses);
  if (target == Target::kNpy) ReportDropped(log, /*tokens=*/false, losses);
  status = top_k ? WriteTopK(log, path, overwrite, dtype, options.top_k,
                             selected, progress, losses)
                 : WriteDense(log, path, target, overwrite, dtype, selected,
                              progress);
  if (!status.ok()) return status;
  return absl::StrCat(target == Target::kNpy ? "npy" : "safetensors", " ",
                      DTypeName(dtype),
                      top_k ? absl::StrCat(", top ", options.top_k) : "");
}

}  // namespace sampler::tools
