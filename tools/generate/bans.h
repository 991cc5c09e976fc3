// Phrases that the generated texts must not have: --ban, --ban-regex.
//
// Tested by: tests/generate/generate_bans_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_BANS_H_
#define SAMPLER_TOOLS_GENERATE_BANS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/rewind/rewinder.h"

namespace sampler::tools {

struct BanOptions {
  std::vector<std::string> texts;
  std::vector<std::string> expressions;
  bool ignore_case = false;
  bool whole_words = false;
  std::optional<std::int64_t> most;    // Absent: as often as they come.
  std::optional<std::int64_t> window;  // Of expressions.
  bool trace = false;                  // Tell what is taken back.

  bool any() const { return !texts.empty() || !expressions.empty(); }
};

void AddBanOptions(CLI::App& app, BanOptions& options);

// InvalidArgument for an option that has nothing to act on, for samplers other
// than "ours", and for a config whose random numbers know no bans.
absl::Status CheckBans(const BanOptions& options,
                       const std::vector<std::string>& samplers,
                       const PipelineConfig& config);

// InvalidArgument for an empty text and for what is no expression, naming the
// option; Unimplemented for expressions in a build without RE2.
absl::StatusOr<std::vector<Rewinder::Phrase>> PhrasesOf(
    const BanOptions& options);

// The phrase of that number as it was given: `"as an AI"`, `/\bAI\b/`.
std::string PhraseName(const BanOptions& options, std::size_t phrase);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_BANS_H_
