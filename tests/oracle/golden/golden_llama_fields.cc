// llama-server fields as house stages; part of golden_harness.h.

#include <string>

#include "tests/oracle/golden/golden_harness.h"

namespace oracle {
namespace {

// A field, or llama-server's default, as the float32 it becomes there.
double Field(const nlohmann::json& fields, const char* name, double standard) {
  return static_cast<double>(static_cast<float>(fields.value(name, standard)));
}

void AddPenalties(const nlohmann::json& fields, nlohmann::json& stages) {
  const int last_n = fields.value("repeat_last_n", 64);
  if (last_n == 0) return;
  const auto add = [&](const char* type, const char* name, double neutral) {
    stages.push_back({{"type", type},
                      {"penalty", Field(fields, name, neutral)},
                      {"scope", "both"},
                      {"window", last_n}});
  };
  add("repetition_penalty", "repeat_penalty", 1);
  add("frequency_penalty", "frequency_penalty", 0);
  add("presence_penalty", "presence_penalty", 0);
}

void AddTemperature(const nlohmann::json& fields, nlohmann::json& stages) {
  const double t = Field(fields, "temperature", 0.8);
  const double range = Field(fields, "dynatemp_range", 0);
  if (range <= 0) {
    stages.push_back({{"type", "temperature"}, {"temperature", t}});
    return;
  }
  stages.push_back({{"type", "dynamic_temperature"},
                    {"low", t > range ? t - range : 0},
                    {"high", t + range},
                    {"exponent", Field(fields, "dynatemp_exponent", 1)},
                    {"count", "all"}});
}

// With the default breakers or with none: they are text, and the harness has no
// tokenizer.
bool AddDry(const nlohmann::json& fields, const std::vector<TokenId>& defaults,
            nlohmann::json& stages) {
  nlohmann::json breakers = nlohmann::json::array();
  if (!fields.contains("dry_sequence_breakers")) {
    for (const TokenId id : defaults) {
      breakers.push_back(nlohmann::json::array({id}));
    }
  } else if (!fields["dry_sequence_breakers"].empty()) {
    return false;
  }
  stages.push_back({{"type", "dry"},
                    {"multiplier", Field(fields, "dry_multiplier", 0)},
                    {"base", Field(fields, "dry_base", 1.75)},
                    {"allowed_length", fields.value("dry_allowed_length", 2)},
                    {"window", fields.value("dry_penalty_last_n", 64)},
                    {"breakers", breakers}});
  return true;
}

}  // namespace

std::optional<nlohmann::json> StagesOfLlama(
    const nlohmann::json& fields, const std::vector<TokenId>& breakers) {
  if (!fields.contains("samplers")) return std::nullopt;
  nlohmann::json stages = nlohmann::json::array();
  for (const auto& sampler : fields["samplers"]) {
    if (sampler == "penalties") {
      AddPenalties(fields, stages);
    } else if (sampler == "dry") {
      if (!AddDry(fields, breakers, stages)) return std::nullopt;
    } else if (sampler == "top_n_sigma") {
      const double n = Field(fields, "top_n_sigma", -1);
      stages.push_back({{"type", "top_n_sigma"}, {"n", n > 0 ? n : 0}});
    } else if (sampler == "top_k") {
      stages.push_back({{"type", "top_k"}, {"k", fields.value("top_k", 40)}});
    } else if (sampler == "typ_p") {
      stages.push_back({{"type", "typical_p"},
                        {"p", Field(fields, "typical_p", 1)},
                        {"equality", "continue"}});
    } else if (sampler == "top_p") {
      stages.push_back(
          {{"type", "top_p"}, {"p", Field(fields, "top_p", 0.95)}});
    } else if (sampler == "min_p") {
      stages.push_back(
          {{"type", "min_p"}, {"p", Field(fields, "min_p", 0.05)}});
    } else if (sampler == "temperature") {
      AddTemperature(fields, stages);
    } else {
      return std::nullopt;
    }
  }
  return stages;
}

}  // namespace oracle
