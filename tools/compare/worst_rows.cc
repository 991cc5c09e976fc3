#include "tools/compare/worst_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/options/unused_options.h"

namespace sampler::tools {
namespace {

bool IsWorse(const WorstRow& a, const WorstRow& b) {
  if (a.distance != b.distance) return a.distance > b.distance;
  return a.row.place.row < b.row.place.row;
}

// The options with which the log was opened.
std::string LogArguments(const LogOptions& log) {
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) {
      absl::StrAppend(&text, " ", name, " ", ShellWord(value));
    }
  };
  add("--tensor", log.open.tensor);
  add("--tokens", log.open.tokens_file);
  add("--prompt-tokens", log.open.prompt_tokens_file);
  if (log.open.vocabulary_size) {
    add("--vocab-size", absl::StrCat(*log.open.vocabulary_size));
  }
  if (log.open.dtype) {
    add("--dtype", std::string(DTypeName(*log.open.dtype)));
  }
  if (log.open.axes) {
    add("--axes", *log.open.axes == logs::Axes::kBatchFirst ? "btv" : "tbv");
  }
  if (log.floor_given) {
    add("--floor",
        log.open.floor == logs::FloorPolicy::kKeep ? "keep" : "drop");
  }
  add("--kind", log.kind);
  add("--vocab-file", log.vocab_file);
  if (log.open.allow_partial) text += " --allow-partial";
  return text;
}

std::string RunArguments(const RunOptions& run) {
  std::string text;
  if (run.seed) absl::StrAppend(&text, " --seed ", *run.seed);
  if (run.stream) absl::StrAppend(&text, " --stream ", *run.stream);
  if (run.step) absl::StrAppend(&text, " --step ", *run.step);
  return text;
}

}  // namespace

void WorstRows::Add(const RowPair& row) {
  WorstRow worst;
  if (by_kld_) {
    if (!row.kl) return;
    worst.distance = row.kl->kld;
  } else {
    if (!row.usable()) return;
    worst.distance = row.pair[PairColumn::kTv];
  }
  if (!(worst.distance > 0) || count_ == 0) return;
  worst.row = row;
  const auto at = std::upper_bound(rows_.begin(), rows_.end(), worst, IsWorse);
  if (rows_.size() == count_ && at == rows_.end()) return;
  rows_.insert(at, std::move(worst));
  if (rows_.size() > count_) rows_.pop_back();
}

std::vector<WorstRow> WorstRows::Take(const LogOptions& log,
                                      const std::array<std::string, 2>& paths,
                                      const Sides& sides,
                                      const RunOptions& run) {
  for (WorstRow& worst : rows_) {
    for (std::size_t s = 0; s < 2; ++s) {
      worst.commands[s] = ExplainCommand(log, paths[s], worst.row.place.row,
                                         sides[s].chain, run);
    }
  }
  return std::move(rows_);
}

std::string ExplainCommand(const LogOptions& log, const std::string& path,
                           std::int64_t row, const ChainSpec& chain,
                           const RunOptions& run) {
  return absl::StrCat("sampler explain ", ShellWord(path), " --row ", row, " ",
                      chain.arguments, LogArguments(log),
                      RunArguments(OnlyWhatMatters(run, {&chain.config, 1})));
}

}  // namespace sampler::tools
