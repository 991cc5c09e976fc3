// An explained step as one JSON object.

#include "nlohmann/json.hpp"

#include <utility>

#include "sampler/arithmetic/numeric.h"
#include "sampler/config.h"
#include "sampler/row_status.h"
#include "sampler/stages/registry.h"
#include "tools/explain/print.h"

namespace sampler::tools {
namespace {

Json Optional(const std::optional<double>& x) {
  return x.has_value() ? Number(*x) : Json(nullptr);
}

Json ValueJson(const Value& value) {
  if (value.boolean() != nullptr) return *value.boolean();
  if (value.integer() != nullptr) return *value.integer();
  if (value.real() != nullptr) return Number(*value.real());
  if (value.text() != nullptr) return *value.text();
  if (value.list() != nullptr) {
    Json list = Json::array();
    for (const Value& item : *value.list()) list.push_back(ValueJson(item));
    return list;
  }
  if (value.object() != nullptr) {
    Json object = Json::object();
    for (const auto& [key, item] : *value.object()) {
      object[key] = ValueJson(item);
    }
    return object;
  }
  return nullptr;
}

Json TextJson(const TokenText& text, TokenId id) {
  return text.Has(id) ? Json(text.Bytes(id)) : Json(nullptr);
}

// Null for tokens that are no candidates.
Json LogprobJson(const std::optional<Standing>& standing) {
  return standing.has_value() ? Number(standing->logprob) : Json(nullptr);
}

Json MemoryJson(const StageMemory& memory) {
  if (memory.empty()) return nullptr;
  Json json = Json::object();
  for (const auto& [name, number] : memory) json[name] = Number(number);
  return json;
}

Json StageJson(const StageReport& stage) {
  return {{"type", stage.config.type},
          {"group", std::string(StageGroupName(stage.group))},
          {"params", ValueJson(stage.parameters)},
          {"ran", stage.ran},
          {"active", stage.active},
          {"note", stage.note.empty() ? Json(nullptr) : Json(stage.note)},
          {"memory", MemoryJson(stage.memory)},
          {"before", stage.before},
          {"kept", stage.kept},
          {"edited", stage.edited},
          {"threshold", Optional(stage.threshold)},
          {"mass_removed", Optional(stage.mass_removed)},
          {"mass", Optional(stage.mass)},
          {"entropy", Optional(stage.entropy)}};
}

Json TokenJson(const TokenReport& token, const Explanation& explanation,
               const TokenText& text) {
  Json per_stage = Json::array();
  for (const std::optional<Standing>& standing : token.after) {
    per_stage.push_back(standing.has_value() ? Number(standing->probability)
                                             : Json(nullptr));
  }
  Json removed_by = nullptr;
  if (token.removed_by.has_value()) {
    removed_by = {{"stage", *token.removed_by},
                  {"type", explanation.stages[*token.removed_by].config.type},
                  {"reason", token.reason}};
  }
  const std::optional<Standing> out = token.out();
  return {
      {"id", token.id},
      {"text", TextJson(text, token.id)},
      {"logit", Number(token.logit)},
      {"raw_rank", token.raw.has_value() ? Json(token.raw->rank) : nullptr},
      {"raw_prob", Number(token.raw.has_value() ? token.raw->probability : 0)},
      {"raw_logprob", LogprobJson(token.raw)},
      {"per_stage", std::move(per_stage)},
      {"removed_by", std::move(removed_by)},
      {"prob", Number(out.has_value() ? out->probability : 0)},
      {"logprob", LogprobJson(out)},
      {"rank", out.has_value() ? Json(out->rank) : nullptr}};
}

Json DrawJson(const DrawInterval& interval) {
  return {{"order", interval.by_rank ? "rank" : "id"},
          {"low", Number(interval.low)},
          {"high", Number(interval.high)},
          {"margin", Optional(interval.margin)},
          {"neighbour", interval.margin.has_value() ? Json(interval.neighbour)
                                                    : Json(nullptr)}};
}

}  // namespace

Json ExplainJson(const ExplainHeader& header, const Explanation& explanation) {
  Json stages = Json::array();
  for (const StageReport& stage : explanation.stages) {
    stages.push_back(StageJson(stage));
  }
  Json tokens = Json::array();
  for (const TokenReport& token : explanation.tokens) {
    tokens.push_back(TokenJson(token, explanation, header.text));
  }
  Json survivors = Json::array();
  if (explanation.status == RowStatus::kOk) {
    for (const RankedCandidate& candidate : explanation.out.ranked()) {
      survivors.push_back(
          {{"id", candidate.id},
           {"logit", Number(candidate.logit)},
           {"prob", Number(Exp(explanation.out.Logprob(candidate)))},
           {"logprob", Number(explanation.out.Logprob(candidate))}});
    }
  }
  const auto id = [](const std::optional<TokenId>& token) {
    return token.has_value() ? Json(*token) : Json(nullptr);
  };
  return {{"schema", "sampler.explain/1"},
          {"tool_version", std::string(kVersion)},
          {"input", header.path},
          {"row", header.place.row},
          {"seq", header.place.sequence},
          {"pos", header.place.position},
          {"vocabulary_size", explanation.vocabulary_size},
          {"status", std::string(RowStatusName(explanation.status))},
          {"basis", RowBasisName(header.basis)},
          {"chain", ChainText(header.config)},
          {"seed", header.seed},
          {"seed_from", SeedSourceName(header.seed_from)},
          {"stream", header.stream},
          {"step", header.step},
          {"history", header.replayed_history ? "replayed" : "logged"},
          {"ties", std::string(TieRule(header.config))},
          {"partial", header.log.description().partial()},
          {"teacher_forced", true},
          {"raw_candidates", explanation.raw_count},
          {"raw_entropy", Optional(explanation.raw_entropy)},
          {"shared_evenly", explanation.completed},
          {"stages", std::move(stages)},
          {"tokens", std::move(tokens)},
          {"survivors", std::move(survivors)},
          {"token", id(explanation.drawn)},
          {"text", explanation.drawn.has_value()
                       ? TextJson(header.text, *explanation.drawn)
                       : Json(nullptr)},
          {"u", Optional(explanation.u)},
          {"draw", explanation.interval.has_value()
                       ? DrawJson(*explanation.interval)
                       : Json(nullptr)},
          {"target", id(explanation.logged)},
          {"warnings", header.warnings.all()}};
}

}  // namespace sampler::tools
