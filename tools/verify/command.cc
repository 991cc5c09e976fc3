#include "tools/verify/command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/options/unused_options.h"
#include "tools/replay/warnings.h"
#include "tools/verify/investigate.h"

namespace sampler::tools {
namespace {

// The configs with the draws of the engine that is asked for.
absl::StatusOr<ReplayConfigs> Configs(const VerifyCommand& verify,
                                      const logs::Log& log,
                                      const TokenText& text) {
  auto configs = ResolveReplayConfigs(verify.config, log, text);
  if (!configs.ok()) return configs;
  for (PipelineConfig& config : configs->configs) {
    auto changed = WithEngine(config, verify.engine);
    if (!changed.ok()) return changed.status();
    config = *std::move(changed);
  }
  return configs;
}

// What a verdict about every seed asks nothing of.
absl::Status CheckToleranceMatters(const VerifyCommand& verify) {
  if (verify.claim == Claim::kSeed) return absl::OkStatus();
  const std::pair<const char*, bool> of_the_seed[] = {
      {"--margin-tol", verify.tolerance.margin > 0.0},
      {"--sigma", verify.sigma.has_value()},
      {"--fssl", !verify.fssl.empty()}};
  for (const auto& [option, given] : of_the_seed) {
    if (!given) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(option,
                     ": want none beside --claim law: it is about the noise "
                     "of one seed's draws; --min-match is of both claims"));
  }
  return absl::OkStatus();
}

// What rows of CSV, which are all that they tell, have no place for.
absl::Status CheckShown(const VerifyCommand& verify, const logs::Log& log) {
  if (verify.output.format() != Format::kCsv) return absl::OkStatus();
  if (!verify.reference.empty()) {
    return absl::InvalidArgumentError(
        "--reference: want none beside --csv, whose rows are of LOG's tokens");
  }
  return SpellsTexts(verify.config) ? absl::OkStatus()
                                    : CheckNoVocabulary(verify.log, log);
}

}  // namespace

absl::StatusOr<OpenedClaim> OpenClaim(VerifyCommand& verify) {
  auto log = OpenLog(verify.log);
  if (!log.ok()) return log.status();
  if ((*log)->tokens().empty()) {
    return WithHint(
        absl::InvalidArgumentError("the log has no tokens: nothing is claimed"),
        "give --tokens FILE");
  }
  absl::Status status = CheckShown(verify, **log);
  if (!status.ok()) return status;
  const auto text = OpenTokenText(verify.log);
  if (!text.ok()) return text.status();
  auto configs = Configs(verify, **log, *text);
  if (!configs.ok()) return configs.status();
  status = CheckClaimedSeed(verify.claim, verify.options.run, **log, *configs);
  if (!status.ok()) return status;
  status = CheckRunOptionsMatter(verify.options.run, configs->configs);
  if (!status.ok()) return status;
  const auto rows = SelectRows(verify.rows, (*log)->rows());
  if (!rows.ok()) return rows.status();
  verify.options.rows = *rows;
  status = CheckReplay(**log, *configs, verify.options);
  if (!status.ok()) return status;
  TokenText shown = ShownText(*text, **log);
  return OpenedClaim{*std::move(log), std::move(shown), *std::move(configs)};
}

absl::Status WarnOfRows(const VerifyCommand& verify, const OpenedClaim& opened,
                        Warnings& warnings) {
  const auto kind = FindRowKind(*opened.log, verify.log.kind);
  if (!kind.ok()) return kind.status();
  absl::Status usable = CheckRowKind(*kind);
  if (!usable.ok()) return usable;
  for (const PipelineConfig& config : opened.configs.configs) {
    WarnBefore(*opened.log, config, verify.options, *kind, warnings);
  }
  return absl::OkStatus();
}

absl::StatusOr<CheckOptions> ChecksOf(const VerifyCommand& verify) {
  absl::Status matters = CheckToleranceMatters(verify);
  if (!matters.ok()) return matters;
  CheckOptions check;
  if (!verify.fssl.empty()) {
    const auto rule = ParseFsslRule(verify.fssl);
    if (!rule.ok()) return rule.status();
    check.fssl = *rule;
  }
  if (verify.sigma.value_or(0.0) > 0.0) check.sigma = *verify.sigma;
  check.temper = verify.claim == Claim::kLaw;
  return check;
}

absl::StatusOr<std::optional<LogprobTracking>> TrackReference(
    const VerifyCommand& verify, const logs::Log& log) {
  if (verify.reference.empty()) return std::nullopt;
  LogOptions options = verify.log;
  options.path = verify.reference;
  const auto reference = OpenLog(options);
  if (!reference.ok()) return reference.status();
  auto tracking = TrackLogs(log, **reference);
  if (!tracking.ok()) return tracking.status();
  return *std::move(tracking);
}

}  // namespace sampler::tools
