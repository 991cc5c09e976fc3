// A surveyed log as one JSON object.

#include "nlohmann/json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sampler/logs/kind.h"
#include "tools/inspect/print.h"

namespace sampler::tools {
namespace {

Json OccurrencesJson(const logs::Occurrences& seen) {
  return {{"count", seen.count},
          {"first_row", seen.count > 0 ? Json(seen.first_row) : Json(nullptr)}};
}

Json KindJson(const Inspection& inspection) {
  const logs::KindGuess& kind = inspection.survey.kind;
  return {
      {"guess", std::string(logs::KindName(kind.kind))},
      {"declared",
       kind.declared.has_value() ? Json(*kind.declared) : Json(nullptr)},
      {"said", inspection.kind.empty() ? Json(nullptr) : Json(inspection.kind)},
      {"evidence", kind.evidence},
      {"mixed", kind.mixed}};
}

Json SampledJson(const Inspection& inspection) {
  Json rows = Json::array();
  for (const logs::SampledRow& row : inspection.survey.sampled) {
    Json top = Json::array();
    for (const logs::TopToken& token : row.top) {
      if (std::isinf(token.value)) break;  // Removed, and so are the rest.
      top.push_back({{"id", token.id},
                     {"text", inspection.text.Has(token.id)
                                  ? Json(inspection.text.Bytes(token.id))
                                  : Json(nullptr)},
                     {"value", Number(token.value)},
                     {"prob", Number(token.probability)},
                     {"logprob", Number(token.logprob)}});
    }
    rows.push_back(
        {{"row", row.row},
         {"broken", row.broken},
         {"entropy", row.broken ? Json(nullptr) : Number(row.entropy)},
         {"top", std::move(top)}});
  }
  return rows;
}

Json NllJson(const logs::Survey& survey) {
  if (!survey.shifts.has_value()) return nullptr;
  Json shifts = Json::array();
  for (const logs::ShiftScore& score : *survey.shifts) {
    const bool any = score.rows > score.impossible;
    shifts.push_back(
        {{"shift", score.shift},
         {"rows", score.rows},
         {"impossible", score.impossible},
         {"mean_nll", any ? Number(score.mean_nll) : Json(nullptr)},
         {"perplexity", any ? Number(score.perplexity()) : Json(nullptr)}});
  }
  const std::optional<int> best = survey.BestShift();
  return {
      {"shifts", std::move(shifts)},
      {"best_shift", best.has_value() ? Json(*best) : Json(nullptr)},
      {"censored", (survey.floor.has_value() ? survey.floor->censored : 0) +
                       (survey.tail.has_value() ? survey.tail->censored : 0)}};
}

Json FloorJson(const std::optional<logs::FloorSurvey>& floor) {
  if (!floor.has_value()) return nullptr;
  return {{"rows_16", floor->rows_16},
          {"rows_24", floor->rows_24},
          {"rows_other", floor->rows_other},
          {"tokens", floor->tokens},
          {"mean_mass", Number(floor->mean_mass)},
          {"largest_mass", Number(floor->largest_mass)},
          {"censored", floor->censored}};
}

Json TailJson(const std::optional<logs::TailSurvey>& tail) {
  if (!tail.has_value()) return nullptr;
  return {{"mean_listed", Number(tail->mean_listed)},
          {"mean_mass", Number(tail->mean_mass)},
          {"largest_mass", Number(tail->largest_mass)},
          {"censored", tail->censored}};
}

}  // namespace

Json InspectJson(const Inspection& inspection) {
  const logs::Log& log = inspection.log;
  const logs::LogDescription& description = log.description();
  const logs::Survey& survey = inspection.survey;
  Json sequences = Json::array();
  for (const logs::LogSequence& sequence : log.sequences()) {
    Json entry = {{"first_row", sequence.first_row},
                  {"rows", sequence.rows},
                  {"prompt_tokens", sequence.prompt.size()}};
    if (sequence.drawn_with.has_value()) {
      entry["seed"] = sequence.drawn_with->seed;
      entry["stream"] = sequence.drawn_with->stream;
      entry["config"] = sequence.drawn_with->config;
    }
    sequences.push_back(std::move(entry));
  }
  Json ties = Json::array();
  for (std::size_t i = 0; i < logs::kTieRanks.size(); ++i) {
    ties.push_back(
        {{"rank", logs::kTieRanks[i]}, {"share", Number(survey.tied[i])}});
  }
  Json warnings = Json::array();
  for (const Finding& finding : inspection.findings) {
    warnings.push_back({{"code", finding.code},
                        {"message", finding.what},
                        {"action", finding.action}});
  }
  const bool any = survey.rows > survey.broken_rows.count;
  return {
      {"schema", "sampler.inspect/1"},
      {"tool_version", std::string(kVersion)},
      {"input", inspection.path},
      {"format", std::string(logs::FormatName(description.format))},
      {"tensor",
       description.tensor.empty() ? Json(nullptr) : Json(description.tensor)},
      {"dtype", std::string(DTypeName(description.dtype))},
      {"bytes", description.file_bytes},
      {"rows", description.rows},
      {"expected_rows", description.expected_rows},
      {"surveyed", survey.rows},
      {"vocabulary_size", description.vocabulary_size},
      {"partial", description.partial()},
      {"sequences", std::move(sequences)},
      {"tokens", !log.tokens().empty()},
      {"masks", description.masks},
      {"rows_without_token",
       std::count(log.tokens().begin(), log.tokens().end(), logs::kNoToken)},
      {"metadata", Json(description.metadata)},
      {"notices", description.notices},
      {"kind", KindJson(inspection)},
      {"values",
       {{"nan", OccurrencesJson(survey.nan)},
        {"positive_infinity", OccurrencesJson(survey.positive_infinity)},
        {"negative_infinity", OccurrencesJson(survey.negative_infinity)},
        {"broken_rows", OccurrencesJson(survey.broken_rows)}}},
      {"mean_entropy", any ? Number(survey.mean_entropy) : Json(nullptr)},
      {"ties", std::move(ties)},
      {"sampled", SampledJson(inspection)},
      {"nll", NllJson(survey)},
      {"floor", FloorJson(survey.floor)},
      {"tail", TailJson(survey.tail)},
      {"warnings", std::move(warnings)}};
}

}  // namespace sampler::tools
