#include "tests/parity/llama_fields.h"

#include <stdexcept>
#include <vector>

#include "tests/oracle/golden/golden_data.h"
#include "tests/oracle/golden/golden_harness.h"

namespace sampler {
namespace {

using nlohmann::json;

// A field, or llama-server's default, as the float32 it becomes there.
double Field(const json& fields, const char* name, double standard) {
  return static_cast<double>(static_cast<float>(fields.value(name, standard)));
}

json Xtc(const json& fields) {
  return {{"type", "xtc"},
          {"probability", Field(fields, "xtc_probability", 0)},
          {"threshold", Field(fields, "xtc_threshold", 0.1)},
          {"fire", "le"}};
}

json AdaptiveP(const json& fields) {
  return {{"type", "adaptive_p"},
          {"target", Field(fields, "adaptive_target", -1)},
          {"decay", Field(fields, "adaptive_decay", 0.9)}};
}

json Mirostat(const json& fields) {
  return {{"type", "mirostat"},
          {"version", fields.at("mirostat")},
          {"tau", Field(fields, "mirostat_tau", 5)},
          {"eta", Field(fields, "mirostat_eta", 0.1)}};
}

json Stages(const json& fields, const std::string& tokenizer) {
  json stages = json::array();
  const bool mirostat = fields.value("mirostat", 0) != 0;
  // Of the other samplers mirostat leaves temperature alone.
  const json samplers =
      mirostat ? json::array({"temperature"}) : fields.at("samplers");
  const std::vector<oracle::TokenId> breakers = oracle::LoadBreakers(tokenizer);
  for (const json& sampler : samplers) {
    if (sampler == "xtc") {
      stages.push_back(Xtc(fields));
    } else if (sampler == "adaptive_p") {
      stages.push_back(AdaptiveP(fields));
    } else {
      json alone = fields;
      alone["samplers"] = json::array({sampler});
      const auto made = oracle::StagesOfLlama(alone, breakers);
      if (!made.has_value()) throw std::runtime_error(sampler.dump());
      stages.insert(stages.end(), made->begin(), made->end());
    }
  }
  if (mirostat) stages.push_back(Mirostat(fields));
  stages.push_back({{"type", "categorical"}});
  return stages;
}

}  // namespace

PipelineConfig ConfigOfFields(const json& fields, const std::string& tokenizer,
                              std::int64_t vocabulary_size) {
  const json config = {{"version", 1},
                       {"rng", "llama_cpp"},
                       {"stages", Stages(fields, tokenizer)}};
  auto parsed = ParseConfig(config.dump(), vocabulary_size);
  if (!parsed.ok()) throw std::runtime_error(parsed.status().ToString());
  return *std::move(parsed);
}

}  // namespace sampler
