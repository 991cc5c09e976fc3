#include "tools/verify/suspects.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sampler::tools {
namespace {

// Agreeing tokens of how many.
struct Agreement {
  std::int64_t same = 0;
  std::int64_t rows = 0;

  double rate() const {
    return rows == 0 ? 0.0
                     : static_cast<double>(same) / static_cast<double>(rows);
  }
};

absl::Status CountAgreement(const logs::Log& log, const ReplayConfigs& configs,
                            const ReplayOptions& options,
                            Agreement& agreement) {
  return ReplayRows(log, configs, options, [&](const RowResult& row) {
    if (!row.exact() || !row.has_target() || !row.has_token()) return;
    ++agreement.rows;
    agreement.same += row.token == row.target ? 1 : 0;
  });
}

// The first rows of a sequence that were asked for.
RowSelection FirstRowsOf(const logs::LogSequence& sequence,
                         const RowSelection& asked) {
  const std::int64_t first = std::max(sequence.first_row, asked.first);
  const std::int64_t end = std::min(
      {sequence.first_row + sequence.rows, asked.end, first + kSuspectRows});
  return {.first = first, .end = std::max(first, end)};
}

std::int64_t SequencesLookedAt(const logs::Log& log) {
  return std::min(std::ssize(log.sequences()), kSuspectSequences);
}

// How many tokens agree if every sequence has its seed moved.
absl::StatusOr<Agreement> WithSeedOffset(const logs::Log& log,
                                         const ReplayConfigs& configs,
                                         const ReplayOptions& options,
                                         std::int64_t offset) {
  Agreement agreement;
  for (std::int64_t s = 0; s < SequencesLookedAt(log); ++s) {
    ReplayOptions moved = options;
    moved.rows =
        FirstRowsOf(log.sequences()[static_cast<std::size_t>(s)], options.rows);
    if (moved.rows.count() == 0) continue;
    const auto own = StartSequence(log, s, options.run, configs.Of(s));
    if (!own.ok()) return own.status();
    moved.run.seed = own->seed() + static_cast<std::uint64_t>(offset);
    absl::Status status = CountAgreement(log, configs, moved, agreement);
    if (!status.ok()) return status;
  }
  return agreement;
}

// How many tokens of the sequences after the first agree, with their own random
// numbers or with the first one's.
absl::StatusOr<Agreement> OfLaterSequences(const logs::Log& log,
                                           const ReplayConfigs& configs,
                                           const ReplayOptions& options,
                                           const Sequence* shared) {
  Agreement agreement;
  for (std::int64_t s = 1; s < SequencesLookedAt(log); ++s) {
    ReplayOptions other = options;
    other.rows =
        FirstRowsOf(log.sequences()[static_cast<std::size_t>(s)], options.rows);
    if (other.rows.count() == 0) continue;
    if (shared != nullptr) {
      other.run.seed = shared->seed();
      other.run.stream = std::int64_t{shared->stream()} - s;
    }
    absl::Status status = CountAgreement(log, configs, other, agreement);
    if (!status.ok()) return status;
  }
  return agreement;
}

}  // namespace

absl::StatusOr<Suspects> FindSuspects(const logs::Log& log,
                                      const ReplayConfigs& configs,
                                      const ReplayOptions& options) {
  ReplayOptions plain = options;
  plain.look = {};
  Suspects suspects;
  for (std::int64_t step = 0; step <= 2 * kSeedReach; ++step) {
    // 0, 1, -1, 2, -2, ...: the nearest of equals.
    const std::int64_t offset = step % 2 == 0 ? -step / 2 : (step + 1) / 2;
    const auto agreement = WithSeedOffset(log, configs, plain, offset);
    if (!agreement.ok()) return agreement.status();
    if (step == 0 || agreement->rate() > suspects.best_seed_rate) {
      suspects.best_seed_offset = offset;
      suspects.best_seed_rate = agreement->rate();
    }
  }
  if (log.sequences().size() < 2) return suspects;
  const auto first = StartSequence(log, 0, plain.run, configs.Of(0));
  if (!first.ok()) return first.status();
  const auto own = OfLaterSequences(log, configs, plain, nullptr);
  if (!own.ok()) return own.status();
  const auto shared = OfLaterSequences(log, configs, plain, &*first);
  if (!shared.ok()) return shared.status();
  suspects.own_rate = own->rate();
  suspects.shared_rate = shared->rate();
  // Well above what coupled draws of alike rows agree in by chance.
  suspects.shared_noise_suspected =
      shared->rate() >= 0.9 && shared->rate() > own->rate() + 0.1;
  return suspects;
}

std::string BestSeedText(const Suspects& suspects, const logs::Log& log,
                         const ReplayConfigs& configs, const RunOptions& run) {
  const std::int64_t offset = suspects.best_seed_offset;
  if (SettingsFromLog(log, run).seeds) {
    return absl::StrFormat("the logged seeds %+d", offset);
  }
  return absl::StrCat("seed ", run.SeedFor(configs.configs[0]) +
                                   static_cast<std::uint64_t>(offset));
}

}  // namespace sampler::tools
