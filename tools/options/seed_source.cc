#include "tools/options/seed_source.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/options/unused_options.h"
#include "tools/text/output.h"

namespace sampler::tools {

SeedSource SeedSourceOf(const RunOptions& options,
                        absl::Span<const logs::LogSequence> sequences,
                        absl::Span<const PipelineConfig> configs) {
  if (options.seed.has_value()) return SeedSource::kOption;
  if (!UsesRandomNumbers(configs)) return SeedSource::kNoNeed;
  const bool logged = std::all_of(
      sequences.begin(), sequences.end(),
      [](const logs::LogSequence& s) { return s.drawn_with.has_value(); });
  if (logged) return SeedSource::kLog;
  const bool configured =
      std::all_of(configs.begin(), configs.end(),
                  [](const PipelineConfig& c) { return c.seed.has_value(); });
  return configured ? SeedSource::kConfig : SeedSource::kNobody;
}

const char* SeedSourceName(SeedSource source) {
  switch (source) {
    case SeedSource::kOption:
      return "option";
    case SeedSource::kLog:
      return "log";
    case SeedSource::kConfig:
      return "config";
    case SeedSource::kNobody:
      return "default";
    case SeedSource::kNoNeed:
      break;
  }
  return "unused";
}

std::string SeedWithSource(const std::string& seed, SeedSource source) {
  return source == SeedSource::kNobody ? seed + " (none is given)" : seed;
}

absl::Status CheckSeedIsTold(const RunOptions& options, const logs::Log& log,
                             absl::Span<const PipelineConfig> configs,
                             absl::string_view asked) {
  if (SeedSourceOf(options, log.sequences(), configs) != SeedSource::kNobody) {
    return absl::OkStatus();
  }
  return WithHint(
      absl::InvalidArgumentError(absl::StrCat(
          asked, "no seed: neither the log nor the config tells one")),
      "give --seed N, or verify --claim law, which needs none");
}

}  // namespace sampler::tools
