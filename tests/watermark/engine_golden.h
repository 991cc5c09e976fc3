// What engines say of their marks (tests/data/engine_marks.json), and the rules
// by which they made them.

#ifndef SAMPLER_TESTS_WATERMARK_ENGINE_GOLDEN_H_
#define SAMPLER_TESTS_WATERMARK_ENGINE_GOLDEN_H_

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "sampler/candidate.h"
#include "sampler/watermark/gumbel_mark.h"

namespace sampler {

using Tokens = std::vector<TokenId>;

inline const nlohmann::json& Golden() {
  static const nlohmann::json* const golden =
      new nlohmann::json(nlohmann::json::parse(
          std::ifstream(SAMPLER_TEST_DATA "/engine_marks.json")));
  return *golden;
}

inline std::int64_t KeyOf(const nlohmann::json& value) {
  if (value.is_string()) {
    return static_cast<std::int64_t>(
        std::stoull(value.get<std::string>(), nullptr, 16));
  }
  return static_cast<std::int64_t>(value.get<std::uint64_t>());
}

inline GumbelMarkRule RuleOf(const nlohmann::json& text) {
  const auto scheme = text.at("scheme").get<std::string>();
  GumbelMarkRule rule = {
      .key = KeyOf(text.at("key")),
      .context_width = text.at("width").get<std::int64_t>(),
      .variant = scheme == "vllm"        ? GumbelMarkRule::Variant::kVllm
                 : scheme == "vllm-dual" ? GumbelMarkRule::Variant::kVllmDual
                                         : GumbelMarkRule::Variant::kSglang};
  rule.alpha = text.value("alpha", rule.alpha);
  if (text.contains("key_b")) {
    rule.key_b = KeyOf(text["key_b"]);
    rule.mixing_probability = text.at("share").get<double>();
  }
  return rule;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_WATERMARK_ENGINE_GOLDEN_H_
