#include "tools/convert/top_k.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/log_contents.h"
#include "sampler/logs/logger.h"
#include "tools/replay/print.h"

namespace sampler::tools {
namespace {

logs::SequenceSettings SettingsIn(const logs::Log& log,
                                  const logs::DrawnWith& drawn) {
  const auto& configs = log.description().configs;
  return {
      drawn.config < 0 ? "" : configs[static_cast<std::size_t>(drawn.config)],
      drawn.seed, drawn.stream, drawn.clock};
}

// What the log notes beside a row; its mask in `buffer`.
absl::StatusOr<logs::RowNotes> NotesIn(const logs::Log& log, std::int64_t row,
                                       logs::RowBuffer& buffer) {
  logs::RowNotes notes;
  if (!log.attempts().empty()) {
    notes.attempt = log.attempts()[static_cast<std::size_t>(row)];
  }
  const absl::Span<const TokenId> bans = log.Bans(row);
  notes.bans.assign(bans.begin(), bans.end());
  auto mask = log.Mask(row, buffer);
  if (!mask.ok()) return mask.status();
  notes.mask = *mask;
  return notes;
}

absl::Status AppendRow(const logs::Log& log, std::int64_t row,
                       std::uint32_t sequence, TokenId token,
                       logs::RowBuffer& buffer, logs::RowBuffer& masks,
                       logs::Logger& logger) {
  const auto logits = log.Row(row, buffer);
  if (!logits.ok()) return logits.status();
  const auto notes = NotesIn(log, row, masks);
  absl::Status status = notes.ok()
                            ? logger.Append(sequence, *logits, token, *notes)
                            : notes.status();
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat("row ", row, ": ", status.message()));
}

absl::Status AppendSequence(const logs::Log& log,
                            const SelectedContents& selected, std::size_t s,
                            logs::Logger& logger, Progress& progress) {
  const logs::LogContents& contents = selected.contents;
  const auto number = static_cast<std::uint32_t>(s);
  const auto begin = static_cast<std::size_t>(contents.prompt_offsets[s]);
  const auto end = static_cast<std::size_t>(contents.prompt_offsets[s + 1]);
  absl::Status status = logger.AddPrompt(
      number,
      absl::MakeConstSpan(contents.prompt_tokens).subspan(begin, end - begin));
  if (status.ok() && !contents.drawn_with.empty() &&
      contents.drawn_with[s].has_value()) {
    status = logger.Describe(number, SettingsIn(log, *contents.drawn_with[s]));
  }
  logs::RowBuffer buffer;
  logs::RowBuffer masks;
  for (std::int64_t i = contents.sequence_offsets[s];
       i < contents.sequence_offsets[s + 1] && status.ok(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    status = AppendRow(log, selected.rows[at], number, contents.tokens[at],
                       buffer, masks, logger);
    progress.Step();
  }
  return status;
}

}  // namespace

absl::Status WriteTopK(const logs::Log& log, const std::string& path,
                       logs::Overwrite overwrite, DType dtype,
                       std::int64_t top_k, const SelectedContents& selected,
                       Progress& progress, Warnings& losses) {
  if (log.tokens().empty()) {
    return WithHint(absl::InvalidArgumentError(
                        "--top-k: LOG has no tokens, want the drawn ones"),
                    "add them with --tokens FILE");
  }
  auto logger = logs::Logger::Create(
      path, {.vocabulary_size = log.vocabulary_size(),
             .dtype = dtype,
             .top_k = top_k,
             .metadata = logs::WithoutReserved(log.description().metadata),
             .overwrite = overwrite,
             .journal = logs::Journal::kNameless});
  if (!logger.ok()) return logger.status();
  const logs::LogContents& contents = selected.contents;
  const std::size_t sequences = contents.sequence_offsets.size() - 1;
  for (std::size_t s = 0; s < sequences; ++s) {
    absl::Status status = AppendSequence(log, selected, s, *logger, progress);
    if (!status.ok()) {
      logger->Discard();
      return status;
    }
  }
  losses.Add(absl::StrCat("tail: of each row only ",
                          Plural(top_k, "likeliest token"),
                          " and the drawn one are kept"));
  return logger->Finish();
}

}  // namespace sampler::tools
