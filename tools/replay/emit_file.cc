#include "tools/replay/emit_file.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/config/printed.h"
#include "sampler/logs/files/output_target.h"
#include "tools/chains/chain_temperature.h"
#include "tools/text/output.h"

namespace sampler::tools {

// ---- Spool --------------------------------------------------------------

absl::StatusOr<Spool> Spool::Create(const std::string& path) {
  // Nothing of it is ever published under this name.
  auto file = logs::TemporaryFile::Create(path, logs::Overwrite::kYes);
  if (!file.ok()) return file.status();
  return Spool(path, *std::move(file));
}

void Spool::Write(absl::Span<const unsigned char> bytes) {
  if (error_ != 0) return;
  error_ = logs::WriteFully(file_.descriptor(), bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
}

absl::Status Spool::CopyTo(logs::OutputFile& file) const {
  if (error_ != 0) {
    return logs::FileError(path_, "write a temporary file for", error_);
  }
  std::vector<unsigned char> block(std::size_t{1} << 18);
  for (std::int64_t done = 0; done < bytes_;) {
    const ssize_t count =
        ::pread(file_.descriptor(), block.data(), block.size(), done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return logs::FileError(path_, "read a temporary file of",
                             count < 0 ? errno : EIO);
    }
    file.Append(
        absl::MakeConstSpan(block).first(static_cast<std::size_t>(count)));
    done += count;
  }
  return absl::OkStatus();
}

// ---- EmitFile -----------------------------------------------------------

absl::StatusOr<EmitFile> EmitFile::Create(const EmitOptions& options,
                                          const ReplayHeader& header) {
  auto ids = Spool::Create(options.out);
  if (!ids.ok()) return ids.status();
  auto logprobs = Spool::Create(options.out);
  if (!logprobs.ok()) return logprobs.status();
  auto bits = Spool::Create(options.out);
  if (!bits.ok()) return bits.status();
  return EmitFile(options, header, *std::move(ids), *std::move(logprobs),
                  *std::move(bits));
}

EmitFile::EmitFile(const EmitOptions& options, const ReplayHeader& header,
                   Spool ids, Spool logprobs, Spool bits)
    : options_(options),
      header_(header),
      ids_(std::move(ids)),
      logprobs_(std::move(logprobs)),
      bits_(std::move(bits)) {}

void EmitFile::Add(const RowResult& row) {
  const auto& found = static_cast<const EmittedRow&>(*row.finding);
  if (row.place.sequence != sequence_) {
    sequence_ = row.place.sequence;
    seq_offsets_.push_back(std::ssize(rows_));
  }
  rows_.push_back(row.place.row);
  tokens_.push_back(row.target);
  kept_.push_back(static_cast<std::int32_t>(row.kept));
  exact_.push_back(row.exact() ? 1 : 0);
  inexact_ += row.exact() ? 0 : 1;
  if (options_.mask) AddMask(found);
  logprob_.push_back(found.logprob);
  full_logprob_.push_back(found.full_logprob);
  ln_mass_.push_back(found.ln_mass);
  raw_logprob_.push_back(found.raw_logprob);
}

void EmitFile::AddMask(const EmittedRow& row) {
  if (row.ids.size() > kMostListed) {
    AddBits(row);
    offsets_.push_back(offsets_.back());
    return;
  }
  ids_.Append(absl::MakeConstSpan(row.ids));
  logprobs_.Append(absl::MakeConstSpan(row.logprobs));
  offsets_.push_back(offsets_.back() + std::ssize(row.ids));
}

void EmitFile::AddBits(const EmittedRow& row) {
  const auto size = static_cast<std::size_t>(header_.log.vocabulary_size());
  std::vector<std::uint32_t> words((size + 31) / 32, 0);
  for (const std::int32_t id : row.ids) {
    const auto bit = static_cast<std::size_t>(id);
    words[bit / 32] |= std::uint32_t{1} << (bit % 32);
  }
  bits_rows_.push_back(std::ssize(rows_) - 1);
  bits_.Append(absl::MakeConstSpan(words));
}

std::map<std::string, std::string> EmitFile::Metadata() const {
  const auto& configs = header_.configs.configs;
  std::map<std::string, std::string> metadata = {
      {"schema", "sampler.emit/1"},
      {"tool_version", std::string(kVersion)},
      {"kind", "processed"},
      {"vocab_size", absl::StrCat(header_.log.vocabulary_size())},
      {"chain", ChainsText(header_)},
      {"ties", TiesText(header_)},
      {"seed", SeedText(header_)},
      {"history", UsesReplayedHistory(header_.log, header_.options)
                      ? "replayed"
                      : "logged"}};
  if (configs.size() == 1) {
    metadata["config"] = ToLine(Json::parse(ToPrintedJson(configs[0])));
    const auto temperature = ChainTemperature(configs[0]);
    if (temperature.has_value() && !IsGreedy(configs[0])) {
      metadata["temperature"] = Digits(*temperature);
    }
  }
  return metadata;
}

void EmitFile::Describe(logs::SafetensorsHeaderWriter& header) const {
  const std::int64_t rows = std::ssize(rows_);
  if (options_.mask) header.Add("offsets", "I64", {rows + 1}, 8);
  header.Add("seq_offsets", "I64", {std::ssize(seq_offsets_)}, 8);
  header.Add("rows", "I64", {rows}, 8);
  if (options_.mask) {
    header.Add("bits_rows", "I64", {std::ssize(bits_rows_)}, 8);
  }
  if (!header_.log.tokens().empty()) header.Add("tokens", "I32", {rows}, 4);
  header.Add("kept", "I32", {rows}, 4);
  if (options_.logprob) {
    for (const char* name :
         {"logprob", "full_logprob", "ln_mass", "raw_logprob"}) {
      header.Add(name, "F32", {rows}, 4);
    }
  }
  if (options_.mask) {
    const std::int64_t words = (header_.log.vocabulary_size() + 31) / 32;
    header.Add("token_ids", "I32", {offsets_.back()}, 4);
    header.Add("logprobs", "F32", {offsets_.back()}, 4);
    header.Add("bits", "I32", {std::ssize(bits_rows_), words}, 4);
  }
  // Bytes last: what stands before them stays aligned.
  header.Add("exact", "U8", {rows}, 1);
}

absl::Status EmitFile::Finish() {
  seq_offsets_.push_back(std::ssize(rows_));
  auto file = logs::OutputFile::Create(
      options_.out,
      options_.force ? logs::Overwrite::kYes : logs::Overwrite::kNo);
  if (!file.ok()) return file.status();
  logs::SafetensorsHeaderWriter header(Metadata());
  Describe(header);
  absl::Status status = header.WriteTo(options_.out, *file);
  if (!status.ok()) return status;
  const auto append = [&](const auto& values) {
    file->AppendValues(absl::MakeConstSpan(values));
  };
  if (options_.mask) append(offsets_);
  append(seq_offsets_);
  append(rows_);
  if (options_.mask) append(bits_rows_);
  if (!header_.log.tokens().empty()) append(tokens_);
  append(kept_);
  if (options_.logprob) {
    for (const std::vector<float>* const numbers :
         {&logprob_, &full_logprob_, &ln_mass_, &raw_logprob_}) {
      append(*numbers);
    }
  }
  if (options_.mask) {
    for (const Spool* const spool : {&ids_, &logprobs_, &bits_}) {
      status = spool->CopyTo(*file);
      if (!status.ok()) return status;
    }
  }
  append(exact_);
  return file->Commit();
}

// ---- Emitter ------------------------------------------------------------

absl::StatusOr<std::unique_ptr<Emitter>> Emitter::Create(
    const EmitOptions& options, const ReplayHeader& header) {
  auto file = EmitFile::Create(options, header);
  if (!file.ok()) return file.status();
  return std::unique_ptr<Emitter>(
      new Emitter(std::make_unique<EmitFile>(*std::move(file))));
}

Emitter::Emitter(std::unique_ptr<EmitFile> file) : file_(std::move(file)) {}
Emitter::~Emitter() = default;

void Emitter::Add(const RowResult& row) { file_->Add(row); }
absl::Status Emitter::Finish() { return file_->Finish(); }
std::int64_t Emitter::inexact() const { return file_->inexact(); }

}  // namespace sampler::tools
