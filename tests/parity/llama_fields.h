// llama-server fields of golden records as configs of the parity mode.
//
// Errors: throws std::runtime_error, which fails the test that asked.
#ifndef SAMPLER_TESTS_PARITY_LLAMA_FIELDS_H_
#define SAMPLER_TESTS_PARITY_LLAMA_FIELDS_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "sampler/config.h"

namespace sampler {

// The config that runs what llama.cpp runs for `fields`. Where they name no
// breakers for dry, those of llama-server: every token of `tokenizer` (a
// tokenizer.json) whose text holds one of them.
PipelineConfig ConfigOfFields(const nlohmann::json& fields,
                              const std::string& tokenizer,
                              std::int64_t vocabulary_size);

}  // namespace sampler

#endif  // SAMPLER_TESTS_PARITY_LLAMA_FIELDS_H_
