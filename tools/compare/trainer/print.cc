#include "tools/compare/trainer/print.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kColumns = 14;

std::string Lines(const NamedNumbers& numbers) {
  std::string text;
  for (const auto& [name, value] : numbers) {
    absl::StrAppend(&text, absl::StrFormat("  %-48s", name),
                    Cell(NumberText(value, 6, kColumns - 1), kColumns), "\n");
  }
  return text;
}

Json NumbersJson(const NamedNumbers& numbers) {
  Json json = Json::object();
  for (const auto& [name, value] : numbers) json[name] = Number(value);
  return json;
}

Json CausesJson(const std::array<double, kCauses>& numbers) {
  Json json = Json::object();
  for (std::size_t c = 0; c < kCauses; ++c) {
    json[CauseName(static_cast<Cause>(c))] = Number(numbers[c]);
  }
  return json;
}

std::string CauseLines(const TrainerMetrics& metrics) {
  if (metrics.tokens_with_causes == 0) {
    return "causes    unknown: a chain's temperature is not one number\n";
  }
  std::string text = absl::StrFormat(
      "%-48s%14s%14s\n", "of ln rho, by cause (mean, mean of absolute values)",
      "mean", "absolute");
  for (std::size_t c = 0; c < kCauses; ++c) {
    absl::StrAppend(
        &text, absl::StrFormat("  %-48s", CauseName(static_cast<Cause>(c))),
        Cell(NumberText(metrics.cause_mean[c], 6, kColumns - 1), kColumns),
        Cell(NumberText(metrics.cause_abs[c], 6, kColumns - 1), kColumns),
        "\n");
  }
  return text;
}

std::string CollapseLines(const TrainerMetrics& metrics, double threshold) {
  std::string text = absl::StrCat(
      "sequences ", metrics.collapsed, " of ", metrics.sequences,
      " have a weight outside [", Digits(1.0 / threshold), ", ",
      Digits(threshold), "]: sequence-level importance sampling collapses\n",
      "          from about ", NumberText(metrics.collapse_length, 0, 12),
      " tokens on (ln C / kl)\n");
  for (const CollapsedSequence& s : metrics.farthest) {
    absl::StrAppend(&text, "  sequence ", s.sequence, ": ", s.tokens,
                    " tokens of kl ", NumberText(s.kl, 6, 12),
                    ", ln of its weight ", NumberText(s.log_ratio, 3, 12),
                    "\n");
  }
  return text;
}

}  // namespace

std::string TrainerText(const TrainerMetrics& metrics,
                        const TrainerOptions& options) {
  std::string text = absl::StrCat(
      "A is the rollout, B the trainer; rho = p_B / p_A of the logged token\n",
      Grouped(metrics.tokens), " tokens in ", metrics.sequences, " sequences; ",
      metrics.without_ratio, " more that one side cannot draw are left out\n");
  if (metrics.tokens == 0) return text;
  const double c = options.is_threshold;
  absl::StrAppend(
      &text, "off-policy (verl)\n", Lines(metrics.off_policy),
      "importance weights of tokens, truncated at ", Digits(c), " (verl)\n",
      Lines(metrics.is_token), "importance weights of sequences (verl)\n",
      Lines(metrics.is_sequence), "rejection at ratio ", Digits(c), " (verl)\n",
      Lines(metrics.rejection), "sampling, clip ", Digits(options.clip),
      ", off-policy threshold ", Digits(options.off_policy_threshold),
      " (TRL)\n", Lines(metrics.trl), CauseLines(metrics),
      CollapseLines(metrics, c));
  return text;
}

Json TrainerJson(const TrainerMetrics& metrics, const TrainerOptions& options) {
  Json farthest = Json::array();
  for (const CollapsedSequence& s : metrics.farthest) {
    farthest.push_back({{"seq", s.sequence},
                        {"tokens", s.tokens},
                        {"kl", Number(s.kl)},
                        {"log_ratio", Number(s.log_ratio)}});
  }
  return {{"tokens", metrics.tokens},
          {"sequences", metrics.sequences},
          {"without_ratio", metrics.without_ratio},
          {"is_threshold", Number(options.is_threshold)},
          {"clip", Number(options.clip)},
          {"off_policy_threshold", Number(options.off_policy_threshold)},
          {"off_policy", NumbersJson(metrics.off_policy)},
          {"is_token", NumbersJson(metrics.is_token)},
          {"is_sequence", NumbersJson(metrics.is_sequence)},
          {"rejection", NumbersJson(metrics.rejection)},
          {"trl", NumbersJson(metrics.trl)},
          {"causes",
           {{"tokens", metrics.tokens_with_causes},
            {"mean", CausesJson(metrics.cause_mean)},
            {"absolute", CausesJson(metrics.cause_abs)}}},
          {"collapse",
           {{"sequences", metrics.collapsed},
            {"length", Number(metrics.collapse_length)},
            {"farthest", std::move(farthest)}}}};
}

Json TrainerRowJson(const TrainerRow& row) {
  return {{"rollout", Number(row.rollout)},
          {"trainer", Number(row.trainer)},
          {"log_ratio", Number(row.log_ratio())},
          {"causes", CausesJson(row.causes)}};
}

void AddTrainerValues(const TrainerMetrics& metrics,
                      std::map<std::string, double>& values) {
  const auto add = [&](const char* prefix, const NamedNumbers& numbers) {
    for (const auto& [name, value] : numbers) {
      values[absl::StrCat("trainer.", prefix, name)] = value;
    }
  };
  add("", metrics.off_policy);
  add("token.", metrics.is_token);
  add("sequence.", metrics.is_sequence);
  add("", metrics.rejection);
  add("", metrics.trl);
}

}  // namespace sampler::tools
